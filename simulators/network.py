"""The network between devices and edge: what it loses, repeats, holds back and dates wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.batch import Bools, Columns, Floats, Ints
from core.clock import DAY_MS, MINUTE_MS
from core.site import Site
from simulators.lines import CLEAR, Line
from simulators.memory import Arrays
from simulators.physics.readings.chances import Chances

REMEMBERED_MS = 3 * DAY_MS
"""What devices keep while their line is down; older readings are overwritten. Three days are
what loggers of quarter-hours commonly hold of a minute's readings (chosen)."""
_FASTER = 60
"""Backfill comes so many times faster than it was measured: a day of it takes 24 minutes."""
_REPEAT_MIN = 2.0
"""A copy comes a mean of so much later: the sender waits before it sends again (chosen). [min]"""
_HELD = np.iinfo(np.int64).max
_NUMBERS = ("taken", "lost", "duplicated", "given")
_COLUMNS = ("point", "at", "value", "quality")


@dataclass(slots=True, kw_only=True)
class Passage:
    """What became of one gateway's readings: ``taken = lost + waiting + given - duplicated``.

    Attributes:
        taken: Read from the devices.
        lost: Of them, those that never come.
        duplicated: Copies beside the first.
        given: Handed to the edge, copies too.
        waiting: Not handed over yet, copies too.
    """

    taken: int = 0
    lost: int = 0
    duplicated: int = 0
    given: int = 0
    waiting: int = 0


@dataclass(slots=True, kw_only=True)
class _Way:
    """One gateway's readings under way, and when each is due [ms]."""

    parts: list[tuple[Columns, Ints]] = field(default_factory=list)
    passage: Passage = field(default_factory=Passage)

    def add(self, rows: Columns, due: Ints) -> None:
        """More of them."""
        self.parts.append((rows, due))
        self.passage.waiting += len(due)

    def all(self) -> tuple[Columns, Ints]:
        """All of them; changing what it gives changes what is due when."""
        if len(self.parts) == 1:
            return self.parts[0]
        rows = Columns.joined([part for part, _ in self.parts])
        due = np.concatenate([np.zeros(0, np.int64), *(when for _, when in self.parts)])
        self.parts = [(rows, due)]
        return rows, due

    def keep(self, which: Bools) -> None:
        """Only those that are true."""
        rows, due = self.all()
        self.parts = [(rows.keep(which), due[which])]
        self.passage.waiting = int(np.count_nonzero(which))

    def holds(self) -> bool:
        """Whether anything waits for the line."""
        return any(len(due) and bool((due == _HELD).any()) for _, due in self.parts)


