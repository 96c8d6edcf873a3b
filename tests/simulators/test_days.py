"""Local days and their work."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from core.clock import DAY_MS
from core.site import CalendarEntry, DayMode
from simulators.days import Days
from tests.simulators.parts import SITE, START, at


def test_days_are_local_and_begin_at_midnight() -> None:
    days = Days(SITE, START)
    assert days.day_of(START) == date(2026, 4, 13)
    assert days.day_of(START - 1) == date(2026, 4, 12)
    assert days.start_of(date(2026, 4, 14)) == START + DAY_MS


def test_holidays_and_make_up_days_are_the_countrys() -> None:
    days = Days(SITE, START)
    assert days.worked(date(2026, 4, 13)).all()
    assert not days.worked(date(2026, 4, 18)).any()
    assert not days.worked(date(2026, 5, 1)).any()
    # A Saturday that makes up for the spring festival.
    assert days.worked(date(2026, 2, 14)).all()


def test_declared_days_go_before_the_countrys() -> None:
    shut = CalendarEntry(mode=DayMode.SHUTDOWN, start=at(2), end=at(3), scope="a")
    extra = CalendarEntry(mode=DayMode.WORKDAY, start=at(6), end=at(7), scope="c")
    days = Days(replace(SITE, calendar=(shut, extra)), START)
    shutdown, make_up = (
        dict(zip("abcd", days.worked(date(2026, 4, day)).tolist(), strict=True)) for day in (14, 18)
    )
    assert shutdown == {"a": False, "b": True, "c": True, "d": True}
    assert make_up == {"a": False, "b": False, "c": True, "d": False}
