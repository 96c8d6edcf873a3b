"""Counterfactual by levels: what was lost an hour before, times the hours of the day after.

``saving = Σ_bins hours(day, bin) · level(bin) − actual(day)``: fixed offsets of sensors are in
both and cancel; a day is never clipped, since max(0, ·) books half of the noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analytics.savings.units import Amounts, Units
from core.batch import Floats, Ints
from core.words import Carrier

DRIVER_STEP_K = 3.0
"""Width of an outdoor bin; narrower, and a day before the repair fills only a few. [K]"""

MOST_BEYOND = 0.1
"""Of the span of the drivers before: a day farther out is not estimable (CalTRACK's rule)."""

UNHEATED = 1024
"""Added to the bin of an hour in which a building was given no heat: a valve that nothing hot
stands behind says nothing of one that heats, nor the other way round."""

_LEAST_HOURS = 0.5
"""Exposure from which a bin has a level of its own; less, and its neighbour speaks. [h]"""

_OUTSIDE_SHARE = 0.1
"""Of a day's exposure that may lie outside the drivers: an hour of a warm noon is no new season."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What was lost in an hour of exposure before the repair.

    Attributes:
        bins: That have a level, ascending. (b,)
        hours: Exposure in each. (b,) [h]
        rate: By carrier. (b,) [unit/h]
        low: Lowest driver seen; NaN without one. [°C]
        high: Highest. [°C]
        growth: What the fault grew by a day, by carrier, where that was seen. [unit/h/d]
        grown: Last day of the window, as an ordinal.
        grows: Days for which growth is believed to go on: as long as it was seen. [d]
    """

    bins: Ints
    hours: Floats
    rate: Mapping[Carrier, Floats]
    low: float
    high: float
    growth: Mapping[Carrier, float] = field(default_factory=dict)
    grown: int = 0
    grows: int = 0

    def more(self, carrier: Carrier, day: Ints) -> Floats:
        """Beyond the level, by days: half of what growth would make, which may end any day."""
        since = np.clip(day - self.grown, 0, self.grows).astype(np.float64)
        found: Floats = np.multiply(since, 0.5 * self.growth.get(carrier, 0.0))
        return found

    def mean(self, carrier: Carrier) -> float:
        """Over all bins, by their hours. [unit/h]"""
        return float((self.rate[carrier] * self.hours).sum() / max(self.hours.sum(), 1e-9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One day after the repair.

    Attributes:
        exposure: Hours in which the fault would have acted. [h]
        counterfactual: What would have been lost, by carrier. [kWh, m³]
        actual: What was. [kWh, m³]
        why: Empty, or why the day cannot be estimated: ``no_data``, ``drivers``, ``day_type``.
    """

    exposure: float
    counterfactual: Amounts
    actual: Amounts
    why: str = ""

    def saving(self, carrier: Carrier) -> float:
        """Signed. [kWh, m³]"""
        return self.counterfactual[carrier] - self.actual[carrier]


def driver_bins(driver: Floats) -> Ints:
    """Outdoor bin of each value; what has none is in bin 0."""
    filled: Floats = np.nan_to_num(driver, nan=0.0)
    return np.floor(filled / DRIVER_STEP_K).astype(np.int64)


def levels(before: Units, *, shared: bool = False) -> Levels | None:
    """The levels of a window; None where nothing could show in it.

    Args:
        before: Units before the repair.
        shared: Bins are slots that stand for themselves; a slot never seen has no neighbour.
    """
    if before.hours < _LEAST_HOURS:
        return None
    bins, place = np.unique(before.bin, return_inverse=True)
    hours: Floats = np.bincount(place, weights=before.exposure).astype(np.float64)
    rate = {
        c: np.bincount(place, weights=amount) / np.maximum(hours, 1e-9)
        for c, amount in before.amount.items()
    }
    own = hours >= (0.0 if shared else min(_LEAST_HOURS, before.hours / 2))
    if not own.any():
        own[:] = True
    known = np.isfinite(before.driver)
    return Levels(
        bins=bins[own], hours=hours[own], rate={c: r[own] for c, r in rate.items()},
        low=float(before.driver[known].min()) if known.any() else np.nan,
        high=float(before.driver[known].max()) if known.any() else np.nan,
    )  # fmt: skip


def estimate(known: Levels, day: Units, *, by_slot: bool = False) -> Estimate:
    """One day against the levels before.

    Args:
        known: Levels.
        day: The day's units.
        by_slot: A unit whose bin has no level is left out, on both sides.
    """
    if not len(day) or day.hours <= 0:
        nothing = dict.fromkeys(known.rate, 0.0)
        return Estimate(exposure=0.0, counterfactual=nothing, actual=nothing)
    if by_slot:
        hours, day = day.hours, day.keep(np.isin(day.bin, known.bins))
        if not len(day):
            # A day off, and the fault was seen on working days alone: or the other way round.
            nothing = dict.fromkeys(known.rate, 0.0)
            return Estimate(
                exposure=hours, counterfactual=nothing, actual=nothing, why="day_type"
            )  # fmt: skip
    elif _outside(known, day) > _OUTSIDE_SHARE:
        nothing = dict.fromkeys(known.rate, 0.0)
        return Estimate(exposure=day.hours, counterfactual=nothing, actual=nothing, why="drivers")
    place = _nearest(known.bins, day.bin)
    return Estimate(
        exposure=day.hours,
        counterfactual={c: float(((rate[place] + known.more(c, day.day)) * day.exposure).sum())
                        for c, rate in known.rate.items()},
        actual={c: day.total(c) for c in known.rate},
    )  # fmt: skip


def _outside(known: Levels, day: Units) -> float:
    """Share of a day's exposure beyond the drivers seen before."""
    if np.isnan(known.low):
        return 0.0
    beyond = max(MOST_BEYOND * (known.high - known.low), 0.0)
    # A bin that was seen was seen whole: its edges count as within.
    low = np.floor(known.low / DRIVER_STEP_K) * DRIVER_STEP_K - beyond
    high = (np.floor(known.high / DRIVER_STEP_K) + 1) * DRIVER_STEP_K + beyond
    with np.errstate(invalid="ignore"):
        out = (day.driver < low) | (day.driver > high)
    out |= ~np.isin(_heated(day.bin), _heated(known.bins))
    return float(day.exposure[out].sum() / day.hours)


def _heated(bins: Ints) -> Ints:
    """1 for bins of hours without heat, 0 for others."""
    found: Ints = (bins + UNHEATED // 2) // UNHEATED
    return found


def _nearest(bins: Ints, wanted: Ints) -> Ints:
    """Row of the nearest bin that has a level."""
    right = np.clip(np.searchsorted(bins, wanted), 0, len(bins) - 1)
    left = np.maximum(right - 1, 0)
    nearer: Ints = np.where(np.abs(bins[left] - wanted) < np.abs(bins[right] - wanted), left, right)
    return nearer
