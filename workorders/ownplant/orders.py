"""Orders on Plantroom's own plant: one a cause, ended by what ends the cause."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from adapters.records.orders import Order
from core.actor import SYSTEM
from core.clock import HOUR_MS
from core.finding import Evidence, Finding, FindingState, finding_id
from core.service import ClockKind
from core.words import CancelReason, OrderState, Origin, Outcome, ProofKind
from workorders import cases, dispatch, making, messages, returning
from workorders.book import Book
from workorders.crew import needs
from workorders.deeds import close
from workorders.happenings import Happening
from workorders.ownplant import reports
from workorders.ownplant.cards import FAMILIES
from workorders.ownplant.conditions import Condition, conditions
from workorders.priority import urgency
from workorders.raising import classify, raise_to
from workorders.states import Command

REFUSED_AFTER_MS = HOUR_MS
"""So long after *done* the cause must be gone: what waited is sent by then, and a channel is tried
every quarter of an hour."""


def step(book: Book, system_now: int) -> None:
    """Opens what is amiss, ends what is well again, and leaves the rest as it is.

    Args:
        book: At the run clock's moment.
        system_now: System time, which channels are kept by. [ms]
    """
    known = {one.cause: one for one in conditions(book, system_now)}
    latest = _latest(book)
    for cause, order in latest.items():
        condition = known.get(cause)
        if condition is not None and order.closed_at is None:
            _follow(book, order, condition)
        elif condition is not None and not condition.amiss and not _recovered(order):
            _mark(book, order)
    for cause, condition in known.items():
        last = latest.get(cause)
        if condition.amiss and (last is None or _may_open(book, last, condition)):
            _open(book, condition, last)


def _latest(book: Book) -> Mapping[str, Order]:
    """The newest order of each cause."""
    query = select(Order).where(Order.family.in_(sorted(FAMILIES)))
    ordered = query.order_by(Order.opened_at, Order.id)
    return {order.cause: order for order in book.session.scalars(ordered)}


def _recovered(order: Order) -> bool:
    """Whether the cause was seen to end after this order was made for it."""
    return Happening.CLEARED in order.told


def _may_open(book: Book, last: Order, condition: Condition) -> bool:
    """Whether an ended order no longer stands for what is amiss: it was well in between.

    What a person has cancelled, and goes on, is known, until it is worse or an accepted
    risk is over.
    """
    if last.closed_at is None:
        return False
    expired = last.cancel_reason is CancelReason.ACCEPTED_RISK and (
        last.risk_until is not None and last.risk_until <= book.now
    )
    return _recovered(last) or expired or condition.severity < last.severity


def _open(book: Book, condition: Condition, last: Order | None) -> None:
    finding = _finding(book, condition, 0 if last is None else last.opened_at)
    known = cases.read(book, [finding])
    if known.risk_of(condition.cause, condition.severity) is not None:
        return
    if known.coverage.keep_back(book, condition.card, finding):
        return
    known.coverage.release(finding, book.now)
    card = condition.card
    order = making.blank(
        book, building=condition.building, origin=Origin.FINDING, cause=condition.cause,
        asset=condition.asset, family=card.family, rule=card.id, target=condition.target,
        trade=card.trade, skill=card.trade, proof=ProofKind.TELEMETRY,
        title=messages.dumped(condition.title), explanation=messages.dumped(condition.explanation),
        severity=condition.severity, first_seen=book.now, last_seen=book.now, opened_at=book.now,
        recurrence_of=known.recurs(condition.cause, book.now), effort_min=card.effort_min,
    )  # fmt: skip
    classify(order, urgency(
        condition.severity, safety=False, comfort_hours=0.0, money_per_day=0.0,
        rates=book.office.rates,
    ))  # fmt: skip
    known.add(order)
    making.begin(book, order, rule=card.id, recurrence_of=order.recurrence_of)
    reports.give_way(book, order)


def _follow(book: Book, seen: Order, condition: Condition) -> None:
    """What its cause, as it is now, does to an open order."""
    if not condition.amiss:
        _recover(book, seen)
        return
    worse = condition.severity < seen.severity
    late = seen.state is OrderState.VERIFYING and (seen.done_at or 0) <= book.now - REFUSED_AFTER_MS
    order = book.lock(seen.id) if worse or late else None
    if order is None:
        return
    if worse:
        found = urgency(
            condition.severity, safety=False, comfort_hours=0.0, money_per_day=0.0,
            rates=book.office.rates,
        )  # fmt: skip
        raise_to(book, order, found, condition.severity)
        order.severity = min(order.severity, condition.severity)
        order.explanation = messages.dumped(condition.explanation)
    if late:
        data = returning.back(book, order)
        book.step(order, Command.REFUSE, OrderState.ASSIGNED, assignee=order.assignee, **data)
        people = [*([order.assignee] if order.assignee else []), *book.supervisors(order)]
        book.tell(order, people, Command.REFUSE, messages.REFUSED)


def _recover(book: Book, seen: Order) -> None:
    """The cause has ended, whoever ended it: that is the proof."""
    order = book.lock(seen.id)
    if order is None or order.closed_at is not None:
        return
    order.last_seen = order.cleared_at = book.now
    order.told = [*order.told, Happening.CLEARED]
    dispatch.end_hold(book, order)
    needs.end_permits(book, order)
    needs.end_help(book, order)
    for kind in ClockKind:
        book.meet(order, kind)
    close(book, order, SYSTEM.login, Outcome.VERIFIED)
    book.step(order, Command.RECOVER, OrderState.CLOSED)
    people = [*([order.assignee] if order.assignee else []), *reports.readers(book, order)]
    book.tell(order, people, Command.RECOVER, messages.RECOVERED)


def _mark(book: Book, seen: Order) -> None:
    """An order that somebody ended before its cause did: what comes next is another one."""
    order = book.lock(seen.id)
    if order is not None:
        order.told = [*order.told, Happening.CLEARED]


def _finding(book: Book, condition: Condition, before: int) -> Finding:
    """What mutes, risks and recurrences are asked about; it is kept nowhere.

    It is one from one order of the cause, opened at ``before`` [ms], to the next.
    """
    now = book.now - book.now % HOUR_MS  # what a mute keeps back is written once an hour
    return Finding(
        id=finding_id(condition.card.id, condition.target, before), revision=1,
        state=FindingState.OPEN, site=book.office.site.id, building=condition.building,
        rule=condition.card.id, target=condition.target, onset=now, opened=now, last=now,
        cleared=None, mode="", severity=condition.severity, references={}, waste=(),
        confidence=1.0, evidence=Evidence(points=(), start=now, end=now),
        title=condition.title, explanation=condition.explanation,
    )  # fmt: skip
