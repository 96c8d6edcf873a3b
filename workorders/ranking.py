"""Where an order stands within its priority: value a day over expected effort. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from workorders.priority import Rates


@dataclass(frozen=True, slots=True)
class Term:
    """One part of the value, as the list shows it. [site currency a day]"""

    name: str
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """What mending it is worth and takes.

    Attributes:
        terms: ``waste``, ``comfort``, ``service`` and ``wear``, zero ones too.
        effort_h: Expected. [h]
    """

    terms: tuple[Term, ...]
    effort_h: float

    @property
    def value_per_day(self) -> float:
        """Sum of the terms. [site currency a day]"""
        return sum(term.amount for term in self.terms)

    @property
    def score(self) -> float:
        """Value a day for an hour of work."""
        return self.value_per_day / self.effort_h


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What an open finding costs.

    Attributes:
        money_per_day: Waste at its price. [site currency a day]
        comfort_hours: Outside comfort. [person-hours a day]
        service_hours: Without water, power or heat. [person-hours a day]
    """

    target: str
    money_per_day: float
    confidence: float
    comfort_hours: float = 0.0
    service_hours: float = 0.0


def expected_effort(card_minutes: int, past_minutes: Sequence[int], rates: Rates) -> int:
    """The card's minutes, or the median of past closes once there are enough. [min]"""
    if len(past_minutes) >= rates.closes_for_median:
        return round(median(past_minutes))
    return card_minutes


def rank(losses: Sequence[Loss], *, wear: float, effort_min: int, rates: Rates) -> Rank:
    """Value and effort of an order whose open findings lose this.

    Two findings of one cause on one target show the same loss twice: the largest counts.
    Findings that have cleared lose nothing, and then wear does not go on either.
    """
    targets: dict[str, Loss] = {}
    for loss in losses:
        known = targets.get(loss.target)
        if known is None or _money(loss) > _money(known):
            targets[loss.target] = loss
    kept = targets.values()
    terms = (
        Term("waste", sum(_money(loss) for loss in kept)),
        Term("comfort", rates.comfort_value * sum(loss.comfort_hours for loss in kept)),
        Term("service", rates.service_value * sum(loss.service_hours for loss in kept)),
        Term("wear", wear if targets else 0.0),
    )
    return Rank(terms=terms, effort_h=max(effort_min / 60, rates.least_effort_h))


def _money(loss: Loss) -> float:
    return loss.money_per_day * loss.confidence
