"""What changed, written with it for the live streams, numbered in the order of commits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from adapters.records.scoping import ScopedSession
from adapters.records.tables import ChangeRow

_LOCK = 0x6368616E6765
"""PostgreSQL's advisory lock of the numbers, 'change' as a number; one for all processes."""


def record_change(
    session: ScopedSession,
    *,
    kind: str,
    building: str,
    ref: str,
    at: int,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Tell the live streams, in the same transaction as what is told.

    Args:
        session: The one that changes it.
        kind: What it is: ``order``, ``finding``.
        building: Whose readers may know.
        ref: Its id.
        at: Run clock. [ms]
        payload: What a stream needs without asking again.
    """
    row = ChangeRow(kind=kind, building=building, ref=ref, at=at)
    row.payload = None if payload is None else dict(payload)
    session.add(row)


@event.listens_for(ScopedSession, "before_flush")
def _number_in_order(session: Session, _context: object, _instances: object) -> None:
    """Lets nobody number changes until this transaction ends.

    PostgreSQL gives numbers before it commits: a stream that has seen 8 would otherwise
    never ask for the 7 that was committed after it. SQLite has one writer anyway.
    """
    if any(isinstance(row, ChangeRow) for row in session.new):
        hold_numbers(session)


def hold_numbers(session: Session) -> None:
    """Nobody else numbers changes until this transaction ends; before any are written."""
    if session.get_bind().dialect.name == "postgresql":
        # A lock shows nobody any row: it may pass by what narrows a scoped session.
        Session.connection(session).execute(select(func.pg_advisory_xact_lock(_LOCK)))
