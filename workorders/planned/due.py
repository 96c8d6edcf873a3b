"""When planned work falls due, as far as a calendar knows it. Pure.

An occurrence is named by the date that the plan means, not by the working day it is moved to:
a holiday that is declared later moves the day and doubles nothing.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.calendar import Calendar
from core.plans import Plan, Season, TriggerKind, Unit

_MOST_MOVED = 31
"""No calendar is shut for longer; a day that finds no working day stays where it is. [d]"""
_MARGIN = 31
"""Days of slack when looking for dates, for those that are moved. [d]"""
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One occurrence. Times are UTC. [ms]

    Attributes:
        occurrence: Its name, never given twice.
        day: Local, on which it is to be done at the latest.
        make_at: When its order is made.
        due_at: The end of the day.
        miss_at: Not done by then, it is missed.
    """

    occurrence: str
    day: date
    make_at: int
    due_at: int
    miss_at: int


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of one plan at one asset.

    Attributes:
        scope: Id of the asset, whose calendar counts.
        season: Of the site, where the plan is due before one.
    """

    plan: Plan
    calendar: Calendar
    scope: str
    season: Season | None = None

    def unseen(self, judged: int, now: int) -> list[Due]:
        """What is to be made by now, and was not over when it was looked for last. [ms]

        Cut in any way, the same occurrences come out; some come again, under the same name.
        """
        first = self.calendar.day_of(judged) - timedelta(days=_MARGIN)
        last = self.calendar.day_of(now) + timedelta(days=self.plan.lead_days + _MARGIN)
        found = self.between(first, last)
        return [due for due in found if due.make_at <= now and due.due_at > judged]

    def between(self, first: date, last: date) -> list[Due]:
        """All that is meant for a day of a range, both included, in order of day."""
        return [
            self.due(name, day)
            for name, day in sorted(self._named(first, last), key=lambda one: (one[1], one[0]))
        ]

    def due(self, name: str, day: date) -> Due:
        """An occurrence that is due on a day."""
        made = day - timedelta(days=self.plan.lead_days)
        missed = day + timedelta(days=1 + self.plan.grace_days)
        return Due(
            occurrence=name, day=day, make_at=self.calendar.moment(made),
            due_at=self.calendar.moment(day + timedelta(days=1)),
            miss_at=self.calendar.moment(missed),
        )  # fmt: skip

    def _named(self, first: date, last: date) -> Iterator[tuple[str, date]]:
        trigger = self.plan.trigger
        if trigger.kind is TriggerKind.DATES:
            for day in trigger.dates:
                if first <= day <= last:
                    yield day.isoformat(), self._moved(day, 1)
        elif trigger.kind is TriggerKind.SEASON and self.season is not None:
            yield from self._before_season(self.season, first, last)
        elif trigger.kind is TriggerKind.CALENDAR:
            yield from self._by_calendar(first, last)

    def _before_season(self, season: Season, first: date, last: date) -> Iterator[tuple[str, date]]:
        trigger = self.plan.trigger
        for year in range(first.year, last.year + 2):
            begins = date(year, *season.begins)
            day = begins - timedelta(days=trigger.days_before)
            if first <= day <= last and day >= self.plan.start:
                # Moved to before: what is not ready when the season begins is too late.
                yield f"{trigger.season}-{year}", self._moved(day, -1)

    def _by_calendar(self, first: date, last: date) -> Iterator[tuple[str, date]]:
        n = max(0, self._number_near(first) - 2)
        while (day := self._nth(n)) <= last:
            moved = self._moved(day, 1)
            # Where days off push one onto the next one's day, that one stands for both.
            if day >= first and moved < self._nth(n + 1):
                yield day.isoformat(), moved
            n += 1

    def _nth(self, n: int) -> date:
        trigger, start = self.plan.trigger, self.plan.start
        if trigger.unit is Unit.MONTHS:
            month = start.month - 1 + n * trigger.every
            year, month = start.year + month // _MONTHS, month % _MONTHS + 1
            return date(year, month, min(start.day, months.monthrange(year, month)[1]))
        days = trigger.every * (7 if trigger.unit is Unit.WEEKS else 1)
        return start + timedelta(days=n * days)

    def _number_near(self, day: date) -> int:
        trigger, start = self.plan.trigger, self.plan.start
        if trigger.unit is Unit.MONTHS:
            apart = (day.year - start.year) * _MONTHS + day.month - start.month
            return apart // trigger.every
        days = trigger.every * (7 if trigger.unit is Unit.WEEKS else 1)
        return (day - start).days // days

    def _moved(self, day: date, by: int) -> date:
        if not self.plan.trigger.workdays:
            return day
        for n in range(_MOST_MOVED):
            moved = day + timedelta(days=n * by)
            if self.calendar.workday(moved, self.scope):
                return moved
        return day
