"""Health of gateways, as each said it last, and counts of what came from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.engine import insert_for
from adapters.records.scoping import ScopedSession
from adapters.records.source import Source
from adapters.records.tables import AuditRow, GatewayHealthRow
from core.health import GatewayNews

_COUNTS = ("twins", "batches", "readings", "quarantined", "duplicates", "discarded", "deferred")


class RecordGateways:
    """Implements :class:`core.health.GatewayBook`."""

    def __init__(self, records: Source) -> None:
        self._records = records

    def note(self, news: Sequence[GatewayNews]) -> None:
        """See the port."""
        if not news:
            return
        insert = insert_for(self._records.engine)
        with self._records.session(ALL) as session:
            for one in sorted(news, key=lambda one: one.gateway):
                session.execute(
                    insert(GatewayHealthRow)
                    .values(gateway=one.gateway, **dict.fromkeys(_COUNTS, 0))
                    .on_conflict_do_nothing()
                )
                _add(session, one)

    def all(self) -> Mapping[str, GatewayHealthRow]:
        """By gateway."""
        with self._records.session(ALL, reading=True) as session:
            return {row.gateway: row for row in session.scalars(select(GatewayHealthRow))}

    def audit(self, gateway: str, action: str, by: str, at: int) -> None:
        """Write down that somebody changed a gateway's credentials."""
        with self._records.session(ALL) as session:
            session.add(AuditRow(at=at, actor=by, action=f"gateway.{action}", detail=gateway))


def _add(session: ScopedSession, one: GatewayNews) -> None:
    query = select(GatewayHealthRow).where(GatewayHealthRow.gateway == one.gateway)
    row = session.scalars(query.with_for_update()).one()
    for name in _COUNTS:
        setattr(row, name, getattr(row, name) + getattr(one, name))
    if one.said is not None:
        row.said, row.said_at = msgspec.to_builtins(one.said), one.said_at
    if one.over_at is not None:
        row.over_at = max(row.over_at or 0, one.over_at)
    if one.clock_offset is not None:
        row.clock_offset = one.clock_offset
