"""Receipts: which batches are durable, merged in a transaction that locks first."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.engine import insert_for
from adapters.records.scoping import ScopedSession
from adapters.records.source import Source
from adapters.records.tables import DiscardRow, ReceiptRow
from core.batch import BatchName
from core.clock import DAY_MS
from core.settled import Settled

OPEN_MS = 60 * DAY_MS
"""A boot of which nothing was heard for so long is not confirmed any more: twice the longest
that an outbox keeps anything, so that no row can still wait for it."""


class RecordReceipts:
    """Implements :class:`core.ports.Receipts`."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def known(self, names: Sequence[BatchName]) -> AbstractSet[BatchName]:
        """See the port."""
        with self._records.session(ALL, reading=True) as session:
            settled = _of(session, {name.gateway for name in names})
        return {
            name for name in names
            if settled.get(name.gateway, {}).get(name.boot, Settled()).covers(name.seq)
        }  # fmt: skip

    def settle(
        self, names: Sequence[BatchName], discarded: Sequence[tuple[str, str, int, int]] = ()
    ) -> Mapping[str, Mapping[str, Settled]]:
        """See the port."""
        ranges: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for name in names:
            ranges.setdefault((name.gateway, name.boot), []).append((name.seq, name.seq))
        for gateway, boot, first, last in discarded:
            ranges.setdefault((gateway, boot), []).append((first, last))
        if not ranges:
            return {}
        now = time.time_ns() // 1_000_000
        insert = insert_for(self._records.engine)
        with self._records.session(ALL) as session:
            session.execute(
                insert(ReceiptRow).on_conflict_do_nothing(),
                [{"gateway": g, "boot": b, "upto": 0, "seen": 0, "holes": [], "changed": now}
                 for g, b in sorted(ranges)],
            )  # fmt: skip
            for row in _rows(session, {g for g, _ in ranges}, lock=True):
                added = ranges.get((row.gateway, row.boot))
                if added:
                    _put(row, _settled(row).add_ranges(added), now)
            if discarded:
                session.execute(
                    insert(DiscardRow).on_conflict_do_nothing(),
                    [{"gateway": g, "boot": b, "first": first, "last": last}
                     for g, b, first, last in discarded],
                )  # fmt: skip
            session.flush()
            return _of(session, {g for g, _ in ranges}, since=now - OPEN_MS)

    def settled(self) -> Mapping[str, Mapping[str, Settled]]:
        """See the port."""
        since = time.time_ns() // 1_000_000 - OPEN_MS
        with self._records.session(ALL, reading=True) as session:
            return _of(session, None, since=since)


def _rows(
    session: ScopedSession, gateways: Iterable[str] | None, *, lock: bool = False, since: int = 0
) -> Sequence[ReceiptRow]:
    query = select(ReceiptRow).order_by(ReceiptRow.gateway, ReceiptRow.boot)
    if gateways is not None:
        query = query.where(ReceiptRow.gateway.in_(sorted(gateways)))
    if since:
        query = query.where(ReceiptRow.changed >= since)
    if lock:
        query = query.with_for_update()
    return session.scalars(query).all()


def _of(
    session: ScopedSession, gateways: Iterable[str] | None, *, since: int = 0
) -> dict[str, dict[str, Settled]]:
    found: dict[str, dict[str, Settled]] = {}
    for row in _rows(session, gateways, since=since):
        found.setdefault(row.gateway, {})[row.boot] = _settled(row)
    return found


def _settled(row: ReceiptRow) -> Settled:
    return Settled(upto=row.upto, seen=row.seen, holes=tuple((a, b) for a, b in row.holes))


def _put(row: ReceiptRow, settled: Settled, now: int) -> None:
    row.upto, row.seen, row.changed = settled.upto, settled.seen, now
    row.holes = [list(hole) for hole in settled.holes]
