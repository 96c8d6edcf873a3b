"""Local days of a site, and which of them its buildings are worked on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from core.batch import Bools
from core.clock import DAY_MS
from core.site import CalendarEntry, DayMode, Site

_SATURDAY = 5
_NOON_MS = DAY_MS // 2
_FREE = {DayMode.HOLIDAY, DayMode.SHUTDOWN}
_WORKED = {DayMode.WORKDAY, DayMode.OVERTIME}


class Days:
    """Days of 1440 minutes at the offset that the site's zone has at the start.

    Summer time is not simulated: a change of the clocks would leave a day of 1380 minutes.
    """

    def __init__(self, site: Site, start: int) -> None:
        self._site = site
        self.buildings = sorted(site.buildings)
        moment = datetime.fromtimestamp(start / 1000, UTC).astimezone(ZoneInfo(site.timezone))
        offset = moment.utcoffset() or timedelta()
        self._offset = int(offset.total_seconds() * 1000)

    def day_of(self, at: int) -> date:
        """The local day that the minute beginning at ``at`` [ms] belongs to."""
        return date(1970, 1, 1) + timedelta(days=(at + self._offset) // DAY_MS)

    def start_of(self, day: date) -> int:
        """Local midnight. [ms]"""
        return (day - date(1970, 1, 1)).days * DAY_MS - self._offset

    def worked(self, day: date) -> Bools:
        """By building, in order of id, whether it is worked on that day."""
        return np.array([self._is_worked(day, b) for b in self.buildings])

    def _is_worked(self, day: date, building: str) -> bool:
        noon = self.start_of(day) + _NOON_MS
        entries = [e for e in self._site.calendar if e.start <= noon < e.end]
        modes = {e.mode for e in entries if _covers(e, building)}
        if modes & _FREE:
            return False
        if modes & _WORKED:
            return True
        if self._national is not None:
            return bool(self._national.is_working_day(day))
        return day.weekday() < _SATURDAY

    @cached_property
    def _national(self) -> holidays.HolidayBase | None:
        return holidays.country_holidays(self._site.country) if self._site.country else None


def _covers(entry: CalendarEntry, building: str) -> bool:
    return entry.scope in {"", building}
