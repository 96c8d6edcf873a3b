"""What makes an order more urgent pages as new, whatever state it is in."""

from __future__ import annotations

from typing import Any

from adapters.records.orders import Order
from workorders import messages
from workorders.book import Book
from workorders.happenings import Happening
from workorders.priority import Urgency


def classify(order: Order, found: Urgency) -> None:
    """The order has this priority, for these reasons."""
    order.priority = found.priority
    order.reasons = [str(reason) for reason in found.reasons]
    order.waste_raised = found.by_cost_alone


def raise_to(book: Book, order: Order, found: Urgency, severity: int, **because: Any) -> bool:
    """A worse fault raises its order; whether it did.

    The first response clock goes on and a second one begins: both are kept. Whoever has the
    order hears of it as of a new one, and until they say so it goes up the ladder.
    """
    # What a person lowered stays there until it is worse than what they had before them.
    if found.priority >= min(order.priority, order.lowered_from or order.priority):
        return False
    lower = order.priority
    order.lowered_from = order.acknowledged_at = None
    order.severity = min(order.severity, severity)
    classify(order, found)
    book.happen(
        order, Happening.RAISED, before=lower, priority=order.priority,
        reasons=list(order.reasons), **because,
    )  # fmt: skip
    book.start_clocks(order, book.now)
    people = [order.assignee] if order.assignee else book.supervisors(order)
    book.tell(order, people, Happening.RAISED, messages.RAISED)
    return True
