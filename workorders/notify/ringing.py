"""A P1 that nobody acknowledges rings on, up the chain and round again, until somebody does.

The ladder of the service level hands it on and tells supervisor and head, each once. Between its
steps and after the last one somebody's telephone still has to ring.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from adapters.records.orders import Notification, Order
from core.clock import MINUTE_MS
from core.words import OrderState, Trade
from workorders import messages
from workorders.book import Book
from workorders.notify.copies import RING
from workorders.routing import owner_of

EVERY_MS = 3 * MINUTE_MS
"""As long as the first has to acknowledge (crews.md): then the next telephone rings."""
_WAITING = (OrderState.TRIAGED, OrderState.ASSIGNED)


def step(book: Book) -> int:
    """One more call for each P1 of which nothing was said for a while; how many."""
    query = select(Order).where(
        Order.priority == 1, Order.state.in_(_WAITING), Order.closed_at.is_(None),
        Order.acknowledged_at.is_(None), Order.cleared_at.is_(None),
        Order.withdrawn_at.is_(None),
    )  # fmt: skip
    return sum(_ring(book, order) for order in book.session.scalars(query.order_by(Order.id)))


def chain(book: Book, order: Order) -> Sequence[str]:
    """Who can be called, in turn: its person, who is on call, who leads, who owns the building."""
    duty = book.office.duty
    found = [
        *([order.assignee] if order.assignee else []),
        *duty.on_call(Trade(order.skill), order.building, book.now),
        *duty.supervisors(order.building),
        owner_of(book.office.site, "", order.building),
    ]
    there = [login for login in dict.fromkeys(found) if duty.person(login) is not None]
    # Better somebody on leave than nobody.
    return [login for login in there if not duty.away(login, book.now)] or there


def _ring(book: Book, order: Order) -> bool:
    said = select(
        func.max(Notification.created_at),
        func.count(func.distinct(Notification.kind)).filter(
            Notification.kind.startswith(f"{RING}-")
        ),
    ).where(Notification.order_id == order.id)
    last, calls = book.session.execute(said).one()
    if last is not None and book.now - last < EVERY_MS:
        return False
    people = chain(book, order)
    if not people:
        return False
    # The first in the chain heard of it when it was given to him.
    whom = people[(calls + 1) % len(people)]
    book.tell(order, [whom], f"{RING}-{calls + 1}", messages.RINGS, n=calls + 1)
    return True
