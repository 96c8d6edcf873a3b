"""How many orders stand where, for headers, dashboards and programs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from adapters.records.base import scope_of
from adapters.records.orders import Order
from core.actor import Actor
from core.words import OrderState, Outcome
from workorders.office import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of orders in scope.

    Attributes:
        states: By state, all of them.
        verified: Closed by telemetry.
        refused: Repairs that telemetry refused, closed orders too.
    """

    states: Mapping[OrderState, int]
    verified: int
    refused: int

    @property
    def open(self) -> int:
        """Neither closed nor cancelled."""
        ended = {OrderState.CLOSED, OrderState.CANCELLED}
        return sum(n for state, n in self.states.items() if state not in ended)

    @property
    def verifying(self) -> int:
        """Waiting for proof."""
        return self.states.get(OrderState.VERIFYING, 0)


def open_orders(sessions: Sessions, actor: Actor) -> int:
    """How many are neither closed nor cancelled: what every page shows."""
    with sessions.session(scope_of(actor.buildings), reading=True) as session:
        query = select(func.count()).select_from(Order).where(Order.closed_at.is_(None))
        return session.scalar(query) or 0


def open_of(sessions: Sessions, actor: Actor, login: str) -> int:
    """How many orders in an actor's scope somebody has that are neither closed nor cancelled."""
    with sessions.session(scope_of(actor.buildings), reading=True) as session:
        mine = Order.closed_at.is_(None), Order.assignee == login
        return session.scalar(select(func.count()).select_from(Order).where(*mine)) or 0


def open_at(sessions: Sessions, actor: Actor, assets: Collection[str]) -> Mapping[str, str]:
    """The open order of each of some assets that is their own fault, the most urgent of many."""
    with sessions.session(scope_of(actor.buildings), reading=True) as session:
        query = (
            select(Order.target, Order.id)
            .where(Order.closed_at.is_(None), Order.target.in_(assets))
            .order_by(Order.priority.desc(), Order.score, Order.opened_at.desc(), Order.id.desc())
        )
        return {row.target: row.id for row in session.execute(query)}


def tally(sessions: Sessions, actor: Actor) -> Tally:
    """Counts as an actor may see them."""
    with sessions.session(scope_of(actor.buildings), reading=True) as session:
        states = session.execute(select(Order.state, func.count()).group_by(Order.state)).all()
        verified = session.scalar(
            select(func.count()).select_from(Order).where(Order.outcome == Outcome.VERIFIED)
        )
        refused = session.scalar(select(func.sum(Order.refusals)))
    return Tally(
        states={OrderState(state): n for state, n in states},
        verified=int(verified or 0),
        refused=int(refused or 0),
    )
