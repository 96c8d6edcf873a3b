"""What each command of a person changes, once the table has allowed it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from adapters.records.orders import Order, OrderPause
from core.words import CancelReason, HoldReason, OrderState, Outcome, Text
from workorders import messages, watching
from workorders.act import Act
from workorders.book import Book
from workorders.clocks import PAUSING, ClockKind
from workorders.dispatch import hand
from workorders.people import serves
from workorders.refusals import OrderRefused, invalid
from workorders.states import Command

Deed = Callable[[Book, Order, Act, str], None]
"""Changes the order by what was said; the last argument is the actor's log-in."""


def perform(book: Book, order: Order, act: Act, actor: str, to: OrderState) -> None:
    """The command's own changes, its step, and what follows from it."""
    _DEEDS[act.do](book, order, act, actor)
    data = {
        name: value
        for name in ("cause", "minutes", "reason", "until", "who", "assignee")
        if (value := getattr(act, name))
    }
    book.step(order, act.do, to, actor, note=act.note, **data)
    after = _AFTER.get(act.do)
    if after is not None:
        after(book, order, act, actor)


def _accept(book: Book, order: Order, _act: Act, actor: str) -> None:
    order.assignee = actor
    order.acknowledged_at = book.now
    book.meet(order, ClockKind.ACKNOWLEDGE)


def _arrive(book: Book, order: Order, _act: Act, _actor: str) -> None:
    order.arrived_at = book.now
    book.meet(order, ClockKind.ARRIVE)


def _hold(book: Book, order: Order, act: Act, _actor: str) -> None:
    order.hold_reason = HoldReason(act.reason)
    order.hold_until = act.until
    if order.hold_reason in PAUSING:
        book.session.add(
            OrderPause(
                order_id=order.id, building=order.building, reason=order.hold_reason,
                who=act.who.strip(), start=book.now,
            )
        )  # fmt: skip
        book.session.flush()


def _resume(book: Book, order: Order, _act: Act, _actor: str) -> None:
    _end_pause(book, order)


def _end_pause(book: Book, order: Order) -> None:
    order.hold_reason = order.hold_until = None
    mine = select(OrderPause).where(OrderPause.order_id == order.id, OrderPause.end.is_(None))
    for pause in book.session.scalars(mine):
        pause.end = book.now
    book.session.flush()
    for clock in book.clocks(order.id):
        clock.due_at = book.due(clock)


def _done(book: Book, order: Order, act: Act, actor: str) -> None:
    order.done_at = book.now
    order.repaired_by = actor
    order.cause_code = act.cause
    order.minutes += act.minutes or 0
    book.meet(order, ClockKind.RESTORE)


def _watch(book: Book, order: Order, _act: Act, _actor: str) -> None:
    book.step(order, Command.WATCH, OrderState.VERIFYING, proof=order.proof)
    watching.begin(book, order)


def _sign(book: Book, order: Order, _act: Act, actor: str) -> None:
    if not watching.inconclusive(book, order):
        raise OrderRefused(
            Text("Only what telemetry cannot prove is signed; this proof goes on."),
            code="conflict",
        )
    close(book, order, actor, Outcome.INCONCLUSIVE)


def _inspect(book: Book, order: Order, _act: Act, actor: str) -> None:
    if not watching.by_inspection(order):
        raise OrderRefused(
            Text("This repair is not proved by inspection but by telemetry."), code="conflict"
        )
    close(book, order, actor, Outcome.INSPECTED)


def _cancel(book: Book, order: Order, act: Act, actor: str) -> None:
    _end_pause(book, order)
    order.closed_at = book.now
    order.closed_by = actor
    order.cancel_reason = CancelReason(act.reason)
    if order.cancel_reason is CancelReason.ACCEPTED_RISK:
        order.risk_until = act.until


def _give(book: Book, order: Order, act: Act, _actor: str) -> None:
    """To somebody who is there, works in the building and has the skill, or leads."""
    person = book.office.duty.person(act.assignee)
    fits = person is not None and (
        serves(person, order.skill, order.building) or person.login in book.supervisors(order)
    )
    if not fits:
        raise invalid(Text("Nobody of that name has the skill and works there."), "assignee")
    before = order.assignee
    met = order.acknowledged_at is not None
    _end_pause(book, order)
    hand(book, order, act.assignee)
    if met:
        book.start_clocks(order, book.now, (ClockKind.ACKNOWLEDGE,))
    if before is not None and before != act.assignee:
        order.tried = [*order.tried, before]


def _told(book: Book, order: Order, act: Act, _actor: str) -> None:
    book.tell(order, [act.assignee], Command.ASSIGN, messages.ASSIGNED)


def _reopen(book: Book, order: Order, _act: Act, _actor: str) -> None:
    known = select(Order.id).where(Order.cause == order.cause, Order.closed_at.is_(None))
    other = book.session.scalars(known).first()
    if other is not None:
        raise OrderRefused(
            Text("{order} is open for the same cause already.", {"order": other}), code="conflict"
        )
    if order.assignee is None:
        raise invalid(Text("Nobody ever had this order; wait for the next finding."), "order")
    order.closed_at = order.closed_by = order.outcome = None
    order.cancel_reason = order.risk_until = None
    order.attempt += 1
    hand(book, order, order.assignee)
    book.start_clocks(order, book.now)


def _reopened(book: Book, order: Order, _act: Act, _actor: str) -> None:
    if order.assignee is not None:
        book.tell(order, [order.assignee], Command.ASSIGN, messages.ASSIGNED)


def close(book: Book, order: Order, by: str, outcome: Outcome) -> None:
    """The order ends, by proof or by signature."""
    order.closed_at = book.now
    order.closed_by = by
    order.outcome = outcome


_DEEDS: dict[Command, Deed] = {
    Command.ACCEPT: _accept,
    Command.TAKE: _accept,
    Command.ARRIVE: _arrive,
    Command.HOLD: _hold,
    Command.RESUME: _resume,
    Command.DONE: _done,
    Command.SIGN: _sign,
    Command.INSPECT: _inspect,
    Command.CANCEL: _cancel,
    Command.ASSIGN: _give,
    Command.REASSIGN: _give,
    Command.REOPEN: _reopen,
}

_AFTER: dict[Command, Deed] = {
    Command.DONE: _watch,
    Command.ASSIGN: _told,
    Command.REASSIGN: _told,
    Command.REOPEN: _reopened,
}
