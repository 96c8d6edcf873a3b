"""Dates and times of day as people write them: local to the site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from adapters.sites.document import Place
from adapters.sites.keys import ScheduleKeys
from adapters.sites.log import Log
from core.site import Schedule

_DATE_LETTERS = len("2024-01-01")


def zone_of(name: str, place: Place, log: Log) -> ZoneInfo:
    """The time zone of a name; UTC, and a mistake, where there is none."""
    known = available_timezones()
    if name in known:
        return ZoneInfo(name)
    expected = "an IANA name, such as Asia/Shanghai"
    log.mistake(place, f"'{name}' is no time zone", expected, near=(name, known))
    return ZoneInfo("UTC")


def at(when: str, zone: ZoneInfo, place: Place, log: Log, *, whole_day: bool = False) -> int:
    """A written date or time as UTC milliseconds; with ``whole_day``, a date's end. [ms]"""
    try:
        wall = datetime.fromisoformat(when)
    except ValueError:
        log.mistake(place, f"'{when}' is no date of the calendar", "a day that exists")
        return 0
    is_date = len(when) == _DATE_LETTERS
    if is_date and whole_day:
        wall += timedelta(days=1)
    utc = wall.replace(tzinfo=zone).astimezone(UTC)
    # A day begins somewhere even where its midnight is skipped; a written time must exist.
    if not is_date and utc.astimezone(zone).replace(tzinfo=None) != wall:
        what = f"'{when}' does not exist in {zone.key}: the clocks go forward over it"
        log.mistake(place, what, "a time before or after the change")
    return round(utc.timestamp() * 1000)


def schedule_of(keys: ScheduleKeys, log: Log) -> Schedule:
    """Hours in use as minutes of the day."""
    return Schedule(
        workday=_hours(keys.workday, log.place(keys, "workday"), log),
        offday=_hours(keys.offday, log.place(keys, "offday"), log),
    )


def minutes(clock: str) -> int:
    """Minutes from midnight of HH:MM. [min]"""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _hours(hours: list[str] | None, place: Place, log: Log) -> tuple[int, int] | None:
    if hours is None:
        return None
    start, end = minutes(hours[0]), minutes(hours[1])
    if start >= end:
        what = f"'{hours[0]}' is not before '{hours[1]}'"
        log.mistake(place, what, "hours of one day; 24:00 is its end")
    return start, end
