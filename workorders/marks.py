"""Orders and findings in the store, for dashboards; owed until the store has them."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from adapters.records.orders import Order, OrderFinding
from core.errors import Retryable
from core.ports import Mark, ReadingStore
from workorders import messages

BATCH = 500


def send(session: Session, store: ReadingStore) -> int:
    """Writes what changed since it was last written; how many.

    Where the store is away it stays owed, and 0 is said.
    """
    orders = session.scalars(
        select(Order).where(Order.marked < Order.marking).order_by(Order.id).limit(BATCH)
    ).all()
    links = session.scalars(
        select(OrderFinding)
        .where(OrderFinding.marked < OrderFinding.revision)
        .order_by(OrderFinding.finding_id)
        .limit(BATCH)
    ).all()
    owed = [*map(_order, orders), *map(_finding, links)]
    if not owed:
        return 0
    # Marked only as far as it was read: what changed meanwhile is written again.
    read = [(order.id, order.marking) for order in orders]
    found = [(link.finding_id, link.order_id, link.revision) for link in links]
    try:
        store.write_marks(owed)
    except Retryable:
        return 0
    quiet = {"synchronize_session": False}
    for id_, marking in read:
        session.execute(
            update(Order).where(Order.id == id_).values(marked=marking), execution_options=quiet
        )
    for finding, order, revision in found:
        mine = (OrderFinding.finding_id == finding, OrderFinding.order_id == order)
        session.execute(
            update(OrderFinding).where(*mine).values(marked=revision), execution_options=quiet
        )
    return len(owed)


def _order(order: Order) -> Mark:
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


def _finding(link: OrderFinding) -> Mark:
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
