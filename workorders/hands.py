"""Whose hands were on a repair: they judge it never, and do not end it."""

from __future__ import annotations

from sqlalchemy import select

from adapters.records.orders import Order
from adapters.records.work import OrderHelper, OrderReport
from workorders.book import Book


def of(book: Book, order: Order) -> frozenset[str]:
    """Log-ins of all who ever said *done* to an order or helped with it."""
    done = select(OrderReport.done_by).where(OrderReport.order_id == order.id)
    helped = select(OrderHelper.login).where(OrderHelper.order_id == order.id)
    known = {*book.session.scalars(done), *book.session.scalars(helped)}
    return frozenset(known | ({order.repaired_by} if order.repaired_by else set()))
