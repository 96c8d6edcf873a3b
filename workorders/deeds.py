"""What each command of a person changes, once the table has allowed it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from adapters.records.orders import Order, OrderPause
from core.service import ClockKind
from core.words import CancelReason, HoldReason, OrderState, Outcome, Text, Trade
from workorders import dispatch, hands, messages, returning, watching
from workorders.act import Act
from workorders.book import Book
from workorders.clocks import PAUSING
from workorders.crew import checks, late, needs, reports
from workorders.people import serves
from workorders.planned import checklists
from workorders.refusals import OrderRefused, forbidden, invalid
from workorders.states import Command

_SAID = (
    "cause", "minutes", "reason", "until", "who", "assignee", "priority", "action", "alarm",
    "parts", "pressed", "place", "elsewhere",
)  # fmt: skip
"""What of an act stands in its event."""

_SAID_DONE = frozenset({OrderState.DONE, OrderState.VERIFYING})

Deed = Callable[[Book, Order, Act, str], None]
"""Changes the order by what was said; the last argument is the actor's log-in."""


def perform(book: Book, order: Order, act: Act, actor: str, to: OrderState) -> None:
    """The command's own changes, its step, and what follows from it."""
    _DEEDS[act.do](book, order, act, actor)
    data = {name: value for name in _SAID if (value := getattr(act, name))}
    book.step(order, act.do, to, actor, note=act.note, **data)
    after = _AFTER.get(act.do)
    if after is not None:
        after(book, order, act, actor)


def _accept(book: Book, order: Order, _act: Act, actor: str) -> None:
    if order.assignee != actor:
        dispatch.hand(book, order, actor)
    _acknowledge(book, order, _act, actor)


def _acknowledge(book: Book, order: Order, _act: Act, _actor: str) -> None:
    order.acknowledged_at = book.now
    book.meet(order, ClockKind.ACKNOWLEDGE)


def _at_place(book: Book, order: Order, _act: Act, _actor: str) -> None:
    order.arrived_at = order.arrived_at or book.now
    book.meet(order, ClockKind.ARRIVE)


def _arrive(book: Book, order: Order, act: Act, actor: str) -> None:
    needs.demand(book, order)
    _at_place(book, order, act, actor)


def _safe(book: Book, order: Order, _act: Act, _actor: str) -> None:
    book.meet(order, ClockKind.SAFE)


def _restored(book: Book, order: Order, act: Act, actor: str) -> None:
    _safe(book, order, act, actor)
    book.meet(order, ClockKind.RESTORE)


def _prioritise(book: Book, order: Order, act: Act, _actor: str) -> None:
    """What was promised stays promised: a lower priority is timed beside the old one."""
    before, wanted = order.priority, act.priority or order.priority
    if wanted == before:
        raise invalid(Text("The order has this priority already."), "priority")
    order.priority, order.waste_raised = wanted, False
    if wanted > before:
        order.lowered_from = min(before, order.lowered_from or before)
        book.start_clocks(order, order.opened_at)
        _met_before(book, order)
        return
    if order.lowered_from is not None and wanted <= order.lowered_from:
        order.lowered_from = None
    order.acknowledged_at = None  # paged as new, whatever state it is in
    book.start_clocks(order, book.now)


def _met_before(book: Book, order: Order) -> None:
    """A clock that begins in the past was kept by what has happened since."""
    happened = {
        ClockKind.ACKNOWLEDGE: order.acknowledged_at, ClockKind.ARRIVE: order.arrived_at,
        ClockKind.RESTORE: order.done_at if order.state in _SAID_DONE else None,
    }  # fmt: skip
    book.session.flush()
    for clock in book.clocks(order.id):
        at = happened.get(ClockKind(clock.kind))
        if at is not None and clock.met_at is None:
            clock.met_at = at
            if clock.due_at < at:
                clock.breached_at = clock.due_at


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
    needs.demand(book, order)
    dispatch.end_hold(book, order)


