"""Planned work as an actor may see it: what comes, what is open, what was done and missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from adapters.records.base import Scope
from adapters.records.orders import Order
from adapters.records.planned import PlannedAsset, PlannedOccurrence
from core.clock import DAY_MS
from core.plans import DATED, Names, Plan, TriggerKind
from core.words import Trade
from workorders.book import Book
from workorders.planned.orders import building_of
from workorders.planned.planner import Count, Planner, count

MONTHS_DAYS = 366
"""How far ahead is looked. [d]"""
_PAST_DAYS = 366


_WITH_ORDER = (
    select(PlannedOccurrence, Order)
    .outerjoin(Order, Order.id == PlannedOccurrence.order_id)
    .order_by(PlannedOccurrence.due_at, PlannedOccurrence.id)
)


class Stand(StrEnum):
    """How an occurrence stands."""

    COMING = "coming"
    """No order yet."""
    OPEN = "open"
    OVERDUE = "overdue"
    MISSED = "missed"
    """Missed, and still not done."""
    WAITING = "waiting"
    """The crew says done; it closes by its checklist or by another person."""
    DONE = "done"
    DONE_LATE = "done_late"
    """Done after it was missed: missed all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One due date of one plan at one asset. Times are UTC. [ms]

    Attributes:
        uid: What it is called for good: plan, asset and occurrence.
        day: Local day on which it is due.
        foreseen: Reckoned by the pace of running, not fixed.
        person: Log-in of who has its order.
        changed: Raised by every change of its order.
        stamp: When it was last changed.
        note: What covers that day: ``muted``, ``maintenance``, ``shutdown``.
    """

    uid: str
    plan: str
    names: Names
    asset: str
    building: str
    trade: Trade
    day: date
    due_at: int
    miss_at: int
    stand: Stand
    minutes: int = 60
    foreseen: bool = False
    absorbed: bool = False
    order: str = ""
    person: str = ""
    person_name: str = ""
    made_at: int | None = None
    done_at: int | None = None
    missed_at: int | None = None
    changed: int = 0
    stamp: int = 0
    note: str = ""
    hours: float | None = None
    unknown: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRow:
    """A plan at one asset.

    Attributes:
        next: The next one that is due; None where nobody can tell.
        count: Of running hours, where the plan goes by them.
        done: Within a year; ``missed`` as well.
    """

    asset: str
    building: str
    next: Entry | None
    count: Count | None
    done: int
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A plan with its assets in scope.

    Attributes:
        left: Assets that it was planned at and that are in the site model no more.
    """

    plan: Plan
    assets: tuple[AssetRow, ...]
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Looking:
    """Reads plans and occurrences within one session of one scope."""

    planner: Planner
    book: Book

    @property
    def _session(self) -> Session:
        return self.book.session

    @cached_property
    def _rows(self) -> dict[tuple[str, str], list[tuple[PlannedOccurrence, Order | None]]]:
        """Occurrences of a year and older ones whose order is open, by plan and asset.

        Each with its order, in order of due date, asked for once.
        """
        found: dict[tuple[str, str], list[tuple[PlannedOccurrence, Order | None]]] = {}
        since = self.book.now - _PAST_DAYS * DAY_MS
        recent = PlannedOccurrence.due_at >= since
        # Without an order all columns of one are empty too.
        open_ = and_(PlannedOccurrence.done_at.is_(None), Order.id.is_not(None),
                     Order.closed_at.is_(None))  # fmt: skip
        for row, order in self._session.execute(_WITH_ORDER.where(or_(recent, open_))):
            found.setdefault((row.plan, row.asset), []).append((row, order))
        return found

    @cached_property
    def _counts(self) -> dict[tuple[str, str], Count]:
        return {}

    def plans(self, scope: Scope) -> list[PlanRow]:
        """Every plan that has an asset in scope, in the order of the site file."""
        known = self._known()
        lost = self._left()
        rows = []
        for plan in self.book.office.site.plans:
            mine = [a for a in plan.assets if self._sees(scope, a)]
            if mine:
                rows.append(
                    PlanRow(
                        plan=plan, assets=tuple(self._asset(plan, a, known) for a in mine),
                        left=tuple(asset for name, asset in lost if name == plan.id),
                    )
                )  # fmt: skip
        return rows

    def entries(
        self, scope: Scope, days: int = MONTHS_DAYS, plan: str | None = None
    ) -> list[Entry]:
        """What is not done, and what comes, in order of day."""
        found = [e for e in self.occurrences(plan) if e.stand not in {Stand.DONE, Stand.DONE_LATE}]
        known = self._known()
        for one in self.book.office.site.plans:
            if plan is None or one.id == plan:
                for asset in one.assets:
                    if self._sees(scope, asset):
                        found += self._coming(one, asset, known, days)
        return sorted(found, key=lambda e: (e.due_at, e.plan, e.asset))

    def occurrences(self, plan: str | None = None, days: int = _PAST_DAYS) -> list[Entry]:
        """All that were noticed, the newest last."""
        query = _WITH_ORDER.where(PlannedOccurrence.due_at >= self.book.now - days * DAY_MS)
        if plan is not None:
            query = query.where(PlannedOccurrence.plan == plan)
        return [self._entry(row, order) for row, order in self._session.execute(query).all()]

    def of_order(self, order: str) -> Entry | None:
        """The first that an order does; it may do later ones too, that found it open."""
        query = _WITH_ORDER.where(PlannedOccurrence.order_id == order).limit(1)
        found = self._session.execute(query).first()
        return self._entry(*found) if found is not None else None

    def _sees(self, scope: Scope, asset: str) -> bool:
        return scope == "all" or building_of(self.book.office.site, asset) in scope

    def _known(self) -> dict[tuple[str, str], PlannedAsset]:
        return {(r.plan, r.asset): r for r in self._session.scalars(select(PlannedAsset))}

    def _left(self) -> list[tuple[str, str]]:
        mine = select(PlannedAsset).where(PlannedAsset.left_at.is_not(None))
        return [(row.plan, row.asset) for row in self._session.scalars(mine)]

    def _asset(
        self, plan: Plan, asset: str, known: dict[tuple[str, str], PlannedAsset]
    ) -> AssetRow:
        rows = self._rows.get((plan.id, asset), [])
        open_ = next(((row, order) for row, order in rows if row.done_at is None
                      and not row.absorbed and _runs(order)), None)  # fmt: skip
        coming = self._coming(plan, asset, known, MONTHS_DAYS)
        first = coming[0] if coming else None
        if open_ is not None:
            first = self._entry(*open_)
        counted = None
        if plan.trigger.kind is TriggerKind.RUNNING:
            counted = self._count(plan, asset, known)
        return AssetRow(
            asset=asset, building=building_of(self.book.office.site, asset), next=first,
            count=counted, done=sum(r.done_at is not None for r, _ in rows),
            missed=sum(r.missed_at is not None for r, _ in rows),
        )  # fmt: skip

    def _count(self, plan: Plan, asset: str, known: dict[tuple[str, str], PlannedAsset]) -> Count:
        pair = (plan.id, asset)
        if pair not in self._counts:
            row = known.get(pair)
            since = row.since if row is not None else self.book.now
            self._counts[pair] = count(self._session, self.book.office, plan, asset, since=since)
        return self._counts[pair]

    def _coming(
        self, plan: Plan, asset: str, known: dict[tuple[str, str], PlannedAsset], days: int
    ) -> list[Entry]:
        """What has no row yet."""
        calendar = self.book.office.calendar
        today = calendar.day_of(self.book.now + 1)
        row = known.get((plan.id, asset))
        since = row.since if row is not None else self.book.now
        if plan.trigger.kind in DATED:
            dates = self.planner.dates(plan, asset)
            taken = {row.occurrence for row, _ in self._rows.get((plan.id, asset), ())}
            return [
                self._new(plan, asset, due.occurrence, due.day, due.due_at, due.miss_at, since)
                for due in dates.between(today - timedelta(days=31), today + timedelta(days=days))
                if due.occurrence not in taken and due.due_at > self.book.now
            ]
        if plan.trigger.kind is not TriggerKind.RUNNING or self._open(plan, asset):
            return []
        counted = self._count(plan, asset, known)
        left_h = plan.trigger.hours * (len(counted.fillings) + 1) - counted.hours
        if not counted.pace or left_h / counted.pace > days:
            return []
        day = (counted.upto or today) + timedelta(days=int(left_h / counted.pace) + 1)
        due = self.planner.dates(plan, asset).due("", max(day, today))
        name = f"{counted.base.isoformat()}+{len(counted.fillings) + 1}"
        return [
            self._new(plan, asset, name, due.day, due.due_at, due.miss_at, since, foreseen=True)
        ]

    def _open(self, plan: Plan, asset: str) -> bool:
        rows = self._rows.get((plan.id, asset), ())
        return any(row.done_at is None and _runs(order) for row, order in rows)

    def _new(
        self, plan: Plan, asset: str, name: str, day: date, due_at: int, miss_at: int, stamp: int,
        *, foreseen: bool = False,
    ) -> Entry:  # fmt: skip
        return Entry(
            uid=f"{plan.id}.{asset}.{name}", plan=plan.id, names=plan.names, asset=asset,
            building=building_of(self.book.office.site, asset), trade=plan.trade, day=day,
            due_at=due_at, miss_at=miss_at, stand=Stand.COMING, minutes=plan.minutes,
            foreseen=foreseen, stamp=stamp,
        )  # fmt: skip

    def _entry(self, row: PlannedOccurrence, order: Order | None) -> Entry:
        plan = next((p for p in self.book.office.site.plans if p.id == row.plan), None)
        person = order.assignee or "" if order is not None else ""
        return Entry(
            uid=f"{row.plan}.{row.asset}.{row.occurrence}", plan=row.plan,
            names=plan.names if plan is not None else {"en": row.plan}, asset=row.asset,
            building=row.building, trade=Trade(row.trade),
            day=self.book.office.calendar.day_of(row.due_at), due_at=row.due_at,
            miss_at=row.miss_at, stand=_stand(row, order, self.book.now),
            minutes=plan.minutes if plan is not None else 60, absorbed=row.absorbed,
            order=row.order_id or "", person=person,
            person_name=self.book.office.name(person) if person else "",
            made_at=row.made_at, done_at=row.done_at, missed_at=row.missed_at,
            changed=order.version if order is not None else 1,
            stamp=order.changed_at if order is not None else row.made_at, note=row.note,
            hours=row.hours, unknown=row.unknown,
        )  # fmt: skip


def _runs(order: Order | None) -> bool:
    return order is not None and order.closed_at is None


def _stand(row: PlannedOccurrence, order: Order | None, now: int) -> Stand:
    if row.done_at is not None:
        return Stand.DONE if row.missed_at is None else Stand.DONE_LATE
    if row.missed_at is not None:
        return Stand.MISSED
    if order is not None and order.done_at is not None and order.state in {"done", "verifying"}:
        return Stand.WAITING
    return Stand.OVERDUE if row.due_at < now else Stand.OPEN


def on_time(entries: Sequence[Entry]) -> tuple[int, int]:
    """How many were done in time, of all that are decided."""
    decided = [e for e in entries if e.done_at is not None or e.missed_at is not None]
    return sum(e.missed_at is None for e in decided), len(decided)
