"""Working hours of a building, with holidays and make-up working days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from analytics.calendar import Calendar
from workorders.clocks import ALWAYS, Hours, Span

OFFICE = (8 * 60, 18 * 60)
"""Hours of a building that declares none. [min from midnight]"""

_MOST_DAYS = 1200
"""A calendar declared shut for longer than three years is a mistake, not a promise."""


@dataclass(frozen=True)
class WorkHours:
    """The occupied hours of a building's working days."""

    calendar: Calendar
    building: str

    @property
    def day_minutes(self) -> int:
        """Length of one working day. [min]"""
        start, end = self._within()
        return end - start

    def spans(self, start: int) -> Iterator[Span]:
        """Working stretches from a time on."""
        day = self.calendar.day_of(start + 1)
        within = self._within()
        for n in range(_MOST_DAYS):
            today = day + timedelta(days=n)
            if not self.calendar.workday(today, self.building):
                continue
            a, b = (self.calendar.moment(today, minute) for minute in within)
            if b > start:
                yield (max(a, start), b)

    def _within(self) -> tuple[int, int]:
        building = self.calendar.site.buildings.get(self.building)
        declared = building.schedule.workday if building is not None else None
        return declared or OFFICE


def hours_of(calendar: Calendar, building: str, *, always: bool) -> Hours:
    """When a clock of a building runs."""
    return ALWAYS if always else WorkHours(calendar, building)
