"""The network between devices and edge: what it loses, repeats, holds back and dates wrongly."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.batch import Bools, Columns, Floats, Ints
from core.clock import DAY_MS, MINUTE_MS
from core.ports import PointSource
from core.site import Site

_POINT_SHIFT = 42
"""Bits that a time [ms] needs until the year 2109; above them stands the point's index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with one gateway's network for a time; several at once add up.

    Attributes:
        start: First reading's time that it acts on, UTC. [ms]
        end: From here on it does not. [ms]
        outage: Whether nothing comes through. What was measured comes when it ends
        backfill: if the devices remember it, and else never.
        loss: Share of readings that never come, 0…1.
        duplicates: Share that comes twice, 0…1.
        late_min: Mean of an exponential delay, so that readings overtake each other. [min]
        clock_s: How far the device's clock is ahead; a wrong time zone is whole hours. [s]
        clock_drift_s_d: How much further ahead it goes each day. [s/d]
    """

    start: int
    end: int
    outage: bool = False
    backfill: bool = True
    loss: float = 0.0
    duplicates: float = 0.0
    late_min: float = 0.0
    clock_s: float = 0.0
    clock_drift_s_d: float = 0.0


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


class Network:
    """A :class:`core.ports.PointSource` around another; without troubles it is the other.

    What happens to a reading depends on the seed, its point and its time alone, so that it is
    the same however time is cut. Rows are given in the order in which they come, which is not
    the order of their times where some are late. Thread-safe.

    Args:
        source: Where readings come from.
        site: For the points' names.
        seed: Of all chance.
        troubles: By gateway.
    """

    def __init__(
        self, source: PointSource, site: Site, seed: int, troubles: Mapping[str, Sequence[Trouble]]
    ) -> None:
        self._source, self._troubles = source, troubles
        self._key = np.array([_hashed(f"{seed}|{p.id}") for p in site.points], dtype=np.uint64)
        self._waiting: dict[str, tuple[Columns, Ints]] = {}
        self._passages: dict[str, Passage] = {}
        self._given: list[Ints] = []
        self._lock = threading.Lock()

    def read(self, gateway: str, until: int) -> Columns:
        """What has come from a gateway's points up to a time of the run, and was not given yet."""
        with self._lock:
            rows, due = self._carry(gateway, self._source.read(gateway, until))
            passage = self._passages.setdefault(gateway, Passage())
            held, held_due = self._waiting.get(gateway, (rows.keep(np.arange(0)), due[:0]))
            rows, due = Columns.joined([held, rows]), np.concatenate([held_due, due])
            come = due <= until
            order = np.lexsort((rows.point[come], rows.at[come], due[come]))
            self._waiting[gateway] = (rows.keep(~come), due[~come])
            given = rows.keep(come).keep(order)
            passage.given += len(given)
            passage.waiting = int(np.count_nonzero(~come))
            self._given.append((given.point.astype(np.int64) << _POINT_SHIFT) + given.at)
            return given

    def passages(self) -> Mapping[str, Passage]:
        """What became of the readings so far, by gateway that was read."""
        with self._lock:
            return dict(self._passages)

    def sent(self) -> int:
        """Distinct points and times that were handed to the edge; holds 8 bytes of each."""
        with self._lock:
            self._given = [np.unique(np.concatenate([np.zeros(0, np.int64), *self._given]))]
            return len(self._given[0])

    def _carry(self, gateway: str, rows: Columns) -> tuple[Columns, Ints]:
        """The rows that come at all, copies among them, and when each does. [ms]"""
        passage = self._passages.setdefault(gateway, Passage())
        passage.taken += len(rows)
        due, dated = rows.at.astype(np.int64), rows.at.astype(np.int64)
        gone = np.zeros(len(rows), np.bool_)
        twice = np.zeros(len(rows), np.bool_)
        for n, trouble in enumerate(self._troubles.get(gateway, ())):
            now = (rows.at >= trouble.start) & (rows.at < trouble.end)
            gone |= now & (self._chance(rows, f"loss{n}") < trouble.loss)
            gone |= now & (trouble.outage and not trouble.backfill)
            twice |= now & (self._chance(rows, f"twice{n}") < trouble.duplicates)
            if trouble.outage:
                due = np.where(now, np.maximum(due, trouble.end), due)
            late = -np.log1p(-self._chance(rows, f"late{n}")) * trouble.late_min * MINUTE_MS
            due = np.where(now, due + late.astype(np.int64), due)
            days = (rows.at - trouble.start) / DAY_MS
            ahead = (trouble.clock_s + trouble.clock_drift_s_d * days) * 1000.0
            dated = np.where(now, dated + np.rint(ahead).astype(np.int64), dated)
        return self._copied(passage, rows, (gone, twice), (due, dated))

    def _copied(
        self, passage: Passage, rows: Columns, fate: tuple[Bools, Bools], times: tuple[Ints, Ints]
    ) -> tuple[Columns, Ints]:
        gone, twice = fate
        due, dated = times
        copies = np.flatnonzero(twice & ~gone)
        passage.lost += int(np.count_nonzero(gone))
        passage.duplicated += len(copies)
        which = np.concatenate([np.flatnonzero(~gone), copies])
        told = Columns.of(rows.point[which], dated[which], rows.value[which], rows.quality[which])
        return told, due[which]

    def _chance(self, rows: Columns, purpose: str) -> Floats:
        """A uniform number 0…1 of each reading, its own for each purpose."""
        salt = np.uint64(_hashed(purpose))
        return _mixed(self._key[rows.point] ^ rows.at.astype(np.uint64) ^ salt)


def _hashed(words: str) -> int:
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest(), "little")


def _mixed(keys: NDArray[np.uint64]) -> Floats:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014), as a number 0…1."""
    z = keys + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    share: Floats = (z >> np.uint64(11)).astype(np.float64) / 2.0**53
    return share
