"""Service levels: what falls due when, whatever the start, the hours and the pauses."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.calendar import Calendar
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.service import ClockKind, Levels
from core.words import Priority
from tests.sample import wushan
from tests.workorders.house import at
from workorders import clocks
from workorders.clocks import ALWAYS, MOST_PAUSE_MS, Hours, Span
from workorders.workdays import WorkHours

LEVELS = Levels()
CALENDAR = Calendar(wushan())
HOURS: list[Hours] = [ALWAYS, WorkHours(CALENDAR, "a")]

starts = st.integers(at("2026-01-01 00:00"), at("2026-12-31 00:00"))
minutes = st.integers(0, 10 * 660)
hours = st.sampled_from(HOURS)
pauses = st.lists(
    st.tuples(starts, st.integers(0, 3 * DAY_MS)).map(lambda p: (p[0], p[0] + p[1])), max_size=4
)


@settings(max_examples=60, deadline=None)
@given(start=starts, minutes=minutes, hours=hours, pauses=pauses)
def test_exactly_so_much_time_runs_until_due(
    start: int, minutes: int, hours: Hours, pauses: list[Span]
) -> None:
    due = clocks.due(start, minutes, hours, pauses)
    assert due >= start + minutes * MINUTE_MS
    assert clocks.elapsed(start, due, hours, pauses) == minutes * MINUTE_MS


@settings(max_examples=60, deadline=None)
@given(start=starts, minutes=minutes, hours=hours, pause=pauses, later=st.integers(0, 5 * DAY_MS))
def test_a_clock_never_runs_backwards(
    start: int, minutes: int, hours: Hours, pause: list[Span], later: int
) -> None:
    first = clocks.due(start, minutes, hours, pause)
    assert clocks.due(start + later, minutes, hours, pause) >= first
    assert clocks.due(start, minutes + 7, hours, pause) >= first
    ran = clocks.elapsed(start, start + later, hours, pause)
    assert 0 <= ran <= later
    assert clocks.elapsed(start, start + 2 * later, hours, pause) >= ran


@settings(max_examples=60, deadline=None)
@given(start=starts, minutes=minutes, hours=hours, pause=pauses)
def test_pauses_only_delay_and_by_two_days_at_most(
    start: int, minutes: int, hours: Hours, pause: list[Span]
) -> None:
    assert clocks.due(start, minutes, hours, pause) >= clocks.due(start, minutes, hours)
    kept = clocks.capped(pause)
    assert sum(end - begin for begin, end in kept) <= MOST_PAUSE_MS
    assert all(a[1] <= b[0] for a, b in pairwise(kept))


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-03-11 10:00", 240, "2026-03-11 14:00"),
        ("2026-03-11 17:30", 240, "2026-03-12 10:30"),  # an hour is left of the day
        ("2026-03-13 18:00", 240, "2026-03-16 11:00"),  # a Friday evening
        ("2026-03-14 12:00", 60, "2026-03-16 08:30"),  # a Saturday
        ("2026-02-14 12:00", 60, "2026-02-14 13:00"),  # a make-up working Saturday
        ("2026-02-14 18:00", 60, "2026-02-24 08:00"),  # then the spring festival
    ],
)
def test_working_hours_know_nights_weekends_and_holidays(
    start: str, minutes: int, due: str
) -> None:
    assert clocks.due(at(start), minutes, WorkHours(CALENDAR, "a")) == at(due)


def test_a_clock_at_night_runs_where_it_always_runs() -> None:
    assert clocks.due(at("2026-03-14 02:22"), 3, ALWAYS) == at("2026-03-14 02:25")


def test_the_table_of_promises() -> None:
    kinds = {p: [x.kind for x in LEVELS.promised(p, waste_raised=False)] for p in Priority}
    assert kinds[Priority.P1] == list(ClockKind)
    for priority in (Priority.P2, Priority.P3, Priority.P4):
        assert kinds[priority] == [ClockKind.ACKNOWLEDGE, ClockKind.RESTORE]
    assert all(x.always for x in LEVELS.promised(Priority.P2, waste_raised=False))
    assert not any(x.always for x in LEVELS.promised(Priority.P2, waste_raised=True))
    restore = LEVELS.promised(Priority.P3, waste_raised=False)[1]
    assert (restore.workdays, restore.always) == (10, False)


def test_a_hold_stops_the_clock_for_its_length() -> None:
    start = at("2026-03-11 10:00")
    pause = (start + HOUR_MS, start + 3 * HOUR_MS)
    assert clocks.due(start, 24 * 60, ALWAYS, [pause]) == start + 26 * HOUR_MS
    week = (start + HOUR_MS, start + 7 * DAY_MS)
    assert clocks.due(start, 24 * 60, ALWAYS, [week]) == start + 72 * HOUR_MS
