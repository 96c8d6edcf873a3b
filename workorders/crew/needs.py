"""What an order needs before the work begins: licences, permits, enough people, a quote approved.

The rule's card says it, and a person may add to it. Nothing here is done without another
person's name under it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from adapters.records.orders import Order
from adapters.records.work import OrderHelper, OrderNeed, OrderPermit
from core.actor import SYSTEM
from core.words import Licence, Origin, Permit, Text
from workorders.book import Book
from workorders.crew import quotes
from workorders.refusals import OrderRefused

PAIR, MOST_PEOPLE = 2, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What has to be there.

    Attributes:
        people: How many, the one who leads among them.
    """

    licences: frozenset[Licence] = frozenset()
    permits: frozenset[Permit] = frozenset()
    people: int = 1


def of(book: Book, order: Order) -> Needs:
    """By the card of the order's rule, and by what people added."""
    card = book.office.cards.get(order.rule)
    licences = set(card.licences) if card is not None else set()
    permits = set(card.permits) if card is not None else set()
    people = card.people if card is not None else 1
    added = select(OrderNeed).where(OrderNeed.order_id == order.id)
    for row in book.session.scalars(added):
        if row.kind == "licence":
            licences.add(Licence(row.what))
        elif row.kind == "permit":
            permits.add(Permit(row.what))
        else:
            people = max(people, int(row.what))
    return Needs(licences=frozenset(licences), permits=frozenset(permits), people=people)


def licences(book: Book, order: Order) -> frozenset[Licence]:
    """Those by the card or the plan alone: whom to look for."""
    card = book.office.cards.get(order.rule)
    if card is not None or order.origin is not Origin.PLAN:
        return frozenset(card.licences) if card is not None else frozenset()
    planned = select(OrderNeed.what).where(
        OrderNeed.order_id == order.id, OrderNeed.kind == "licence", OrderNeed.by == SYSTEM.login
    )
    return frozenset(Licence(what) for what in book.session.scalars(planned))


def helpers(book: Book, order: Order) -> list[OrderHelper]:
    """Who helps now."""
    mine = select(OrderHelper).where(OrderHelper.order_id == order.id, OrderHelper.until.is_(None))
    return list(book.session.scalars(mine.order_by(OrderHelper.id)))


def permits(book: Book, order: Order) -> list[OrderPermit]:
    """All that were ever given, the newest last."""
    mine = select(OrderPermit).where(OrderPermit.order_id == order.id)
    return list(book.session.scalars(mine.order_by(OrderPermit.id)))


def holds(permit: OrderPermit, now: int) -> bool:
    """Whether a permit may be worked under. [ms]"""
    return permit.ended_at is None and now <= permit.valid_until


def missing(book: Book, order: Order) -> tuple[str, ...]:
    """What is not there yet: ``licence:gas``, ``permit:isolation``, ``people:2``, a quote's yes."""
    wanted = of(book, order)
    lead = order.assignee or ""
    held = book.office.duty.licences(lead, book.now) if wanted.licences else frozenset()
    given = {p.kind for p in permits(book, order) if holds(p, book.now)} if wanted.permits else ()
    there = 1 + (len(helpers(book, order)) if wanted.people > 1 else 0)
    return (
        *(f"licence:{kind}" for kind in sorted(wanted.licences - set(held))),
        *(f"permit:{kind}" for kind in sorted(wanted.permits) if kind not in given),
        *((f"people:{wanted.people}",) if there < wanted.people else ()),
        *((quotes.APPROVAL,) if quotes.standing(book, order).waits else ()),
    )


def demand(book: Book, order: Order) -> None:
    """Lets nobody begin without what the work needs.

    Raises:
        Refused: ``conflict``, saying what is missing.
    """
    wanting = missing(book, order)
    if wanting:
        raise OrderRefused(
            Text("Before the work begins: {needs}.", {"needs": ", ".join(wanting)}),
            code="conflict",
        )


def add(book: Book, order: Order, kind: str, what: str, by: str) -> None:
    """Somebody says that the order needs more than its card does."""
    if book.session.get(OrderNeed, (order.id, kind, what)) is None:
        book.session.add(
            OrderNeed(
                order_id=order.id, building=order.building, kind=kind, what=what, by=by,
                at=book.now,
            )
        )  # fmt: skip


def end_permits(book: Book, order: Order) -> None:
    """Permits end with the visit that they were given for."""
    for permit in permits(book, order):
        if permit.ended_at is None:
            permit.ended_at = book.now


def end_help(book: Book, order: Order) -> None:
    """Nobody helps any more."""
    for helper in helpers(book, order):
        helper.until = book.now


def present(book: Book, order: Order, logins: Iterable[str]) -> None:
    """Adds helpers that are not there yet."""
    known = {helper.login for helper in helpers(book, order)}
    for login in logins:
        if login not in known:
            book.session.add(
                OrderHelper(order_id=order.id, building=order.building, login=login, since=book.now)
            )
            known.add(login)
