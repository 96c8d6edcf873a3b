"""Use derived from what the store has, where memory alone cannot tell.

The first time after a start, late data, a fall, a jump, a redelivery: the reads around the
change are fetched once for all its registers, and only rows that come out otherwise than
they stand are written, one revision up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.batch import Bools, Columns, Floats, Intervals, Ints, Stored
from core.clock import DAY_MS
from core.meters import Crossing, Looked
from core.ports import ReadingStore
from core.quality import IntervalState, Quality
from ingest.crossings import crossings
from ingest.registers import (
    MOST_PENDING,
    UNSAID,
    Links,
    Rules,
    Said,
    linked,
    near_rollover,
)
from ingest.spread import spread

CONTEXT = 2 * MOST_PENDING
"""Reads fetched on each side of a change: after at most :data:`MOST_PENDING` good ones the
level is certain, whatever the first of them was."""
_WIDER = (1, 8, 64, 512)
"""Where a device said *no value* for hours, the good reads lie farther back."""
OWN_PAST_MS = 30 * DAY_MS
"""How much of its past says what a register usually uses: long enough for weekends and a
holiday; with a year, winter would excuse anything in summer."""
OWN_LEAST = 24
"""Measured intervals without which the past of a register says nothing."""
_USUAL_PERCENT = 99
_ALL_TIME = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Again:
    """What a second look at some registers gave.

    Attributes:
        rows: Use that differs from what stands, revisions set.
        resets: New segments that begin in the looked-at time.
        crossings: These, and the rollovers of that time.
        looked: By register, where nothing else of that kind can be.
        tail_point: Registers whose newest read was seen and has no doubt.
        tail_at: Its time. [ms]
        tail_value: Its total.
    """

    rows: Intervals
    resets: int
    crossings: tuple[Crossing, ...]
    looked: tuple[Looked, ...]
    tail_point: NDArray[np.int32]
    tail_at: Ints
    tail_value: Floats


def rederived(
    store: ReadingStore, rules: Rules, points: list[int], lo: int, hi: int,
    said: Said = UNSAID,
) -> Again:  # fmt: skip
    """Derive the use of some registers anew where reads of ``lo <= at <= hi`` changed.

    Args:
        store: What is derived from.
        rules: By point index.
        points: Whose use.
        lo: First time that changed. [ms]
        hi: Last one. [ms]
        said: What people decided of these registers.

    Raises:
        Retryable: The store is away.
    """
    before, _ = _enough(points, lambda which, most: store.read_before(which, lo - 1, most))
    after, cut_off = _enough(points, lambda which, most: store.read_after(which, hi, most))
    inside = store.read(points, lo - 1, hi).rows
    reads = good_reads(Columns.joined([before, inside, after]))
    first = min(int(reads.at.min()), lo - 1) if len(reads) else lo - 1
    last = max(int(reads.at.max()), hi) if len(reads) else hi
    standing = store.read_intervals(points, first, last)
    usual = _usual(store, near_rollover(reads, rules), lo)
    links = linked(reads, rules, usual, said)
    derived = spread(reads, links, rules, (standing.point, standing.at))
    early = reads.keep(reads.at < lo)
    left = _certain(early, linked(early, rules, usual, said))
    right = {p: at for p, at in _certain(reads, links).items() if p in cut_off}
    tail = _tail(reads, links, cut_off)
    beyond = reads.at > _by_point(left, reads.point, -1)
    sure = beyond & (reads.at <= _by_point(right, reads.point, _ALL_TIME))
    return Again(
        rows=_differing(_between(derived, left, right), _between(standing, left, right)),
        resets=int((links.begins & beyond).sum()),
        crossings=crossings(reads, links, rules, usual, sure),
        looked=tuple(
            Looked(point=rules.ids[p], after=left.get(p, -1), until=right.get(p, _ALL_TIME))
            for p in points
        ),
        tail_point=reads.point[tail],
        tail_at=reads.at[tail],
        tail_value=reads.value[tail],
    )


def good_reads(rows: Columns) -> Columns:
    """Ordered by point, then time; of one time the last given; only what proves something."""
    order = np.lexsort((rows.at, rows.point))
    ordered = rows.keep(order)
    n = len(ordered)
    same = np.zeros(n, np.bool_)
    same[: n - 1] = (ordered.point[1:] == ordered.point[:-1]) & (ordered.at[1:] == ordered.at[:-1])
    return ordered.keep(~same & (ordered.quality == Quality.GOOD) & ~np.isnan(ordered.value))


def _enough(
    points: list[int], fetch: Callable[[list[int], int], Stored]
) -> tuple[Columns, set[int]]:
    """Reads on one side, and the points of which there are more than were fetched."""
    parts: list[Columns] = []
    cut_off: set[int] = set()
    short = points
    for wider in _WIDER:
        rows = fetch(short, CONTEXT * wider).rows
        found = np.bincount(rows.point, minlength=1)
        good = np.bincount(rows.point[rows.quality == Quality.GOOD], minlength=len(found))
        full = {p for p in short if p < len(found) and found[p] >= CONTEXT * wider}
        again = [p for p in full if good[p] < MOST_PENDING] if wider != _WIDER[-1] else []
        parts.append(rows.keep(~np.isin(rows.point, again)))
        cut_off |= full - set(again)
        short = sorted(again)
        if not short:
            break
    return Columns.joined(parts), cut_off


def _usual(store: ReadingStore, points: NDArray[np.int32], at: int) -> Mapping[int, float]:
    if not len(points):
        return {}
    past = store.read_intervals(points.tolist(), at - OWN_PAST_MS, at)
    measured = past.state == IntervalState.MEASURED
    own = {int(p): past.value[measured & (past.point == p)] for p in points}
    return {
        p: float(np.percentile(use, _USUAL_PERCENT))
        for p, use in own.items()
        if len(use) >= OWN_LEAST
    }


Edge = Mapping[int, int]
"""A time by point; absent is without limit. [ms]"""


def _certain(reads: Columns, links: Links) -> Edge:
    """The last read of each point that counts: what comes later cannot change what it means."""
    sure = np.flatnonzero(links.counts)
    return dict(zip(reads.point[sure].tolist(), reads.at[sure].tolist(), strict=True))


def _by_point(edge: Edge, point: NDArray[np.int32], without: int) -> Ints:
    return np.array([edge.get(p, without) for p in point.tolist()], dtype=np.int64)


def _between(rows: Intervals, left: Edge, right: Edge) -> Intervals:
    after = rows.at > _by_point(left, rows.point, -1)
    return _kept(rows, after & (rows.at <= _by_point(right, rows.point, _ALL_TIME)))


def _kept(rows: Intervals, which: Bools) -> Intervals:
    return Intervals(
        point=rows.point[which],
        at=rows.at[which],
        value=rows.value[which],
        state=rows.state[which],
        revision=rows.revision[which],
    )


def _differing(derived: Intervals, standing: Intervals) -> Intervals:
    """Rows to write: new, changed, and unknown where nothing explains what stands."""
    stands = {
        key: i
        for i, key in enumerate(zip(standing.point.tolist(), standing.at.tolist(), strict=True))
    }
    keys = list(zip(derived.point.tolist(), derived.at.tolist(), strict=True))
    match = np.array([stands.pop(key, -1) for key in keys], dtype=np.int64)
    old = match >= 0
    revision = np.zeros(len(derived), np.int32)
    revision[old] = standing.revision[match[old]] + 1
    same = np.zeros(len(derived), np.bool_)
    same[old] = (derived.state[old] == standing.state[match[old]]) & np.isclose(
        derived.value[old], standing.value[match[old]], rtol=1e-9, atol=1e-9, equal_nan=True
    )
    orphan = np.array([i for i in stands.values() if not np.isnan(standing.value[i])], np.int64)
    return Intervals(
        point=np.concatenate([derived.point[~same], standing.point[orphan]]),
        at=np.concatenate([derived.at[~same], standing.at[orphan]]),
        value=np.concatenate([derived.value[~same], np.full(len(orphan), np.nan)]),
        state=np.concatenate(
            [derived.state[~same], np.full(len(orphan), IntervalState.SUSPECT, np.int8)]
        ),
        revision=np.concatenate([revision[~same], standing.revision[orphan] + 1]).astype(np.int32),
    )


def _tail(reads: Columns, links: Links, cut_off: set[int]) -> NDArray[np.int64]:
    """Index of each register's newest read, where it counts and nothing lies behind it."""
    if not len(reads):
        return np.empty(0, np.int64)
    newest: NDArray[np.int64] = np.append(np.flatnonzero(np.diff(reads.point)), len(reads) - 1)
    sound = links.counts[newest] & (links.owed[newest] == 0.0)
    certain = sound & ~np.isin(reads.point[newest], sorted(cut_off))
    tail: NDArray[np.int64] = newest[certain]
    return tail