def _declare(book: Book, order: Order, act: Act, actor: str) -> None:
    """From paper: the proof counts from when it was done, the promises from when it is known."""
    person = book.office.duty.person(act.assignee)
    if person is None or not serves(person, order.skill, order.building):
        raise invalid(Text("Nobody of that name has the skill and works there."), "assignee")
    if act.until is not None and act.until < order.opened_at:
        raise invalid(Text("It was done before it was found; enter it at the earlier order."),
                      "until")  # fmt: skip
    dispatch.end_hold(book, order)
    if order.assignee != act.assignee:
        dispatch.hand(book, order, act.assignee)
    _acknowledge(book, order, act, actor)
    book.meet(order, ClockKind.ARRIVE)
    _done(book, order, act, actor)


def _done(book: Book, order: Order, act: Act, actor: str) -> None:
    checklists.demand(book, order)
    declared = act.do is Command.DECLARE
    order.done_at = act.until if declared else late.moment(book, act)
    order.repaired_by = act.assignee if declared else actor
    order.cause_code = act.cause
    order.minutes += act.minutes or 0
    for kind in (ClockKind.SAFE, ClockKind.RESTORE, ClockKind.PERMANENT):
        book.meet(order, kind)
    reports.keep(book, order, act, actor)
    needs.end_permits(book, order)
    needs.end_help(book, order)


def _watch(book: Book, order: Order, _act: Act, _actor: str) -> None:
    book.step(order, Command.WATCH, OrderState.VERIFYING, proof=order.proof)
    watching.begin(book, order)


def _sign(book: Book, order: Order, _act: Act, actor: str) -> None:
    _judge(book, order, actor)
    if not watching.inconclusive(book, order):
        raise OrderRefused(
            Text("Only what telemetry cannot prove is signed; this proof goes on."),
            code="conflict",
        )
    close(book, order, actor, Outcome.INCONCLUSIVE)


def _inspect(book: Book, order: Order, _act: Act, actor: str) -> None:
    _look(book, order, actor)
    close(book, order, actor, Outcome.INSPECTED)


def _reject(book: Book, order: Order, _act: Act, actor: str) -> None:
    _look(book, order, actor)
    returning.back(book, order)


def _rejected(book: Book, order: Order, _act: Act, _actor: str) -> None:
    people = [*([order.assignee] if order.assignee else []), *book.supervisors(order)]
    book.tell(order, people, Command.REJECT, messages.DISPUTED)


def _look(book: Book, order: Order, actor: str) -> None:
    _judge(book, order, actor)
    if not watching.by_inspection(order):
        raise OrderRefused(
            Text("This repair is not proved by inspection but by telemetry."), code="conflict"
        )


def _judge(book: Book, order: Order, actor: str) -> None:
    """Nobody judges what their own hands did, as a helper or at an earlier attempt too."""
    if actor in hands.of(book, order):
        raise forbidden()


def _cancel(book: Book, order: Order, act: Act, actor: str) -> None:
    if order.state in _SAID_DONE:
        _judge(book, order, actor)
    dispatch.end_hold(book, order)
    order.closed_at = book.now
    order.closed_by = actor
    order.cancel_reason = CancelReason(act.reason)
    if order.cancel_reason is CancelReason.FALSE_ALARM:
        order.cause_code = act.cause or None
    if order.cancel_reason is CancelReason.ACCEPTED_RISK:
        order.risk_until = act.until
    checks.draw(book, order)


def _give(book: Book, order: Order, act: Act, _actor: str) -> None:
    """To somebody who is there, works in the building and has the skill, or leads."""
    person = book.office.duty.person(act.assignee)
    fits = person is not None and (
        serves(person, order.skill, order.building) or person.login in book.supervisors(order)
    )
    if not fits:
        raise invalid(Text("Nobody of that name has the skill and works there."), "assignee")
    if book.office.duty.away(act.assignee, book.now):
        raise invalid(Text("Whoever should have it is on leave."), "assignee")
    before = order.assignee
    dispatch.hand_on(book, order, act.assignee)
    if before is not None and before != act.assignee:
        order.tried = [*order.tried, before]


