"""Makes views of orders from their rows, within a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import select

from adapters.records.orders import Order, OrderClock, OrderEvent, OrderPause, Watch
from adapters.records.scoping import BY_KEY
from adapters.records.work import OrderReport
from core.actor import SYSTEM, Actor
from core.service import ClockKind
from core.words import OrderState, Priority, Trade
from workorders import awaiting, messages, watching
from workorders.book import Book
from workorders.happenings import Happening
from workorders.people import Person, serves
from workorders.ranking import Term
from workorders.states import Command, Relation, allowed
from workorders.views import DueTime, OrderRow, ReportView, Step, WatchView

_MANY = 500
"""Values of one IN list; SQLite's own limit has been 999."""


def relations(
    order: Order, login: str, person: Person | None, worked: AbstractSet[str] = frozenset()
) -> AbstractSet[Relation]:
    """What somebody is to an order; ``worked`` are all whose hands were on it."""
    found = set()
    if order.assignee == login:
        found.add(Relation.ASSIGNEE)
    elif person is not None and serves(person, order.skill, order.building):
        found.add(Relation.COLLEAGUE)
    if login not in {order.repaired_by, order.assignee, *worked}:
        found.add(Relation.STRANGER_TO_REPAIR)
    if login not in {order.repaired_by, order.closed_by, *worked}:
        found.add(Relation.NOT_CLOSER)
    return found


def commands(
    order: Order, actor: Actor, person: Person | None, worked: AbstractSet[str] = frozenset()
) -> tuple[Command, ...]:
    """What an actor may do to an order now: the buttons they see."""
    found = allowed(order.state, actor.role, relations(order, actor.login, person, worked))
    if Command.SIGN in found and not watching.said_inconclusive(order):
        found = tuple(command for command in found if command is not Command.SIGN)
    if not watching.by_inspection(order):
        found = tuple(c for c in found if c not in {Command.INSPECT, Command.REJECT})
    if order.acknowledged_at is not None:
        found = tuple(command for command in found if command is not Command.ACKNOWLEDGE)
    if order.skill is not Trade.OPERATOR:
        found = tuple(command for command in found if command is not Command.VISIT)
    if order.arrived_at is not None:
        found = tuple(command for command in found if command is not Command.AT_PLACE)
    if Command.REOPEN in found and order.assignee is None:
        found = tuple(command for command in found if command is not Command.REOPEN)
    return found


_STAMPS = {Command.SAFE: ClockKind.SAFE, Command.RESTORED: ClockKind.RESTORE}


def _stamped(given: tuple[Command, ...], clocks: Sequence[OrderClock]) -> tuple[Command, ...]:
    """Without what was said already: a promise that is kept is not kept again."""
    met = {kind for kind in _STAMPS.values() if _kept(kind, clocks)}
    return tuple(command for command in given if _STAMPS.get(command) not in met)


def _kept(kind: ClockKind, clocks: Sequence[OrderClock]) -> bool:
    mine = [clock.met_at for clock in clocks if clock.kind == kind]
    return bool(mine) and None not in mine


def row_of(
    book: Book, order: Order, clocks: Sequence[OrderClock], actor: Actor, person: Person | None,
    worked: AbstractSet[str] = frozenset(),
) -> OrderRow:  # fmt: skip
    """An order in a list, as an actor sees it."""
    times = [due_time(book, clock) for clock in clocks]
    open_ = [time for time in times if time.met is None]
    running = order.closed_at is None
    return OrderRow(
        id=order.id, version=order.version, building=order.building, asset=order.asset,
        rule=order.rule, target=order.target, trade=order.trade, skill=order.skill,
        title=messages.loaded(order.title), explanation=messages.loaded(order.explanation),
        state=order.state, priority=Priority(order.priority), reasons=tuple(order.reasons),
        person=order.assignee, attempt=order.attempt, count=order.count,
        person_name=book.office.name(order.assignee) if order.assignee else "",
        opened_at=order.opened_at, assigned_at=order.assigned_at, last_seen=order.last_seen,
        closed_at=order.closed_at, outcome=order.outcome, waste_per_day=order.waste_per_day,
        value_per_day=order.value_per_day, effort_min=order.effort_min, score=order.score,
        terms=tuple(Term(term["name"], term["amount"]) for term in order.terms),
        due=min(open_, key=lambda time: time.due) if open_ and running else None,
        late=any(time.breached is not None for time in times),
        withdrawn=order.withdrawn_at is not None, cleared=order.cleared_at is not None,
        needs_signature=(
            order.state is OrderState.VERIFYING and Happening.INCONCLUSIVE in order.told
        ),
        recurrence_of=order.recurrence_of,
        allowed=_stamped(commands(order, actor, person, worked), clocks),
    )  # fmt: skip


