"""What people said of alarms, read from the orders that ended."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from adapters.records.orders import Order, OrderEvent, OrderFinding
from adapters.records.work import OrderReport
from core.words import CancelReason, Origin, Outcome
from workorders.states import Command
from workorders.teaching.precision import Case

_MANY = 500
"""Values of one IN list; SQLite's own limit has been 999."""


def read(session: Session, since: int, until: int) -> list[Case]:
    """Orders from findings that opened in ``(since, until]`` and have ended, the first first.

    The person's word goes before the proof: a false alarm on which nobody did anything clears too.
    """
    query = select(Order).where(
        Order.closed_at.is_not(None), Order.origin == Origin.FINDING, Order.opened_at > since,
        Order.opened_at <= until,
        # A duplicate is no alarm of its own, nor is what went into another order.
        or_(Order.cancel_reason.is_(None), Order.cancel_reason != CancelReason.DUPLICATE),
    )  # fmt: skip
    orders = session.scalars(query.order_by(Order.opened_at, Order.id)).all()
    ids = [order.id for order in orders]
    reports: dict[str, OrderReport] = {}
    spans: dict[str, list[tuple[str, str, int, int]]] = {}
    notes: dict[str, str] = {}
    for first in range(0, len(ids), _MANY):
        some = ids[first : first + _MANY]
        mine = select(OrderReport).where(OrderReport.order_id.in_(some)).order_by(OrderReport.id)
        reports |= {report.order_id: report for report in session.scalars(mine)}
        links = select(OrderFinding).where(OrderFinding.order_id.in_(some))
        for link in session.scalars(links.order_by(OrderFinding.onset)):
            spans.setdefault(link.order_id, []).append(
                (link.rule, link.target, link.onset, link.last)
            )
        said = select(OrderEvent.order_id, OrderEvent.note).where(
            OrderEvent.order_id.in_(some),
            OrderEvent.command.in_((Command.DONE, Command.DECLARE, Command.CANCEL)),
        )
        notes |= dict(session.execute(said.order_by(OrderEvent.seq)).all())
    return [
        _case(order, reports.get(order.id), spans.get(order.id, []), notes.get(order.id, ""))
        for order in orders
    ]


def _case(
    order: Order, report: OrderReport | None, spans: list[tuple[str, str, int, int]], note: str
) -> Case:
    cancelled = order.cancel_reason is not None
    people = {order.closed_by, order.repaired_by}
    if report is not None:
        people |= {report.done_by, report.entered_by}
    reported = report.cause if report is not None and not cancelled else ""
    return Case(
        order=order.id, rule=order.rule, target=order.target, asset=order.asset,
        building=order.building, opened=order.opened_at, true=_true(order, report),
        cause=reported or order.cause_code or "",
        action=report.action if report is not None else "",
        ended=str(order.cancel_reason or order.outcome or ""), note=note[:500],
        people=frozenset(login for login in people if login),
        spans=tuple(
            (onset, last) for rule, target, onset, last in spans
            if (rule, target) == (order.rule, order.target)
        ),
    )  # fmt: skip


def _true(order: Order, report: OrderReport | None) -> bool | None:
    """An accepted risk says nothing of the alarm, nor does what nobody confirmed."""
    if order.cancel_reason is not None:
        return False if order.cancel_reason is CancelReason.FALSE_ALARM else None
    if report is not None and report.alarm is not None:
        return report.alarm
    return True if order.outcome is Outcome.VERIFIED else None
