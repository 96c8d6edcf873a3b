"""Orders and findings in the store, for dashboards; owed until the store has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from adapters.records.orders import Order, OrderFinding
from core.ports import Mark
from workorders import messages

BATCH = 2_000
"""Marks of each kind that the store is given at once."""

_OF_ORDER = (
    Order.id, Order.building, Order.changed_at, Order.marking, Order.state, Order.priority,
    Order.title, Order.assignee, Order.asset, Order.rule, Order.attempt, Order.outcome,
    Order.waste_per_day,
)  # fmt: skip
_OF_FINDING = (
    OrderFinding.finding_id, OrderFinding.order_id, OrderFinding.building,
    OrderFinding.changed_at, OrderFinding.revision, OrderFinding.state, OrderFinding.severity,
    OrderFinding.title, OrderFinding.rule, OrderFinding.target, OrderFinding.money_per_day,
)  # fmt: skip

_Columns = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """Marks that the store does not have, and how far each row was read.

    Attributes:
        orders: Marking by order.
        findings: Revision by finding and order.
    """

    marks: tuple[Mark, ...]
    orders: Mapping[str, int]
    findings: Mapping[tuple[str, str], int]


def owed(session: Session) -> Owed:
    """What changed since it was last written."""
    orders = session.execute(
        select(*_OF_ORDER).where(Order.marked < Order.marking).order_by(Order.id).limit(BATCH)
    ).all()
    links = session.execute(
        select(*_OF_FINDING)
        .where(OrderFinding.marked < OrderFinding.revision)
        .order_by(OrderFinding.finding_id)
        .limit(BATCH)
    ).all()
    return Owed(
        marks=(*map(_order, orders), *map(_finding, links)),
        orders={order.id: order.marking for order in orders},
        findings={(link.finding_id, link.order_id): link.revision for link in links},
    )


def settle(session: Session, written: Owed) -> None:
    """The store has them, as they were read: what changed meanwhile stays owed."""
    orders = [{"id": id_, "marked": marking} for id_, marking in written.orders.items()]
    findings = [
        {"finding_id": finding, "order_id": order, "marked": revision}
        for (finding, order), revision in written.findings.items()
    ]
    if orders:
        session.execute(update(Order), orders)
    if findings:
        session.execute(update(OrderFinding), findings)


def _order(order: _Columns) -> Mark:
    return Mark(
        measurement="order", building=order.building, id=order.id, at=order.changed_at,
        fields={
            "state": order.state.value,
            "priority": order.priority,
            "title": str(messages.loaded(order.title)),
            "person": order.assignee or "",
            "asset": order.asset,
            "rule": order.rule,
            "attempt": order.attempt,
            "outcome": order.outcome.value if order.outcome is not None else "",
            "waste_money_per_day": float(order.waste_per_day),
        },
    )  # fmt: skip


def _finding(link: _Columns) -> Mark:
    return Mark(
        measurement="finding", building=link.building, id=link.finding_id, at=link.changed_at,
        fields={
            "state": link.state,
            "priority": link.severity,
            "title": link.title,
            "rule": link.rule,
            "target": link.target,
            "order": link.order_id,
            "waste_money_per_day": float(link.money_per_day),
        },
    )  # fmt: skip
