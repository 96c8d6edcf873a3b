"""The ledger for those who look: within their scope, and what is out of it is absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from adapters.records.base import scope_of
from adapters.records.ledger import AccountRow, DayRow, PlaceboRow, PlanRow
from adapters.records.orders import Order
from core.actor import Actor
from core.site import Site
from core.words import Carrier
from workorders.ledger.entries import COUNTED
from workorders.ledger.totals import Book, Booking, read
from workorders.office import Sessions
from workorders.priority import Rates
from workorders.refusals import absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What counts of one month; linear prices alone.

    Attributes:
        month: ``2026-03``.
        amounts: By carrier, signed. [kWh, m³]
        money: Signed. [site currency]
        kg_co2: Signed. [kgCO₂]
    """

    month: str
    amounts: Mapping[Carrier, float]
    money: float
    kg_co2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sham:
    """The last placebo of a carrier: mean [1 of the use], and share of intervals that held."""

    carrier: Carrier
    at: int
    runs: int
    mean: float
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledgered:
    """All of it.

    Attributes:
        money: What counts, less what is disputed. [site currency]
        labour: Of the orders that are booked, at the site's rate. [site currency]
    """

    book: Book
    months: tuple[Month, ...]
    placebo: tuple[Sham, ...]
    money: float
    kg_co2: float
    labour: float

    @property
    def adjusted_money(self) -> float | None:
        """Money with what confirmed events changed; None where none bears on it. [currency]"""
        totals = self.book.totals
        if not any(t.adjusted for t in totals):
            return None
        return sum((t.adjusted.money if t.adjusted else t.money) or 0.0 for t in totals)

    @property
    def net(self) -> float:
        """Money less labour. Parts are not in it: nobody enters what they cost."""
        return self.money - self.labour


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEntry:
    """One entry of the book, as it was written."""

    id: int
    at: int
    day: str
    carrier: Carrier
    cell: str
    counterfactual: float
    actual: float
    saving: float
    hours: float
    u: float
    state: str
    why: str
    price: float | None
    factor: float | None
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """What a repair is held against, and its window."""

    seq: int
    rule: str
    target: str
    family: str
    option: str
    key: str
    why: str
    hash: str
    frozen_at: int
    boundary: Mapping[str, str]
    detail: Mapping[str, Any]
    expected: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook:
    """One order's page of the book; the newest day first.

    Attributes:
        until: Last day that counts; empty before it is done.
        until_why: What says so.
    """

    order: str
    building: str
    done_at: int | None
    bookings: tuple[Booking, ...]
    plan: PlanView | None
    days: tuple[DayEntry, ...]
    ended_why: str
    until: str
    until_why: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Looks into the ledger; changes nothing."""

    sessions: Sessions
    site: Site
    rates: Rates = Rates()  # noqa: RUF009 - frozen

    def whole(self, actor: Actor) -> Ledgered:
        """Totals and every order in scope."""
        with self.sessions.session(scope_of(actor.buildings), reading=True) as session:
            book = read(session, self.site)
            labour = _minutes(session, {b.order for b in book.bookings if b.days}) / 60.0
            return Ledgered(
                book=book, months=tuple(_months(session)), placebo=tuple(_placebo(session)),
                money=sum(t.money or 0.0 for t in book.totals),
                kg_co2=sum(t.kg_co2 or 0.0 for t in book.totals),
                labour=labour * self.rates.labour_per_h,
            )  # fmt: skip

    def order(self, actor: Actor, id_: str) -> OrderBook:
        """One order, day by day.

        Raises:
            Refused: ``absent``.
        """
        with self.sessions.session(scope_of(actor.buildings), reading=True) as session:
            order = session.get(Order, id_)
            if order is None:
                raise absent()
            book = read(session, self.site)
            account = session.scalars(
                select(AccountRow).where(AccountRow.order_id == id_)
                .order_by(AccountRow.done_at.desc()).limit(1)
            ).one_or_none()  # fmt: skip
            rows = session.scalars(
                select(DayRow).where(DayRow.order_id == id_).order_by(DayRow.day.desc(), DayRow.id)
            ).all()
            return OrderBook(
                order=id_, building=order.building, done_at=order.done_at,
                bookings=tuple(b for b in book.bookings if b.order == id_),
                plan=_plan(session, id_, account), days=tuple(_entry(row) for row in rows),
                ended_why=account.ended_why if account is not None else "",
                until=account.until if account is not None else "",
                until_why=account.until_why if account is not None else "",
            )  # fmt: skip


def _plan(session: Session, order: str, account: AccountRow | None) -> PlanView | None:
    """The plan that counts, or the last one while nothing is done."""
    mine = select(PlanRow).where(PlanRow.order_id == order)
    if account is not None and account.plan_id is not None:
        mine = mine.where(PlanRow.id == account.plan_id)
    row = session.scalars(mine.order_by(PlanRow.seq.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return PlanView(
        seq=row.seq, rule=row.rule, target=row.target, family=row.family, option=row.option,
        key=row.key, why=row.why, hash=row.hash, frozen_at=row.frozen_at, boundary=row.boundary,
        detail=row.detail, expected=row.expected,
    )  # fmt: skip


def _entry(row: DayRow) -> DayEntry:
    return DayEntry(
        id=row.id, at=row.at, day=row.day, carrier=Carrier(row.carrier), cell=row.cell,
        counterfactual=row.counterfactual, actual=row.actual, saving=row.saving, hours=row.hours,
        u=row.u, state=row.state, why=row.why, price=row.price, factor=row.factor,
        revision=row.revision,
    )  # fmt: skip


def _months(session: Session) -> list[Month]:
    month = func.substr(DayRow.day, 1, 7)
    query = (
        select(
            month, DayRow.carrier, func.sum(DayRow.saving),
            func.sum(case((DayRow.price.is_not(None), DayRow.saving * DayRow.price), else_=0.0)),
            func.sum(case((DayRow.factor.is_not(None), DayRow.saving * DayRow.factor), else_=0.0)),
        )
        .where(DayRow.state.in_(COUNTED))
        .group_by(month, DayRow.carrier)
        .order_by(month, DayRow.carrier)
    )  # fmt: skip
    found: dict[str, list[tuple[Carrier, float, float, float]]] = {}
    for name, carrier, saving, money, carbon in session.execute(query):
        found.setdefault(name, []).append(
            (Carrier(carrier), float(saving), float(money), float(carbon))
        )
    return [
        Month(
            month=name, amounts={c: s for c, s, _, _ in rows}, money=sum(m for *_, m, _ in rows),
            kg_co2=sum(k for *_, k in rows),
        )
        for name, rows in sorted(found.items(), reverse=True)
    ]  # fmt: skip


def _placebo(session: Session) -> list[Sham]:
    rows = session.scalars(select(PlaceboRow).order_by(PlaceboRow.id.desc()).limit(50)).all()
    newest = max((row.at for row in rows), default=0)
    return [
        Sham(carrier=Carrier(row.carrier), at=row.at, runs=row.runs, mean=row.mean,
             coverage=row.coverage)
        for row in sorted(rows, key=lambda row: row.carrier)
        if row.at == newest
    ]  # fmt: skip


def _minutes(session: Session, orders: set[str]) -> int:
    if not orders:
        return 0
    ids = sorted(orders)
    total = 0
    for first in range(0, len(ids), 500):
        query = select(func.sum(Order.minutes)).where(Order.id.in_(ids[first : first + 500]))
        total += int(session.scalar(query) or 0)
    return total
