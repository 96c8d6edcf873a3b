"""What the records hold of the findings of one call: read in a few queries, locked, kept up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, inspect, or_, select
from sqlalchemy.orm import make_transient

from adapters.records.folds import OrderFold
from adapters.records.orders import Order, OrderFinding
from core.clock import DAY_MS
from core.finding import Finding
from core.rulecard import RuleCard
from core.words import CancelReason, Trade
from workorders.book import Book
from workorders.muting.covering import Coverage
from workorders.muting.covering import read as read_coverage
from workorders.routing import asset_of
from workorders.symptoms import TOGETHER_MS, Moments, causes_above, causes_behind, together

RECURRENCE_MS = 14 * DAY_MS
"""The same cause again within this time is a recurrence (domain.md E)."""

SILENT_FAMILY = "data_missing"
"""Family of what is silent."""

CLOCK_FAMILY = "gateway_clock"
"""Family of a gateway whose clock is wrong."""

_ONE_METER = frozenset({"sensor_range", "sensor_flatline", "register_jump"})
"""Families of a meter that tells nonsense: whatever it shows, one visit looks at it."""
_METER_CAUSE = "meter"
INCIDENT_FAMILY = "incident"
"""Family of the one order that many cases at once in a building are."""

_LINKED = tuple(attr.key for attr in inspect(OrderFinding).column_attrs)

_MANY = 500
"""Values of one IN list; SQLite's own limit has been 999."""


