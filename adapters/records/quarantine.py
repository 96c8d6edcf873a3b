"""Quarantine: what was refused, with its payload and reason."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from adapters.records.base import ALL
from adapters.records.engine import clean, insert_for
from adapters.records.source import Source
from adapters.records.tables import QuarantineRow
from core.ports import Quarantined


class RecordQuarantine:
    """Implements :class:`core.ports.Quarantine`, and lists what is in it."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def keep(self, refused: Sequence[Quarantined]) -> None:
        """See the port."""
        if not refused:
            return
        insert = insert_for(self._records.engine)
        with self._records.session(ALL) as session:
            session.execute(
                insert(QuarantineRow).on_conflict_do_nothing(index_elements=["key"]),
                [_row(one) for one in refused],
            )

    def list(
        self, *, limit: int = 100, reason: str | None = None, gateway: str | None = None
    ) -> Sequence[QuarantineRow]:
        """The newest entries first."""
        query = select(QuarantineRow).order_by(QuarantineRow.id.desc()).limit(limit)
        if reason:
            query = query.where(QuarantineRow.reason == reason)
        if gateway:
            query = query.where(QuarantineRow.gateway == gateway)
        with self._records.session(ALL, reading=True) as session:
            return session.scalars(query).all()

    def show(self, id_: int) -> QuarantineRow | None:
        """One entry."""
        with self._records.session(ALL, reading=True) as session:
            return session.get(QuarantineRow, id_)

    def counts(self) -> Mapping[str, tuple[int, int]]:
        """Entries and readings by reason."""
        query = select(
            QuarantineRow.reason, func.count(), func.sum(QuarantineRow.readings)
        ).group_by(QuarantineRow.reason)
        with self._records.session(ALL, reading=True) as session:
            return {r: (n, int(readings or 0)) for r, n, readings in session.execute(query)}


def _row(one: Quarantined) -> dict[str, object]:
    name = one.name
    # A batch refused twice is one entry; what has no name is told apart by its payload.
    identity = f"{name.gateway}|{name.boot}|{name.seq}" if name else ""
    marks = (identity, one.topic, one.reason, one.point or "")
    digest = hashlib.blake2s("\0".join(clean(mark) for mark in marks).encode())
    if name is None:
        digest.update(one.payload)
        digest.update(str(one.received).encode())
    return {
        "key": digest.hexdigest(),
        "gateway": clean(one.gateway),
        "topic": clean(one.topic),
        "payload": bytes(one.payload),
        "reason": clean(one.reason),
        "detail": clean(one.detail),
        "readings": int(one.readings),
        "received": int(one.received),
        "boot": clean(name.boot) if name else None,
        "seq": int(name.seq) if name else None,
        "point": None if one.point is None else clean(one.point),
    }