def due_time(book: Book, clock: OrderClock) -> DueTime:
    """A promise as it stands."""
    return DueTime(
        kind=clock.kind, priority=Priority(clock.priority), started=clock.started_at,
        due=book.due(clock) if clock.met_at is None else clock.due_at, met=clock.met_at,
        breached=clock.breached_at,
    )  # fmt: skip


def orders_of(book: Book, ids: Sequence[str]) -> list[Order]:
    """Orders by their ids, in that order, in a query for each few hundred."""
    found: dict[str, Order] = {}
    for first in range(0, len(ids), _MANY):
        query = select(Order).where(Order.id.in_(ids[first : first + _MANY]))
        query = query.execution_options(**{BY_KEY: True})
        found.update((order.id, order) for order in book.session.scalars(query))
    return [found[id_] for id_ in ids]


def clocks_of(book: Book, ids: Sequence[str]) -> Mapping[str, list[OrderClock]]:
    """Promises of many orders and the holds that stop them, in two queries for each few hundred.

    For looking only: the book remembers the holds.
    """
    found: dict[str, list[OrderClock]] = {id_: [] for id_ in ids}
    book.memory.pauses.update({id_: [] for id_ in ids})
    for first in range(0, len(ids), _MANY):
        some = ids[first : first + _MANY]
        query = select(OrderClock).where(OrderClock.order_id.in_(some)).order_by(OrderClock.id)
        for clock in book.session.scalars(query.execution_options(**{BY_KEY: True})):
            found[clock.order_id].append(clock)
        holds = select(OrderPause).where(OrderPause.order_id.in_(some))
        for pause in book.session.scalars(holds.execution_options(**{BY_KEY: True})):
            book.memory.pauses[pause.order_id].append(pause)
    return found


def history(book: Book, order: Order) -> list[Step]:
    """All that was done to an order, the newest last."""
    query = select(OrderEvent).where(OrderEvent.order_id == order.id).order_by(OrderEvent.seq)
    return [
        Step(
            at=event.at, actor=event.actor, what=event.command, before=event.from_state,
            actor_name=SYSTEM.name if event.actor == SYSTEM.login
            else book.office.name(event.actor),
            after=event.to_state, note=event.note, data=event.data,
        )
        for event in book.session.scalars(query)
    ]  # fmt: skip


def report_view(book: Book, report: OrderReport) -> ReportView:
    """What the crew gave back with one *done*."""
    return ReportView(
        attempt=report.attempt, at=report.done_at, by=book.office.name(report.done_by),
        declared=report.declared, entered_by=book.office.name(report.entered_by),
        cause=report.cause, action=report.action, alarm=report.alarm, minutes=report.minutes,
        parts=tuple(report.parts),
    )  # fmt: skip


def watch_view(book: Book, watch: Watch) -> WatchView:
    """What telemetry says by one rule and target."""
    return WatchView(
        rule=watch.rule, target=watch.target, done_at=watch.done_at, outcome=watch.outcome,
        exposures=watch.exposures, needed=watch.needed, clear_since=watch.clear_since,
        awaited=messages.loaded(watch.detail.get("awaited", {})),
        windows=tuple((a, b) for a, b in watch.detail.get("windows", ())),
        needs=awaiting.awaited(
            watch, book.now, site=book.office.site, calendar=book.office.calendar,
            forecast=book.office.forecast,
        ),
    )  # fmt: skip