class Network:
    """The lines of a site's gateways; without trouble they hand on what they are given.

    What happens to a reading depends on the seed, its point and its time alone, so that it is
    the same however time is cut. Bounded by what devices remember.

    Args:
        site: For the points' names.
        seed: Of all chance.
        gateways: Whose lines.
    """

    def __init__(self, site: Site, seed: int, gateways: Iterable[str]) -> None:
        self._chances = Chances(site, seed)
        self._ways = {gateway: _Way() for gateway in sorted(gateways)}

    def take(self, gateway: str, rows: Columns, line: Line, start: int) -> None:
        """Readings of a stretch in which a line does the same.

        Args:
            gateway: Whose.
            rows: What the devices measured, in time order.
            line: What happens on the way.
            start: Of the stretch: a line that is up again brings what was held from then on.
                [ms]
        """
        way = self._ways[gateway]
        if not line.down and way.holds():
            _release(way.all(), start)
        way.passage.taken += len(rows)
        if line == CLEAR:
            way.add(rows, rows.at)
        elif len(rows):
            way.add(*self._carried(way.passage, rows, line))
        if line.down:
            _forget(way)

    def give(self, gateway: str, until: int) -> tuple[Columns, Ints]:
        """What has come up to a time of the run and was not given yet, and when each came [ms].

        In the order in which they came, which is not that of their times where some are late.
        """
        way = self._ways[gateway]
        rows, due = way.all()
        come = due <= until
        if come.all():
            way.parts, way.passage.waiting = [], 0
        else:
            way.keep(~come)
            rows, due = rows.keep(come), due[come]
        if (np.diff(due) < 0).any() or (np.diff(rows.at) < 0).any():
            order = np.lexsort((rows.point, rows.at, due))
            rows, due = rows.keep(order), due[order]
        way.passage.given += len(rows)
        return rows, due

    def passages(self) -> Mapping[str, Passage]:
        """What became of the readings so far, by gateway."""
        return {gateway: way.passage for gateway, way in self._ways.items()}

    def memory(self) -> dict[str, Arrays]:
        """All that has to be kept to go on later, by gateway."""
        kept: dict[str, Arrays] = {}
        for gateway, way in self._ways.items():
            rows, due = way.all()
            numbers = np.array([getattr(way.passage, n) for n in _NUMBERS], np.int64)
            kept[gateway] = {c: getattr(rows, c) for c in _COLUMNS} | {
                "due": due.copy(), "passage": numbers,
            }  # fmt: skip
        return kept

    def remember(self, memory: Mapping[str, Arrays]) -> None:
        """Takes up what :meth:`memory` gave."""
        for gateway, way in self._ways.items():
            kept = memory[gateway]
            point, at, value, quality = (kept[c] for c in _COLUMNS)
            rows = Columns.of(
                point.astype(np.int32), at.astype(np.int64), value.astype(np.float64),
                quality.astype(np.int8),
            )  # fmt: skip
            way.parts = [(rows, kept["due"].astype(np.int64))]
            numbers = dict(zip(_NUMBERS, kept["passage"].tolist(), strict=True))
            way.passage = Passage(**numbers, waiting=len(rows))

    def share(self, other: Network, since: int) -> None:
        """Takes up what is under way in another, but for what was due by then [ms]."""
        self.remember(other.memory())
        for way in self._ways.values():
            way.keep(way.all()[1] > since)

    def _carried(self, passage: Passage, rows: Columns, line: Line) -> tuple[Columns, Ints]:
        """The rows that come at all, copies behind them, and when each is due. [ms]"""
        gone = self._chances.of(rows, "loss") < line.loss
        copied = np.flatnonzero(~gone & (self._chances.of(rows, "twice") < line.duplicates))
        passage.lost += int(np.count_nonzero(gone))
        passage.duplicated += len(copied)
        due = np.full(len(rows), _HELD) if line.down else self._due(rows, line)
        which = np.concatenate([np.flatnonzero(~gone), copied])
        due = due[which]
        if not line.down:
            due[len(which) - len(copied) :] += self._late(rows, "again", _REPEAT_MIN)[copied]
        dated = rows.at[which] + round(line.clock_s * 1000.0)
        return Columns.of(rows.point[which], dated, rows.value[which], rows.quality[which]), due

    def _due(self, rows: Columns, line: Line) -> Ints:
        return rows.at + self._late(rows, "late", line.late_min)

    def _late(self, rows: Columns, purpose: str, mean_min: float) -> Ints:
        delay: Floats = -np.log1p(-self._chances.of(rows, purpose)) * mean_min * MINUTE_MS
        return delay.astype(np.int64)


def _forget(way: _Way) -> None:
    """Overwrites what is older than devices remember."""
    rows, due = way.all()
    held = due == _HELD
    if held.any():
        old = held & (rows.at <= rows.at[held].max() - REMEMBERED_MS)
        way.passage.lost += int(np.count_nonzero(old))
        way.keep(~old)


def _release(waiting: tuple[Columns, Ints], start: int) -> None:
    """What was held comes one after the other, oldest first."""
    rows, due = waiting
    held = due == _HELD
    due[held] = start + (rows.at[held] - rows.at[held].min()) // _FASTER
