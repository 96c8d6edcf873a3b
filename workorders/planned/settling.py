"""What becomes of planned orders: closed by their checklist, done in time, or missed for good."""

from __future__ import annotations

from sqlalchemy import func, select

from adapters.records.orders import Order
from adapters.records.planned import PlannedOccurrence
from core.actor import SYSTEM
from core.words import OrderState, Origin, Outcome
from workorders import messages
from workorders.book import Book
from workorders.crew import checks
from workorders.deeds import close
from workorders.happenings import Happening
from workorders.planned import checklists
from workorders.states import Command

_SAID_DONE = (OrderState.DONE, OrderState.VERIFYING, OrderState.CLOSED)


def step(book: Book) -> None:
    """Everything that time and done work do to occurrences."""
    _close(book)
    _done(book)
    _reopened(book)
    _missed(book)


def to_inspect(book: Book, order: Order) -> bool:
    """Whether another person has to look at a planned order before it closes.

    The lot is that of second looks: the same whoever asks, and nobody foresees it.
    """
    found = checklists.of(book, order)
    if found is None or found.beyond:
        return True
    person = book.office.duty.person(order.repaired_by or "")
    if person is not None and person.firm:
        before = select(func.count()).select_from(Order).where(
            Order.origin == Origin.PLAN, Order.repaired_by == person.login,
            Order.closed_at.is_not(None),
        )  # fmt: skip
        if (book.session.scalar(before) or 0) < checks.FIRST:
            return True
    return checks.drawn(book, order, checks.CheckKind.INSPECTION)


def _close(book: Book) -> None:
    # One query for all that wait: most wait for a person, and are not locked only to see that.
    waiting = select(Order.id, Order.version, Order.told).where(
        Order.origin == Origin.PLAN, Order.state == OrderState.VERIFYING
    )
    for id_, version, told in book.session.execute(waiting.order_by(Order.id)).all():
        if Happening.TO_INSPECT in told:
            continue
        order = book.lock(id_, version)
        if order is None or Happening.TO_INSPECT in order.told:
            continue
        if to_inspect(book, order):
            order.told = [*order.told, Happening.TO_INSPECT]
            book.happen(order, Happening.TO_INSPECT)
            book.tell(order, book.supervisors(order), Happening.TO_INSPECT, messages.TO_INSPECT)
            continue
        close(book, order, SYSTEM.login, Outcome.CHECKED)
        book.step(order, Command.CHECK, OrderState.CLOSED, proof=order.proof)


def _done(book: Book) -> None:
    """An occurrence is done when its order has closed, as of when the crew said so."""
    query = (
        select(PlannedOccurrence, Order.done_at)
        .join(Order, Order.id == PlannedOccurrence.order_id)
        .where(
            PlannedOccurrence.done_at.is_(None), Order.state == OrderState.CLOSED,
            Order.done_at.is_not(None),
        )
    )  # fmt: skip
    for row, done_at in book.session.execute(query).all():
        row.done_at = done_at
        if done_at is not None and done_at > row.miss_at and row.missed_at is None:
            row.missed_at = row.miss_at


def _reopened(book: Book) -> None:
    """What a supervisor opened again was not done; that it was missed before stays."""
    query = (
        select(PlannedOccurrence)
        .join(Order, Order.id == PlannedOccurrence.order_id)
        .where(PlannedOccurrence.done_at.is_not(None), Order.origin == Origin.PLAN,
               Order.closed_at.is_(None))
    )  # fmt: skip
    for row in book.session.scalars(query).all():
        row.done_at = None


def _missed(book: Book) -> None:
    """Said once; the same however late it is noticed."""
    query = (
        select(PlannedOccurrence, Order)
        .join(Order, Order.id == PlannedOccurrence.order_id)
        .where(
            PlannedOccurrence.done_at.is_(None), PlannedOccurrence.missed_at.is_(None),
            PlannedOccurrence.miss_at < book.now,
        )
    )  # fmt: skip
    for row, seen in book.session.execute(query.order_by(PlannedOccurrence.id)).all():
        in_time = seen.done_at is not None and seen.done_at <= row.miss_at
        if in_time and seen.state in _SAID_DONE:
            continue  # it waits for somebody to look at it
        row.missed_at = row.miss_at
        order = book.lock(seen.id) if seen.closed_at is None else None
        if order is not None:
            book.happen(order, Happening.MISSED, occurrence=row.occurrence, due=row.due_at)
            people = [*([order.assignee] if order.assignee else []), *book.supervisors(order)]
            book.tell(order, people, Happening.MISSED, messages.MISSED)
