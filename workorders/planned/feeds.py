"""Keys by which a calendar program reads planned work, and what each of them shows.

A key reads one person's work, or a trade's, and changes nothing. What it shows follows the
person's account as it is then: who leaves, or may see less, shows no more by an old address.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.records.base import scope_of
from adapters.records.planned import FeedKey
from core.actor import Actor
from core.words import Role, Text, Trade
from workorders.book import Book
from workorders.people import serves
from workorders.planned.looking import Entry, Looking
from workorders.refusals import absent, forbidden, invalid

MOST_KEYS = 10
"""Of one person at a time: one for each of their devices, and some to spare."""
_PREFIX = "prc_"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A key without its secret. System time. [ms]

    Attributes:
        trade: Of a crew; empty for a person's own.
    """

    id: int
    login: str
    trade: str
    made_at: int


def make(session: Session, actor: Actor, trade: str) -> str:
    """A new key, told once.

    Raises:
        Refused: ``invalid`` where there is no such trade; ``conflict`` where there are enough.
    """
    if trade and trade not in set(Trade):
        raise invalid(Text("There is no such trade."), "trade")
    if len(of(session, actor)) >= MOST_KEYS:
        raise invalid(Text("{most} calendars are enough; end one of them first.",
                           {"most": MOST_KEYS}), "trade")  # fmt: skip
    secret = _PREFIX + secrets.token_urlsafe(32)
    session.add(
        FeedKey(login=actor.login, trade=trade, secret=_hash(secret), made_at=_now(),
                revoked_at=None)
    )  # fmt: skip
    return secret


def of(session: Session, actor: Actor) -> list[KeyView]:
    """The keys of a person that still read; of everybody for an admin."""
    mine = select(FeedKey).where(FeedKey.revoked_at.is_(None))
    if actor.role is not Role.ADMIN:
        mine = mine.where(FeedKey.login == actor.login)
    return [
        KeyView(id=row.id, login=row.login, trade=row.trade, made_at=row.made_at)
        for row in session.scalars(mine.order_by(FeedKey.id))
    ]


def revoke(session: Session, actor: Actor, id_: int) -> None:
    """It reads nothing any more, from now on.

    Raises:
        Refused: ``absent`` where it is none of theirs.
    """
    row = session.get(FeedKey, id_)
    if row is None or (row.login != actor.login and actor.role is not Role.ADMIN):
        raise absent()
    if row.revoked_at is None:
        row.revoked_at = _now()


def by_secret(session: Session, secret: str) -> tuple[str, str] | None:
    """Log-in and trade of a key that still reads."""
    if not secret.startswith(_PREFIX):
        return None
    row = session.scalars(select(FeedKey).where(FeedKey.secret == _hash(secret))).one_or_none()
    return (row.login, row.trade) if row is not None and row.revoked_at is None else None


def shown(looking: Looking, book: Book, actor: Actor, trade: str) -> list[Entry]:
    """What a key shows: a crew's work, or a person's: what is theirs and what could be.

    Args:
        looking: Within the scope of the actor.
        book: The same session's.
        actor: Whose key it is.
        trade: Of the crew; empty for the person's own.

    Raises:
        Refused: ``forbidden`` where the person is gone.
    """
    person = book.office.duty.person(actor.login)
    if person is None:
        raise forbidden()
    past = [e for e in looking.occurrences(days=_PAST_DAYS) if e.done_at is not None]
    every = [*past, *looking.entries(scope_of(actor.buildings))]
    if trade:
        return [e for e in every if e.trade == trade]
    return [
        e for e in every
        if e.person == actor.login or (not e.person and serves(person, e.trade, e.building))
        or (actor.role is not Role.TECHNICIAN and not person.trades)
    ]  # fmt: skip


_PAST_DAYS = 60
"""What was done stays in the calendar for so long. [d]"""


def _now() -> int:
    return time.time_ns() // 1_000_000


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
