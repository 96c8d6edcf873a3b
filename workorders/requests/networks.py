"""From where those who work here do so: who rates their own work from there rates nothing."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from adapters.records.networks import WorkNetworkRow
from core.clock import DAY_MS, HOUR_MS

KEPT_MS = 30 * DAY_MS
"""Addresses are given anew; a longer memory leaves out strangers who have one by now."""
AGAIN_MS = HOUR_MS
"""Written down at most so often: each command of a crew comes from somewhere."""


def known(session: Session, login: str, mark: str, now: int) -> bool:
    """Whether it was noted lately that somebody works from an address. System time. [ms]"""
    row = session.get(WorkNetworkRow, (login, mark))
    return row is not None and now - row.seen < AGAIN_MS


def note(session: Session, login: str, mark: str, now: int) -> None:
    """Somebody works from an address; what is old goes. System time. [ms]"""
    old = (WorkNetworkRow.login == login) & (WorkNetworkRow.seen < now - KEPT_MS)
    session.execute(delete(WorkNetworkRow).where(old))
    session.merge(WorkNetworkRow(login=login, mark=mark, seen=now))


def theirs(session: Session, people: Collection[str], marks: Collection[str], now: int) -> bool:
    """Whether one of some people worked from one of some addresses lately. [ms]"""
    query = select(WorkNetworkRow.login).where(
        WorkNetworkRow.login.in_(sorted(people)),
        WorkNetworkRow.mark.in_(sorted(mark for mark in marks if mark)),
        WorkNetworkRow.seen >= now - KEPT_MS,
    )
    return session.scalars(query.limit(1)).first() is not None
