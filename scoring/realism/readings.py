"""A site's readings as the series that the statistics are of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from core.batch import Bools, Columns, Floats, Ints
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.site import Site

_SATURDAY = 5
_READ_WITHIN_MS = MINUTE_MS
"""A meter is asked some seconds after the hour whose end its answer tells."""


class Readings:
    """Readings of some whole local days, by point.

    Args:
        site: Whose.
        start: Local midnight of the first day. [ms]
        days: How many, of 24 hours each.
    """

    def __init__(self, site: Site, start: int, days: int) -> None:
        self.site = site
        self._start, self._days = start, days
        self._parts: dict[int, list[tuple[Ints, Floats]]] = {}
        # One table for all asks: a statistic asks for the same series as its neighbour.
        self.last: Callable[..., Floats] = cache(self._last)

    def add(self, rows: Columns) -> None:
        """Takes readings up; those of other days are left out."""
        mine = (rows.at > self._start) & (rows.at <= self._start + self._days * DAY_MS)
        point, at, value = rows.point[mine], rows.at[mine], rows.value[mine]
        order = np.argsort(point, kind="stable")
        point, at, value = point[order], at[order], value[order]
        cuts = np.flatnonzero(np.diff(point)) + 1
        for one, when, what in zip(
            np.split(point, cuts), np.split(at, cuts), np.split(value, cuts), strict=True
        ):
            if len(one):
                self._parts.setdefault(int(one[0]), []).append((when, what))

    @property
    def dates(self) -> list[date]:
        """The local days."""
        zone = ZoneInfo(self.site.timezone)
        first = datetime.fromtimestamp(self._start / 1000, UTC).astimezone(zone).date()
        return [first + timedelta(days=k) for k in range(self._days)]

    @property
    def workday(self) -> Bools:
        """By day, whether the country works: weekends, holidays and make-up days."""
        free = holidays.country_holidays(self.site.country) if self.site.country else None
        return np.array(
            [
                free.is_working_day(d) if free is not None else d.weekday() < _SATURDAY
                for d in self.dates
            ]
        )

    @property
    def month(self) -> Ints:
        """By day."""
        return np.array([d.month for d in self.dates], np.int64)

    @property
    def yearday(self) -> Ints:
        """By day, from 1."""
        return np.array([d.timetuple().tm_yday for d in self.dates], np.int64)

    def has(self, point: str) -> bool:
        """Whether the site has the point and it said anything."""
        return self.site.index.get(point, -1) in self._parts

    def rows(self, point: str) -> tuple[Ints, Floats]:
        """Times [ms] and values in the order in which they came."""
        parts = self._parts.get(self.site.index[point], [])
        if not parts:
            return np.empty(0, np.int64), np.empty(0)
        return np.concatenate([a for a, _ in parts]), np.concatenate([v for _, v in parts])

    def minutes(self, point: str) -> Floats:
        """The last value of each minute. (days, 1440)"""
        return self.last(point, MINUTE_MS).reshape(self._days, -1)

    def hourly_mean(self, point: str) -> Floats:
        """Mean of each hour's minutes. (days, 24)"""
        by_minute = self.minutes(point).reshape(self._days, 24, 60)
        mean: Floats = by_minute.mean(axis=2)
        return mean

    def hourly_use(self, register: str) -> Floats:
        """What a register counted in each hour; NaN where that is not known. (days, 24)"""
        at_end = self.last(register, HOUR_MS, _READ_WITHIN_MS)
        steps = np.diff(at_end, prepend=np.nan)
        use: Floats = np.where(steps >= 0.0, steps, np.nan).reshape(self._days, 24)
        return use

    def hours_present(self, point: str) -> Bools:
        """Successive hours, true where a reading came."""
        present: Bools = np.isfinite(self.last(point, HOUR_MS))
        return present

    def _last(self, point: str, step: int, late: int = 0) -> Floats:
        """The last value of each step [ms], NaN where it has none; ``late`` [ms] is still in it."""
        made = np.full(self._days * DAY_MS // step, np.nan)
        at, value = self.rows(point)
        order = np.argsort(at, kind="stable")
        at, value = at[order], value[order]
        of = (at - self._start - 1 - late) // step
        made[of[of >= 0]] = value[of >= 0]
        return made
