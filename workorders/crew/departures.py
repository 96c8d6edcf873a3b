"""Orders of people who are away or have left go on to somebody who is there."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from adapters.records.orders import Order
from core.words import OrderState
from workorders import dispatch, messages
from workorders.book import Book
from workorders.states import Command


def step(book: Book) -> None:
    """Passes on what belongs to nobody who could do it."""
    for login in _absent(book):
        query = select(Order.id, Order.version).where(
            Order.assignee == login, Order.state.in_(dispatch.AT_WORK)
        )
        for id_, version in book.session.execute(query.order_by(Order.priority, Order.id)).all():
            order = book.lock(id_, version)
            if order is not None:
                pass_on(book, order, login)


def pass_on(book: Book, order: Order, absent: str) -> None:
    """To the next one on call, or back to triage where there is nobody yet."""
    name = book.office.name(absent)
    found = dispatch.find(book, order, {absent, *order.tried})
    if found.login is None:
        found = dispatch.find(book, order, {absent})
    if found.login is None:
        dispatch.take_away(book, order)
        book.step(order, Command.RELEASE, OrderState.TRIAGED, before=absent)
        return
    dispatch.hand_on(book, order, found.login)
    book.step(
        order, Command.PASS_ON, OrderState.ASSIGNED,
        before=absent, assignee=found.login, reason=found.reason,
    )  # fmt: skip
    book.tell(order, [found.login], Command.PASS_ON, messages.PASSED_ON, person=name)


def _absent(book: Book) -> Sequence[str]:
    """Log-ins that have work and have left, or are on leave."""
    query = select(Order.assignee).where(
        Order.state.in_(dispatch.AT_WORK), Order.assignee.is_not(None)
    )
    logins = [login for login in book.session.scalars(query.distinct()) if login]
    duty = book.office.duty
    return sorted(x for x in logins if duty.person(x) is None or duty.away(x, book.now))
