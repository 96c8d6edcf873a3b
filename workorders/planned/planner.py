"""Notices what falls due, makes its orders, and says what was missed; driven by the run clock."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from adapters.records.base import ALL
from adapters.records.engine import insert_for
from adapters.records.orders import Order, OrderFinding
from adapters.records.planned import PlannedAsset, PlannedDay, PlannedOccurrence
from core.clock import HOUR_MS, MINUTE_MS
from core.errors import Retryable
from core.finding import Finding
from core.plans import DATED, Plan, TriggerKind
from core.words import Text
from workorders.book import Book
from workorders.office import Office, Sessions
from workorders.planned import settling
from workorders.planned.counting import Counting
from workorders.planned.due import Dates, Due
from workorders.planned.orders import Why, building_of, family, take
from workorders.planned.running import Crossing, fillings
from workorders.routing import asset_of

LOG = logging.getLogger(__name__)
AGAIN_MS = 10 * MINUTE_MS
"""A plan of days need not be asked every second."""

BY_DATE = "Planned work, due by {day}."
BY_HOURS = "Planned work after {hours} h of running; {unknown} h were not read. Due by {day}."
BY_CONDITION = "Planned work: {point} was beyond its limit for {hours} h on {when}. Due by {day}."
BY_ADVICE = "Planned work: {rule} advises it. Due by {day}."
WORDS = (BY_DATE, BY_HOURS, BY_CONDITION, BY_ADVICE)
"""For the catalogue."""

Pairs = Mapping[tuple[str, str], Plan]


class OpenFindings(Protocol):
    """Findings, as far as plans go by them."""

    def open(self) -> Sequence[Finding]:
        """All that are open."""
        ...


@dataclass
class Planner:
    """Plans of a site, at their assets.

    Attributes:
        asked_at: When it was looked for what is due last. Run clock. [ms]
        counted_at: When it was counted last.
    """

    office: Office
    sessions: Sessions
    counting: Counting
    findings: OpenFindings
    asked_at: int | None = None
    counted_at: int | None = None
    _pairs: Pairs = field(default_factory=dict)

    def __post_init__(self) -> None:
        plans = self.office.site.plans
        self._pairs = {(plan.id, asset): plan for plan in plans for asset in plan.assets}

    @property
    def pairs(self) -> Pairs:
        """Every plan at every one of its assets."""
        return self._pairs

    def step(self, now: int, *, at_once: bool = False) -> int:
        """What is due by now, and what became of it; how many occurrences were news. [ms]"""
        self._settle(now)
        if not (at_once or _over(self.asked_at, now, AGAIN_MS)):
            return 0
        self._count(now, at_once=at_once)
        with self.sessions.session(ALL) as session:
            made = self._notice(Book.open(session, self.office, now))
        self.asked_at = now
        if made:
            self._settle(now)  # after a long pause some were missed before they were seen
        return made

    def _settle(self, now: int) -> None:
        with self.sessions.session(ALL) as session:
            settling.step(Book.open(session, self.office, now))

    def dates(self, plan: Plan, asset: str) -> Dates:
        """When a plan is due at an asset, by the calendar."""
        season = self.office.site.seasons.get(plan.trigger.season)
        return Dates(plan, self.office.calendar, asset, season)

    def _count(self, now: int, *, at_once: bool) -> None:
        if not (at_once or _over(self.counted_at, now, HOUR_MS)):
            return
        try:
            self.counting.step(self._pairs, now)
        except Retryable as why:
            LOG.warning("running hours wait for the store: %s", why)
            return
        self.counted_at = now

    def _notice(self, book: Book) -> int:
        known = _assets(book.session)
        _leave(book, known, self._pairs)
        made = 0
        open_ = self.findings.open() if self._advised() else ()
        for (_, asset), plan in self._pairs.items():
            row = known.get((plan.id, asset)) or _first(book, plan, asset)
            for due, why in self._due(book, plan, asset, row, open_):
                made += take(book, plan, asset, due, why)
            row.judged = max(row.judged, book.now)
        return made

    def _advised(self) -> bool:
        return any(p.trigger.kind is TriggerKind.ADVICE for p in self.office.site.plans)

    def _due(
        self, book: Book, plan: Plan, asset: str, row: PlannedAsset, open_: Sequence[Finding]
    ) -> Iterable[tuple[Due, Why]]:
        kind = plan.trigger.kind
        if kind in DATED:
            unseen = self.dates(plan, asset).unseen(row.judged, book.now)
            return [(due, Why(words=Text(BY_DATE))) for due in unseen]
        if kind is TriggerKind.RUNNING:
            return self._by_hours(book, plan, asset, row)
        if kind is TriggerKind.CONDITION:
            return self._by_condition(book, plan, asset, row)
        return self._by_advice(book, plan, asset, open_)

    def _by_hours(
        self, book: Book, plan: Plan, asset: str, row: PlannedAsset
    ) -> Iterable[tuple[Due, Why]]:
        counted = count(book.session, self.office, plan, asset, since=row.since)
        for filled in counted.fillings:
            name = f"{counted.base.isoformat()}+{filled.n}"
            due = self._after(plan, asset, name, filled.day)
            said: dict[str, str | int | float] = {
                "hours": round(filled.hours),
                "unknown": round(counted.unknown_h),
            }
            yield due, Why(words=Text(BY_HOURS, said), hours=filled.hours,
                           unknown=counted.unknown_h)  # fmt: skip

    def _by_condition(
        self, book: Book, plan: Plan, asset: str, row: PlannedAsset
    ) -> Iterable[tuple[Due, Why]]:
        if _is_open(book.session, plan, asset):
            return
        calendar, trigger = self.office.calendar, plan.trigger
        first = calendar.day_of(row.since + 1)
        done = last_done(book.session, plan, asset)
        if done is not None:
            first = max(first, calendar.day_of(done) + timedelta(days=1))
        mine = select(PlannedDay).where(
            PlannedDay.plan == plan.id, PlannedDay.asset == asset,
            PlannedDay.day >= first.isoformat(),
        )  # fmt: skip
        for day in book.session.scalars(mine.order_by(PlannedDay.day)):
            # What went on after it was done crosses nothing again: it is there all day.
            if day.crossed_at is not None or day.ran_ms >= trigger.hours * HOUR_MS:
                said: dict[str, str | int | float] = {
                    "point": f"{asset}.{trigger.point}",
                    "hours": trigger.hours,
                    "when": day.day,
                }
                due = self._after(plan, asset, day.day, date.fromisoformat(day.day))
                yield due, Why(words=Text(BY_CONDITION, said))
                return

    def _by_advice(
        self, book: Book, plan: Plan, asset: str, open_: Sequence[Finding]
    ) -> Iterable[tuple[Due, Why]]:
        rule = plan.trigger.rule
        mine = [f for f in open_ if f.rule == rule
                and asset_of(self.office.site, f.target) == asset]  # fmt: skip
        if not mine or _is_open(book.session, plan, asset):
            return
        # What has an order of its own is mended by that: nobody is sent twice for one cause.
        linked = select(OrderFinding.finding_id).where(
            OrderFinding.finding_id.in_([f.id for f in mine])
        )
        ordered = set(book.session.scalars(linked))
        for finding in mine:
            if finding.id not in ordered:
                day = self.office.calendar.day_of(finding.opened)
                yield (
                    self._after(plan, asset, finding.id, day),
                    Why(words=Text(BY_ADVICE, {"rule": rule})),
                )

    def _after(self, plan: Plan, asset: str, name: str, day: date) -> Due:
        """What is known only when it happens is due so long after it as others are made before."""
        return self.dates(plan, asset).due(name, day + timedelta(days=plan.lead_days))


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Running hours so far.

    Attributes:
        base: First day that counts.
        hours: Since then. [h]
        unknown_h: Of that time, not read. [h]
        upto: Last day that was counted; None before the first.
        pace: Hours a day lately; None where nothing was read. [h/d]
    """

    base: date
    hours: float
    unknown_h: float
    upto: date | None
    pace: float | None
    fillings: Sequence[Crossing]


