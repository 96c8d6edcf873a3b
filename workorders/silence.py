"""Proof by the reporter: who says nothing for three days has not confirmed anything."""

from __future__ import annotations

from sqlalchemy import select

from adapters.records.orders import Order
from core.actor import SYSTEM
from core.clock import HOUR_MS
from core.words import OrderState, Outcome, ProofKind
from workorders import messages, returning
from workorders.book import Book
from workorders.deeds import close
from workorders.refusals import not_now
from workorders.states import Command

SILENCE_MS = 72 * HOUR_MS
"""So long a reporter has to answer (crews.md); then the order closes *unconfirmed*."""


def step(book: Book) -> None:
    """Closes what nobody confirmed in time."""
    query = select(Order.id, Order.version).where(
        Order.state == OrderState.VERIFYING, Order.proof == ProofKind.REPORTER,
        Order.done_at <= book.now - SILENCE_MS,
    )  # fmt: skip
    for id_, version in book.session.execute(query.order_by(Order.id)).all():
        order = book.lock(id_, version)
        if order is not None:
            close(book, order, SYSTEM.login, Outcome.UNCONFIRMED)
            book.step(order, Command.LAPSE, OrderState.CLOSED, proof=order.proof)


def answer(book: Book, order: Order, *, mended: bool, note: str = "") -> None:
    """What the reporter says of the repair.

    Raises:
        Refused: ``conflict`` where nobody waits for the reporter.
    """
    if order.state is not OrderState.VERIFYING or order.proof is not ProofKind.REPORTER:
        raise not_now(order.state)
    if mended:
        close(book, order, SYSTEM.login, Outcome.CONFIRMED)
        book.step(order, Command.CONFIRM, OrderState.CLOSED, note=note)
        return
    data = returning.back(book, order)
    book.step(
        order, Command.DISPUTE, OrderState.ASSIGNED, note=note, assignee=order.assignee, **data
    )
    people = [*([order.assignee] if order.assignee else []), *book.supervisors(order)]
    book.tell(order, people, Command.DISPUTE, messages.DISPUTED)
