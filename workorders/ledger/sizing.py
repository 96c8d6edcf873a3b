"""The size of an event off a meter without an order: offered to a person, marked as estimated.

Never off a meter that a fault or a repair was on in those days: what is left over after a repair
is no evidence of anything else, or any failed saving could be explained away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.records.base import scope_of
from adapters.records.ledger import AccountRow
from adapters.records.orders import Order, OrderFinding
from analytics.savings.bought import above, cell_of
from analytics.savings.event_size import LEAST_AFTER, Days, size
from analytics.savings.whole_meter import LEAST_DAYS
from core.actor import Actor
from core.finding import FindingState
from core.site import Site
from core.words import CARRIER_UNIT, Carrier, Text
from workorders.ledger.ground import BASELINE_DAYS, Daily, Ground
from workorders.refusals import OrderRefused, absent, invalid

MOST_DAYS = 84
"""Of an event that are looked at. [d]"""

_EARLIEST = date(1990, 1, 1)
"""No meter here remembers more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """A size and what it stands on.

    Attributes:
        per_day: [kWh, m³]
        u: Half-width, 90 %. [kWh, m³]
        evidence: Meter, days, counts: kept with the event.
    """

    per_day: float
    u: float
    carrier: Carrier
    evidence: dict[str, Any]

    @property
    def unit(self) -> str:
        """Of the size."""
        return CARRIER_UNIT[self.carrier]


@dataclass(frozen=True, kw_only=True)
class Sizing:
    """Estimates sizes; writes nothing."""

    ground: Ground

    def suggest(self, actor: Actor, meter: str, first: date, last: date) -> Suggested:
        """What a meter used more in some days than the twelve weeks before foretell.

        Args:
            actor: Who asks; another building's meter is absent.
            meter: A meter that the event acts on, or one like it.
            first: Of the event on this meter.
            last: Of it; later ones than yesterday do not count.

        Raises:
            Refused: ``absent``; ``conflict`` where an order is in it; ``invalid`` where too few
                days tell.
        """
        ground = self.ground
        equipment = ground.site.equipment.get(meter)
        if equipment is None or equipment.meter is None or not actor.sees(equipment.building):
            raise absent()
        yesterday = ground.day(ground.clock.now()) - timedelta(days=1)
        if not _EARLIEST <= first <= yesterday:
            raise _few()
        last = min(last, yesterday, first + timedelta(days=MOST_DAYS - 1))
        start = first - timedelta(days=BASELINE_DAYS)
        with ground.sessions.session(scope_of(actor.buildings), reading=True) as session:
            order = _order_in(session, ground, meter, start, last)
        if order:
            raise OrderRefused(
                Text("Order {order} is in these days on this meter: what is left over after a "
                     "repair is no evidence. Take the size from the document.", {"order": order}),
                code="conflict",
            )  # fmt: skip
        daily = Daily(ground, ground.sight())
        before = _days(daily, meter, start, first - timedelta(days=1))
        during = _days(daily, meter, first, last)
        found = size(before, during)
        if found is None:
            raise _few()
        return Suggested(
            per_day=found.per_day, u=found.u, carrier=equipment.meter.carrier,
            evidence={"meter": meter, "first": first.isoformat(), "last": last.isoformat(),
                      "before": found.before, "during": found.during},
        )  # fmt: skip


def _few() -> OrderRefused:
    return invalid(
        Text("It takes {before} days before and {during} of the event that were measured whole.",
             {"before": LEAST_DAYS, "during": LEAST_AFTER}), "size",
    )  # fmt: skip


def _days(daily: Daily, meter: str, first: date, last: date) -> Days:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    working, oat = daily.drivers(meter, days)
    return Days(use=daily.use(meter, days), working=working, oat=oat)


def _order_in(session: Session, ground: Ground, meter: str, first: date, last: date) -> str:
    """An order whose fault or booking was on a meter, or below it, in some days; empty if none."""
    site, end = ground.site, ground.midnight(last + timedelta(days=1))
    query = (
        select(OrderFinding.target, OrderFinding.onset, Order)
        .join(Order, Order.id == OrderFinding.order_id)
        .where(
            OrderFinding.building == site.equipment[meter].building,
            OrderFinding.onset < end,
            OrderFinding.state != FindingState.WITHDRAWN,
        )
        .order_by(OrderFinding.onset)
    )
    found = [
        order
        for target, _, order in session.execute(query)
        if meter in _seen_by(site, target, order.family)
    ]
    untils = _untils(session, [order.id for order in found])
    for order in found:
        over = max(ground.day(order.closed_at or 0), untils.get(order.id, date.min))
        if order.closed_at is None or over >= first:
            return str(order.id)
    return ""


def _seen_by(site: Site, target: str, family: str) -> set[str]:
    """Meters that a fault of a target shows on: its cells, and all above them."""
    asset = site.points[site.index[target]].equipment if target in site.index else target
    cells = {cell_of(site, asset, family, carrier) for carrier in Carrier} - {""}
    return {meter for cell in (*cells, asset) for meter in above(site, cell)}


def _untils(session: Session, orders: Sequence[str]) -> dict[str, date]:
    """Of orders with a booking, the last day that counts."""
    query = (
        select(AccountRow.order_id, func.max(AccountRow.until))
        .where(AccountRow.order_id.in_(orders))
        .group_by(AccountRow.order_id)
    )
    return {order: date.fromisoformat(day) for order, day in session.execute(query)}
