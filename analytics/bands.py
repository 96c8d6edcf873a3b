"""What is expected of a point at each quarter-hour, until a model knows better.

The median of its day type over the last four weeks, between P10 and P90, without the days
on which a case was open on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from analytics.calendar import Calendar
from analytics.daybook import QUARTER_MS, Daybook
from analytics.quantiles import quantiles
from core.batch import Bools, Floats
from core.finding import Finding, FindingState
from core.ports import ReadingStore
from core.quantity import Kind
from core.site import Point, Site

BAND_DAYS = 28
"""Four of each weekday; more, and the season lags behind, fewer, and one party is the norm."""

LEAST_DAYS = 3
"""Days of a type below which nothing is expected yet."""

ROLES = frozenset(
    {
        "power",
        "heat_power",
        "flow",
        "hw_flow",
        "zone_temp",
        "energy",
        "volume",
        "gas_volume",
        "heat",
    }
)
"""What people compare with the usual. Commands and setpoints follow no usual."""

_LEVEL_OF = {"energy": "power", "heat": "heat_power", "volume": "flow"}
_SHARES = (0.1, 0.5, 0.9)
_QUARTERS = 96


class Bands:
    """Writes, once a local day, what is expected of that day."""

    def __init__(self, site: Site, calendar: Calendar, store: ReadingStore) -> None:
        self._site, self._calendar, self._store = site, calendar, store
        points = [i for i, point in enumerate(site.points) if _drawn(site, point)]
        self._book = Daybook(site, calendar, store, points)
        self._written: date | None = None

    def write(self, now: int, findings: Iterable[Finding]) -> None:
        """Writes the bands of the present local day, if they are not written yet."""
        today = self._calendar.day_of(now + 1)
        if today == self._written or not self._book.points:
            return
        days = [today - timedelta(days=n) for n in range(BAND_DAYS, 0, -1)]
        table = np.array([_padded(rows.rate) for rows in self._book.days(days)])
        usable = self._usable(days, today, list(findings))
        low, mid, high = quantiles(np.where(usable[:, :, None], table, np.nan), _SHARES, LEAST_DAYS)
        for row, point in enumerate(self._book.points):
            self._write(point, today, (low[row], mid[row], high[row]))
        self._book.prune(days[0])
        self._written = today

    def forget(self, first: date, last: date) -> None:
        """These days changed."""
        self._book.forget(first, last)

    def _write(self, point: int, today: date, bands: tuple[Floats, Floats, Floats]) -> None:
        start = self._calendar.moment(today)
        known = self._site.points[point]
        quarters = max(1, round(known.period_s * 1000 / QUARTER_MS))
        # A register is drawn by its use in an interval; the book holds use an hour.
        factor = quarters * 0.25 if known.kind is Kind.REGISTER else 1.0
        stamps = np.arange(quarters, _QUARTERS + 1, quarters)
        drawn = [
            band[: _QUARTERS // quarters * quarters].reshape(-1, quarters).mean(axis=1) * factor
            for band in bands
        ]
        there = np.isfinite(drawn[1])
        if there.any():
            at = (start + stamps[there] * QUARTER_MS).tolist()
            low, mid, high = (band[there].tolist() for band in drawn)
            self._store.write_expected(point, at, low, mid, high)

    def _usable(self, days: Sequence[date], today: date, findings: list[Finding]) -> Bools:
        """Days of today's type without a case. (days, points)"""
        usable = np.zeros((len(days), len(self._book.points)), dtype=np.bool_)
        starts = np.array([self._calendar.moment(day) for day in days])
        for column, point in enumerate(self._book.points):
            scope = self._site.points[point].equipment
            alike = self._calendar.workday(today, scope)
            usable[:, column] = [self._calendar.workday(day, scope) == alike for day in days]
            for start, end in _cases(self._site.points[point].id, findings):
                usable[:, column] &= (starts >= end) | (starts + 96 * QUARTER_MS <= start)
        return usable


def _drawn(site: Site, point: Point) -> bool:
    """Levels and use that people compare; of a meter that gives both, the level."""
    level = _LEVEL_OF.get(point.role.id)
    return point.role.id in ROLES and level not in site.points_of(point.equipment)


def _cases(point: str, findings: Sequence[Finding]) -> list[tuple[int, float]]:
    return [
        (f.onset, float("inf") if f.cleared is None else f.cleared)
        for f in findings
        if f.state is not FindingState.WITHDRAWN and point in f.evidence.points
    ]


def _padded(rate: Floats) -> Floats:
    """96 quarter-hours, whatever the clocks did that day."""
    if rate.shape[1] >= _QUARTERS:
        return rate[:, :_QUARTERS]
    return np.pad(rate, ((0, 0), (0, _QUARTERS - rate.shape[1])), constant_values=np.nan)
