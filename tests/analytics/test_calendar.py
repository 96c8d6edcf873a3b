"""Local days, working days, hours and dated exceptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analytics.calendar import Calendar
from core.site import CalendarEntry, DayMode
from tests.analytics.plant import DAY_MS, HOUR_MS, MINUTE_MS, MONDAY, SITE

AHU = SITE.equipment["a.ahu1"]


def calendar(*entries: CalendarEntry) -> Calendar:
    return Calendar(replace(SITE, calendar=entries))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2025, 1, 13), True),
        (date(2025, 1, 18), False),
        (date(2025, 1, 26), True),  # a Sunday that was worked, for New Year
        (date(2025, 1, 28), False),
        (date(2025, 10, 1), False),
    ],
)
def test_working_days_of_china(day: date, *, working: bool) -> None:
    assert calendar().workday(day, "a.ahu1") is working


def test_declared_days_go_before_the_country() -> None:
    entry = CalendarEntry(mode=DayMode.HOLIDAY, start=MONDAY, end=MONDAY + DAY_MS, scope="a")
    known = calendar(entry)
    assert not known.workday(date(2025, 1, 13), "a.ahu1")
    assert known.workday(date(2025, 1, 13), "c.ahu1")
    assert known.workday(date(2025, 1, 14), "a.ahu1")


def test_hours_of_equipment_and_overtime() -> None:
    ends = MONDAY + np.arange(1, 25) * HOUR_MS
    occupied = calendar().occupied(AHU, ends)
    assert ends[occupied].tolist() == [MONDAY + h * HOUR_MS for h in range(8, 19)]
    start, end = MONDAY + 19 * HOUR_MS, MONDAY + 21 * HOUR_MS
    overtime = CalendarEntry(mode=DayMode.OVERTIME, start=start, end=end, scope="a.ahu1")
    later = calendar(overtime).occupied(AHU, ends)
    assert ends[later & ~occupied].tolist() == [MONDAY + 20 * HOUR_MS, MONDAY + 21 * HOUR_MS]


def test_a_shutdown_excuses_its_scope_alone() -> None:
    shut = CalendarEntry(mode=DayMode.SHUTDOWN, start=MONDAY, end=MONDAY + 2 * HOUR_MS, scope="a")
    ends = MONDAY + np.arange(1, 4) * HOUR_MS
    known = calendar(shut)
    assert known.declared(AHU, ends).tolist() == [True, True, False]
    assert not known.declared(SITE.equipment["c.ahu1"], ends).any()
    half = CalendarEntry(mode=DayMode.MAINTENANCE, start=MONDAY + HOUR_MS // 2,
                         end=MONDAY + 3 * HOUR_MS // 2, scope="a")  # fmt: skip
    touched = calendar(half).declared(AHU, ends, width=HOUR_MS)
    assert touched.tolist() == [True, True, False]


def test_midnight_belongs_to_the_day_it_ends() -> None:
    known = calendar()
    assert known.day_of(MONDAY) == date(2025, 1, 12)
    assert known.day_of(MONDAY + 1) == date(2025, 1, 13)


def test_days_of_many_ends_are_those_of_each() -> None:
    berlin = Calendar(replace(SITE, timezone="Europe/Berlin"))  # 30 March 2025 has 23 hours
    start = berlin.moment(date(2025, 3, 29))
    ends = start + np.arange(-1, 4 * 48) * HOUR_MS // 2 + np.arange(4 * 48 + 1) % 2
    said = berlin.ordinals(ends)
    assert said.tolist() == [berlin.day_of(int(at)).toordinal() for at in ends]
    assert len(berlin.ordinals(ends[:0])) == 0


def test_windows_end_in_the_stretch() -> None:
    known = calendar()
    nights = known.windows(MONDAY, MONDAY + 2 * DAY_MS, (120, 300))
    assert [(a - MONDAY) / HOUR_MS for _, a, _ in nights] == [2.0, 26.0]
    assert not known.windows(MONDAY, MONDAY + 5 * HOUR_MS - MINUTE_MS, (120, 300))
    assert len(known.windows(MONDAY, MONDAY + 5 * HOUR_MS, (120, 300))) == 1
    days = known.windows(MONDAY - HOUR_MS, MONDAY + DAY_MS, (0, 1440))
    assert [b for _, _, b in days] == [MONDAY, MONDAY + DAY_MS]