def _hand_over(book: Book, order: Order, act: Act, actor: str) -> None:
    if act.assignee == actor:
        raise invalid(Text("It is yours already; hand it to somebody else."), "assignee")
    kept = list(order.tried)
    _give(book, order, act, actor)
    order.tried = kept  # who goes home has not failed it


def _handed_over(book: Book, order: Order, act: Act, actor: str) -> None:
    name = book.office.name(actor)
    book.tell(order, [act.assignee], Command.HAND_OVER, messages.HANDED_OVER, person=name)


def _visit(book: Book, order: Order, act: Act, _actor: str) -> None:
    """From the desk to the trade that the desk names; the repair's own trade stays as it was."""
    if order.skill is not Trade.OPERATOR:
        raise OrderRefused(Text("Only what is at the desk is sent on from there."), code="conflict")
    order.skill = Trade(act.reason)
    found = dispatch.find(book, order, order.tried)
    if found.login is None:
        raise invalid(Text("Nobody of that trade can be found now."), "reason")
    dispatch.hand_on(book, order, found.login)


def _sent(book: Book, order: Order, _act: Act, _actor: str) -> None:
    if order.assignee is not None:
        book.tell(order, [order.assignee], Command.ASSIGN, messages.ASSIGNED)


def _prioritised(book: Book, order: Order, _act: Act, _actor: str) -> None:
    people = [order.assignee] if order.assignee else book.supervisors(order)
    book.tell(order, people, Command.PRIORITISE, messages.PRIORITISED)


def _told(book: Book, order: Order, act: Act, _actor: str) -> None:
    book.tell(order, [act.assignee], Command.ASSIGN, messages.ASSIGNED)


def _reopen(book: Book, order: Order, _act: Act, actor: str) -> None:
    _judge(book, order, actor)
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
    dispatch.hand(book, order, order.assignee)
    order.lowered_from = None
    book.start_clocks(order, book.now)


def _reopened(book: Book, order: Order, _act: Act, _actor: str) -> None:
    if order.assignee is not None:
        book.tell(order, [order.assignee], Command.ASSIGN, messages.ASSIGNED)


def close(book: Book, order: Order, by: str, outcome: Outcome) -> None:
    """The order ends, by proof or by signature."""
    order.closed_at = book.now
    order.closed_by = by
    order.outcome = outcome
    checks.draw(book, order)


_DEEDS: dict[Command, Deed] = {
    Command.PRIORITISE: _prioritise,
    Command.ACKNOWLEDGE: _acknowledge,
    Command.ACCEPT: _accept,
    Command.TAKE: _accept,
    Command.AT_PLACE: _at_place,
    Command.SAFE: _safe,
    Command.RESTORED: _restored,
    Command.HAND_OVER: _hand_over,
    Command.VISIT: _visit,
    Command.ARRIVE: _arrive,
    Command.HOLD: _hold,
    Command.RESUME: _resume,
    Command.DONE: _done,
    Command.DECLARE: _declare,
    Command.SIGN: _sign,
    Command.INSPECT: _inspect,
    Command.REJECT: _reject,
    Command.CANCEL: _cancel,
    Command.ASSIGN: _give,
    Command.REASSIGN: _give,
    Command.REOPEN: _reopen,
}

_AFTER: dict[Command, Deed] = {
    Command.DONE: _watch,
    Command.DECLARE: _watch,
    Command.ASSIGN: _told,
    Command.REASSIGN: _told,
    Command.REOPEN: _reopened,
    Command.HAND_OVER: _handed_over,
    Command.VISIT: _sent,
    Command.PRIORITISE: _prioritised,
    Command.REJECT: _rejected,
}
