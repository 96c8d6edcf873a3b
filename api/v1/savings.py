"""The ledger, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from api.asker import ActorDep, ServicesDep
from api.pages.savings import reading
from workorders.ledger.looking import OrderBook
from workorders.ledger.totals import Adjusted, Booking

router = APIRouter(tags=["savings"])
OrderId = Annotated[str, Path(max_length=24, pattern=r"^[A-Za-z0-9-]+$")]


class AdjustedOut(BaseModel):
    """The same with what confirmed non-routine events changed; ``u`` is the half-width, 90 %."""

    saving: float
    u: float
    money: float | None
    kg_co2: float | None


class TotalOut(BaseModel):
    """One carrier over all verified orders, each with its sign; amounts in ``unit``.

    ``saving`` is ``booked`` less what meters above cannot have seen; ``u`` its half-width, 90 %.
    """

    carrier: str
    unit: str
    booked: float
    disputed: float
    saving: float
    u: float
    money: float | None
    kg_co2: float | None
    orders: int
    days: int
    not_estimable_days: int
    provisional: float
    adjusted: AdjustedOut | None


class BookingOut(BaseModel):
    """One order and carrier; ``alone`` says whether it may be quoted by itself."""

    order: str
    building: str
    rule: str
    target: str
    option: str
    carrier: str
    unit: str
    state: str
    saving: float
    u: float
    alone: bool
    money: float | None
    kg_co2: float | None
    days: int
    not_estimable_days: int
    disputed_days: int
    provisional: float
    expected_per_day: float | None
    first: str
    until: str
    until_why: str
    ended_why: str
    adjusted: AdjustedOut | None
    events: list[int]


class NodeOut(BaseModel):
    """A meter above what is booked: ``agrees``, ``disputed`` or ``unknown``."""

    meter: str
    carrier: str
    since: str
    upto: str
    booked: float
    drop: float
    u: float
    excess: float
    state: str
    adjusted_excess: float | None


class RuleOut(BaseModel):
    """What a rule's findings said, against what was booked on the same days; in money."""

    rule: str
    orders: int
    expected: float
    booked: float
    ratio: float | None


class SavingsOut(BaseModel):
    """The ledger; money in the site's currency, net of labour but not of parts."""

    money: float
    kg_co2: float
    labour: float
    net: float
    totals: list[TotalOut]
    bookings: list[BookingOut]
    nodes: list[NodeOut]
    rules: list[RuleOut]


class DayOut(BaseModel):
    """One entry as it was written; a counter-entry has state ``reversed``."""

    id: int
    at: int
    day: str
    carrier: str
    cell: str
    counterfactual: float
    actual: float
    saving: float
    hours: float
    u: float
    state: str
    why: str
    revision: int


class OpenOut(BaseModel):
    """The site's own median time that such faults stood open, as it was frozen with the plan.

    ``source`` is ``site_file`` or ``findings``; ``day`` that of the document, or the one up to
    which findings were looked at.
    """

    days: int
    source: str
    said: str
    day: str
    cases: int


class OrderSavingsOut(BaseModel):
    """One order's page of the ledger, the newest day first."""

    order: str
    ended_why: str
    until: str
    until_why: str
    open_days: OpenOut | None
    plan_hash: str | None
    frozen_at: int | None
    bookings: list[BookingOut]
    days: list[DayOut]


@router.get("/savings", operation_id="getSavings")
def savings(given: ServicesDep, actor: ActorDep) -> SavingsOut:
    """What proven repairs save, within your scope."""
    found = reading(given).whole(actor)
    return SavingsOut(
        money=found.money, kg_co2=found.kg_co2, labour=found.labour, net=found.net,
        totals=[
            TotalOut(
                carrier=t.carrier.value, unit=t.unit, booked=t.booked, disputed=t.disputed,
                saving=t.saving, u=t.u, money=t.money, kg_co2=t.kg_co2, orders=t.orders,
                days=t.days, not_estimable_days=t.blind, provisional=t.provisional,
                adjusted=_adjusted(t.adjusted),
            )
            for t in found.book.totals
        ],
        bookings=[_booking(b) for b in found.book.bookings],
        nodes=[
            NodeOut(meter=n.meter, carrier=n.carrier.value, since=n.since, upto=n.upto,
                    booked=n.booked, drop=n.drop, u=n.u, excess=n.excess, state=n.state,
                    adjusted_excess=n.adjusted_excess)
            for n in found.book.nodes
        ],
        rules=[
            RuleOut(rule=r.rule, orders=r.orders, expected=r.expected, booked=r.booked,
                    ratio=r.ratio)
            for r in found.book.rules
        ],
    )  # fmt: skip


@router.get("/savings/{order}", operation_id="getOrderSavings")
def order(given: ServicesDep, actor: ActorDep, order: OrderId) -> OrderSavingsOut:
    """One order, entry by entry."""
    book = reading(given).order(actor, order)
    return OrderSavingsOut(
        order=book.order, ended_why=book.ended_why, until=book.until, until_why=book.until_why,
        open_days=_open(book),
        plan_hash=book.plan.hash if book.plan else None,
        frozen_at=book.plan.frozen_at if book.plan else None,
        bookings=[_booking(b) for b in book.bookings],
        days=[
            DayOut(
                id=d.id, at=d.at, day=d.day, carrier=d.carrier.value, cell=d.cell,
                counterfactual=d.counterfactual, actual=d.actual, saving=d.saving, hours=d.hours,
                u=d.u, state=d.state, why=d.why, revision=d.revision,
            )
            for d in book.days
        ],
    )  # fmt: skip


def _open(book: OrderBook) -> OpenOut | None:
    said = book.plan.detail.get("open") if book.plan is not None else None
    return OpenOut(**said) if said else None


def _booking(b: Booking) -> BookingOut:
    return BookingOut(
        order=b.order, building=b.building, rule=b.rule, target=b.target, option=b.option,
        carrier=b.carrier.value, unit=b.unit, state=b.state, saving=b.saving, u=b.u,
        alone=b.significant, money=b.money, kg_co2=b.kg_co2, days=b.days,
        not_estimable_days=b.blind, disputed_days=b.disputed, provisional=b.provisional,
        expected_per_day=b.expected, first=b.first, until=b.until, until_why=b.until_why,
        ended_why=b.ended_why, adjusted=_adjusted(b.second),
        events=list(b.adjustment.events) if b.adjustment else [],
    )  # fmt: skip


def _adjusted(a: Adjusted | None) -> AdjustedOut | None:
    if a is None:
        return None
    return AdjustedOut(saving=a.saving, u=a.u, money=a.money, kg_co2=a.kg_co2)
