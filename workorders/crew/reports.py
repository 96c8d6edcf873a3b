"""What the crew gives back with a repair: cause, action, whether it was true, time and parts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from adapters.records.orders import Order
from adapters.records.work import OrderReport
from workorders.act import Act, parts_of
from workorders.book import Book
from workorders.crew import late
from workorders.states import Command


def keep(book: Book, order: Order, act: Act, actor: str) -> None:
    """One report with each *done*; one from paper says who did it when, and who entered it.

    One that a phone sent later is declared too: its time is that of the phone.
    """
    declared = act.do is Command.DECLARE
    done_at = act.until if declared and act.until is not None else late.moment(book, act)
    book.session.add(
        OrderReport(
            order_id=order.id, building=order.building, attempt=order.attempt, done_at=done_at,
            done_by=act.assignee if declared else actor, entered_at=book.now, entered_by=actor,
            declared=declared or act.pressed is not None, cause=act.cause,
            action=act.action[:64], alarm={"true": True, "false": False}.get(act.alarm),
            minutes=act.minutes or 0, parts=parts_of(act.parts),
        )
    )  # fmt: skip


def of(book: Book, order_id: str) -> Sequence[OrderReport]:
    """All reports of an order, the newest last."""
    mine = select(OrderReport).where(OrderReport.order_id == order_id)
    return book.session.scalars(mine.order_by(OrderReport.id)).all()
