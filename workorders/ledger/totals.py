"""Totals of the ledger: every verified order with its sign, and how well the sum is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from adapters.records.ledger import AccountRow, DayRow, NodeRow, PlanRow
from adapters.records.orders import Order
from analytics.savings.groups import groups_of
from analytics.savings.interval import Part, combined
from core.site import Site
from core.words import CARRIER_UNIT, Carrier
from workorders.ledger.entries import COUNTED, Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One repair and carrier, counter-entries taken off.

    Attributes:
        saving: Signed. [unit]
        u: Half-width, 90 %. [unit]
        money: Signed; None without a price. [site currency]
        kg_co2: Signed; None without a factor. [kgCO₂]
        days: Booked.
        blind: Not estimable.
        disputed: Refused by their cell.
        provisional: Waits for the proof. [unit]
        expected: The finding's estimate a day. [unit]
        hours: Exposure of the booked days. [h]
    """

    account: int
    order: str
    building: str
    rule: str
    target: str
    option: str
    carrier: Carrier
    state: str
    done_at: int
    first: str
    until: str
    ended_why: str
    saving: float
    u: float
    money: float | None
    kg_co2: float | None
    days: int
    blind: int
    disputed: int
    provisional: float
    expected: float | None
    hours: float
    part: Part

    @property
    def significant(self) -> bool:
        """Whether it may be quoted alone; the totals hold it anyway."""
        return self.days > 0 and abs(self.saving) > self.u

    @property
    def unit(self) -> str:
        """Of its amounts."""
        return CARRIER_UNIT[self.carrier]


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One carrier over all orders in scope.

    Attributes:
        booked: Σ of all verified orders with their sign. [unit]
        disputed: What meters above cannot have seen; not in ``saving``. [unit]
        u: Half-width of the sum. [unit]
    """

    carrier: Carrier
    booked: float
    disputed: float
    u: float
    money: float | None
    kg_co2: float | None
    orders: int
    days: int
    blind: int
    provisional: float

    @property
    def saving(self) -> float:
        """What is claimed. [unit]"""
        return self.booked - self.disputed

    @property
    def unit(self) -> str:
        """Of its amounts."""
        return CARRIER_UNIT[self.carrier]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What a rule's findings said a day, against what was booked on those days.

    Attributes:
        orders: With booked days.
        expected: Σ estimate × days. [site currency]
        booked: Σ. [site currency]
    """

    rule: str
    orders: int
    expected: float
    booked: float

    @property
    def ratio(self) -> float | None:
        """Booked over expected; None of nothing."""
        return self.booked / self.expected if self.expected > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The ledger as somebody may see it.

    Attributes:
        unmeasured: Accounts that nothing can be said of, with why.
    """

    totals: tuple[Total, ...]
    bookings: tuple[Booking, ...]
    nodes: tuple[Node, ...]
    unmeasured: tuple[Unmeasured, ...]
    rules: tuple[Calibration, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A meter above, as :class:`adapters.records.ledger.NodeRow` says."""

    meter: str
    carrier: Carrier
    since: str
    upto: str
    booked: float
    drop: float
    u: float
    excess: float
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """A repair that nothing is booked for, and why."""

    order: str
    building: str
    done_at: int
    why: str


def read(session: Session, site: Site, within: tuple[str, str] | None = None) -> Book:
    """All that a session's scope shows.

    Args:
        session: Of one scope.
        site: The campus.
        within: First and last month, such as ``2026-11``: only their days count. What meters
            above dispute is of all days together, and leaves only totals of all days.
    """
    bookings = tuple(_bookings(session, within))
    nodes = tuple(_node(row) for row in session.scalars(select(NodeRow).order_by(
        NodeRow.meter, NodeRow.carrier)))  # fmt: skip
    disputing = nodes if within is None else ()
    return Book(
        bookings=bookings, nodes=nodes, totals=tuple(_totals(site, bookings, disputing)),
        unmeasured=tuple(_unmeasured(session)), rules=tuple(_calibrations(site, bookings)),
    )  # fmt: skip


def _bookings(session: Session, within: tuple[str, str] | None = None) -> list[Booking]:
    counted, verified = DayRow.state.in_(COUNTED), DayRow.state == Entry.VERIFIED.value
    sign = case((verified, 1), (DayRow.state == Entry.REVERSED.value, -1), else_=0)
    query = (
        select(
            DayRow.account_id, DayRow.carrier,
            func.sum(case((counted, DayRow.saving), else_=0.0)),
            func.sum(case((counted, DayRow.saving * DayRow.price))),
            func.sum(case((counted, DayRow.saving * DayRow.factor))),
            func.sum(sign * DayRow.u * DayRow.u), func.sum(sign * DayRow.hours), func.sum(sign),
            func.sum(case((DayRow.state == Entry.DISPUTED.value, 1), else_=0)),
            func.count(func.distinct(
                case((DayRow.state == Entry.NOT_ESTIMABLE.value, DayRow.day)))),
            func.sum(case((DayRow.state == Entry.PROVISIONAL.value, DayRow.saving), else_=0.0)),
        )
        .group_by(DayRow.account_id, DayRow.carrier)
        .order_by(DayRow.account_id, DayRow.carrier)
    )  # fmt: skip
    if within is not None:
        month = func.substr(DayRow.day, 1, 7)
        query = query.where(month >= within[0], month <= within[1])
    rows = session.execute(query).all()
    accounts = {a.id: a for a in session.scalars(select(AccountRow))}
    plans = {p.id: p for p in session.scalars(select(PlanRow).where(
        PlanRow.id.in_(select(AccountRow.plan_id))))}  # fmt: skip
    return [
        _booking(accounts[row[0]], plans[accounts[row[0]].plan_id or 0], row)
        for row in rows
        if row[0] in accounts and accounts[row[0]].plan_id in plans
    ]


