"""A contractor's link: opens one order, on one phone, for a time; nothing else.

The address alone changes nothing, since chat programs fetch what is sent through them: only the
code, told by another way, binds it to the phone on which it is typed.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import select

from adapters.records.orders import Order
from adapters.records.work import ContractorLink
from core.clock import DAY_MS
from core.words import OrderState, Text
from workorders.book import Book
from workorders.refusals import OrderRefused, invalid

LONGEST_MS = 14 * DAY_MS
"""A link lives no longer: a contract goes on, a chat message stays readable for ever."""
MOST_FAILURES = 5
"""Wrong codes before a link is dead: of a million codes that leaves one chance in 200,000."""


@dataclass(frozen=True, slots=True)
class Made:
    """Told once: the secret that the address ends with, and the code."""

    secret: str
    code: str


def make(book: Book, order: Order, by: str, expires_at: int) -> Made:
    """A new link for the firm that has the order; older ones end.

    Raises:
        Refused: ``invalid`` where no contractor has it, or it would live too long.
    """
    person = book.office.duty.person(order.assignee or "")
    if person is None or not person.firm:
        raise invalid(Text("Give the order to a contractor first."), "assignee")
    if not book.now < expires_at <= book.now + LONGEST_MS:
        raise invalid(Text("A link ends within 14 days; say when."), "until")
    revoke(book, order)
    made = Made(secrets.token_urlsafe(32), f"{secrets.randbelow(1_000_000):06d}")
    book.session.add(
        ContractorLink(
            order_id=order.id, building=order.building, login=person.login,
            secret=hashed(made.secret), code=_code(made.secret, made.code), made_by=by,
            made_at=book.now, expires_at=expires_at, failures=0, person="",
        )
    )  # fmt: skip
    return made


def bind(book: Book, link: ContractorLink, secret: str, code: str, person: str) -> str | None:
    """The cookie of the phone on which the right code was typed; None for a wrong one.

    Raises:
        Refused: ``conflict`` where the link is bound to another phone.
    """
    if link.bound is not None:
        raise OrderRefused(Text("This link is in use on another phone."), code="conflict")
    if not hmac.compare_digest(link.code, _code(secret, code.strip())):
        link.failures += 1
        if link.failures >= MOST_FAILURES:
            link.revoked_at = book.now
        return None
    cookie = secrets.token_urlsafe(32)
    link.bound, link.bound_at, link.person = hashed(cookie), book.now, person.strip()[:120]
    return cookie


def by_secret(book: Book, secret: str) -> ContractorLink | None:
    """A link that still holds, by what its address ends with."""
    query = select(ContractorLink).where(ContractorLink.secret == hashed(secret))
    return _living(book, book.session.scalars(query).one_or_none())


def by_cookie(book: Book, cookie: str) -> ContractorLink | None:
    """A link that still holds, by the phone that it is bound to."""
    query = select(ContractorLink).where(ContractorLink.bound == hashed(cookie))
    return _living(book, book.session.scalars(query).one_or_none())


def revoke(book: Book, order: Order) -> None:
    """Every link to an order ends: it belongs to somebody else now."""
    mine = select(ContractorLink).where(
        ContractorLink.order_id == order.id, ContractorLink.revoked_at.is_(None)
    )
    for link in book.session.scalars(mine):
        link.revoked_at = book.now


def of(book: Book, order: Order) -> list[ContractorLink]:
    """All links that there ever were, the newest first."""
    mine = select(ContractorLink).where(ContractorLink.order_id == order.id)
    return list(book.session.scalars(mine.order_by(ContractorLink.id.desc())))


def _living(book: Book, link: ContractorLink | None) -> ContractorLink | None:
    if link is None or link.revoked_at is not None or book.now > link.expires_at:
        return None
    order = book.session.get(Order, link.order_id)
    ended = order is None or order.state in {OrderState.CLOSED, OrderState.CANCELLED}
    return None if ended or order is None or order.assignee != link.login else link


def hashed(secret: str) -> str:
    """How a secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _code(secret: str, code: str) -> str:
    """A code alone is soon guessed from its hash: it is kept together with the secret."""
    return hashed(f"{secret}:{code}")
