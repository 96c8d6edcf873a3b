"""The readings next to a moment, found without reading the whole past."""

from __future__ import annotations

import numpy as np

from adapters.store.duck_database import Database, Table
from core.batch import Ints
from core.clock import DAY_MS, HOUR_MS

_WINDOWS_MS = (2 * HOUR_MS, 2 * DAY_MS, 60 * DAY_MS, 10**15)
"""Tried one after the other. Rows lie about in time order, so a narrow window reads little;
too narrow a first one would cost a second query for every quarter-hour meter, too wide a
one would read a day of everything for one neighbour."""

_BEFORE = """
SELECT * FROM reading WHERE series IN (SELECT unnest($series)) AND ts > $low AND ts <= $high
QUALIFY row_number() OVER (PARTITION BY series ORDER BY ts DESC) <= $most
"""
_AFTER = """
SELECT * FROM reading WHERE series IN (SELECT unnest($series)) AND ts > $low AND ts <= $high
QUALIFY row_number() OVER (PARTITION BY series ORDER BY ts) <= $most
"""


def before(database: Database, series: Ints, at: int, most: int) -> list[Table]:
    """The last ``most`` rows of each series with time ≤ ``at``, in pieces."""
    edges = database.newest
    left = series[edges.oldest[series] <= at]
    high = min(at, int(edges.newest[left].max())) if len(left) else at
    found: list[Table] = []
    for window in _WINDOWS_MS:
        if not len(left):
            break
        low = high - window
        rows = _asked(database, _BEFORE, left, low, high, most)
        done = _complete(rows, left, most) | (edges.oldest[left] > low)
        found.append(_of(rows, left[done]))
        left = left[~done]
    return found


def after(database: Database, series: Ints, at: int, most: int) -> list[Table]:
    """The first ``most`` rows of each series with time > ``at``, in pieces."""
    edges = database.newest
    left = series[edges.newest[series] > at]
    low = max(at, int(edges.oldest[left].min()) - 1) if len(left) else at
    found: list[Table] = []
    for window in _WINDOWS_MS:
        if not len(left):
            break
        high = low + window
        rows = _asked(database, _AFTER, left, low, high, most)
        done = _complete(rows, left, most) | (edges.newest[left] <= high)
        found.append(_of(rows, left[done]))
        left = left[~done]
    return found


def _asked(database: Database, sql: str, series: Ints, low: int, high: int, most: int) -> Table:
    return database.rows(sql, {"series": series, "low": low, "high": high, "most": most})


def _complete(rows: Table, series: Ints, most: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    ids, counts = np.unique(rows["series"], return_counts=True)
    return np.isin(series, ids[counts >= most])


def _of(rows: Table, series: Ints) -> Table:
    kept = np.isin(rows["series"], series)
    return {name: column[kept] for name, column in rows.items()}