def _booking(account: AccountRow, plan: PlanRow, row: Any) -> Booking:
    carrier = Carrier(row[1])
    saving, hours, days = float(row[2] or 0.0), float(row[6] or 0.0), int(row[7] or 0)
    level = plan.detail["known"].get(carrier.value, [0.0, 0.0])[0]
    part = Part(
        amount=saving, random=max(float(row[5] or 0.0), 0.0) ** 0.5,
        groups=groups_of(plan.detail["groups"], carrier),
        shared={f"level:{account.id}:{carrier.value}": level * hours},
    )  # fmt: skip
    return Booking(
        account=account.id, order=account.order_id, building=account.building, rule=plan.rule,
        target=plan.target, option=plan.option, carrier=carrier, state=account.state,
        done_at=account.done_at, first=account.first, until=account.until,
        ended_why=account.ended_why, saving=saving, u=combined([part]) if days else 0.0,
        money=None if row[3] is None else float(row[3]),
        kg_co2=None if row[4] is None else float(row[4]), days=days, blind=int(row[9]),
        disputed=int(row[8] or 0),
        provisional=float(row[10]) if account.state == "provisional" else 0.0,
        expected=plan.expected.get(carrier.value), hours=hours, part=part,
    )  # fmt: skip


def _totals(site: Site, bookings: Sequence[Booking], nodes: Sequence[Node]) -> list[Total]:
    found = []
    for carrier in Carrier:
        mine = [b for b in bookings if b.carrier is carrier]
        if not mine:
            continue
        counted = [b for b in mine if b.days]
        booked = sum(b.saving for b in counted)
        disputed = min(_disputed(site, carrier, nodes), max(booked, 0.0))
        kept = (booked - disputed) / booked if booked > 0 else 1.0
        found.append(
            Total(
                carrier=carrier, booked=booked, disputed=disputed,
                u=combined([b.part for b in counted]), orders=len({b.order for b in counted}),
                money=_sum([b.money for b in counted], kept),
                kg_co2=_sum([b.kg_co2 for b in counted], kept), days=sum(b.days for b in counted),
                blind=sum(b.blind for b in mine), provisional=sum(b.provisional for b in mine),
            )
        )  # fmt: skip
    return found


def _disputed(site: Site, carrier: Carrier, nodes: Sequence[Node]) -> float:
    """Of each tree of meters the larger of what its root and its branches dispute: never twice."""
    mine = {n.meter: n for n in nodes if n.carrier is carrier}
    below: dict[str, list[str]] = {}
    roots = []
    for meter in mine:
        equipment = site.equipment.get(meter)
        parent = equipment.meter.parent if equipment is not None and equipment.meter else None
        if parent in mine:
            below.setdefault(str(parent), []).append(meter)
        else:
            roots.append(meter)

    def excess(meter: str) -> float:
        return max(mine[meter].excess, sum(excess(m) for m in below.get(meter, ())))

    return sum(excess(root) for root in roots)


def _calibrations(site: Site, bookings: Sequence[Booking]) -> list[Calibration]:
    found = []
    for rule in sorted({b.rule for b in bookings}):
        mine = [b for b in bookings if b.rule == rule and b.days and b.expected is not None]
        if not mine:
            continue
        prices = {b.carrier: site.price(b.carrier, b.done_at) or 0.0 for b in mine}
        found.append(
            Calibration(
                rule=rule, orders=len({b.order for b in mine}),
                expected=sum((b.expected or 0.0) * b.days * prices[b.carrier] for b in mine),
                booked=sum(b.saving * prices[b.carrier] for b in mine),
            )
        )  # fmt: skip
    return found


def _unmeasured(session: Session) -> list[Unmeasured]:
    query = (
        select(AccountRow, Order.outcome)
        .join(Order, Order.id == AccountRow.order_id)
        .where(AccountRow.state == "ended", AccountRow.until_why == AccountRow.ended_why)
    )
    has = set(session.scalars(select(DayRow.account_id).distinct()))
    return [
        Unmeasured(order=a.order_id, building=a.building, done_at=a.done_at, why=a.ended_why)
        for a, _ in session.execute(query).all()
        if a.id not in has
    ]


def _node(row: NodeRow) -> Node:
    return Node(
        meter=row.meter, carrier=Carrier(row.carrier), since=row.since, upto=row.upto,
        booked=row.booked, drop=row.drop, u=row.u, excess=row.excess, state=row.state,
    )  # fmt: skip


def _sum(values: Sequence[float | None], kept: float) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) * kept if known else None
