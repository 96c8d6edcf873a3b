"""Registers to use per interval, before the receipt (decision 0004).

Two ways to one answer. A register that goes on without doubt is derived from its last read
in memory and the rows of the write; everything else from what the store has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.batch import Columns, Intervals
from core.clock import DAY_MS
from core.meters import Crossing, Decision, Looked
from core.ports import ReadingStore
from core.quality import IntervalState
from ingest.rederive import good_reads, rederived
from ingest.registers import Rules, all_fit, linked
from ingest.spread import spread

APART_MS = DAY_MS
"""Changes farther apart are derived apart, so that one reading of ten years ago does not
make a write read ten years."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Where use of a point was derived again that stood already: ``(start, end]``. [ms]"""

    point: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Derived:
    """What a write did to the use of registers."""

    rows: int = 0
    suspect: int = 0
    resets: int = 0
    changed: tuple[Changed, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    looked: tuple[Looked, ...] = ()

    def __add__(self, other: Derived) -> Derived:
        return Derived(
            self.rows + other.rows,
            self.suspect + other.suspect,
            self.resets + other.resets,
            self.changed + other.changed,
            self.crossings + other.crossings,
            self.looked + other.looked,
        )


def _nobody(_points: Sequence[str] | None) -> Mapping[str, Sequence[Decision]]:
    return {}


_NO_CUTS = (np.empty(0, np.int32), np.empty(0, np.int64))


class Use:
    """Derives and writes use; remembers the last read of each register without trouble.

    Args:
        alone: Whether this is the only worker that writes to the store. With others each
            sees a part of the reads, so nothing in memory can be leaned on.
        said: What people decided of the events of registers; of all points where none are
            named. Asked for whenever the store is.
    """

    def __init__(
        self, rules: Rules, store: ReadingStore, *, alone: bool = True,
        said: Callable[[Sequence[str] | None], Mapping[str, Sequence[Decision]]] = _nobody,
    ) -> None:  # fmt: skip
        self._rules, self._store, self._alone, self._said = rules, store, alone, said
        self._index = {id_: i for i, id_ in enumerate(rules.ids)}
        self._coming: dict[int, list[int]] = {}
        n = len(rules.is_register)
        self._plain = np.zeros(n, np.bool_)
        self._at = np.zeros(n, np.int64)
        self._value = np.zeros(n, np.float64)

    def derive(self, rows: Columns, *, certain: bool = True) -> Derived:
        """Derive and write the use that the rows of one write change.

        Args:
            rows: Of any points, in the order in which they stand.
            certain: Whether all of them are in the store as given; not so after a
                redelivery or a refusal.

        Raises:
            Retryable: The store is away; calling again with the same rows is right.
        """
        rows = rows.keep(self._rules.is_register[rows.point])
        if not len(rows):
            return Derived()
        doubtful = self._doubtful(rows) if certain and self._alone else np.unique(rows.point)
        late = np.isin(rows.point, doubtful)
        done = self._go_on(rows.keep(~late))
        for points, lo, hi in _groups(rows.keep(late)):
            done += self._again(points, lo, hi)
        return done

    def hear(self) -> None:
        """Take up what people decided: reads that cross it later ask the store.

        Raises:
            Retryable: The records are away.
        """
        said = self._by_index(self._said(None))
        self._coming = {p: [d.at for d in what] for p, what in said.items()}

    def again(self, point: str, at: int) -> Derived:
        """Derive and write the use of one register around a time anew, after a decision.

        Raises:
            Retryable: As :meth:`derive`.
        """
        index = self._index.get(point)
        if index is None or not self._rules.is_register[index]:
            return Derived()
        return self._again(np.array([index], np.int32), at, at)

    def _doubtful(self, rows: Columns) -> NDArray[np.int32]:
        """Registers that memory and these rows alone cannot settle."""
        behind = ~self._plain[rows.point] | (rows.at <= self._at[rows.point])
        doubtful = np.unique(np.append(rows.point[behind], self._told(rows)))
        reads = self._behind_heads(rows.keep(~np.isin(rows.point, doubtful)))
        return np.union1d(doubtful, reads.point[~all_fit(reads, self._rules)])

    def _told(self, rows: Columns) -> NDArray[np.int32]:
        """Registers of which somebody said that something happens between their reads."""
        told = [
            p
            for p, times in self._coming.items()
            if any(((rows.point == p) & (rows.at >= t)).any() for t in times if t > self._at[p])
        ]
        return np.array(told, np.int32)

    def _behind_heads(self, rows: Columns) -> Columns:
        points = np.unique(rows.point)
        heads = Columns.of(points, self._at[points], self._value[points])
        return good_reads(Columns.joined([heads, rows]))

    def _go_on(self, rows: Columns) -> Derived:
        if not len(rows):
            return Derived()
        reads = self._behind_heads(rows)
        use = spread(reads, linked(reads, self._rules, {}), self._rules, _NO_CUTS)
        done = self._written(use)
        newest = np.append(np.flatnonzero(np.diff(reads.point)), len(reads) - 1)
        self._remember(reads.point[newest], reads.at[newest], reads.value[newest])
        return done

    def _again(self, points: NDArray[np.int32], lo: int, hi: int) -> Derived:
        self._plain[points] = False
        which = points.tolist()
        said = self._by_index(self._said([self._rules.ids[p] for p in which]))
        again = rederived(self._store, self._rules, which, lo, hi, said)
        done = self._written(again.rows)
        self._remember(again.tail_point, again.tail_at, again.tail_value)
        return done + Derived(resets=again.resets, crossings=again.crossings, looked=again.looked)

    def _by_index(self, said: Mapping[str, Sequence[Decision]]) -> dict[int, Sequence[Decision]]:
        index = self._index
        return {index[id_]: what for id_, what in said.items() if id_ in index}

    def _remember(
        self, point: NDArray[np.int32], at: NDArray[np.int64], value: NDArray[np.float64]
    ) -> None:
        self._plain[point], self._at[point], self._value[point] = True, at, value

    def _written(self, use: Intervals) -> Derived:
        if not len(use):
            return Derived()
        self._store.write_intervals(use)
        return Derived(
            rows=len(use),
            suspect=int((use.state == IntervalState.SUSPECT).sum()),
            changed=self._changed(use),
        )

    def _changed(self, use: Intervals) -> tuple[Changed, ...]:
        again = use.revision > 0
        point, at = use.point[again], use.at[again]
        return tuple(
            Changed(
                p,
                int(at[point == p].min() - self._rules.period[p]),
                int(at[point == p].max()),
            )
            for p in np.unique(point).tolist()
        )


def _groups(rows: Columns) -> list[tuple[NDArray[np.int32], int, int]]:
    """Points, first and last time of changes that lie near each other."""
    if not len(rows):
        return []
    order = np.argsort(rows.at, kind="stable")
    point, at = rows.point[order], rows.at[order]
    edges = np.flatnonzero(np.diff(at) > APART_MS) + 1
    return [
        (np.unique(p), int(a[0]), int(a[-1]))
        for p, a in zip(np.split(point, edges), np.split(at, edges), strict=True)
    ]
