"""Orders that may come from another one: they are proven after it, or together with it.

A coil whose hand valve was shut leaks no more, and cools no more either: what that shows is an
order of its own. Mending it by opening the valve again proves nothing while the leak is there.
"""

from __future__ import annotations

from sqlalchemy import select

from adapters.records.orders import Order, Watch
from analytics.proof import PATIENCE_MS, ProofState
from core.words import OrderState, Origin, ProofKind
from workorders import watching
from workorders.book import Book


def before(book: Book, order: Order) -> str | None:
    """Id of an open order that this one may come from, and that is not proven; None of none.

    It is one on the same asset that was worked on in the week before this one's fault began, or
    whose fault shows as this one's and was there when this one was first worked on. Neither can
    go in a circle: the other one's visit, or its fault, was always earlier.
    """
    done_first = min(_done(book, order), default=None)
    query = select(Order).where(
        Order.asset == order.asset, Order.id != order.id, Order.closed_at.is_(None),
        Order.origin == Origin.FINDING, Order.proof == ProofKind.TELEMETRY,
        Order.withdrawn_at.is_(None),
    )  # fmt: skip
    card = book.office.cards.get(order.rule)
    for other in book.session.scalars(query.order_by(Order.id)):
        visited = any(0 <= order.first_seen - at <= PATIENCE_MS for at in _done(book, other))
        explains = card is not None and other.family in card.behind
        there = done_first is not None and other.first_seen < done_first
        if (visited or (explains and there)) and not _proven(book, other):
            return other.id
    return None


def _proven(book: Book, order: Order) -> bool:
    """Whether it is about to close by itself."""
    if order.state is not OrderState.VERIFYING:
        return False
    return watching.combined(watching.of(book, order)) is ProofState.VERIFIED


def _done(book: Book, order: Order) -> list[int]:
    """When it was said to be done, each time. [ms]"""
    done = select(Watch.done_at).where(Watch.order_id == order.id).distinct()
    return list(book.session.scalars(done))
