"""Quarter-hours of whole local days: what references, nights, days and bands are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from analytics.calendar import Calendar
from analytics.grid import Grid
from core.batch import Floats, Ints
from core.clock import DAY_MS, MINUTE_MS
from core.ports import ReadingStore
from core.quality import IntervalState, Quality
from core.quantity import Kind
from core.site import Site

QUARTER_MS = 15 * MINUTE_MS
_COVERED = 0.6
"""Least part of a quarter-hour that readings must cover: of 15 one-minute readings 9."""
_CHUNK_DAYS = 31
_EDGE_MS = DAY_MS
"""Read this far around a stretch, so that an interval at its edge has its neighbour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRows:
    """One local day of all points of the book.

    Attributes:
        grid: Its quarter-hours: 96, or 92 and 100 when the clocks change.
        rate: Registers as use an hour, gauges as means. (points, quarters)
    """

    grid: Grid
    rate: Floats


class Daybook:
    """Days of some points, read once and kept as long as references look back."""

    def __init__(
        self, site: Site, calendar: Calendar, store: ReadingStore, points: Sequence[int]
    ) -> None:
        self._site = site
        self._calendar = calendar
        self._store = store
        self._days: dict[date, DayRows] = {}
        self.points = sorted(set(points))
        self.row = {point: row for row, point in enumerate(self.points)}

    def grid(self, day: date) -> Grid:
        """The quarter-hours of a local day."""
        start = self._calendar.moment(day)
        end = self._calendar.moment(day + timedelta(days=1))
        return Grid(start=start, step=QUARTER_MS, count=(end - start) // QUARTER_MS)

    def days(self, days: Sequence[date]) -> list[DayRows]:
        """Whole days, read in few queries where they are not known yet."""
        missing = [day for day in days if day not in self._days]
        for chunk in _chunks(sorted(missing)):
            self._load(chunk)
        return [self._days[day] for day in days]

    def so_far(self, day: date, until: int) -> DayRows:
        """A day of which only the part up to ``until`` is complete; not kept."""
        if day in self._days:
            return self._days[day]
        grid = self.grid(day)
        return DayRows(grid=grid, rate=self._rates(grid, until))

    def forget(self, first: date, last: date) -> None:
        """These days changed: they are read again when asked for."""
        for day in [d for d in self._days if first <= d <= last]:
            del self._days[day]

    def prune(self, before: date) -> None:
        """Days that no reference looks back to any more."""
        for day in [d for d in self._days if d < before]:
            del self._days[day]

    def _load(self, days: Sequence[date]) -> None:
        whole = Grid(
            start=self._calendar.moment(days[0]),
            step=QUARTER_MS,
            count=(self._calendar.moment(days[-1] + timedelta(days=1))
                   - self._calendar.moment(days[0])) // QUARTER_MS,
        )  # fmt: skip
        rates = self._rates(whole, whole.end)
        for day in days:
            grid = self.grid(day)
            first = (grid.start - whole.start) // QUARTER_MS
            self._days[day] = DayRows(grid=grid, rate=rates[:, first : first + grid.count])

    def _rates(self, grid: Grid, until: int) -> Floats:
        """(points, quarters), NaN where readings do not cover a quarter-hour."""
        amount = np.zeros(len(self.points) * grid.count)
        covered = np.zeros(len(self.points) * grid.count)
        end = min(until, grid.end)
        for row, at, rate, length in (
            self._registers(grid.start, end), self._gauges(grid.start, end),
        ):  # fmt: skip
            row_, at_, rate_, length_ = _split(row, at, rate, length)
            column = grid.bins(at_)
            inside = (column >= 0) & (column < grid.count) & (at_ <= until)
            cell = row_[inside] * grid.count + column[inside]
            weight = length_[inside].astype(np.float64)
            amount += np.bincount(cell, weights=rate_[inside] * weight, minlength=len(amount))
            covered += np.bincount(cell, weights=weight, minlength=len(covered))
        with np.errstate(invalid="ignore", divide="ignore"):
            rates = np.where(covered >= _COVERED * grid.step, amount / covered, np.nan)
        return rates.reshape(len(self.points), grid.count)

    def _registers(self, start: int, end: int) -> tuple[Ints, Ints, Floats, Ints]:
        points = [p for p in self.points if self._site.points[p].kind is Kind.REGISTER]
        found = self._store.read_intervals(points, start - _EDGE_MS, end + _EDGE_MS)
        length = self._lengths(found.point, found.at)
        use = (found.state == IntervalState.MEASURED) & np.isfinite(found.value)
        hours = length[use] / (60 * MINUTE_MS)
        return self._rows(found.point[use]), found.at[use], found.value[use] / hours, length[use]

    def _gauges(self, start: int, end: int) -> tuple[Ints, Ints, Floats, Ints]:
        points = [p for p in self.points if self._site.points[p].kind is not Kind.REGISTER]
        # A coarse reading is the mean of the period before it, which may reach into the day.
        longest = max((self._site.points[p].period_s for p in points), default=0) * 1000
        rows = self._store.read(points, start, end + longest).rows if points else None
        if rows is None or not len(rows):
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing, np.zeros(0), nothing
        use = (rows.quality == Quality.GOOD) & np.isfinite(rows.value)
        length = self._periods(rows.point[use])
        return self._rows(rows.point[use]), rows.at[use], rows.value[use], length

    def _lengths(self, point: NDArray[np.int32], at: Ints) -> Ints:
        """Length of each interval: since the one before, or the nominal period."""
        periods = self._periods(point)
        before = np.zeros(len(at), dtype=np.int64)
        before[1:] = np.where(point[1:] == point[:-1], at[1:] - at[:-1], 0)
        near = (before > 0) & (before <= periods + periods // 2)
        return np.where(near, before, periods)

    def _periods(self, point: NDArray[np.int32]) -> Ints:
        periods = np.array([p.period_s for p in self._site.points], dtype=np.int64) * 1000
        chosen: Ints = periods[point]
        return chosen

    def _rows(self, point: NDArray[np.int32]) -> Ints:
        row_of = np.full(max(len(self._site.points), 1), -1, dtype=np.int64)
        row_of[np.array(self.points, dtype=np.int64)] = np.arange(len(self.points))
        rows: Ints = row_of[point]
        return rows


def _split(row: Ints, at: Ints, rate: Floats, length: Ints) -> tuple[Ints, Ints, Floats, Ints]:
    """Intervals longer than a quarter-hour as so many quarter-hours of the same rate."""
    parts = np.maximum(np.round(length / QUARTER_MS).astype(np.int64), 1)
    if not len(parts) or parts.max() == 1:
        return row, at, rate, np.minimum(length, QUARTER_MS)
    which = np.repeat(np.arange(len(parts)), parts)
    back = np.arange(len(which)) - np.repeat(np.cumsum(parts) - parts, parts)
    pieces = np.minimum(length // parts, QUARTER_MS)
    return row[which], at[which] - back * QUARTER_MS, rate[which], pieces[which]


def _chunks(days: Sequence[date]) -> list[list[date]]:
    chunks: list[list[date]] = []
    for day in days:
        follows = bool(chunks) and day - chunks[-1][-1] == timedelta(days=1)
        if follows and len(chunks[-1]) < _CHUNK_DAYS:
            chunks[-1].append(day)
        else:
            chunks.append([day])
    return chunks
