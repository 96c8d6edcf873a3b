"""A repair that did not help goes back: to the same person once, then to another skill."""

from __future__ import annotations

from adapters.records.orders import Order
from core.service import ClockKind
from workorders import dispatch
from workorders.book import Book
from workorders.routing import SECOND_SKILL

SAME_PERSON_REFUSALS = 1
"""After more refusals than this the order goes to another skill (crews.md)."""

MENDED = (ClockKind.RESTORE, ClockKind.PERMANENT)
"""What had not happened after all when a repair is refused."""


def back(book: Book, order: Order) -> dict[str, str]:
    """One more attempt; who has it now, and why where that is somebody else."""
    order.refusals += 1
    order.attempt += 1
    data: dict[str, str] = {}
    if order.refusals > SAME_PERSON_REFUSALS:
        order.tried = [*order.tried, *([order.assignee] if order.assignee else [])]
        order.skill = SECOND_SKILL[order.skill]
        found = dispatch.find(book, order, order.tried)
        data = {"reason": found.reason, "skill": order.skill}
        if found.login is not None:
            dispatch.hand(book, order, found.login)
    again(book, order)
    return data


def again(book: Book, order: Order) -> None:
    """It is work once more, and nobody has acknowledged it."""
    if order.assignee is not None:
        dispatch.hand(book, order, order.assignee)
    order.told = []
    for kind in MENDED:
        book.unmeet(order, kind)
    book.start_clocks(order, book.now, (ClockKind.ACKNOWLEDGE, ClockKind.ARRIVE))
