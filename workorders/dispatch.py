"""Puts a person's name on an order, and tells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.records.orders import Order, OrderPause
from core.service import ClockKind
from core.words import OrderState
from workorders import messages
from workorders.book import Book
from workorders.crew import links, needs
from workorders.happenings import Happening
from workorders.routing import Route, owner_of, route
from workorders.states import Command

AT_WORK = (OrderState.ASSIGNED, OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.ON_HOLD)
"""States in which an order is work for the person it belongs to."""


def loads(session: Session) -> Mapping[str, int]:
    """Expected work of all open orders, by log-in. [min]"""
    rows = session.execute(
        select(Order.assignee, func.sum(Order.effort_min))
        .where(Order.state.in_(AT_WORK), Order.assignee.is_not(None))
        .group_by(Order.assignee)
    )
    return {str(login): int(minutes) for login, minutes in rows}


def find(book: Book, order: Order, without: Iterable[str] = ()) -> Route:
    """Who should have an order, not one of those who had it in vain."""
    return route(
        skill=order.skill,
        building=order.building,
        owner=owner_of(book.office.site, order.asset, order.building),
        at=book.now,
        duty=book.office.duty,
        load=_loads(book),
        without=frozenset(without),
        licences=needs.licences(book, order),
    )


def assign(book: Book, order: Order) -> bool:
    """A triaged order to the right person; said to the supervisors where there is none."""
    found = find(book, order)
    if found.login is None:
        if Happening.NOBODY not in order.told:
            order.told = [*order.told, Happening.NOBODY]
            book.happen(order, Happening.NOBODY)
            book.tell(order, book.supervisors(order), Happening.NOBODY, messages.NOBODY)
        return False
    order.told = [what for what in order.told if what != Happening.NOBODY]
    hand(book, order, found.login)
    book.step(
        order, Command.ASSIGN, OrderState.ASSIGNED,
        assignee=found.login, reason=found.reason, loads=dict(found.loads),
    )  # fmt: skip
    book.tell(order, [found.login], Command.ASSIGN, messages.ASSIGNED)
    return True


def _loads(book: Book) -> Mapping[str, int]:
    if book.memory.loads is None:
        book.memory.loads = dict(loads(book.session))
    return book.memory.loads


def hand(book: Book, order: Order, login: str) -> None:
    """The order is this person's from now on; nobody has acknowledged it.

    Where somebody had acknowledged it, a new clock starts: the first one is kept.
    """
    known = book.memory.loads
    if known is not None:
        if order.assignee is not None and order.state in AT_WORK:
            known[order.assignee] = known.get(order.assignee, 0) - order.effort_min
        known[login] = known.get(login, 0) + order.effort_min
    # Only who has it can have sent a link: what is new has none.
    if order.assignee not in {None, login}:
        links.revoke(book, order)
    order.assignee = login
    order.assigned_at = book.now
    order.acknowledged_at = None
    order.arrived_at = None


def hand_on(book: Book, order: Order, login: str) -> None:
    """To somebody else while it is work: holds end, and who had acknowledged it does not count."""
    met = order.acknowledged_at is not None
    end_hold(book, order)
    hand(book, order, login)
    if met:
        book.start_clocks(order, book.now, (ClockKind.ACKNOWLEDGE,))


def take_away(book: Book, order: Order) -> None:
    """The order is nobody's; it is given to whoever comes on call next."""
    end_hold(book, order)
    links.revoke(book, order)
    known = book.memory.loads
    if known is not None and order.assignee is not None:
        known[order.assignee] = known.get(order.assignee, 0) - order.effort_min
    if order.acknowledged_at is not None:
        book.start_clocks(order, book.now, (ClockKind.ACKNOWLEDGE,))
    order.assignee = order.assigned_at = order.acknowledged_at = order.arrived_at = None


def end_hold(book: Book, order: Order) -> None:
    """It waits no more; a pause of the clock ends with it."""
    order.hold_reason = order.hold_until = None
    mine = select(OrderPause).where(OrderPause.order_id == order.id, OrderPause.end.is_(None))
    for pause in book.session.scalars(mine):
        pause.end = book.now
    book.session.flush()
    for clock in book.clocks(order.id):
        clock.due_at = book.due(clock)
