"""How urgent a finding is. Pure; numbers by domain.md E are configuration."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.site import Site
from core.words import Priority


class Raised(StrEnum):
    """Why a priority stands above the rule's severity."""

    SAFETY = "safety"
    COMFORT = "comfort"
    COST = "cost"
    ADVICE = "advice"
    """Not raised but lowered: its rule only advises, since too many of its alarms were false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What things are worth, as the site's owner says; the defaults are estimates.

    Attributes:
        cost_raises: Above this a day the priority goes up one step. [site currency]
        comfort_raises: Above this the priority goes up one step. [person-hours a day]
        comfort_value: Of a person-hour outside comfort. [site currency]
        service_value: Of a person-hour without water, power or heat. [site currency]
        least_effort_h: No job counts as shorter, or trifles would stand on top. [h]
        closes_for_median: So many past closes before their median replaces the card's minutes.
        quote_limit: Above this a contractor's quote needs an approval. [site currency]
        labour_per_h: Of a person at work; what a repair cost beside what it saves. [site currency]
    """

    cost_raises: float = 500.0
    comfort_raises: float = 100.0
    comfort_value: float = 15.0
    service_value: float = 40.0
    least_effort_h: float = 0.25
    closes_for_median: int = 10
    quote_limit: float = 2000.0
    labour_per_h: float = 80.0

    @classmethod
    def of(cls, site: Site) -> Rates:
        """The site's own rates, defaults where its model says nothing."""
        said: dict[str, Any] = dict(site.worth)
        return cls(**said)


@dataclass(frozen=True, slots=True)
class Urgency:
    """A priority and what raised it."""

    priority: Priority
    reasons: tuple[Raised, ...]

    @property
    def by_cost_alone(self) -> bool:
        """Raised by waste only: such an order keeps office hours."""
        return self.reasons == (Raised.COST,)


def urgency(
    severity: int, *, safety: bool, comfort_hours: float, money_per_day: float, rates: Rates,
    advice: bool = False,
) -> Urgency:  # fmt: skip
    """The rule's severity, raised one step by safety, comfort or cost.

    Waste alone never raises above P2; a severity of 1 is P1 whatever it costs. What only advises
    is P4 whatever it costs.
    """
    base = Priority(min(max(severity, 1), 4))
    if base is Priority.P1:
        return Urgency(base, ())
    if advice:
        return Urgency(Priority.P4, (Raised.ADVICE,))
    reasons = [
        reason
        for reason, holds in (
            (Raised.SAFETY, safety),
            (Raised.COMFORT, comfort_hours > rates.comfort_raises),
            (Raised.COST, money_per_day > rates.cost_raises),
        )
        if holds
    ]
    if reasons == [Raised.COST] and base is Priority.P2:
        reasons = []
    return Urgency(Priority(base - 1) if reasons else base, tuple(reasons))
