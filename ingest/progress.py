"""How far each gateway's data goes, and which times must be judged again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.batch import Bools, Columns, Ints
from core.ports import GatewayProgress, LateRange
from core.site import Site
from ingest.arrival import Reported, Spoken
from ingest.use import Changed


@dataclass(frozen=True, slots=True)
class Placed:
    """Readings of one write that are stored.

    Attributes:
        owner: Index of its batch, a row each.
        backfill: Whether it was sent later than read, a row each.
    """

    rows: Columns
    owner: NDArray[np.int64]
    backfill: Bools


class Tracker:
    """Follows progress in memory; begins from what the records and the store say."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._newest = np.full(len(site.points), -1, np.int64)
        self._period = np.array([p.period_s * 1000 for p in site.points], dtype=np.int64)
        self._of: dict[str, GatewayProgress] = {}
        self._sent: dict[str, int] = {}

    def begin(self, known: Mapping[str, GatewayProgress], newest: Columns) -> None:
        """Take up what was known: progress by gateway, newest reading by point."""
        self._of = dict(known)
        self._newest[newest.point] = newest.at

    def heard(
        self, reported: Sequence[Reported], spoken: Sequence[Spoken], placed: Placed
    ) -> list[GatewayProgress]:
        """Progress of the gateways that these messages change."""
        before = dict(self._of)
        newest = _newest_of(len(reported), placed)
        for one, at in zip(reported, newest, strict=True):
            self._note(one, at)
        for word in spoken:
            self._note_word(word)
        return [p for g, p in self._of.items() if p is not before.get(g)]

    def late(self, placed: Placed, changed: Iterable[Changed]) -> list[LateRange]:
        """Ranges that may have been judged without what is stored now; a range a point.

        Late is what was not sent as it was read, or is not newer than what its point had:
        only the engine knows how far it has judged, and drops what it has not.
        """
        rows = placed.rows
        late = rows.keep(placed.backfill | (rows.at <= self._newest[rows.point]))
        np.maximum.at(self._newest, rows.point, rows.at)
        ranges: dict[int, tuple[int, int]] = {}
        for point, lo, hi in zip(*_ranges(late), strict=True):
            ranges[point] = (lo - int(self._period[point]), hi)
        return self._ranged(ranges, changed)

    def again(self, changed: Iterable[Changed]) -> list[LateRange]:
        """Ranges whose use was derived anew without any reading that came."""
        return self._ranged({}, changed)

    def _ranged(
        self, ranges: dict[int, tuple[int, int]], changed: Iterable[Changed]
    ) -> list[LateRange]:
        for change in changed:
            lo, hi = ranges.get(change.point, (change.start, change.end))
            ranges[change.point] = (min(lo, change.start), max(hi, change.end))
        return [
            LateRange(point=self._site.points[point].id, start=lo, end=hi)
            for point, (lo, hi) in sorted(ranges.items())
        ]

    def _progress(self, gateway: str) -> GatewayProgress:
        blank = GatewayProgress(gateway=gateway, newest=0, oldest_unsent=None, heard=0)
        return self._of.get(gateway, blank)

    def _note(self, reported: Reported, newest: int) -> None:
        gateway = reported.gateway
        if gateway not in self._site.gateways:
            return
        old = self._progress(gateway)
        sent = reported.sent_at
        # Redelivered, a message says what waited at the edge then, not now.
        current = sent is not None and sent >= self._sent.get(gateway, 0)
        if sent is not None and current:
            self._sent[gateway] = sent
        self._of[gateway] = GatewayProgress(
            gateway=gateway,
            newest=max(old.newest, min(newest, reported.received)),
            oldest_unsent=reported.oldest_unsent if current else old.oldest_unsent,
            heard=max(old.heard, reported.received),
            state=old.state,
        )

    def _note_word(self, word: Spoken) -> None:
        if word.gateway not in self._site.gateways:
            return
        old = self._progress(word.gateway)
        alive = not word.retained and word.state != "offline"
        unsent = old.oldest_unsent
        if word.health is not None and word.health.sent_at >= self._sent.get(word.gateway, 0):
            self._sent[word.gateway] = word.health.sent_at
            unsent = word.health.oldest_unsent
        self._of[word.gateway] = replace(
            old,
            state=word.state or old.state,
            oldest_unsent=unsent,
            heard=max(old.heard, word.received) if alive else old.heard,
        )


def _newest_of(batches: int, placed: Placed) -> list[int]:
    newest = np.zeros(batches, np.int64)
    np.maximum.at(newest, placed.owner, placed.rows.at)
    return newest.tolist()


def _ranges(rows: Columns) -> tuple[list[int], list[int], list[int]]:
    """Points, with their first and last time."""
    if not len(rows):
        return [], [], []
    order = np.lexsort((rows.at, rows.point))
    point, at = rows.point[order], rows.at[order]
    starts = np.flatnonzero(np.diff(point, prepend=-1))
    ends = np.append(starts[1:], len(point)) - 1
    return point[starts].tolist(), _ints(at[starts]), _ints(at[ends])


def _ints(values: Ints) -> list[int]:
    return [int(value) for value in values]
