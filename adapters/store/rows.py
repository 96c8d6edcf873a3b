"""Rows of several batches beside each other, as both stores take them in."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.batch import Batch, BatchName, Bools, Columns, Floats, Ints
from core.ports import RefusedRows
from core.quality import Quality
from core.quantity import Kind
from core.site import Site

FURTHEST_MS = 9_223_372_036_000
"""InfluxDB counts nanoseconds in 64 bits: 1677 to 2262. Both stores refuse what lies beyond."""

NO_ROWS = np.empty(0, np.int64)
"""The index of no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Readings with when they were received and where they stood in the call.

    Attributes:
        origin: Which of the call's batches each row came from. (n,) int32
        place: Row in that batch. (n,) int64
    """

    point: NDArray[np.int32]
    at: Ints
    value: Floats
    quality: NDArray[np.int8]
    received: Ints
    origin: NDArray[np.int32]
    place: Ints

    def __len__(self) -> int:
        return len(self.point)

    def keep(self, rows: Bools | Ints) -> Rows:
        """Only the rows that are true, or that are named by index."""
        return Rows(
            point=self.point[rows],
            at=self.at[rows],
            value=self.value[rows],
            quality=self.quality[rows],
            received=self.received[rows],
            origin=self.origin[rows],
            place=self.place[rows],
        )

    @staticmethod
    def joined(first: Rows, second: Rows) -> Rows:
        """The rows of both."""
        return Rows(
            point=np.concatenate([first.point, second.point]),
            at=np.concatenate([first.at, second.at]),
            value=np.concatenate([first.value, second.value]),
            quality=np.concatenate([first.quality, second.quality]),
            received=np.concatenate([first.received, second.received]),
            origin=np.concatenate([first.origin, second.origin]),
            place=np.concatenate([first.place, second.place]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one call of ``write`` asks for.

    Attributes:
        fresh: Stand whatever is stored; one row a (point, time).
        again: Are written only where the store has nothing; none of them is in ``fresh``.
        refused: Will never be stored.
    """

    fresh: Rows
    again: Rows
    refused: list[RefusedRows]


class Planner:
    """Sorts the rows of a call: those that stand, those that may only fill, refused ones.

    Args:
        ordered: Whether what stands is wanted by point, then time; else as it came.
    """

    def __init__(self, site: Site, *, ordered: bool = True) -> None:
        self._ordered = ordered
        self._whole = np.array(
            [p.kind in {Kind.STATE, Kind.COMMAND} for p in site.points], np.bool_
        )

    def plan(self, batches: Sequence[Batch], receipted: AbstractSet[BatchName]) -> Plan:
        """The outcome is the same as if each batch had been written alone, in this order."""
        rows = _flat(batches)
        refusals = self._refusals(rows)
        refused = refused_rows(batches, rows, refusals)
        if refusals:
            bad = np.zeros(len(rows), np.bool_)
            for mask, _ in refusals:
                bad |= mask
            rows = rows.keep(~bad)
        known = np.array([batch.name in receipted for batch in batches], np.bool_)
        if not known.any():
            fresh = last_of_each(rows, ordered=self._ordered)
            return Plan(fresh=fresh, again=rows.keep(NO_ROWS), refused=refused)
        old = known[rows.origin]
        fresh = last_of_each(rows.keep(~old), ordered=self._ordered)
        again = _first_batch_of_each(rows.keep(old))
        return Plan(fresh=fresh, again=again.keep(~within(again, fresh)), refused=refused)

    def _refusals(self, rows: Rows) -> list[tuple[Bools, str]]:
        fraction = self._whole[rows.point] & (rows.value != np.rint(rows.value))
        found = [
            (np.isinf(rows.value), "not_finite"),
            ((rows.at < -FURTHEST_MS) | (rows.at > FURTHEST_MS), "time_out_of_range"),
            (fraction & np.isfinite(rows.value), "not_whole"),
        ]
        return [(mask, reason) for mask, reason in found if mask.any()]


def refused_rows(
    batches: Sequence[Batch], rows: Rows, refusals: Sequence[tuple[Bools, str]]
) -> list[RefusedRows]:
    """The refused rows by batch and reason, as they stood in their batch."""
    refused: list[RefusedRows] = []
    for mask, reason in refusals:
        for origin in np.unique(rows.origin[mask]).tolist():
            place = rows.place[mask & (rows.origin == origin)]
            batch = batches[origin]
            refused.append(RefusedRows(batch.name, batch.rows.keep(place), reason))
    return refused


def last_of_each(rows: Rows, *, ordered: bool = True) -> Rows:
    """Of each (point, time) the last row; by point, then time, or else as they came."""
    order = np.lexsort((rows.at, rows.point))
    point, at = rows.point[order], rows.at[order]
    last = np.ones(len(order), np.bool_)
    last[:-1] = (point[1:] != point[:-1]) | (at[1:] != at[:-1])
    if ordered:
        return rows.keep(order[last])
    return rows if last.all() else rows.keep(np.sort(order[last]))


def within(some: Rows, others: Rows) -> Bools:
    """Which rows have a (point, time) that others have too."""
    if not len(some) or not len(others):
        return np.zeros(len(some), np.bool_)
    kinds = [("point", np.int32), ("at", np.int64)]
    keys = [np.empty(len(r), kinds) for r in (some, others)]
    for key, rows in zip(keys, (some, others), strict=True):
        key["point"], key["at"] = rows.point, rows.at
    return np.isin(keys[0], keys[1])


def _first_batch_of_each(rows: Rows) -> Rows:
    """Of each (point, time) the last row of the first batch that has it."""
    order = np.lexsort((rows.place, -rows.origin, rows.at, rows.point))
    return last_of_each(rows.keep(order))


def _flat(batches: Sequence[Batch]) -> Rows:
    sizes = [len(batch.rows) for batch in batches]
    joined = Columns.joined([batch.rows for batch in batches])
    value, quality = joined.value.copy(), joined.quality.copy()
    quality[np.isnan(value)] = Quality.BAD
    value[quality == Quality.BAD] = np.nan
    return Rows(
        point=joined.point,
        at=joined.at,
        value=value,
        quality=quality,
        received=np.repeat(np.array([b.received for b in batches], np.int64), sizes),
        origin=np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
        place=np.concatenate([NO_ROWS, *(np.arange(n, dtype=np.int64) for n in sizes)]),
    )
