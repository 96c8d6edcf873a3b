"""Findings to orders: one order a cause, the worse one never lost, nothing twice."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from adapters.records.orders import Order, OrderFinding
from core.finding import Finding, FindingChange, FindingEvent, FindingState
from core.rulecard import RuleCard
from core.words import Origin, ProofKind
from workorders import cases, dispatch, folding, making, messages, storms
from workorders.book import Book
from workorders.cases import Cases
from workorders.happenings import Happening
from workorders.priority import Urgency, urgency
from workorders.raising import classify, raise_to
from workorders.ranking import Loss, expected_effort, rank
from workorders.routing import asset_of
from workorders.teaching import advice

COMFORT = "person_hours_outside_comfort"
SERVICE = "person_hours_without_service"
"""References by which a finding says how many people feel it. [person-hours a day]"""

WEAR = "wear_per_day"
"""Parameter by which a card states wear. [site currency a day]"""


_MOST_PAST = 100
"""Repairs that say how long the next one takes: more is history, of people who have left."""


def take_all(book: Book, events: Sequence[FindingEvent]) -> None:
    """What events of findings mean for orders; the same events again mean nothing."""
    with book.session.no_autoflush, book.gathering():
        found = cases.read(book, [event.finding for event in events])
        for event in events:
            _take(book, found, event)
        _rank_again(book, found)
        folding.move_reports(book, found)


def place_all(book: Book, findings: Sequence[Finding]) -> None:
    """Findings that are open and were kept back so far open or join orders after all."""
    with book.session.no_autoflush, book.gathering():
        found = cases.read(book, findings)
        for finding in findings:
            card = book.office.cards.get(finding.rule)
            if card is not None and finding.id not in found.links:
                _place(book, found, card, finding)
        _rank_again(book, found)
        folding.move_reports(book, found)


def _take(book: Book, known: Cases, event: FindingEvent) -> None:
    finding = event.finding
    card = book.office.cards.get(finding.rule)
    link = known.links.get(finding.id)
    if card is None or (link is not None and finding.revision <= link.revision):
        return
    if link is None:
        if not known.coverage.knows(finding) and finding.state is FindingState.OPEN:
            _place(book, known, card, finding)
        return
    order = known.orders[link.order_id]
    if order.closed_at is not None:
        _after_close(book, known, card, link, finding)
        return
    _copy(book, link, finding)
    _follow(book, known, card, event)


def _place(book: Book, known: Cases, card: RuleCard, finding: Finding) -> None:
    """A finding that has no order joins the open one of its cause, or opens one.

    What shows a fault behind it joins that fault's order: nobody is sent to the meter.
    """
    cause = cases.cause_of(book, card, finding)
    order = known.open_of(cause) or known.risk_of(cause, finding.severity)
    order = order or known.open_behind(cases.behind(book, card, finding))
    order = order or folding.explained(book, known, card, finding)
    if order is None and known.coverage.keep_back(book, card, finding):
        return
    order = order or storms.running(book, known, finding)
    if order is None:
        _open(book, known, card, finding)
        return
    _attach(book, known, order, finding)
    order.count += 1
    storms.entitle(order)
    order.last_seen = max(order.last_seen, finding.last)
    order.cleared_at = order.withdrawn_at = None
    book.happen(order, Happening.JOINED, finding=finding.id, rule=finding.rule, count=order.count)
    if order.closed_at is None:
        _weigh(book, known, card, order, finding)


def _open(book: Book, known: Cases, card: RuleCard, finding: Finding) -> None:
    cause = cases.cause_of(book, card, finding)
    order = making.blank(
        book, building=finding.building, origin=Origin.FINDING, cause=cause,
        asset=asset_of(book.office.site, finding.target), family=card.family, rule=card.id,
        target=finding.target, trade=card.trade, proof=ProofKind.TELEMETRY,
        skill=making.first_skill(card.trade, finding.severity, desk=card.desk),
        title=messages.dumped(finding.title), explanation=messages.dumped(finding.explanation),
        severity=finding.severity, first_seen=finding.onset, last_seen=finding.last,
        opened_at=finding.opened, recurrence_of=known.recurs(cause, finding.opened),
        effort_min=expected_effort(card.effort_min, _past(book, card), book.office.rates),
    )  # fmt: skip
    classify(order, _urgency(book, finding))
    known.add(order)
    _attach(book, known, order, finding)
    _rerank(book, known, order)
    making.begin(book, order, finding=finding.id, rule=card.id, recurrence_of=order.recurrence_of)
    folding.gather(book, known, card, order)


def _follow(book: Book, known: Cases, card: RuleCard, event: FindingEvent) -> None:
    """What a later revision of a finding does to its open order."""
    finding = event.finding
    order = known.orders[known.links[finding.id].order_id]
    order.last_seen = max(order.last_seen, finding.last)
    if finding.state is FindingState.OPEN:
        order.cleared_at = order.withdrawn_at = None
        _weigh(book, known, card, order, finding)
        return
    _stale(known, order)
    book.touch(order)
    if event.change is FindingChange.WITHDRAWN:
        _withdraw(book, known, order, finding)
        return
    live = {link.state for link in known.links_of(order)}
    if FindingState.OPEN not in live and order.cleared_at is None:
        order.cleared_at = book.now
        book.happen(order, Happening.CLEARED, finding=finding.id)
        if order.state in dispatch.AT_WORK and order.assignee is not None:
            book.tell(order, [order.assignee], Happening.CLEARED, messages.CLEARED)


def _withdraw(book: Book, known: Cases, order: Order, finding: Finding) -> None:
    if all(link.state == FindingState.WITHDRAWN for link in known.links_of(order)):
        order.withdrawn_at = book.now
    book.happen(order, Happening.WITHDRAWN, finding=finding.id)
    people = [*([order.assignee] if order.assignee else []), *book.supervisors(order)]
    book.tell(order, people, Happening.WITHDRAWN, messages.WITHDRAWN)


def _after_close(
    book: Book, known: Cases, card: RuleCard, link: OrderFinding, finding: Finding
) -> None:
    """A closed order's finding that goes on is a recurrence; a cancelled one's is known.

    Until the finding shows a fault later than the close, nothing new has happened.
    """
    order = known.orders[link.order_id]
    closed = order.closed_at or 0
    risk = order.cancel_reason is not None
    expired = order.risk_until is not None and order.risk_until <= book.now
    again = finding.state is FindingState.OPEN and finding.last > closed
    worse = finding.severity < order.severity
    if again and (not risk or expired or worse):
        _place(book, known, card, finding)
        return
    _copy(book, link, finding)


def _weigh(book: Book, known: Cases, card: RuleCard, order: Order, finding: Finding) -> None:
    """A worse finding raises the order, which then says what is worst."""
    _stale(known, order)
    if raise_to(book, order, _urgency(book, finding), finding.severity, finding=finding.id):
        order.rule, order.target = card.id, finding.target
        order.title = messages.dumped(finding.title)
        order.explanation = messages.dumped(finding.explanation)
        if order.priority == 1:
            order.skill = card.trade


def _stale(known: Cases, order: Order) -> None:
    """To be ranked again once all events are taken: thousands may be one order's."""
    known.stale.setdefault(order.id, (order.waste_per_day, order.score))


