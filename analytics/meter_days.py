"""What the days of a register are made of: measured, estimated and how, suspect, missing.

Pure functions over the use of one register at a time. The store keeps a state by interval and
no method: which estimates rest on a person's guess follows from the decided events.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.batch import Bools, Floats, Intervals, Ints
from core.clock import HOUR_MS
from core.meters import Decision
from core.quality import WHOLE_DAY, IntervalState

ON_THE_WAY_MS = HOUR_MS
"""What was read within the last hour may still be on its way, so it is not due yet."""
JITTER = 1.5
"""A measured interval is at most so many periods long; the half is jitter of the reads."""
_SAME_RATE = 1e-6
"""Parts of one gap have the same use a time but for rounding."""


class Method(StrEnum):
    """How an estimate was made."""

    SPREAD = "spread"
    """A known difference, spread evenly over the time between two reads."""
    DECLARED = "declared"
    """Across a swap or reset whose closing or opening number nobody read off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """Intervals of one register in time order, with where they begin and how they came about.

    Attributes:
        start: UTC. (n,) [ms]
        end: UTC. (n,) [ms]
        value: Use, in the register's unit; NaN where unknown. (n,)
        state: Codes of :class:`core.quality.IntervalState`. (n,)
        declared: Estimates that rest on a person's guess; the others are spread. (n,)
        revision: Raised each time the interval is derived anew. (n,)
    """

    start: Ints
    end: Ints
    value: Floats
    state: NDArray[np.int8]
    declared: Bools
    revision: NDArray[np.int32]

    def method(self, i: int) -> Method | None:
        """Of one interval; nothing was estimated where it was measured or is unknown."""
        if self.state[i] != IntervalState.ESTIMATED:
            return None
        return Method.DECLARED if self.declared[i] else Method.SPREAD


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterDay:
    """One local day of one register: shares of what is due [1], and use in its unit.

    Attributes:
        start: Local midnight. UTC [ms]
        end: The next one. UTC [ms]
        due: Intervals that should be there by now: 96 quarter-hours of a whole day, 92 or 100
            where the clocks change.
        measured: Share between two good reads, a period apart.
        spread: Share estimated over gaps.
        declared: Share estimated across events that nobody read off.
        suspect: Share of which the use is unknown.
        missing: Share of which nothing came.
        use_measured: Use of the measured part.
        use_spread: Use of the part spread over gaps.
        use_declared: Use of the part that rests on a guess.
    """

    start: int
    end: int
    due: int
    measured: float
    spread: float
    declared: float
    suspect: float
    missing: float
    use_measured: float
    use_spread: float
    use_declared: float

    @property
    def estimated(self) -> float:
        """Share that was estimated, by any method. [1]"""
        return self.spread + self.declared

    @property
    def used(self) -> float:
        """All that is known of the day's use, in the register's unit."""
        return self.use_measured + self.use_spread + self.use_declared

    @property
    def is_whole(self) -> bool:
        """Whether it may stand in totals and beside other days; so, while nothing is due."""
        return self.due == 0 or self.measured >= WHOLE_DAY


def guesses(said: Iterable[Decision]) -> list[int]:
    """Times at which something happened to a register that nobody read off. UTC [ms]"""
    return [one.at for one in said if one.closing is not None and not one.exact]


def told(rows: Intervals, period: int, guessed: Sequence[int] = ()) -> Uses:
    """Where the intervals of one register begin, and which of them rest on a guess.

    Args:
        rows: Of one register, in time order, from before the time of interest on.
        period: Nominal time between its reads. [ms]
        guessed: As :func:`guesses` gives them. [ms]
    """
    end = rows.at
    start = end - period
    if len(end) > 1:
        # Intervals follow each other without a break, however long a gap made them; only a
        # measured one is never longer than its jitter lets it be.
        near = end[1:] - end[:-1] <= JITTER * period
        start[1:] = np.where(near | (rows.state[1:] != IntervalState.MEASURED), end[:-1], start[1:])
    return Uses(
        start=start, end=end, value=rows.value, state=rows.state, revision=rows.revision,
        declared=_declared(start, rows, guessed),
    )  # fmt: skip


