"""Table A: the electricity of one building by the hour, and of two beside each other.

A building's use is ``hours``, (local days, 24) [kWh], NaN where an hour is missing. The residual
is its logarithm less the median of the same month, kind of day and hour; hours without use have
none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.batch import Bools, Floats, Ints
from scoring.realism import measures as m

_DAY, _WEEK = 24, 168
_NIGHT, _WORK = slice(0, 5), slice(9, 17)
_BLOCK_DAYS, _LEVEL_STEP, _LEAST_BLOCKS = 28, 0.15, 13
_LEAST_HOURS = 20
"""A day with fewer hours has no total: 4 h are the longest gap that a daily mean bears."""


@dataclass(frozen=True)
class Building:
    """Hourly use of a building.

    Attributes:
        hours: (days, 24) [kWh]
        workday: By day.
        month: By day, 1 to 12, or any other number of the season.
    """

    hours: Floats
    workday: Bools
    month: Ints

    @cached_property
    def _kinds(self) -> Ints:
        return self.month * 2 + self.workday

    @cached_property
    def log(self) -> Floats:
        """Logarithm of the use, NaN where there is none. (days, 24)"""
        return np.log(np.where(self.hours > 0.0, self.hours, np.nan))

    @cached_property
    def residual(self) -> Floats:
        """Of the logarithm. (days, 24)"""
        return m.less_usual(self.log, self._kinds)

    @cached_property
    def days(self) -> Floats:
        """Residual of the logarithm of the day's mean use. (days,)"""
        known = np.isfinite(self.hours).sum(axis=1)
        total = np.nansum(self.hours, axis=1) / np.maximum(known, 1)
        level = np.where((known >= _LEAST_HOURS) & (total > 0.0), total, np.nan)
        return m.less_usual(np.log(level)[:, None], self._kinds)[:, 0]

    @cached_property
    def whole_workdays(self) -> Floats:
        """Workdays with all their hours and some use. (days, 24)"""
        whole = np.isfinite(self.hours).all(axis=1) & (np.nansum(self.hours, axis=1) > 0.0)
        rows: Floats = self.hours[whole & self.workday]
        return rows


def electricity(building: Building) -> dict[str, float]:
    """All of table A that one building has, by key."""
    flat = building.hours.ravel()
    residual = building.residual.ravel()
    cv = {f"cv_{h:02d}": robust_cv(building, h) for h in (3, 12, 18)}
    return {
        "night_day": night_share(building),
        **day_extremes(building),
        "weekend": weekend_share(building),
        **cv,
        "raw_24": m.autocorrelation(flat, _DAY),
        "raw_168": m.autocorrelation(flat, _WEEK),
        "residual_1": m.autocorrelation(residual, 1),
        "residual_24": m.autocorrelation(residual, _DAY),
        "residual_168": m.autocorrelation(residual, _WEEK),
        "step": step_tail(residual),
        "daily_sd": m.robust_sd(building.days),
        "daily_lag": m.autocorrelation(building.days, 1),
        **shapes(building),
        "level_steps": level_steps(building),
        "quantum": m.quantum(flat),
    }


def night_share(building: Building) -> float:
    """Median use from 00 to 05 over that of workdays from 09 to 17."""
    work = building.hours[building.workday]
    return m.ratio(m.median(building.hours[:, _NIGHT]), m.median(work[:, _WORK]))


def day_extremes(building: Building) -> dict[str, float]:
    """Least and mean over largest hour of a workday, median over workdays."""
    days = building.whole_workdays
    largest = days.max(axis=1)
    return {
        "min_max": m.median(days.min(axis=1) / largest),
        "mean_max": m.median(days.mean(axis=1) / largest),
    }


def weekend_share(building: Building) -> float:
    """Mean use of days that are not worked over that of workdays."""
    return m.ratio(m.mean(building.hours[~building.workday]),
                   m.mean(building.hours[building.workday]))  # fmt: skip


def robust_cv(building: Building, hour: int) -> float:
    """Scatter of one hour of the workdays about the median of its month, as a share of it."""
    return m.robust_sd(building.residual[building.workday, hour])


def step_tail(residual: Floats) -> float:
    """P99 over median of the hourly steps' size; 3.8 of a normal distribution."""
    steps = np.abs(np.diff(residual))
    return m.ratio(m.quantile(steps, 0.99), m.quantile(steps, 0.5))


def shapes(building: Building) -> dict[str, float]:
    """Of workdays: how far their shape is from the usual one, how flat it is, when it peaks.

    The distance is half the sum of the differences of hourly shares of the day's use from their
    medians: the share of the use that stands at another hour.
    """
    days = building.whole_workdays
    if not len(days):
        return dict.fromkeys(("shape", "flat", "peak"), float("nan"))
    shares = days / days.sum(axis=1, keepdims=True)
    usual = np.median(shares, axis=0)
    usual = usual / usual.sum()
    peaks = np.bincount(days.argmax(axis=1), minlength=_DAY).astype(np.float64)
    return {
        "shape": m.median(0.5 * np.abs(shares - usual).sum(axis=1)),
        "flat": m.entropy_bits(usual) / float(np.log2(_DAY)),
        "peak": m.entropy_bits(peaks),
    }


def level_steps(building: Building) -> float:
    """Steps of more than 15 % between the medians of successive four weeks, a year.

    Of workdays' totals, over a year or more; NaN of less.
    """
    blocks = len(building.hours) // _BLOCK_DAYS
    if blocks < _LEAST_BLOCKS:
        return float("nan")
    total = np.where(building.workday, building.hours.sum(axis=1), np.nan)
    cut = total[: blocks * _BLOCK_DAYS].reshape(blocks, _BLOCK_DAYS)
    levels = np.array([m.median(block) for block in cut])
    steps = np.abs(np.diff(np.log(levels))) > np.log1p(_LEVEL_STEP)
    return float(steps.sum()) * 365.25 / (blocks * _BLOCK_DAYS)


def between(one: Building, other: Building) -> dict[str, float]:
    """Correlation of two buildings' residuals over the same days, by hours and by days."""
    return {
        "between_hours": m.correlation(one.residual.ravel(), other.residual.ravel()),
        "between_days": m.correlation(one.days, other.days),
    }
