"""Orders that go into another one: symptoms into their cause, cases into an incident."""

from __future__ import annotations

from sqlalchemy import update

from adapters.records.folds import FoldReason, OrderFold
from adapters.records.orders import Order
from adapters.records.requests import ServiceRequest
from core.actor import SYSTEM
from core.finding import Finding
from core.rulecard import RuleCard
from core.words import CancelReason, OrderState, Origin, Priority
from workorders import messages
from workorders.book import Book
from workorders.cases import Cases, cause_of, chunks
from workorders.happenings import Happening
from workorders.priority import Raised, Urgency
from workorders.raising import raise_to
from workorders.routing import asset_of
from workorders.states import Command
from workorders.symptoms import NEVER_FOLDED, causes_above, together

UNTOUCHED = (OrderState.NEW, OrderState.TRIAGED, OrderState.ASSIGNED)
"""States in which nobody has begun: from *accepted* on somebody is under way, and stays so."""


def explained(book: Book, known: Cases, card: RuleCard, finding: Finding) -> Order | None:
    """The open order that a finding is a symptom of, by what stands above its asset.

    What once went into another order goes there again while that one is open.
    """
    if finding.severity <= NEVER_FOLDED:
        return None
    before = known.folded(cause_of(book, card, finding))
    if before is not None:
        return before
    asset = asset_of(book.office.site, finding.target)
    return known.open_together(known.above(card, asset), (finding.onset, finding.opened))


def gather(book: Book, known: Cases, card: RuleCard, order: Order) -> None:
    """A cause that was found after its symptoms takes their orders, as far as nobody began."""
    if not card.stops and not any(order.family in c.follows for c in book.office.cards.values()):
        return
    for other in known.near(order):
        shown = book.office.cards.get(other.rule)
        if shown is None or not may_go(other) or other is order:
            continue
        above = causes_above(book.office.graph, other.asset, shown, [card])
        followed = order.family in shown.follows and order.cause in above
        if (card.stops or followed) and order.cause in above and _together(order, other):
            absorb(book, known, other, order, FoldReason.CAUSE)


def may_go(order: Order) -> bool:
    """Whether an order may go into another one: a finding's, not of severity 1, not begun."""
    return (
        order.closed_at is None
        and order.origin is Origin.FINDING
        and order.severity > NEVER_FOLDED
        and order.state in UNTOUCHED
    )


def absorb(book: Book, known: Cases, other: Order, order: Order, why: FoldReason) -> None:
    """One order takes all that another one stands for; that one ends, and says where it went."""
    known.move(other, order)
    order.count += other.count
    order.first_seen = min(order.first_seen, other.first_seen)
    order.last_seen = max(order.last_seen, other.last_seen)
    known.fold(
        OrderFold(
            order_id=other.id, into_id=order.id, building=other.building, cause=other.cause,
            why=why, at=book.now,
        )
    )  # fmt: skip
    other.closed_at = book.now
    other.closed_by = SYSTEM.login
    other.cancel_reason = CancelReason.DUPLICATE
    book.step(
        other, Command.CANCEL, OrderState.CANCELLED,
        reason=CancelReason.DUPLICATE, into=order.id, why=why,
    )  # fmt: skip
    book.happen(order, Happening.FOLDED, taken=other.id, why=why, count=order.count)
    if other.assignee is not None:
        book.tell(other, [other.assignee], Happening.FOLDED, messages.FOLDED, into=order.id)
    worse = Urgency(Priority(other.priority), tuple(Raised(reason) for reason in other.reasons))
    raise_to(book, order, worse, other.severity, taken=other.id)


def move_reports(book: Book, known: Cases) -> None:
    """What people reported of orders that went into others goes there too; once they all have."""
    if not known.gone:
        return
    # Both orders have to be there before reports can go from one to the other.
    book.session.flush()
    went: dict[str, list[str]] = {}
    for id_ in known.gone:
        went.setdefault(known.stands_for(id_), []).append(id_)
    for into, ids in went.items():
        for some in chunks(ids):
            book.session.execute(
                update(ServiceRequest).where(ServiceRequest.order_id.in_(some))
                .values(order_id=into),
                execution_options={"synchronize_session": False},
            )  # fmt: skip
    known.gone.clear()


def _together(order: Order, other: Order) -> bool:
    return together((order.first_seen, order.opened_at), (other.first_seen, other.opened_at))
