"""What confirmed events change in what is booked: a second figure beside the first.

``adjusted = Σ over booked days (saving + size · (1 while it acts − its share of the window))``:
use that an event adds after a repair hides as much of the saving; use that it adds while the
fault is measured makes the level before too high by its share of those days. What acts on both
sides alike changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from adapters.records.ledger import AccountRow, CellDayRow, DayRow, PlanRow
from core.words import Carrier
from workorders.ledger.entries import COUNTED, Entry
from workorders.ledger.events import LedgerEvent, counting

Key = tuple[int, str]
"""Account and carrier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What events change in one order's carrier.

    Attributes:
        amount: Added to what is booked. [kWh, m³]
        u: Half-width by event, 90 %: it is as wrong on every day. [kWh, m³]
        money: None without a price. [site currency]
        kg_co2: None without a factor. [kgCO₂]
        days: Booked days that any of them bears on.
        events: Their numbers.
    """

    amount: float
    u: Mapping[str, float]
    money: float | None
    kg_co2: float | None
    days: int
    events: tuple[int, ...]


@dataclass(slots=True)
class _Sum:
    amount: float = 0.0
    money: float | None = None
    kg_co2: float | None = None
    u: dict[str, float] = field(default_factory=dict)
    days: set[str] = field(default_factory=set)
    events: set[int] = field(default_factory=set)


def touches(event: LedgerEvent, plan: PlanRow) -> bool:
    """Whether an event bears on an order's days: where it acts at what they are measured at.

    Days are measured at the asset itself: a meter where the fault is of a meter, else the points
    of plant, which know nothing of what a tenant plugs in below the same main. The meters of a
    building only priced the formula, before *done*.
    """
    return event.carrier.value in plan.carriers and event.place == plan.target


def share_of_window(event: LedgerEvent, plan: PlanRow, zone: ZoneInfo) -> float:
    """Of the days that the level before was measured on, those that the event acted on. [1]"""
    start, end = plan.detail.get("start"), plan.detail.get("end")
    if start is None or end is None:
        return 0.0
    first, last = local_day(start, zone), local_day(end, zone)
    both = (min(event.last, last) - max(event.first, first)).days + 1
    return max(both, 0) / ((last - first).days + 1)


def adjustments(
    session: Session, timezone: str, within: tuple[str, str] | None = None
) -> dict[Key, Adjustment]:
    """By account and carrier, of all that events bear on.

    Args:
        session: Of one scope.
        timezone: The site's.
        within: First and last month whose days count.
    """
    events = counting(session)
    if not events:
        return {}
    zone, bearing = ZoneInfo(timezone), {}
    query = select(AccountRow.id, PlanRow).join(PlanRow, PlanRow.id == AccountRow.plan_id)
    for account, plan in session.execute(query):
        for carrier in plan.carriers:
            mine = [
                (event, share_of_window(event, plan, zone))
                for event in events
                if event.carrier.value == carrier and touches(event, plan)
            ]
            if mine:
                bearing[account, carrier] = mine
    return _summed(session, bearing, within) if bearing else {}


def _summed(
    session: Session, bearing: Mapping[Key, Sequence[tuple[LedgerEvent, float]]],
    within: tuple[str, str] | None,
) -> dict[Key, Adjustment]:  # fmt: skip
    rows = _booked(session, sorted({account for account, _ in bearing}), within)
    rows = [row for row in rows if (row.account_id, row.carrier) in bearing]
    changes: dict[int, list[tuple[LedgerEvent, float]]] = {}
    for row in rows:
        day = date.fromisoformat(row.day)
        told = [
            (event, (event.first <= day <= event.last) - share)
            for event, share in bearing[row.account_id, row.carrier]
        ]
        changes[row.id] = [(event, part) for event, part in told if part]
    kept = _within_cells(session, rows, changes)
    found: dict[Key, _Sum] = {}
    for row in rows:
        of = found.setdefault((row.account_id, row.carrier), _Sum())
        for event, part in changes[row.id]:
            _add(of, row, event, part * kept.get(row.id, 1.0))
    return {
        key: Adjustment(amount=of.amount, u=of.u, money=of.money, kg_co2=of.kg_co2,
                        days=len(of.days), events=tuple(sorted(of.events)))
        for key, of in found.items()
        if of.events
    }  # fmt: skip


def _add(of: _Sum, row: DayRow, event: LedgerEvent, part: float) -> None:
    amount, name = event.per_day * part, f"event:{event.id}"
    of.amount += amount
    of.u[name] = of.u.get(name, 0.0) + event.u * part
    of.days.add(row.day)
    of.events.add(event.id)
    if row.price is not None:
        of.money = (of.money or 0.0) + amount * row.price
    if row.factor is not None:
        of.kg_co2 = (of.kg_co2 or 0.0) + amount * row.factor


def _booked(
    session: Session, accounts: Sequence[int], within: tuple[str, str] | None
) -> list[DayRow]:
    """The entry that stands of each day that counts."""
    query = (
        select(DayRow)
        .where(DayRow.account_id.in_(accounts), DayRow.state.in_(COUNTED))
        .order_by(DayRow.id)
    )
    standing: dict[tuple[int, str, str], DayRow | None] = {}
    for row in session.scalars(query):
        key = (row.account_id, row.carrier, row.day)
        standing[key] = row if row.state == Entry.VERIFIED.value else None
    rows = [row for row in standing.values() if row is not None]
    return [r for r in rows if within is None or within[0] <= r.day[:7] <= within[1]]


def _within_cells(
    session: Session, rows: Sequence[DayRow],
    changes: Mapping[int, Sequence[tuple[LedgerEvent, float]]],
) -> dict[int, float]:  # fmt: skip
    """What is left of each row's change so that no cell is booked for more than was there.

    An event moves the most that a cell would have used as far as one order's saving; only where
    several orders of one cell are adjusted for the same event can they go beyond it. [1]
    """
    by_cell: dict[tuple[str, str, str], list[DayRow]] = {}
    for row in rows:
        if row.cell and changes[row.id]:
            by_cell.setdefault((row.cell, row.day, row.carrier), []).append(row)
    shared = {key: mine for key, mine in by_cell.items() if len(mine) > 1}
    found: dict[int, float] = {}
    keys = sorted(shared)
    for first in range(0, len(keys), 300):
        query = select(CellDayRow).where(
            tuple_(CellDayRow.cell, CellDayRow.day, CellDayRow.carrier).in_(
                keys[first : first + 300])
        )  # fmt: skip
        for cell in session.scalars(query):
            mine = shared[cell.cell, cell.day, cell.carrier]
            moved = [sum(e.per_day * part for e, part in changes[row.id]) for row in mine]
            left = cell.counterfactual + max(moved) - cell.booked
            if sum(moved) > left:
                found |= {row.id: max(left, 0.0) / sum(moved) for row in mine}
    return found


def effect_on(
    events: Sequence[LedgerEvent], meters: frozenset[str], carrier: Carrier, days: Sequence[date]
) -> list[float]:
    """What events at any of some meters add to each day's use. [kWh, m³]"""
    mine = [e for e in events if e.carrier is carrier and e.place in meters]
    return [sum(e.per_day for e in mine if e.first <= day <= e.last) for day in days]


def local_day(at: int, zone: ZoneInfo) -> date:
    """The local day of a moment. [ms]"""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date()
