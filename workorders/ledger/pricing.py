"""What a unit of a fault's formula costs, by the meters of its building up to *done*."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics.savings.constructions import Construction
from analytics.savings.groups import FORMULA
from analytics.savings.plan import Window
from analytics.savings.sight import Metered, Sight
from analytics.savings.unit_cost import Cost, Days, cost
from core.clock import DAY_MS
from core.words import Carrier
from workorders.ledger.ground import Ground

BASELINE_DAYS = 28
"""Healthy days that meters are compared with: four weeks, near in season. [d]"""

USED_TO_IT_MS = DAY_MS
"""After the onset of a schedule's fault, in which rooms and walls are warmed once. [ms]"""

_METER = 0.02
"""Half-width of class 1 and 2 meters of current, gas and heat. [1]"""

_SEASON = 0.2
"""Half-width of a factor that was measured in one weather and is booked by in another: plant at
other part loads. Chosen by worlds of known truth, see docs/savings.md. [1]"""

LEAST_SETTLED_DAYS = 2
"""Whole days of a schedule's fault after its first: one says nothing of how nights differ, and the
first warms the building once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What is known of a fault's times. [ms]

    Attributes:
        onset: When it began.
        start: Of its window, which an earlier repair may have cut.
        until: Up to where it is looked at.
        others: When other faults of the building stood open: their days tell nothing of this one.
    """

    onset: int
    start: int
    until: int
    others: tuple[tuple[int, int], ...] = ()

    def alone(self, begin: int, end: int) -> bool:
        """Whether no other fault stood open in a time. [ms]"""
        return all(end <= first or begin >= last for first, last in self.others)


def costs_of(
    ground: Ground, sight: Sight, of: Construction, target: str, window: Window, span: Span
) -> dict[Carrier, Cost]:
    """By bought carrier that the formula knows; empty where the construction is no formula."""
    if not of.believed:
        return {}
    days, calm, ill = _days(ground, of, span)
    alone = [span.alone(at := ground.midnight(day), at + DAY_MS) for day in days]
    calm = [a and b for a, b in zip(calm, alone, strict=True)]
    ill = [a and b for a, b in zip(ill, alone, strict=True)]
    told = sight.metered(target, days)
    return {
        carrier: cost(_carrier(window, told, carrier, days, calm, ill), believed)
        for carrier, believed in believed_of(of, window).items()
    }


def too_short(ground: Ground, of: Construction, span: Span) -> bool:
    """Whether a schedule's fault was not seen long enough for any price."""
    return of.timed and sum(_days(ground, of, span)[2]) < LEAST_SETTLED_DAYS


def believed_of(of: Construction, window: Window) -> dict[Carrier, float]:
    """By carrier of a window, how much its formula is doubted before meters are asked. [1]"""
    return {
        carrier: believed
        for carrier in window.before.amount
        if (believed := of.believed.get(_made_of(carrier))) is not None
    }


def formula_groups(building: str, target: str, costs: Mapping[Carrier, Cost]) -> dict[str, float]:
    """Systematic parts: what is believed of a chiller is as wrong for every unit it serves."""
    found = {}
    for carrier, priced in costs.items():
        whose = target if priced.days or carrier is not Carrier.ELECTRICITY else building
        season = 0.0 if carrier is Carrier.WATER else _SEASON
        share = math.hypot(priced.share, _METER, season)
        found[f"{FORMULA}:{whose}:{carrier.value}"] = round(share, 6)
    return found


def _made_of(carrier: Carrier) -> Carrier:
    """Gas is the heat that was made of it."""
    return Carrier.HEAT if carrier is Carrier.GAS else carrier


def _days(
    ground: Ground, of: Construction, span: Span
) -> tuple[list[date], list[bool], list[bool]]:
    """Whole days up to the end; whether each is before the fault, and whether it is of it."""
    used = span.start + (USED_TO_IT_MS if of.timed else 0)
    days = ground.sight().days(
        ground.midnight(ground.day(span.onset)) - BASELINE_DAYS * DAY_MS - 1, span.until
    )
    begins = [ground.midnight(day) for day in days]
    calm = [at + DAY_MS <= span.onset for at in begins]
    return days, calm, [at >= used for at in begins]


def _carrier(
    window: Window, told: Metered, carrier: Carrier, days: list[date], calm: list[bool],
    ill: list[bool],
) -> Days | None:  # fmt: skip
    """One carrier's table; None where no meter counts it."""
    if carrier not in told.use:
        return None
    ordinals = [day.toordinal() for day in days]
    formula = window.healthy.by_day(carrier, ordinals) + window.before.by_day(carrier, ordinals)
    seen = np.isin(ordinals, window.healthy.day) | np.array(ill, dtype=np.bool_)
    early = np.array(calm, dtype=np.bool_) & ~seen
    # Plant points are kept for fewer days than meters: before, the formula is what it is usually.
    if early.any() and seen.any():
        for working in (False, True):
            own = np.array(calm, dtype=np.bool_) & seen & (told.working == working)
            usual = float(formula[own].mean()) if own.any() else 0.0
            formula = np.where(early & (told.working == working), usual, formula)
    return Days(
        use=told.use[carrier], oat=told.oat, working=told.working, formula=formula,
        healthy=np.array(calm, dtype=np.bool_), faulty=np.array(ill, dtype=np.bool_),
    )  # fmt: skip