def meter_days(uses: Uses, edges: Sequence[int], period: int, now: int) -> list[MeterDay]:
    """The days of one register.

    An interval that lies across midnight is divided between both days by time.

    Args:
        uses: Of the register, some time around the days too.
        edges: Local midnights, one more than days. UTC [ms]
        period: Nominal time between its reads. [ms]
        now: The run clock; nothing is due later than :data:`ON_THE_WAY_MS` before it. [ms]
    """
    edge = np.asarray(edges, np.int64)
    low, high = edge[:-1], edge[1:]
    done = np.minimum(high, now - ON_THE_WAY_MS)
    due = np.where(done == high, high - low, np.maximum(done - low, 0) // period * period)
    of, day = _pieces(uses, edge)
    begin, end = np.maximum(uses.start[of], low[day]), np.minimum(uses.end[of], high[day])
    covered = np.maximum(np.minimum(end, low[day] + due[day]) - begin, 0)
    value = uses.value[of] * (end - begin) / (uses.end[of] - uses.start[of])
    cell = day * len(_PARTS) + _part(uses)[of]
    # Divided once, after whole milliseconds were summed, so that nine tenths are nine tenths.
    shares = _sums(cell, covered, len(low)) / np.maximum(due, 1)[:, None]
    use = _sums(cell, np.where(np.isnan(value), 0.0, value), len(low))
    return [
        MeterDay(
            start=start, end=stop, due=max(round(due_ms / period), 1) if due_ms else 0,
            measured=share[0], spread=share[1], declared=share[2], suspect=share[3],
            missing=max(0.0, 1.0 - sum(share)) if due_ms else 0.0,
            use_measured=used[0], use_spread=used[1], use_declared=used[2],
        )
        for start, stop, due_ms, share, used in zip(
            low.tolist(), high.tolist(), due.tolist(), shares.tolist(), use.tolist(), strict=True
        )
    ]  # fmt: skip


def _pieces(uses: Uses, edge: Ints) -> tuple[Ints, Ints]:
    """Intervals cut at midnights: index of the interval, and of the day."""
    first = np.maximum(np.searchsorted(edge, uses.start, side="right") - 1, 0)
    last = np.minimum(np.searchsorted(edge, uses.end, side="left") - 1, len(edge) - 2)
    times = np.maximum(last - first + 1, 0)
    of = np.repeat(np.arange(len(times)), times)
    return of, first[of] + np.arange(len(of)) - np.repeat(np.cumsum(times) - times, times)


_PARTS = ("measured", "spread", "declared", "suspect")


def _part(uses: Uses) -> Ints:
    """Index into :data:`_PARTS` of each interval."""
    part = np.zeros(len(uses.state), np.int64)
    part[uses.state == IntervalState.ESTIMATED] = 1
    part[uses.declared] = 2
    part[uses.state == IntervalState.SUSPECT] = 3
    return part


def _sums(cell: Ints, weight: Floats | Ints, days: int) -> Floats:
    """Sums by day and part. (days, parts)"""
    summed = np.bincount(cell, weights=weight, minlength=days * len(_PARTS))
    return summed.astype(np.float64).reshape(days, len(_PARTS))


def _declared(start: Ints, rows: Intervals, guessed: Sequence[int]) -> Bools:
    """Estimates of a gap in which something was guessed: all parts of it are made of that."""
    end, estimated = rows.at, rows.state == IntervalState.ESTIMATED
    found = np.zeros(len(end), np.bool_)
    if not len(guessed) or not estimated.any():
        return found
    rate = rows.value / (end - start)
    same = np.isclose(rate[1:], rate[:-1], rtol=_SAME_RATE, atol=0.0)
    goes_on = estimated[1:] & estimated[:-1] & (start[1:] == end[:-1]) & same
    gap = np.concatenate([[0], np.cumsum(~goes_on)])
    for at in guessed:
        i = int(np.searchsorted(end, at, side="left"))
        if i < len(end) and start[i] < at and estimated[i]:
            found |= gap == gap[i]
    return found
