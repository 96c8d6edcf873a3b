"""What the records hold of the findings of one call: read in a few queries, locked, kept up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, or_, select, update

from adapters.records.orders import Order, OrderFinding
from core.clock import DAY_MS
from core.finding import Finding
from core.rulecard import RuleCard
from core.words import CancelReason, Trade
from workorders.book import Book
from workorders.routing import asset_of
from workorders.symptoms import causes_behind

RECURRENCE_MS = 14 * DAY_MS
"""The same cause again within this time is a recurrence (domain.md E)."""

SILENT_FAMILY = "data_missing"
"""Family of what is silent."""

CLOCK_FAMILY = "gateway_clock"
"""Family of a gateway whose clock is wrong."""

_ONE_METER = frozenset({"sensor_range", "sensor_flatline", "register_jump"})
"""Families of a meter that tells nonsense: whatever it shows, one visit looks at it."""
_METER_CAUSE = "meter"

_MANY = 500
"""Values of one IN list; SQLite's own limit has been 999."""


@dataclass(kw_only=True)
class Cases:
    """Links and orders that a batch of findings may touch.

    Attributes:
        links: The newest link of each finding, by finding id.
        orders: By id; locked until the end of the transaction.
    """

    book: Book
    links: dict[str, OrderFinding] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    _of_order: dict[str, list[OrderFinding]] = field(default_factory=dict)
    _by_cause: dict[str, list[Order]] = field(default_factory=dict)

    def attach(self, link: OrderFinding) -> None:
        """A new link."""
        self.book.session.add(link)
        self.links[link.finding_id] = link
        self._of_order.setdefault(link.order_id, []).append(link)

    def add(self, order: Order) -> None:
        """A new order."""
        self.book.session.add(order)
        self._know(order)

    def links_of(self, order: Order) -> Sequence[OrderFinding]:
        """The findings of an order."""
        return self._of_order.get(order.id, ())

    def open_of(self, cause: str) -> Order | None:
        """The open order of a cause."""
        return next((o for o in self._of(cause) if o.closed_at is None), None)

    def open_behind(self, causes: Sequence[str]) -> Order | None:
        """The open order of the first of some causes that has one."""
        return next((o for cause in causes if (o := self.open_of(cause)) is not None), None)

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
        self.orders[order.id] = order
        self._by_cause.setdefault(order.cause, []).append(order)


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


def behind(book: Book, card: RuleCard, finding: Finding) -> list[str]:
    """Causes elsewhere of which a finding may be a symptom."""
    site = book.office.site
    return causes_behind(site, asset_of(site, finding.target), card.behind) if card.behind else []


def read(book: Book, findings: Sequence[Finding]) -> Cases:
    """All that triage will ask of these findings; only news is looked up further."""
    cases = Cases(book=book)
    for some in _chunks([finding.id for finding in findings]):
        query = select(OrderFinding).where(OrderFinding.finding_id.in_(some))
        ordered = query.order_by(OrderFinding.changed_at, OrderFinding.order_id)
        for link in book.session.scalars(ordered):
            cases.links[link.finding_id] = link
    news = [finding for finding in findings if _is_news(cases, finding)]
    if not news:
        return cases
    for order in _locked(book, _concerned(book, cases, news)):
        cases._know(order)  # noqa: SLF001 - its own reader
    for some in _chunks(list(cases.orders)):
        query = select(OrderFinding).where(OrderFinding.order_id.in_(some))
        for link in book.session.scalars(query):
            cases._of_order.setdefault(link.order_id, []).append(link)  # noqa: SLF001
    return cases


def _is_news(cases: Cases, finding: Finding) -> bool:
    link = cases.links.get(finding.id)
    return link is None or finding.revision > link.revision


def _concerned(book: Book, cases: Cases, news: Sequence[Finding]) -> list[str]:
    """Orders of the findings, and those of their causes that are open, recent or a risk."""
    found = {cases.links[f.id].order_id for f in news if f.id in cases.links}
    since = min(finding.opened for finding in news) - RECURRENCE_MS
    cards = book.office.cards
    causes = {cause_of(book, cards[f.rule], f) for f in news if f.rule in cards}
    causes.update(c for f in news if f.rule in cards for c in behind(book, cards[f.rule], f))
    alive: ColumnElement[bool] = or_(
        Order.closed_at.is_(None), Order.closed_at >= since, Order.risk_until > book.now
    )
    for some in _chunks(sorted(causes)):
        found.update(book.session.scalars(select(Order.id).where(Order.cause.in_(some), alive)))
    return sorted(found)


def _locked(book: Book, ids: Sequence[str]) -> Iterator[Order]:
    for some in _chunks(ids):
        mine = Order.id.in_(some)
        book.session.execute(
            update(Order).where(mine).values(version=Order.version),
            execution_options={"synchronize_session": False},
        )
        fresh = select(Order).where(mine).execution_options(populate_existing=True)
        yield from book.session.scalars(fresh.order_by(Order.id))


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(values), _MANY):
        yield values[first : first + _MANY]


def _closed(order: Order) -> int:
    return order.closed_at or 0
