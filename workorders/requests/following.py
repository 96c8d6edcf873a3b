"""The reporter's link: how far it is, whether it is mended, and how it was."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from adapters.records.orders import Order
from adapters.records.requests import ServiceRequest
from adapters.records.tables import PersonRow
from core.clock import DAY_MS
from core.words import OrderState, ProofKind, Text
from workorders import hands, messages, silence
from workorders.book import Book
from workorders.happenings import Happening
from workorders.refusals import OrderRefused, invalid
from workorders.requests import marks, networks
from workorders.requests.kinds import Kind

KEPT_MS = 90 * DAY_MS
"""How long after its order closed a link still opens anything."""

POOR = 2
"""So few stars, and a supervisor is asked to look (domain.md E)."""
BEST = 5
MOST_REMARK = 1000


class LeftOut(StrEnum):
    """Why a rating is in no average."""

    CREW = "crew"
    """Given from the telephone or in the browser of somebody who works here, or from a network
    from which one of those who had the order works."""


class Stage(StrEnum):
    """How far it is, as a reporter is told."""

    TAKEN = "taken"
    COMING = "coming"
    THERE = "there"
    WAITING = "waiting"
    ASKED = "asked"
    """It is said to be mended; is it?"""
    PROVING = "proving"
    """Instruments watch it."""
    ENDED = "ended"
    DROPPED = "dropped"
    """Nothing will be done about it, or another order does it."""


_STAGES = {
    OrderState.NEW: Stage.TAKEN, OrderState.TRIAGED: Stage.TAKEN, OrderState.ASSIGNED: Stage.TAKEN,
    OrderState.ACCEPTED: Stage.COMING, OrderState.IN_PROGRESS: Stage.THERE,
    OrderState.ON_HOLD: Stage.WAITING, OrderState.DONE: Stage.PROVING,
    OrderState.VERIFYING: Stage.PROVING, OrderState.CLOSED: Stage.ENDED,
    OrderState.CANCELLED: Stage.DROPPED,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a reporter sees: nothing of who works on it, or of others who reported.

    Attributes:
        order: The number to say when calling.
        known: Somebody was on it already when it was reported.
        expected: When a hold is to end. [ms]
        mended: What they said; None while they have not.
        stars: What they gave; None while they have not.
        may_answer: They are asked whether it is mended.
        may_rate: It has ended, and they have not rated it.
    """

    order: str
    place: str
    kind: Kind
    words: str
    said_at: int
    known: bool
    stage: Stage
    expected: int | None
    mended: bool | None
    stars: int | None
    may_answer: bool
    may_rate: bool


def follow(book: Book, secret: str) -> Followed:
    """How far it is. Looking changes nothing.

    Raises:
        Refused: ``absent``.
    """
    row, order = _found(book, secret)
    asked = order.state is OrderState.VERIFYING and order.proof is ProofKind.REPORTER
    stage = Stage.ASKED if asked else _STAGES[order.state]
    return Followed(
        order=order.id, place=row.place, kind=Kind(row.kind), words=row.words, said_at=row.said_at,
        known=row.joined, stage=stage, mended=row.mended, stars=row.stars, may_answer=asked,
        expected=order.hold_until if order.state is OrderState.ON_HOLD else None,
        may_rate=order.state is OrderState.CLOSED and row.rated_at is None,
    )  # fmt: skip


def answer(book: Book, secret: str, *, mended: bool, note: str = "") -> None:
    """Whether it is mended: ends the order, or sends it back.

    Raises:
        Refused: ``absent``; ``conflict`` where nobody asks.
    """
    row, found = _found(book, secret)
    order = book.lock(found.id)
    if order is None:
        raise _absent()
    row.mended, row.answered_at = mended, book.now
    silence.answer(book, order, mended=mended, note=note.strip()[:MOST_REMARK])


def rate(
    book: Book, secret: str, stars: int, remark: str, *, staff: bool, network: str, system: int
) -> None:  # fmt: skip
    """How it was, once: the link is used up by it.

    Args:
        book: Of one transaction.
        secret: Of the link.
        stars: 1…5.
        remark: In their words; may be empty.
        staff: Whether somebody who works here is, or was, logged in in the same browser.
        network: The address that it comes from; empty where that says nothing.
        system: Now, by the system. [ms]

    Raises:
        Refused: ``absent``; ``conflict`` where it is not over, or was rated; ``invalid``.
    """
    row, order = _found(book, secret)
    if not 1 <= stars <= BEST:
        raise invalid(Text("Choose one to five stars."), "stars")
    if order.state is not OrderState.CLOSED or row.rated_at is not None:
        raise OrderRefused(Text("This was rated already, or is not over yet."), code="conflict")
    row.stars, row.rated_at = stars, book.now
    row.remark = remark.strip()[:MOST_REMARK]
    row.left_out = (
        LeftOut.CREW
        if staff or _of_crew(book, row) or _from_their_network(book, order, row, network, system)
        else ""
    )
    locked = book.lock(order.id)
    if locked is None:
        raise _absent()
    book.happen(locked, Happening.RATED, note=row.remark, stars=stars, left_out=row.left_out)
    if stars <= POOR:
        heads = book.supervisors(locked)
        book.tell(locked, heads, Happening.RATED, messages.POORLY_RATED, stars=stars)


def _of_crew(book: Book, row: ServiceRequest) -> bool:
    """Whether the telephone of the report is that of somebody who works here."""
    key = marks.key_of(book.session)
    if key is None or not row.phone_mark:
        return False
    phones = book.session.scalars(select(PersonRow.phone).where(PersonRow.phone != ""))
    return row.phone_mark in {marks.phone_mark(key, phone) for phone in phones}


def _from_their_network(
    book: Book, order: Order, row: ServiceRequest, network: str, system: int
) -> bool:
    """Whether report or rating came from where somebody who had the order works."""
    key = marks.key_of(book.session)
    if key is None:
        return False
    people = {*hands.of(book, order), *([order.assignee] if order.assignee else [])}
    here = {row.network, marks.marked(key, "network", network)}
    return networks.theirs(book.session, people, here, system)


def _found(book: Book, secret: str) -> tuple[ServiceRequest, Order]:
    mine = select(ServiceRequest).where(ServiceRequest.secret == marks.hashed(secret))
    row = book.session.scalars(mine).one_or_none()
    order = book.session.get(Order, row.order_id) if row is not None else None
    if row is None or order is None:
        raise _absent()
    if order.closed_at is not None and order.closed_at + KEPT_MS < book.now:
        raise _absent()
    return row, order


def _absent() -> OrderRefused:
    return OrderRefused(Text("This link opens nothing (any more)."), code="absent")
