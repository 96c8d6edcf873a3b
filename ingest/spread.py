"""Known differences to use by interval: measured where read in time, spread over gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.batch import Columns, Intervals, Ints
from core.quality import IntervalState
from ingest.registers import Links, Rules

GAP_PERIODS = 1.5
"""Reads farther apart than this many periods have a gap between them; the half is jitter."""
MOST_IN_GAP = 10_000
"""Intervals one gap is spread over, then over coarser ones: a year of quarter-hours is
35,000, and a clock that was once at 2001 must not write millions of rows."""

_KEY_BITS = 43
"""Times that validation lets in stay below 2^43 ms (the year 2248), which leaves room for a
million points: so point and time fit one number, which sorts and compares as both."""


def spread(
    reads: Columns, links: Links, rules: Rules, cuts: tuple[NDArray[np.int32], Ints]
) -> Intervals:
    """Use by interval of all reads that follow another.

    Args:
        reads: As given to :func:`ingest.registers.linked`.
        links: What it said.
        rules: By point index.
        cuts: Point and time of interval ends written earlier. Where one lies inside a gap
            it stays an end, so that nothing written before is counted twice.

    Returns:
        Ordered by point, then time; revision 0.
    """
    span = np.flatnonzero(links.before >= 0)
    ends = _key(reads.point[span], reads.at[span])
    begins = _key(reads.point[span], reads.at[links.before[span]])
    loose = np.flatnonzero(~links.counts)
    inner = np.union1d(_key(reads.point[loose], reads.at[loose]), _key(*cuts))
    inner = inner[~np.isin(inner, ends)]
    within = np.searchsorted(ends, inner)
    begins_at = np.append(begins, np.iinfo(np.int64).max)  # after the last end there is no span
    inside = begins_at[within] < inner
    owner = np.concatenate([np.arange(len(span)), within[inside]])
    key = np.concatenate([ends, inner[inside]])
    order = np.argsort(key, kind="stable")
    known = _filled(key[order], owner[order], begins, ends, (links, span), rules)
    waiting = loose[~np.isin(_key(reads.point[loose], reads.at[loose]), inner[inside])]
    return _ordered(known, reads, waiting)


def _filled(
    key: Ints,
    owner: Ints,
    begins: Ints,
    ends: Ints,
    of_spans: tuple[Links, NDArray[np.int64]],
    rules: Rules,
) -> Intervals:
    """Rows of the spans: one an end, more where there is a gap before it."""
    links, span = of_spans
    use, guessed = links.use[span], links.guessed[span]
    first = np.diff(owner, prepend=-1) != 0
    before = np.where(first, begins[owner], np.roll(key, 1))
    point = (key >> _KEY_BITS).astype(np.int32)
    period = rules.period[point]
    width = key - before
    missing = np.where(
        (width > GAP_PERIODS * period) & ~np.isnan(use[owner]), np.rint(width / period), 1
    ).astype(np.int64)
    coarse = -(-missing // MOST_IN_GAP)
    rows = np.maximum(-(-missing // coarse), 1)
    part = np.repeat(np.arange(len(key)), rows)
    nth = np.arange(len(part)) - np.repeat(np.cumsum(rows) - rows, rows) + 1
    step = (period * coarse)[part]
    low = before[part] + (nth - 1) * step
    last = nth == rows[part]
    high = np.where(last, key[part], before[part] + nth * step)
    of = owner[part]
    share = (high - low) / (ends - begins)[of]
    alone = (np.bincount(of, minlength=len(ends))[of] == 1) & ~guessed[of]
    state = np.where(
        np.isnan(use[of]),
        IntervalState.SUSPECT,
        np.where(alone, IntervalState.MEASURED, IntervalState.ESTIMATED),
    )
    return _intervals(high, use[of] * share, state)


def _ordered(known: Intervals, reads: Columns, waiting: NDArray[np.int64]) -> Intervals:
    """With the reads that nobody can place yet: their use is unknown, not absent."""
    key = np.concatenate(
        [_key(known.point, known.at), _key(reads.point[waiting], reads.at[waiting])]
    )
    value = np.concatenate([known.value, np.full(len(waiting), np.nan)])
    state = np.concatenate([known.state, np.full(len(waiting), IntervalState.SUSPECT, np.int8)])
    order = np.argsort(key, kind="stable")
    return _intervals(key[order], value[order], state[order])


def _intervals(key: Ints, value: NDArray[np.float64], state: NDArray[np.int8]) -> Intervals:
    return Intervals(
        point=(key >> _KEY_BITS).astype(np.int32),
        at=key & ((1 << _KEY_BITS) - 1),
        value=value,
        state=state.astype(np.int8),
        revision=np.zeros(len(key), np.int32),
    )


def _key(point: NDArray[np.int32], at: Ints) -> Ints:
    return (point.astype(np.int64) << _KEY_BITS) + at
