"""How readings move from one to the next within an interval: travel, turns, and scatter.

Means hide both a valve that swings and a sensor that jitters; what tells them is the way from
one reading to the next, and whether it goes on or comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.grid import Grid
from core.batch import Bools, Columns, Floats, Ints
from core.clock import MINUTE_MS
from core.quality import Quality
from core.site import Site

DEADBAND = 1.0
"""Moves up to this are no travel: an actuator rests within 1 % (domain sheet AC-14). [%]"""

_APART = 1.5
"""Readings farther apart than so many periods are no neighbours."""

_REST_MS = 30 * MINUTE_MS
"""Longest rest between a move and its turn; longer, and a verdict would hang on how far back
readings were read. [ms]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Points × intervals; a move belongs to the interval of its later reading.

    Attributes:
        travel: Sum of all moves beyond the dead band. [the point's unit]
        turns: How often such moves changed direction, with half an hour's rest or less between.
        scatter: Sum over pairs of neighbouring moves of one times the other, its sign turned:
            of readings that jitter about a level their variance a pair, of a level that moves
            on, however fast, nothing or less (Roll's estimator). [the unit squared]
        pairs: How many pairs.
    """

    travel: Floats
    turns: Floats
    scatter: Floats
    pairs: Floats


def moves(
    rows: Columns, points: Sequence[int], grid: Grid, site: Site, most: Floats | None = None
) -> Moves:
    """Moves of some points, of readings ordered by point and time.

    Args:
        rows: All readings.
        points: Indices, ascending.
        grid: The intervals.
        site: The model.
        most: What a move counts for in the scatter at most, by point; all of it without. A start
            or one reading far off is no jitter, however large. (points,)
    """
    order = np.asarray(points, dtype=np.int64)
    row_of = np.full(max(len(site.points), 1), -1, dtype=np.int64)
    row_of[order] = np.arange(len(order))
    use = row_of[rows.point] >= 0
    row, at, value = row_of[rows.point[use]], rows.at[use], rows.value[use]
    good = (rows.quality[use] == Quality.GOOD) & np.isfinite(value)
    row, at, value = row[good], at[good], value[good]
    apart = np.array([1000.0 * _APART * site.points[p].period_s for p in order])
    step = np.diff(value)
    near = (row[1:] == row[:-1]) & (np.diff(at) <= apart[row[1:]]) if len(row) else step > 0
    column = grid.bins(at)
    inside = (column >= 0) & (column < grid.count)
    table = _Table((len(order), grid.count), row * grid.count + column, inside)
    far = near & (np.abs(step) > DEADBAND)
    both = near[1:] & near[:-1]
    capped = step if most is None else np.clip(step, -most[row[1:]], most[row[1:]])
    return Moves(
        travel=table.sums(np.flatnonzero(far) + 1, np.abs(step[far])),
        turns=_turns(table, (row, at), step, np.flatnonzero(far)),
        scatter=table.sums(np.flatnonzero(both) + 2, -(capped[1:] * capped[:-1])[both]),
        pairs=table.sums(np.flatnonzero(both) + 2),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """Which cell each reading falls in."""

    shape: tuple[int, int]
    cell: Ints
    inside: Bools

    def sums(self, readings: Ints, weights: Floats | None = None) -> Floats:
        """What some readings add up to by cell; how many they are without weights."""
        here = self.inside[readings]
        total = np.bincount(
            self.cell[readings[here]],
            weights=None if weights is None else weights[here],
            minlength=self.shape[0] * self.shape[1],
        )
        return total.astype(np.float64).reshape(self.shape)


def _turns(table: _Table, read: tuple[Ints, Ints], step: Floats, far: Ints) -> Floats:
    """Moves that go the other way than the one before."""
    up, of, when = step[far] > 0, read[0][far], read[1][far]
    back = (up[1:] != up[:-1]) & (of[1:] == of[:-1]) & (np.diff(when) <= _REST_MS)
    return table.sums(far[1:][back] + 1)
