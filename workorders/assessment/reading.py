"""From the records to columns: a few queries for a period, whatever the number of orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from adapters.records.ledger import DayRow
from adapters.records.orders import Order, OrderClock, OrderEvent, OrderPause
from adapters.records.packing import columns
from adapters.records.planned import PlannedOccurrence
from adapters.records.requests import ServiceRequest
from adapters.records.tables import PersonRow, ShiftRow
from core.batch import Ints
from core.words import OrderState
from workorders.assessment import lives
from workorders.assessment.backlog import Shift, weekly_hours
from workorders.assessment.columns import (
    NEVER,
    Arrivals,
    Occurrences,
    Orders,
    Promises,
    Ratings,
    Saved,
    Words,
    Work,
)
from workorders.assessment.period import Period
from workorders.ledger.entries import COUNTED
from workorders.states import Command

CAME = (Command.ARRIVE, Command.AT_PLACE, Command.DECLARE)
"""Commands by which somebody is at the place."""


def read(session: Session, period: Period, *, most_h: float, rostered: bool) -> Work:
    """All columns that the figures of a period need, within the session's scope.

    Args:
        session: Of one scope.
        period: Which months.
        most_h: Most hours that a person works a week. [h]
        rostered: Whether the hours of the roster are those of the orders in scope.
    """
    saved = _saved(session, period)
    orders, people = _orders(session, period, sorted({order for order, *_ in saved}))
    index = pd.Index(orders.id)
    since = int(orders.opened.min()) if len(orders.id) else period.start
    person = {login: n for n, login in enumerate(people)}
    names, firms = _people(session)
    known = {id_: n for n, id_ in enumerate(orders.id)}
    return Work(
        orders=orders,
        promises=_promises(session, period, index),
        arrivals=_arrivals(session, since, index),
        ratings=_ratings(session, period, index),
        saved=_in_columns(saved, index),
        occurrences=_occurrences(session, period, index),
        ended=lives.ended(session, period.start, known, person),
        people=people,
        names=names,
        firms=firms,
        holds=_holds(session, since, known),
        hands=lives.hands(session, since, known, person),
        again=_again(session, period.start),
        weekly=weekly_hours(_shifts(session), most_h) if rostered else {},
    )


def _orders(session: Session, period: Period, more: Sequence[str]) -> tuple[Orders, list[str]]:
    """Orders that were open at some time of the period, and those that it books savings of."""
    within = [
        Order.opened_at < period.end,
        or_(Order.closed_at.is_(None), Order.closed_at >= period.start),
    ]
    found = columns(session, _COLUMNS, *within)
    have = set(found[0]) if more else set()
    left = [id_ for id_ in more if id_ not in have]
    for first in range(0, len(left), _MANY):
        some = columns(session, _COLUMNS, Order.id.in_(left[first : first + _MANY]))
        found = [[*column, *other] for column, other in zip(found, some, strict=True)]
    (id_, building, crew, origin, state, outcome, reason, proof, closer, holder, mender,
     *numbers) = found  # fmt: skip
    who, people = pd.factorize(np.array([*holder, *mender], dtype=object))
    priority, attempt, opened, seen, done, closed, minutes, effort = map(_ints, numbers)
    return Orders(
        id=list(id_), building=_words(building), crew=_words(crew), origin=_words(origin),
        state=_words(state), outcome=_words(outcome), reason=_words(reason), proof=_words(proof),
        closer=_words(closer), holder=who[: len(id_)], mender=who[len(id_) :],
        priority=priority, attempt=attempt, opened=opened, seen=seen, done=done, closed=closed,
        minutes=minutes, effort=effort,
    ), [str(login) for login in people]  # fmt: skip


def _promises(session: Session, period: Period, index: pd.Index[Any]) -> Promises:
    met, breached = _when(OrderClock.met_at), _when(OrderClock.breached_at)
    order, kind, *numbers = columns(
        session,
        (OrderClock.order_id, OrderClock.kind, OrderClock.priority, OrderClock.started_at,
         OrderClock.due_at, met, breached),
        OrderClock.started_at < period.end,
        or_(OrderClock.met_at.is_(None), OrderClock.met_at >= period.start,
            OrderClock.breached_at >= period.start),
    )  # fmt: skip
    row = index.get_indexer(pd.Index(order))
    mine = row >= 0
    codes = _words(kind)
    priority, started, due, met_at, breached_at = (_ints(one)[mine] for one in numbers)
    return Promises(
        order=row[mine].astype(np.int64), kind=Words(codes.code[mine], codes.known),
        priority=priority, started=started, due=due, met=met_at, breached=breached_at,
    )  # fmt: skip


def _arrivals(session: Session, since: int, index: pd.Index[Any]) -> Arrivals:
    order, at = columns(
        session, (OrderEvent.order_id, OrderEvent.at),
        OrderEvent.command.in_([str(one) for one in CAME]), OrderEvent.at >= since,
    )  # fmt: skip
    row = index.get_indexer(pd.Index(order))
    mine = row >= 0
    return Arrivals(order=row[mine].astype(np.int64), at=_ints(at)[mine])


def _ratings(session: Session, period: Period, index: pd.Index[Any]) -> Ratings:
    order, stars, why = columns(
        session,
        (ServiceRequest.order_id, func.coalesce(ServiceRequest.stars, 0), ServiceRequest.left_out),
        # Said so that no index of orders is the way to them: SQLite would go through all that are
        # closed, and reports are few.
        func.lower(Order.state) == OrderState.CLOSED.value,
        func.coalesce(Order.closed_at, 0) >= period.start,
        func.coalesce(Order.closed_at, 0) < period.end,
        joined=(Order, Order.id == ServiceRequest.order_id),
    )  # fmt: skip
    return Ratings(
        order=index.get_indexer(pd.Index(order)).astype(np.int64), stars=_ints(stars),
        left_out=np.array([bool(one) for one in why], dtype=bool),
    )  # fmt: skip


def _occurrences(session: Session, period: Period, index: pd.Index[Any]) -> Occurrences:
    done, missed = PlannedOccurrence.done_at, PlannedOccurrence.missed_at
    order, at, kept = columns(
        session,
        (PlannedOccurrence.order_id, func.coalesce(missed, done), missed.is_(None)),
        PlannedOccurrence.order_id.is_not(None),
        or_(missed >= period.start, and_(missed.is_(None), done >= period.start)),
    )  # fmt: skip
    row = index.get_indexer(pd.Index(order))
    mine = row >= 0
    return Occurrences(
        order=row[mine].astype(np.int64), at=_ints(at)[mine], kept=np.array(kept, dtype=bool)[mine]
    )


def _saved(session: Session, period: Period) -> list[tuple[str, str, float]]:
    month = func.substr(DayRow.day, 1, 7)
    query = (
        select(DayRow.order_id, month, func.sum(DayRow.saving * DayRow.price))
        .where(DayRow.state.in_(COUNTED), DayRow.price.is_not(None),
               month >= period.first, month <= period.last)
        .group_by(DayRow.order_id, month)
    )  # fmt: skip
    return [(order, said, float(money)) for order, said, money in session.execute(query)]


def _in_columns(saved: Sequence[tuple[str, str, float]], index: pd.Index[Any]) -> Saved:
    return Saved(
        order=index.get_indexer(pd.Index([order for order, _, _ in saved])).astype(np.int64),
        month=[month for _, month, _ in saved],
        money=np.array([money for _, _, money in saved], dtype=np.float64),
    )  # fmt: skip


def _holds(session: Session, since: int, known: dict[str, int]) -> dict[int, list[tuple[int, int]]]:
    """What stops a clock; a hold that still goes on ends with whatever is asked."""
    query = select(OrderPause.order_id, OrderPause.start, OrderPause.end)
    found: dict[int, list[tuple[int, int]]] = {}
    for order, start, end in session.execute(query.where(OrderPause.start >= since)):
        if order in known and end is not None:
            found.setdefault(known[order], []).append((start, end))
    return found


def _again(session: Session, since: int) -> dict[str, int]:
    """When a fault came back, by the order that had mended it; the first time of each."""
    query = (
        select(Order.recurrence_of, func.min(Order.opened_at))
        .where(Order.recurrence_of.is_not(None), Order.opened_at >= since)
        .group_by(Order.recurrence_of)
    )
    return {str(order): int(at) for order, at in session.execute(query)}


def _people(session: Session) -> tuple[dict[str, str], frozenset[str]]:
    rows = session.execute(select(PersonRow.login, PersonRow.name, PersonRow.firm)).all()
    return {login: name for login, name, _ in rows}, frozenset(r[0] for r in rows if r[2])


def _shifts(session: Session) -> list[Shift]:
    query = select(ShiftRow.login, ShiftRow.trade, ShiftRow.start, ShiftRow.end, ShiftRow.weekdays)
    return [Shift(*row) for row in session.execute(query)]


def _when(column: InstrumentedAttribute[Any]) -> Any:
    return func.coalesce(column, NEVER)


_COLUMNS = (
    Order.id, Order.building, Order.skill, Order.origin, Order.state,
    Order.outcome, Order.cancel_reason, Order.proof, Order.closed_by,
    Order.assignee, Order.repaired_by, Order.priority, Order.attempt, Order.opened_at,
    Order.first_seen, _when(Order.done_at), _when(Order.closed_at), Order.minutes,
    Order.effort_min,
)  # fmt: skip
_MANY = 500
"""Ids of one query; SQLite takes no more than some thousand."""


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _words(values: Sequence[str | None]) -> Words:
    code, known = pd.factorize(np.array(values, dtype=object))
    return Words(code.astype(np.int64), [str(word) for word in known])
