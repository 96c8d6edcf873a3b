"""Readings of many points on one grid, at once: means, extremes and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.grid import Grid
from core.batch import Bools, Columns, Floats, Ints
from core.quality import Quality
from core.quantity import Kind
from core.site import Site

INTERPOLATE_MS = 600_000
"""Gauges are interpolated over gaps up to this (domain sheet, gap policy). Longer, and a
trip of the fan is drawn over; none, and one lost message silences a rule for 5 minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binned:
    """Points × intervals.

    Attributes:
        grid: The intervals.
        row: Row of each point of the site; −1 where it is not here.
        mean: Of the good readings; NaN where there is none.
        low: Smallest good reading; NaN where there is none.
        high: Largest good reading; NaN where there is none.
        share: Good readings of those that were due, 0…1.
        rows: All readings, whatever their quality.
        beyond: Readings beyond the instrument's span.
    """

    grid: Grid
    row: Ints
    mean: Floats
    low: Floats
    high: Floats
    share: Floats
    rows: Floats
    beyond: Floats

    def rows_of(self, points: Ints) -> Ints:
        """Row of each point; −1 for a point that is −1 or not here."""
        rows: Ints = np.where(points >= 0, self.row[points], -1)
        return rows


def taken(table: Floats, rows: Ints) -> Floats:
    """Rows of a table, NaN where the row is −1. (…, times)"""
    found = table[rows]
    if (rows < 0).any():
        found[rows < 0] = np.nan
    return found


def binned(rows: Columns, points: Sequence[int], grid: Grid, site: Site) -> Binned:
    """Bins readings ordered by point and time; ``points`` ascending."""
    order = np.asarray(points, dtype=np.int64)
    row_of = np.full(max(len(site.points), 1), -1, dtype=np.int64)
    row_of[order] = np.arange(len(order))
    shape = (len(order), grid.count)
    row, column = row_of[rows.point], grid.bins(rows.at)
    inside = (row >= 0) & (column >= 0) & (column < grid.count)
    row, column, value = row[inside], column[inside], rows.value[inside]
    cell = row * grid.count + column
    good = (rows.quality[inside] == Quality.GOOD) & np.isfinite(value)
    with np.errstate(invalid="ignore"):
        outside = (value < site.span_low[order][row]) | (value > site.span_high[order][row])
    size = shape[0] * shape[1]
    counted = np.bincount(cell[good], minlength=size).astype(np.float64).reshape(shape)
    total = np.bincount(cell[good], weights=value[good], minlength=size).reshape(shape)
    low, high = _extremes(cell[good], value[good], size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(counted > 0, total / counted, np.nan)
    return Binned(
        grid=grid,
        row=row_of,
        mean=mean,
        low=low.reshape(shape),
        high=high.reshape(shape),
        share=np.minimum(counted / _due(site, order, grid)[:, None], 1.0),
        rows=np.bincount(cell, minlength=size).astype(np.float64).reshape(shape),
        beyond=np.bincount(cell[outside], minlength=size).astype(np.float64).reshape(shape),
    )


def filled(table: Floats, grid: Grid, holds: Bools) -> Floats:
    """Gaps up to :data:`INTERPOLATE_MS` filled: levels by a line, states as they were.

    Args:
        table: Points × intervals, NaN where missing.
        grid: Its intervals.
        holds: Which rows are states. (points,)
    """
    missing = np.isnan(table)
    if not missing.any():
        return table
    index = np.broadcast_to(np.arange(grid.count), table.shape)
    before = np.maximum.accumulate(np.where(missing, -1, index), axis=1)
    after = np.minimum.accumulate(np.where(missing, grid.count, index)[:, ::-1], axis=1)[:, ::-1]
    near = (before >= 0) & (after < grid.count)
    short = missing & near & ((after - before - 1) * grid.step <= INTERPOLATE_MS)
    rows, columns = np.nonzero(short)
    a, b = before[rows, columns], after[rows, columns]
    first, second = table[rows, a], table[rows, b]
    weight = np.where(holds[rows], 0.0, (columns - a) / (b - a))
    result = table.copy()
    result[rows, columns] = first + (second - first) * weight
    return result


def state_rows(site: Site, points: Sequence[int]) -> Bools:
    """Which of the points are states or commands, and so held and never interpolated."""
    return np.array([site.points[p].kind in {Kind.STATE, Kind.COMMAND} for p in points], dtype=bool)


def _due(site: Site, order: Ints, grid: Grid) -> Floats:
    periods = np.array([site.points[p].period_s for p in order], dtype=np.float64)
    due: Floats = np.maximum(grid.step / (1000.0 * np.maximum(periods, 1.0)), 1.0)
    return due


def _extremes(cell: Ints, value: Floats, size: int) -> tuple[Floats, Floats]:
    low, high = np.full(size, np.nan), np.full(size, np.nan)
    if len(cell):
        firsts = np.flatnonzero(np.r_[True, cell[1:] != cell[:-1]])
        low[cell[firsts]] = np.minimum.reduceat(value, firsts)
        high[cell[firsts]] = np.maximum.reduceat(value, firsts)
    return low, high
