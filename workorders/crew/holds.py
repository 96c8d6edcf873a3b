"""A hold that has lasted as long as was said: its pause ends, and who has the order hears of it."""

from __future__ import annotations

from sqlalchemy import select

from adapters.records.orders import Order, OrderPause
from core.words import OrderState
from workorders import messages
from workorders.book import Book
from workorders.happenings import Happening


def step(book: Book) -> None:
    """Ends pauses that were to end, once; the order stays on hold until somebody goes on."""
    query = select(Order.id, Order.version, Order.hold_until).where(
        Order.state == OrderState.ON_HOLD, Order.hold_until <= book.now
    )
    for id_, version, until in book.session.execute(query.order_by(Order.id)).all():
        said = f"{Happening.HOLD_OVER}:{until}"
        order = book.lock(id_, version)
        if order is None or said in order.told:
            continue
        order.told = [*order.told, said]
        _end_pause(book, order, until)
        book.happen(order, Happening.HOLD_OVER, until=until)
        people = [order.assignee] if order.assignee else book.supervisors(order)
        book.tell(order, people, Happening.HOLD_OVER, messages.HOLD_OVER)


def _end_pause(book: Book, order: Order, until: int) -> None:
    """The clock runs again from when it was said to, however late that is noticed."""
    mine = select(OrderPause).where(OrderPause.order_id == order.id, OrderPause.end.is_(None))
    for pause in book.session.scalars(mine):
        pause.end = max(pause.start, until)
    book.session.flush()
    for clock in book.clocks(order.id):
        clock.due_at = book.due(clock)
