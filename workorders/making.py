"""How an order comes into being: blank, begun, given to somebody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from adapters.records.orders import Order
from core.service import ClockKind
from core.words import OrderState, Trade
from workorders import dispatch
from workorders.book import Book
from workorders.happenings import Happening
from workorders.states import Command

DESK_FIRST = 1
"""Of this severity nothing goes to the desk first: somebody goes at once (crews.md)."""


def blank(book: Book, **known: Any) -> Order:
    """An order with the next number, of which nothing has been told yet."""
    values: dict[str, Any] = {
        "id": book.number(), "reasons": [], "told": [], "tried": [], "terms": [],
        "waste_raised": False, "state": OrderState.NEW, "version": 0, "marking": 0, "marked": -1,
        "attempt": 1, "refusals": 0, "count": 1, "changed_at": book.now, "minutes": 0,
        "waste_per_day": 0.0, "value_per_day": 0.0, "score": 0.0, **known,
    }  # fmt: skip
    return Order(priority=values["severity"], **values)


def first_skill(trade: Trade, severity: int, *, desk: bool) -> Trade:
    """Who sees it first: what a schedule or a setpoint mends goes to the desk, never a P1."""
    return Trade.OPERATOR if desk and severity > DESK_FIRST else trade


def begin(
    book: Book, order: Order, promised: Iterable[ClockKind] = tuple(ClockKind), **because: Any
) -> None:
    """Its clocks run, it is triaged, and somebody has it or a supervisor is told.

    The order is in the session, with its priority.
    """
    book.happen(order, Happening.OPENED, **because)
    book.start_clocks(order, order.opened_at, promised)
    book.step(
        order, Command.TRIAGE, OrderState.TRIAGED,
        priority=order.priority, reasons=list(order.reasons), skill=order.skill,
    )  # fmt: skip
    dispatch.assign(book, order)
