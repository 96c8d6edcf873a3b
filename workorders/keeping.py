"""Keeps time: breaches recorded once, escalations climbed, orders without a person tried again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from adapters.records.orders import Order, OrderClock
from core.service import ClockKind, Rung, Whom
from core.words import OrderState, Priority
from workorders import clocks, dispatch, messages, silence
from workorders.book import Book
from workorders.crew import departures, holds, needs
from workorders.happenings import Happening
from workorders.routing import owner_of
from workorders.states import Command
from workorders.workdays import hours_of

PROMISE_WORDS = {
    ClockKind.ACKNOWLEDGE: "acknowledge",
    ClockKind.ARRIVE: "arrive",
    ClockKind.SAFE: "make safe",
    ClockKind.RESTORE: "restore",
    ClockKind.PERMANENT: "mend for good",
}


def step(book: Book) -> None:
    """Everything that time alone does to open orders."""
    departures.step(book)
    holds.step(book)
    _unassigned(book)
    silence.step(book)
    _clocks(book)


def _unassigned(book: Book) -> None:
    query = select(Order.id, Order.version).where(
        Order.state == OrderState.TRIAGED, Order.closed_at.is_(None)
    )
    for id_, version in book.session.execute(query.order_by(Order.priority, Order.id)).all():
        order = book.lock(id_, version)
        if order is not None:
            dispatch.assign(book, order)


def _clocks(book: Book) -> None:
    query = (
        select(Order.id, Order.version, OrderClock)
        .join(OrderClock, OrderClock.order_id == Order.id)
        .where(Order.closed_at.is_(None), OrderClock.met_at.is_(None))
        .order_by(OrderClock.id)
    )
    late: dict[str, list[OrderClock]] = {}
    versions: dict[str, int] = {}
    for id_, version, clock in book.session.execute(query).all():
        if _breached(book, clock) or _rungs(book, clock):
            late.setdefault(id_, []).append(clock)
            versions[id_] = version
    for id_, mine in late.items():
        order = book.lock(id_, versions[id_])
        for clock in mine if order is not None else ():
            book.session.refresh(clock)
            if order is not None and clock.met_at is None:
                _serve(book, order, clock)


def _serve(book: Book, order: Order, clock: OrderClock) -> None:
    if _breached(book, clock):
        _breach(book, order, clock)
    for rung in _rungs(book, clock):
        clock.rung += 1
        _climb(book, order, rung)


def _breached(book: Book, clock: OrderClock) -> bool:
    """Whether a breach is to be recorded; it is the same however late it is noticed."""
    if clock.breached_at is not None or clock.due_at >= book.now:
        return False
    return book.due(clock) < book.now


def _breach(book: Book, order: Order, clock: OrderClock) -> None:
    clock.breached_at = book.due(clock)
    book.happen(
        order, Happening.BREACHED, promise=clock.kind, due=clock.breached_at,
        priority=clock.priority,
    )  # fmt: skip
    people = list(book.supervisors(order))
    # Who was given it when the first one had not acknowledged has missed nothing.
    later = clock.kind == ClockKind.ACKNOWLEDGE and (order.assigned_at or 0) >= clock.breached_at
    if order.assignee is not None and not later:
        people.insert(0, order.assignee)
    words = PROMISE_WORDS[ClockKind(clock.kind)]
    book.tell(order, people, f"breach-{clock.kind}", messages.BREACHED, promise=words)


def _rungs(book: Book, clock: OrderClock) -> Sequence[Rung]:
    """Steps of the escalation that are due and not yet taken."""
    if clock.kind != ClockKind.ACKNOWLEDGE:
        return ()
    hours = hours_of(book.office.calendar, clock.building, always=clock.always)
    ladder = book.office.levels.ladder[Priority(clock.priority)][clock.rung :]
    return [
        rung for rung in ladder if clocks.due(clock.started_at, rung.minutes, hours) <= book.now
    ]


def _climb(book: Book, order: Order, rung: Rung) -> None:
    if rung.whom is Whom.PERSON and order.assignee is not None:
        book.happen(order, Happening.REMINDED, whom=rung.whom)
        book.tell(order, [order.assignee], Happening.REMINDED, messages.REMINDER)
    elif rung.whom is Whom.NEXT and order.state is OrderState.ASSIGNED:
        _next(book, order)
    else:
        _report(book, order, rung.whom)


def _next(book: Book, order: Order) -> None:
    """To the next on call; the first ones keep hearing of it no more."""
    tried = [*order.tried, *([order.assignee] if order.assignee else [])]
    found = dispatch.find(book, order, tried)
    if found.login is None or not _licensed(book, order, found.login):
        _report(book, order, Whom.SUPERVISOR)
        return
    order.tried = tried
    before = order.assignee
    dispatch.hand(book, order, found.login)
    book.step(
        order, Command.ESCALATE, OrderState.ASSIGNED,
        assignee=found.login, before=before, reason=found.reason,
    )  # fmt: skip
    book.tell(order, [found.login], Command.ESCALATE, messages.NEXT_ON_CALL)


def _licensed(book: Book, order: Order, login: str) -> bool:
    """Whether somebody may do the work: an emergency is not moved to who may not touch it."""
    wanted = needs.licences(book, order)
    return not wanted or wanted <= book.office.duty.licences(login, book.now)


def _report(book: Book, order: Order, whom: Whom) -> None:
    people = list(book.supervisors(order))
    if whom is Whom.HEAD:
        people = [owner_of(book.office.site, "", order.building)]
    person = book.office.name(order.assignee) if order.assignee else "—"
    book.happen(order, Happening.REMINDED, whom=whom)
    book.tell(order, people, f"unanswered-{whom}", messages.UNANSWERED, person=person)
