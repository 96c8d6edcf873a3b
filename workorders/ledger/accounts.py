"""Accounts: one a repair that is being proven, or was; until when it counts, and its fate."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.records.ledger import AccountRow, PlanRow
from adapters.records.orders import Order
from analytics.savings.constructions import CONSTRUCTIONS
from analytics.savings.ending import until
from analytics.savings.plan import Plan, model_hash
from core.words import Carrier, OrderState, Outcome
from workorders.ledger.ground import Ground

PROVISIONAL, VERIFIED, ENDED, REVERSED = "provisional", "verified", "ended", "reversed"
"""States of an account."""


def open_new(session: Session, ground: Ground) -> None:
    """An account for each repair that is being proven, or was."""
    known = select(AccountRow.order_id, AccountRow.done_at)
    have = {(order, at) for order, at in session.execute(known)}
    query = select(Order).where(
        Order.done_at.is_not(None),
        (Order.state == OrderState.VERIFYING) | (Order.outcome == Outcome.VERIFIED),
        Order.family.in_(sorted(CONSTRUCTIONS)),
    )
    for order in session.scalars(query.order_by(Order.done_at, Order.id)):
        if order.done_at is None or (order.id, order.done_at) in have:
            continue
        planned = session.scalars(
            select(PlanRow)
            .where(PlanRow.order_id == order.id, PlanRow.frozen_at <= order.done_at)
            .order_by(PlanRow.seq.desc())
            .limit(1)
        ).one_or_none()
        session.add(_account(ground, order, planned, order.done_at))
    session.flush()


def _account(ground: Ground, order: Order, planned: PlanRow | None, done: int) -> AccountRow:
    day = ground.day(done)
    first = (day + timedelta(days=1)).isoformat()
    why = "no_plan" if planned is None else planned.why
    if planned is not None and not why and model_hash(
        {"why": planned.why, **planned.detail}
    ) != planned.hash:  # fmt: skip
        why = "plan_changed"
    last, said = day, why
    if planned is not None and not why:
        rate = Plan.of(planned.detail).levels
        water = rate.mean(Carrier.WATER) if Carrier.WATER in rate.rate else 0.0
        ends = until(CONSTRUCTIONS[planned.family], day, rate=water, cause=order.cause_code or "",
                     median_open=planned.detail.get("open", {}).get("days"))  # fmt: skip
        last, said = ends.day, ends.why
    return AccountRow(
        order_id=order.id, building=order.building, plan_id=planned.id if planned else None,
        done_at=done, state=ENDED if why else PROVISIONAL, first=first, until=last.isoformat(),
        until_why=said[:24], next=first, ended_why=why, lost=0,
    )  # fmt: skip


def fate(order: Order, account: AccountRow) -> str:
    """What became of the repair: proven, waiting for its proof, or no repair."""
    if order.done_at != account.done_at or order.withdrawn_at is not None:
        return REVERSED
    if order.state is OrderState.VERIFYING:
        return PROVISIONAL
    if order.state is OrderState.CLOSED and order.outcome is Outcome.VERIFIED:
        return VERIFIED
    return REVERSED