@dataclass(kw_only=True)
class Cases:
    """Links and orders that a batch of findings may touch.

    Attributes:
        links: The newest link of each finding, by finding id.
        orders: By id; locked until the end of the transaction.
        coverage: What is muted.
        stale: Waste and score, as they were, of orders that are ranked anew at the end.
        gone: Orders that went into others, whose reports are to follow.
    """

    book: Book
    links: dict[str, OrderFinding] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)
    stale: dict[str, tuple[float, float]] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    _of_order: dict[str, list[OrderFinding]] = field(default_factory=dict)
    _by_cause: dict[str, list[Order]] = field(default_factory=dict)
    _by_opening: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    _folds: dict[str, str] = field(default_factory=dict)
    _last_case: dict[str, int] = field(default_factory=dict)
    _above: dict[tuple[str, str], Sequence[str]] = field(default_factory=dict)

    def attach(self, link: OrderFinding) -> None:
        """A new link."""
        self.book.session.add(link)
        self.links[link.finding_id] = link
        self._linked(link)

    def move(self, old: Order, new: Order) -> None:
        """All that one order stands for, another one stands for now."""
        session = self.book.session
        self.gone[old.id] = new.id
        for link in self._of_order.pop(old.id, []):
            values = {name: getattr(link, name) for name in _LINKED}
            if link in session.new:
                session.expunge(link)
                make_transient(link)
            else:
                session.delete(link)
            moved = {"order_id": new.id, "marked": -1, "changed_at": self.book.now}
            self.attach(OrderFinding(**{**values, **moved}))

    def stands_for(self, id_: str) -> str:
        """The order that stands for one that is gone: it may have gone on itself."""
        while id_ in self.gone:
            id_ = self.gone[id_]
        return id_

    def fold(self, fold: OrderFold) -> None:
        """An order went into another one."""
        self.book.session.add(fold)
        self._folds[fold.cause] = fold.into_id

    def folded(self, cause: str) -> Order | None:
        """The open order that a cause's own order went into."""
        order = self.orders.get(self._folds.get(cause, ""))
        return order if order is not None and order.closed_at is None else None

    def add(self, order: Order) -> None:
        """A new order."""
        self.book.session.add(order)
        self._know(order)

    def above(self, card: RuleCard, asset: str) -> Sequence[str]:
        """Causes of which a finding by a card at an asset may be a symptom."""
        key = (card.id, asset)
        if key not in self._above:
            office = self.book.office
            self._above[key] = causes_above(office.graph, asset, card, office.cards.values())
        return self._above[key]

    def links_of(self, order: Order) -> Sequence[OrderFinding]:
        """The findings of an order."""
        return self._of_order.get(order.id, ())

    def open_of(self, cause: str) -> Order | None:
        """The open order of a cause."""
        return next((o for o in self._of(cause) if o.closed_at is None), None)

    def open_behind(self, causes: Sequence[str]) -> Order | None:
        """The open order of the first of some causes that has one."""
        return next((o for cause in causes if (o := self.open_of(cause)) is not None), None)

    def open_together(self, causes: Sequence[str], moments: Moments) -> Order | None:
        """The open order of the first of some causes that began at about the same time."""
        for cause in causes:
            order = self.open_of(cause)
            if order is not None and together((order.first_seen, order.opened_at), moments):
                return order
        return None

    def opened_between(self, building: str, after: int, until: int) -> list[Order]:
        """Orders of a building that began in ``(after, until]``, open or not."""
        opened = self._by_opening.get(building, [])
        first = bisect_right(opened, (after, "\uffff"))
        last = bisect_right(opened, (until, "\uffff"))
        return [self.orders[id_] for _, id_ in opened[first:last]]

    def near(self, order: Order) -> list[Order]:
        """Orders of its building that may have begun at about the same time."""
        opened = self._by_opening.get(order.building, [])
        first = bisect_left(opened, (order.first_seen - TOGETHER_MS, ""))
        last = bisect_right(opened, (order.opened_at + TOGETHER_MS, "\uffff"))
        return [self.orders[id_] for _, id_ in opened[first:last]]

    def last_case(self, order: Order) -> int:
        """When the newest of an order's findings was certain. [ms]"""
        return self._last_case.get(order.id, order.opened_at)

    def risk_of(self, cause: str, severity: int) -> Order | None:
        """The order whose risk was accepted: it absorbs what is no worse until that expires."""
        accepted = [
            order
            for order in self._of(cause)
            if order.cancel_reason is CancelReason.ACCEPTED_RISK
            and (order.risk_until or 0) > self.book.now
            and order.severity <= severity
        ]
        return max(accepted, key=_closed, default=None)

    def recurs(self, cause: str, opened: int) -> str | None:
        """The order that a finding of its cause, opened now, is a recurrence of."""
        recent = [
            order
            for order in self._of(cause)
            if order.closed_at is not None
            and order.closed_at >= opened - RECURRENCE_MS
            and order.cancel_reason is not CancelReason.DUPLICATE
        ]
        newest = max(recent, key=_closed, default=None)
        return newest.id if newest is not None else None

    def _of(self, cause: str) -> Sequence[Order]:
        return self._by_cause.get(cause, ())

    def _know(self, order: Order) -> None:
        if order.id in self.orders:
            return
        self.orders[order.id] = order
        self._by_cause.setdefault(order.cause, []).append(order)
        insort(self._by_opening.setdefault(order.building, []), (order.opened_at, order.id))

    def _linked(self, link: OrderFinding) -> None:
        self._of_order.setdefault(link.order_id, []).append(link)
        last = self._last_case.get(link.order_id, link.opened)
        self._last_case[link.order_id] = max(last, link.opened)


def cause_of(book: Book, card: RuleCard, finding: Finding) -> str:
    """Asset and fault family; a sensor is an asset of its own, unless it is silent.

    Points of one device that fall silent have lost its power or its line: one visit. A meter is
    one instrument, however many values it tells.
    """
    site = book.office.site
    asset = asset_of(site, finding.target)
    equipment = site.equipment.get(asset)
    meter = equipment is not None and equipment.meter is not None
    device = meter or card.family == SILENT_FAMILY
    alone = card.trade is Trade.INSTRUMENT and not device
    family = _METER_CAUSE if meter and card.family in _ONE_METER else card.family
    return f"{finding.target if alone else asset}|{family}"


def incident_cause(building: str) -> str:
    """The cause under which a building's incident is open."""
    return f"{building}|{INCIDENT_FAMILY}"


