"""Counts hours and conditions of closed days from the store, by event time.

The last days are counted again, for what came late; what nobody read stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.planned import PlannedDay
from analytics.calendar import Calendar
from core.batch import Bools, Floats
from core.clock import DAY_MS, HOUR_MS
from core.plans import Plan, Trigger, TriggerKind
from core.ports import ReadingStore
from core.quality import Quality
from core.site import Site
from workorders.office import Sessions
from workorders.planned.orders import building_of
from workorders.planned.running import Read, crossed, ran

LATE_DAYS = 7
"""Days that are counted again. An edge keeps readings for longer, but a plan of weeks turns on no
hour of them. [d]"""
MOST_DAYS = 366
"""Days that are looked back where nothing was counted yet. [d]"""
_CHUNK_DAYS = 31
_LATE_PERIODS = 2
"""Nominal periods that one reading speaks for: one may be lost."""
COUNTED = frozenset({TriggerKind.RUNNING, TriggerKind.CONDITION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One local day of one asset. [ms]"""

    day: date
    ran_ms: int
    unknown_ms: int
    crossed_at: int | None = None


@dataclass(frozen=True)
class Counting:
    """Keeps the count of every plan that goes by what was read."""

    site: Site
    calendar: Calendar
    store: ReadingStore
    sessions: Sessions

    def step(self, pairs: Mapping[tuple[str, str], Plan], now: int) -> None:
        """Counts closed days that were not counted, and the last ones again. [ms]

        Raises:
            Retryable: The store is away; nothing is lost by it.
        """
        today = self.calendar.day_of(now + 1)
        for (_, asset), plan in pairs.items():
            if plan.trigger.kind in COUNTED:
                for first, last in self._missing(plan, asset, today):
                    self._keep(plan, asset, list(self.days(plan, asset, first, last)))

    def days(self, plan: Plan, asset: str, first: date, last: date) -> Iterator[Counted]:
        """Each day of a range, both included, counted from what is stored now."""
        trigger = plan.trigger
        need_ms = round(trigger.hours * HOUR_MS)
        start = self.calendar.moment(first)
        back = max(2 * need_ms, DAY_MS) if trigger.kind is TriggerKind.CONDITION else 0
        end = self.calendar.moment(last + timedelta(days=1))
        read = self._read(f"{asset}.{trigger.point}", start - back, end)
        during = None
        if trigger.during:
            during = self._read(f"{asset}.{trigger.during}", start - back, end)
        day = first
        while day <= last:
            a, b = self.calendar.moment(day), self.calendar.moment(day + timedelta(days=1))
            yield _day(day, a, b, trigger, read, during, back)
            day += timedelta(days=1)

    def _read(self, point: str, start: int, end: int) -> Read:
        index = self.site.index.get(point)
        if index is None:  # left the model since the plan was read
            none = np.array([], np.int64)
            return Read(at=none, value=none.astype(np.float64), good=none.astype(np.bool_),
                        most_ms=1)  # fmt: skip
        most = _LATE_PERIODS * self.site.points[index].period_s * 1000
        rows = self.store.read([index], start - most, end + most).rows
        return Read(at=rows.at, value=rows.value, good=rows.quality == Quality.GOOD, most_ms=most)

    def _missing(self, plan: Plan, asset: str, today: date) -> Iterator[tuple[date, date]]:
        """Stretches of days to count, in pieces that fit the memory."""
        look = MOST_DAYS if plan.trigger.kind is TriggerKind.RUNNING else LATE_DAYS
        first = max(plan.start, today - timedelta(days=look))
        with self.sessions.session(ALL, reading=True) as session:
            mine = select(PlannedDay.day).where(
                PlannedDay.plan == plan.id, PlannedDay.asset == asset,
                PlannedDay.day >= first.isoformat(),
            )  # fmt: skip
            known = {date.fromisoformat(day) for day in session.scalars(mine)}
        again = today - timedelta(days=LATE_DAYS)
        wanted = [
            day for n in range((today - first).days)
            if (day := first + timedelta(days=n)) not in known or day >= again
        ]  # fmt: skip
        run: list[date] = []
        for day in wanted:
            if run and (day - run[-1] > timedelta(days=1) or len(run) == _CHUNK_DAYS):
                yield run[0], run[-1]
                run = []
            run.append(day)
        if run:
            yield run[0], run[-1]

    def _keep(self, plan: Plan, asset: str, counted: list[Counted]) -> None:
        building = building_of(self.site, asset)
        with self.sessions.session(ALL) as session:
            for one in counted:
                session.merge(
                    PlannedDay(
                        plan=plan.id, asset=asset, day=one.day.isoformat(), building=building,
                        ran_ms=one.ran_ms, unknown_ms=one.unknown_ms, crossed_at=one.crossed_at,
                    )
                )  # fmt: skip


def _day(
    day: date, start: int, end: int, trigger: Trigger, read: Read, during: Read | None, back: int
) -> Counted:
    if trigger.kind is TriggerKind.RUNNING:
        found = ran(read, start, end, trigger.above or 0.0)
        return Counted(day=day, ran_ms=found.ran_ms, unknown_ms=found.unknown_ms)
    mine = (read.at > start - back) & (read.at <= end + read.most_ms)
    near = Read(at=read.at[mine], value=read.value[mine], good=read.good[mine],
                most_ms=read.most_ms)  # fmt: skip
    beyond = _beyond(near.value, trigger)
    need_ms = round(trigger.hours * HOUR_MS)
    at = crossed(near, beyond, during, start, end, need_ms)
    unknown = ran(near, start, end, 0.0).unknown_ms
    held = Read(at=near.at, value=beyond.astype(np.float64), good=near.good, most_ms=near.most_ms)
    return Counted(
        day=day, ran_ms=ran(held, start, end, 0.5).ran_ms, unknown_ms=unknown, crossed_at=at
    )


def _beyond(value: Floats, trigger: Trigger) -> Bools:
    if trigger.above is not None:
        return np.asarray(value > trigger.above, np.bool_)
    return np.asarray(value < (trigger.below or 0.0), np.bool_)
