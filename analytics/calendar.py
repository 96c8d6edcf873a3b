"""Local days, working days with their make-ups, schedules and dated exceptions as masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from core.batch import Bools, Ints
from core.site import CalendarEntry, DayMode, Equipment, Schedule, Site

_SATURDAY = 5
EXCUSING = (DayMode.SHUTDOWN, DayMode.MAINTENANCE)
"""Entries during which a rule says nothing: what is off or open then is meant."""


@dataclass(frozen=True)
class Calendar:
    """The calendar of one site.

    A declared working day or holiday goes before the country's; those before the weekday.
    """

    site: Site
    _workdays: dict[tuple[date, str], bool] = field(default_factory=dict)
    _moments: dict[tuple[date, int], int] = field(default_factory=dict)
    _taught: list[CalendarEntry] = field(default_factory=list)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.site.timezone)

    @cached_property
    def _national(self) -> holidays.HolidayBase | None:
        if not self.site.country:
            return None
        return holidays.country_holidays(self.site.country)

    def learn(self, entries: Sequence[CalendarEntry]) -> bool:
        """Entries that were accepted since the site's files were written; whether they are new."""
        if list(entries) == self._taught:
            return False
        self._taught[:] = entries
        self._workdays.clear()
        return True

    def day_of(self, at: int) -> date:
        """The local day that the interval ending at ``at`` belongs to."""
        return datetime.fromtimestamp((at - 1) / 1000, UTC).astimezone(self.zone).date()

    def ordinals(self, ends: Ints) -> Ints:
        """The same of many at once, as ordinals; ``ends`` in the order of time. (n,) [ms]"""
        if not len(ends):
            return np.zeros(0, np.int64)
        first, last = self.day_of(int(ends[0])), self.day_of(int(ends[-1]))
        begins = [self.moment(first + timedelta(days=n)) for n in range((last - first).days + 1)]
        days: Ints = np.searchsorted(begins, ends, side="left") - 1 + first.toordinal()
        return days.astype(np.int64)

    def moment(self, day: date, minutes: int = 0) -> int:
        """UTC of a local wall time, minutes from the day's midnight. [ms]"""
        key = (day, minutes)
        if key not in self._moments:
            wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
            self._moments[key] = round(wall.replace(tzinfo=self.zone).timestamp() * 1000)
        return self._moments[key]

    def days(self, start: int, end: int) -> list[date]:
        """Local days that lie whole or in part within ``(start, end]``."""
        if end <= start:
            return []
        first, last = self.day_of(start + 1), self.day_of(end)
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def windows(self, start: int, end: int, within: tuple[int, int]) -> list[tuple[date, int, int]]:
        """The local windows (day, start, end) that end within ``(start, end]``.

        Args:
            start: UTC. [ms]
            end: UTC. [ms]
            within: Minutes from local midnight, such as (120, 300) for 02–05 h.
        """
        found = []
        for day in self.days(start, end):
            a, b = self.moment(day, within[0]), self.moment(day, within[1])
            if start < b <= end:
                found.append((day, a, b))
        return found

    def workday(self, day: date, scope: str = "") -> bool:
        """Whether the day is a working day for an id (a building or equipment)."""
        key = (day, scope)
        if key not in self._workdays:
            self._workdays[key] = self._is_workday(day, scope)
        return self._workdays[key]

    def hours(self, equipment: Equipment) -> Schedule:
        """Its own hours, or its building's."""
        return equipment.schedule or self.site.buildings[equipment.building].schedule

    def occupied(self, equipment: Equipment, ends: Ints) -> Bools:
        """Whether each interval ends within the hours it is meant to run. (n,)

        Declared overtime adds hours.
        """
        result = np.zeros(len(ends), dtype=np.bool_)
        if not len(ends):
            return result
        schedule = self.hours(equipment)
        for day in self.days(int(ends[0]) - 1, int(ends[-1])):
            working = self.workday(day, equipment.id)
            hours = schedule.workday if working else schedule.offday
            if hours is not None:
                a, b = self.moment(day, hours[0]), self.moment(day, hours[1])
                result |= (ends > a) & (ends <= b)
        return result | self.declared(equipment, ends, (DayMode.OVERTIME,))

    def declared(
        self, equipment: Equipment, ends: Ints, modes: Sequence[DayMode] = EXCUSING,
        width: int = 1,
    ) -> Bools:  # fmt: skip
        """Whether each interval touches an entry of these modes. (n,)

        Args:
            equipment: Whose.
            ends: Of the intervals. (n,) [ms]
            modes: Of the entries.
            width: Of the intervals; left out, only their ends count. [ms]
        """
        return self.announced(equipment.id, ends, modes, width)

    def announced(
        self, scope: str, ends: Ints, modes: Sequence[DayMode] = EXCUSING, width: int = 1
    ) -> Bools:
        """The same for an id: a building, or empty for what is about the whole site. (n,)"""
        result = np.zeros(len(ends), dtype=np.bool_)
        for start, end in self.spans(scope, modes):
            result |= (ends > start) & (ends - width < end)
        return result

    def spans(self, scope: str, modes: Sequence[DayMode] = EXCUSING) -> list[tuple[int, int]]:
        """From when to when what is announced for an id lasts, in no order. [ms]"""
        return [(entry.start, entry.end) for entry in self._entries(scope, modes)]

    def _is_workday(self, day: date, scope: str) -> bool:
        noon = self.moment(day, 12 * 60)
        for entry in self._entries(scope, (DayMode.WORKDAY, DayMode.HOLIDAY)):
            if entry.start <= noon < entry.end:
                return entry.mode is DayMode.WORKDAY
        if self._national is not None:
            return bool(self._national.is_working_day(day))
        return day.weekday() < _SATURDAY

    def _entries(self, scope: str, modes: Sequence[DayMode]) -> list[CalendarEntry]:
        return [
            entry
            for entry in (*self.site.calendar, *self._taught)
            if entry.mode in modes
            and (not entry.scope or scope == entry.scope or scope.startswith(f"{entry.scope}."))
        ]