def _rank_again(book: Book, known: Cases) -> None:
    for id_, before in known.stale.items():
        order = known.orders[id_]
        _rerank(book, known, order)
        if before != (order.waste_per_day, order.score):
            book.touch(order)
    known.stale.clear()


def _rerank(book: Book, known: Cases, order: Order) -> None:
    """What mending it is worth, from its findings that are open now."""
    open_ = [link for link in known.links_of(order) if link.state == FindingState.OPEN]
    card = book.office.cards.get(order.rule)
    worn = card.parameters.get(WEAR) if card is not None else None
    wear = worn.value if worn is not None else 0.0
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


def _urgency(book: Book, finding: Finding) -> Urgency:
    site = book.office.site
    index = site.index.get(finding.target)
    return urgency(
        finding.severity,
        safety=index is not None and site.points[index].safety,
        comfort_hours=finding.references.get(COMFORT, 0.0),
        money_per_day=finding.money_per_day or 0.0,
        rates=book.office.rates,
        advice=finding.rule in advice.rules(book),
    )


def _past(book: Book, card: RuleCard) -> Sequence[int]:
    """Minutes of the last repairs by this rule."""
    if card.id in book.memory.past:
        return book.memory.past[card.id]
    query = select(Order.minutes).where(
        Order.rule == card.id, Order.closed_at.is_not(None), Order.minutes > 0
    )
    query = query.order_by(Order.closed_at.desc()).limit(_MOST_PAST)
    book.memory.past[card.id] = found = book.session.scalars(query).all()
    return found


def _attach(book: Book, known: Cases, order: Order, finding: Finding) -> None:
    link = OrderFinding(
        finding_id=finding.id, order_id=order.id, building=order.building, rule=finding.rule,
        target=finding.target, onset=finding.onset, opened=finding.opened, marked=-1,
    )  # fmt: skip
    _copy(book, link, finding)
    known.attach(link)
    known.coverage.release(finding, book.now)


def _copy(book: Book, link: OrderFinding, finding: Finding) -> None:
    shown = (finding.state, finding.severity, finding.money_per_day or 0.0, str(finding.title))
    if link.marked == link.revision and shown == _shown(link):
        link.marked = finding.revision
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


def _shown(link: OrderFinding) -> tuple[str, int, float, str]:
    """What dashboards have of a finding."""
    return (link.state, link.severity, link.money_per_day, link.title)