def behind(book: Book, card: RuleCard, finding: Finding) -> list[str]:
    """Causes elsewhere of which a finding may be a symptom."""
    site = book.office.site
    return causes_behind(site, asset_of(site, finding.target), card.behind) if card.behind else []


def read(book: Book, findings: Sequence[Finding]) -> Cases:
    """All that triage will ask of these findings; only news is looked up further."""
    cases = Cases(book=book)
    for some in chunks([finding.id for finding in findings]):
        query = select(OrderFinding).where(OrderFinding.finding_id.in_(some))
        ordered = query.order_by(OrderFinding.changed_at, OrderFinding.order_id)
        for link in book.session.scalars(ordered):
            cases.links[link.finding_id] = link
    news = [finding for finding in findings if _is_news(cases, finding)]
    if not news:
        return cases
    cases.coverage = read_coverage(book, news)
    for order in _locked(book, _concerned(book, cases, news)):
        cases._know(order)  # noqa: SLF001 - its own reader
    for some in chunks(list(cases.orders)):
        query = select(OrderFinding).where(OrderFinding.order_id.in_(some))
        for link in book.session.scalars(query):
            cases._linked(link)  # noqa: SLF001
    return cases


def _is_news(cases: Cases, finding: Finding) -> bool:
    link = cases.links.get(finding.id)
    return link is None or finding.revision > link.revision


def _concerned(book: Book, cases: Cases, news: Sequence[Finding]) -> list[str]:
    """Orders of the findings, and those of their causes that are open, recent or a risk.

    With them those that began at about the same time: symptoms, or cases of one incident.
    """
    found = {cases.links[f.id].order_id for f in news if f.id in cases.links}
    since = min(finding.opened for finding in news) - RECURRENCE_MS
    cards = book.office.cards
    judged = [(cards[finding.rule], finding) for finding in news if finding.rule in cards]
    own = {cause_of(book, card, finding) for card, finding in judged}
    for some in chunks(sorted(own)):
        query = select(OrderFold).where(OrderFold.cause.in_(some)).order_by(OrderFold.at)
        cases._folds.update((fold.cause, fold.into_id) for fold in book.session.scalars(query))  # noqa: SLF001
    found.update(cases._folds.values())  # noqa: SLF001
    causes = own | {incident_cause(finding.building) for finding in news}
    for card, finding in judged:
        causes.update(behind(book, card, finding))
        causes.update(cases.above(card, asset_of(book.office.site, finding.target)))
    found.update(_beside(book, news))
    alive: ColumnElement[bool] = or_(
        Order.closed_at.is_(None), Order.closed_at >= since, Order.risk_until > book.now
    )
    for some in chunks(sorted(causes)):
        found.update(book.session.scalars(select(Order.id).where(Order.cause.in_(some), alive)))
    return sorted(found)


def _beside(book: Book, news: Sequence[Finding]) -> Iterator[str]:
    """Orders of the same buildings that began within half an hour of any of the findings."""
    times: dict[str, tuple[int, int]] = {}
    for finding in news:
        low, high = times.get(finding.building, (finding.onset, finding.opened))
        times[finding.building] = (min(low, finding.onset), max(high, finding.opened))
    for building, (low, high) in times.items():
        began = and_(Order.opened_at >= low - TOGETHER_MS, Order.opened_at <= high + TOGETHER_MS)
        yield from book.session.scalars(select(Order.id).where(Order.building == building, began))


def _locked(book: Book, ids: Sequence[str]) -> Iterator[Order]:
    for some in chunks(ids):
        # On SQLite a transaction that may write is the only one from its first statement on.
        fresh = select(Order).where(Order.id.in_(some)).with_for_update()
        fresh = fresh.execution_options(populate_existing=True)
        yield from book.session.scalars(fresh.order_by(Order.id))


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at once as a database takes in one list."""
    for first in range(0, len(values), _MANY):
        yield values[first : first + _MANY]


def _closed(order: Order) -> int:
    return order.closed_at or 0
