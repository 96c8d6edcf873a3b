"""Findings to orders: one order a cause, the worse one never lost, nothing twice."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from adapters.records.orders import Order, OrderFinding
from core.clock import DAY_MS
from core.finding import Finding, FindingChange, FindingEvent, FindingState
from core.rulecard import RuleCard
from core.words import CancelReason, OrderState, Origin, ProofKind, Trade
from workorders import dispatch, messages
from workorders.book import Book
from workorders.happenings import Happening
from workorders.priority import Urgency, urgency
from workorders.ranking import Loss, expected_effort, rank
from workorders.routing import asset_of
from workorders.states import Command

RECURRENCE_MS = 14 * DAY_MS
"""The same cause again within this time is a recurrence (domain.md E)."""

COMFORT = "person_hours_outside_comfort"
SERVICE = "person_hours_without_service"
"""References by which a finding says how many people feel it. [person-hours a day]"""

WEAR = "wear_per_day"
"""Parameter by which a card states wear. [site currency a day]"""


def take(book: Book, event: FindingEvent) -> None:
    """What an event of a finding means for orders; the same event again means nothing."""
    finding = event.finding
    card = book.office.cards.get(finding.rule)
    if card is None:
        return
    link = _link(book, finding)
    if link is not None and finding.revision <= link.revision:
        return
    if link is None:
        if finding.state is FindingState.OPEN:
            _place(book, card, finding)
        return
    order = book.lock(link.order_id)
    if order is None:
        return
    if order.closed_at is not None:
        _after_close(book, card, order, link, finding)
        return
    _copy(book, link, finding)
    _follow(book, card, order, event)


def cause_of(book: Book, card: RuleCard, finding: Finding) -> str:
    """Asset and fault family; a sensor is an asset of its own."""
    asset = asset_of(book.office.site, finding.target)
    return f"{finding.target if card.trade is Trade.INSTRUMENT else asset}|{card.family}"


def _link(book: Book, finding: Finding) -> OrderFinding | None:
    """The link to the newest order that the finding ever belonged to."""
    mine = select(OrderFinding).where(OrderFinding.finding_id == finding.id)
    newest = mine.order_by(OrderFinding.changed_at.desc(), OrderFinding.order_id.desc())
    return book.session.scalars(newest.limit(1)).first()


def _place(book: Book, card: RuleCard, finding: Finding) -> None:
    """A finding that has no order joins the open one of its cause, or opens one."""
    cause = cause_of(book, card, finding)
    query = select(Order.id).where(Order.cause == cause, Order.closed_at.is_(None))
    known = book.session.scalars(query).first()
    order = book.lock(known) if known is not None else _risk(book, cause, finding)
    if order is None:
        _open(book, card, cause, finding)
        return
    _attach(book, order, finding)
    order.count += 1
    order.last_seen = max(order.last_seen, finding.last)
    order.cleared_at = order.withdrawn_at = None
    book.happen(order, Happening.JOINED, finding=finding.id, rule=finding.rule, count=order.count)
    if order.closed_at is None:
        _weigh(book, card, order, finding)


def _risk(book: Book, cause: str, finding: Finding) -> Order | None:
    """The order whose risk was accepted: it absorbs what is no worse until that expires."""
    query = select(Order.id).where(
        Order.cause == cause,
        Order.cancel_reason == CancelReason.ACCEPTED_RISK,
        Order.risk_until > book.now,
        Order.severity <= finding.severity,
    )
    found = book.session.scalars(query.order_by(Order.closed_at.desc())).first()
    return book.lock(found) if found is not None else None


def _open(book: Book, card: RuleCard, cause: str, finding: Finding) -> None:
    skill = Trade.OPERATOR if card.desk and finding.severity > 1 else card.trade
    order = Order(
        id=book.number(), building=finding.building, origin=Origin.FINDING, cause=cause,
        asset=asset_of(book.office.site, finding.target), family=card.family, rule=card.id,
        target=finding.target, trade=card.trade, skill=skill, proof=ProofKind.TELEMETRY,
        title=messages.dumped(finding.title), explanation=messages.dumped(finding.explanation),
        severity=finding.severity, priority=finding.severity, reasons=[], told=[],
        waste_raised=False, state=OrderState.NEW, version=0, marking=0, marked=-1, attempt=1,
        refusals=0, tried=[], count=1, first_seen=finding.onset, last_seen=finding.last,
        opened_at=finding.opened,
        changed_at=book.now, minutes=0, terms=[], recurrence_of=_recurrence(book, cause, finding),
        effort_min=expected_effort(card.effort_min, _past(book, card), book.office.rates),
    )  # fmt: skip
    book.session.add(order)
    book.session.flush()
    _attach(book, order, finding)
    _classify(order, _urgency(book, finding))
    book.happen(
        order, Happening.OPENED, finding=finding.id, rule=card.id,
        recurrence_of=order.recurrence_of,
    )  # fmt: skip
    book.start_clocks(order, finding.opened)
    rerank(book, order)
    book.step(
        order, Command.TRIAGE, OrderState.TRIAGED,
        priority=order.priority, reasons=list(order.reasons), skill=skill,
    )  # fmt: skip
    dispatch.assign(book, order)


def _follow(book: Book, card: RuleCard, order: Order, event: FindingEvent) -> None:
    """What a later revision of a finding does to its open order."""
    finding = event.finding
    order.last_seen = max(order.last_seen, finding.last)
    if finding.state is FindingState.OPEN:
        order.cleared_at = order.withdrawn_at = None
        _weigh(book, card, order, finding)
        return
    rerank(book, order)
    if event.change is FindingChange.WITHDRAWN:
        _withdraw(book, order, finding)
        return
    live = {link.state for link in links(book, order.id)}
    if FindingState.OPEN not in live and order.cleared_at is None:
        order.cleared_at = book.now
        book.happen(order, Happening.CLEARED, finding=finding.id)
        if order.state in dispatch.AT_WORK and order.assignee is not None:
            book.tell(order, [order.assignee], Happening.CLEARED, messages.CLEARED)


def _withdraw(book: Book, order: Order, finding: Finding) -> None:
    if all(link.state == FindingState.WITHDRAWN for link in links(book, order.id)):
        order.withdrawn_at = book.now
    book.happen(order, Happening.WITHDRAWN, finding=finding.id)
    people = [*([order.assignee] if order.assignee else []), *book.supervisors(order)]
    book.tell(order, people, Happening.WITHDRAWN, messages.WITHDRAWN)


def _after_close(
    book: Book, card: RuleCard, order: Order, link: OrderFinding, finding: Finding
) -> None:
    """A closed order's finding that goes on is a recurrence; a cancelled one's is known.

    Until the finding shows a fault later than the close, nothing new has happened.
    """
    closed = order.closed_at or 0
    risk = order.cancel_reason is not None
    expired = order.risk_until is not None and order.risk_until <= book.now
    again = finding.state is FindingState.OPEN and finding.last > closed
    worse = finding.severity < order.severity
    if again and (not risk or expired or worse):
        _place(book, card, finding)
        return
    _copy(book, link, finding)
    book.touch(order)


def _weigh(book: Book, card: RuleCard, order: Order, finding: Finding) -> None:
    """A worse finding raises the order, pages as new and starts clocks beside the first."""
    rerank(book, order)
    new = _urgency(book, finding)
    if new.priority >= order.priority:
        book.touch(order)
        return
    before = order.priority
    order.severity = min(order.severity, finding.severity)
    order.rule, order.target = card.id, finding.target
    order.title = messages.dumped(finding.title)
    order.explanation = messages.dumped(finding.explanation)
    if new.priority == 1:
        order.skill = card.trade
    _classify(order, new)
    book.happen(
        order, Happening.RAISED, finding=finding.id, before=before, priority=order.priority,
        reasons=list(order.reasons),
    )  # fmt: skip
    book.start_clocks(order, book.now)
    people = [order.assignee] if order.assignee else book.supervisors(order)
    book.tell(order, people, Happening.RAISED, messages.RAISED)


def rerank(book: Book, order: Order) -> None:
    """What mending it is worth, from its findings that are open now."""
    open_ = [link for link in links(book, order.id) if link.state == FindingState.OPEN]
    card = book.office.cards[order.rule]
    wear = card.parameters[WEAR].value if WEAR in card.parameters else 0.0
    losses = [
        Loss(
            target=link.target, money_per_day=link.money_per_day, confidence=link.confidence,
            comfort_hours=link.comfort_hours, service_hours=link.service_hours,
        )
        for link in open_
    ]  # fmt: skip
    found = rank(losses, wear=wear, effort_min=order.effort_min, rates=book.office.rates)
    order.waste_per_day = max((link.money_per_day for link in open_), default=0.0)
    order.value_per_day = found.value_per_day
    order.score = found.score
    order.terms = [{"name": term.name, "amount": term.amount} for term in found.terms]


def links(book: Book, order_id: str) -> Sequence[OrderFinding]:
    """The findings of an order, the first first."""
    mine = select(OrderFinding).where(OrderFinding.order_id == order_id)
    return book.session.scalars(mine.order_by(OrderFinding.opened, OrderFinding.finding_id)).all()


def _classify(order: Order, found: Urgency) -> None:
    order.priority = int(found.priority)
    order.reasons = [str(reason) for reason in found.reasons]
    order.waste_raised = found.by_cost_alone


def _urgency(book: Book, finding: Finding) -> Urgency:
    site = book.office.site
    index = site.index.get(finding.target)
    return urgency(
        finding.severity,
        safety=index is not None and site.points[index].safety,
        comfort_hours=finding.references.get(COMFORT, 0.0),
        money_per_day=finding.money_per_day or 0.0,
        rates=book.office.rates,
    )


def _recurrence(book: Book, cause: str, finding: Finding) -> str | None:
    query = select(Order.id).where(
        Order.cause == cause,
        Order.closed_at >= finding.opened - RECURRENCE_MS,
        Order.cancel_reason.is_(None) | (Order.cancel_reason != CancelReason.DUPLICATE),
    )
    return book.session.scalars(query.order_by(Order.closed_at.desc())).first()


def _past(book: Book, card: RuleCard) -> Sequence[int]:
    """Minutes of past repairs by this rule."""
    query = select(Order.minutes).where(
        Order.rule == card.id, Order.closed_at.is_not(None), Order.minutes > 0
    )
    return book.session.scalars(query).all()


def _attach(book: Book, order: Order, finding: Finding) -> None:
    link = OrderFinding(
        finding_id=finding.id, order_id=order.id, building=order.building, rule=finding.rule,
        target=finding.target, onset=finding.onset, opened=finding.opened, marked=-1,
    )  # fmt: skip
    _copy(book, link, finding)
    book.session.add(link)
    book.session.flush()


def _copy(book: Book, link: OrderFinding, finding: Finding) -> None:
    link.revision = finding.revision
    link.state = finding.state
    link.severity = finding.severity
    link.last = finding.last
    link.changed_at = book.now
    link.confidence = finding.confidence
    link.money_per_day = finding.money_per_day or 0.0
    link.comfort_hours = finding.references.get(COMFORT, 0.0)
    link.service_hours = finding.references.get(SERVICE, 0.0)
    link.title = str(finding.title)
    book.session.flush()