_PACE_DAYS = 28


def count(session: Session, office: Office, plan: Plan, asset: str, *, since: int) -> Count:
    """Hours since the plan was last done at an asset, or since its first day."""
    calendar, base = office.calendar, plan.start
    done = last_done(session, plan, asset)
    if done is not None:
        base = max(base, calendar.day_of(done) + timedelta(days=1))
    mine = select(PlannedDay.day, PlannedDay.ran_ms, PlannedDay.unknown_ms).where(
        PlannedDay.plan == plan.id, PlannedDay.asset == asset, PlannedDay.day >= base.isoformat()
    )
    rows = session.execute(mine.order_by(PlannedDay.day)).all()
    days = [(date.fromisoformat(row.day), row.ran_ms) for row in rows]
    lately = rows[-_PACE_DAYS:]
    read_ms = sum(
        calendar.moment(date.fromisoformat(r.day) + timedelta(days=1))
        - calendar.moment(date.fromisoformat(r.day)) - r.unknown_ms
        for r in lately
    )  # fmt: skip
    return Count(
        base=base,
        hours=sum(ran_ms for _, ran_ms in days) / HOUR_MS,
        unknown_h=sum(row.unknown_ms for row in rows) / HOUR_MS,
        upto=days[-1][0] if days else None,
        pace=24.0 * sum(row.ran_ms for row in lately) / read_ms if read_ms else None,
        fillings=fillings(days, plan.trigger.hours, calendar.day_of(since + 1)),
    )


def last_done(session: Session, plan: Plan, asset: str) -> int | None:
    """When a plan was done last at an asset. [ms]"""
    mine = select(func.max(PlannedOccurrence.done_at)).where(
        PlannedOccurrence.plan == plan.id, PlannedOccurrence.asset == asset
    )
    return session.scalar(mine)


def _is_open(session: Session, plan: Plan, asset: str) -> bool:
    mine = select(Order.id).where(
        Order.family == family(plan.id), Order.asset == asset, Order.closed_at.is_(None)
    )
    return session.scalars(mine).first() is not None


def _over(before: int | None, now: int, ms: int) -> bool:
    """Whether so long has passed, or the clock has gone back."""
    return before is None or not before <= now < before + ms


def _assets(session: Session) -> dict[tuple[str, str], PlannedAsset]:
    return {(row.plan, row.asset): row for row in session.scalars(select(PlannedAsset))}


def _first(book: Book, plan: Plan, asset: str) -> PlannedAsset:
    """Planned at an asset from now on; another process may have said so at the same time."""
    insert = insert_for(book.session.get_bind().engine)
    book.session.execute(
        insert(PlannedAsset)
        .values(plan=plan.id, asset=asset, building=building_of(book.office.site, asset),
                since=book.now, judged=book.now)
        .on_conflict_do_nothing()
    )  # fmt: skip
    return book.session.get_one(PlannedAsset, (plan.id, asset))


def _leave(book: Book, known: dict[tuple[str, str], PlannedAsset], pairs: Pairs) -> None:
    """What left the site model is planned no more; what comes back begins anew."""
    for pair, row in known.items():
        if pair not in pairs and row.left_at is None:
            row.left_at = book.now
            LOG.warning("plan %s: %s left the site model", *pair)
        elif pair in pairs and row.left_at is not None:
            row.left_at, row.since, row.judged = None, book.now, book.now
