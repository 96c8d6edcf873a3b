"""When planned work is due: nothing lost and nothing doubled, however time is cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.calendar import Calendar
from core.clock import DAY_MS, HOUR_MS
from core.plans import Plan, Season, Trigger, TriggerKind, Unit
from core.site import CalendarEntry, DayMode
from tests.sample import wushan
from tests.workorders.house import at
from tests.workorders.planned.working import make_plan
from workorders.planned.due import Dates

CALENDAR = Calendar(wushan())
HEATING = Season(begins=(11, 15), ends=(3, 15))
START = at("2026-01-01 00:00")


def dates(plan: Plan, calendar: Calendar = CALENDAR) -> Dates:
    return Dates(plan, calendar, "a.ahu1", HEATING)


def days(plan: Plan, first: str, last: str, calendar: Calendar = CALENDAR) -> list[str]:
    found = dates(plan, calendar).between(date.fromisoformat(first), date.fromisoformat(last))
    return [due.day.isoformat() for due in found]


TRIGGERS = st.one_of(
    st.builds(
        Trigger, kind=st.just(TriggerKind.CALENDAR), every=st.integers(1, 20),
        unit=st.sampled_from(Unit), workdays=st.booleans(),
    ),
    st.builds(
        Trigger, kind=st.just(TriggerKind.SEASON), season=st.just("heating"),
        days_before=st.integers(0, 60), workdays=st.booleans(),
    ),
    st.builds(
        Trigger, kind=st.just(TriggerKind.DATES), workdays=st.booleans(),
        dates=st.lists(
            st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=8, unique=True
        ).map(lambda some: tuple(sorted(some))),
    ),
)  # fmt: skip
PLANS = st.builds(
    lambda trigger, lead, start: make_plan(trigger=trigger, lead_days=lead, start=start),
    TRIGGERS, st.integers(0, 60), st.dates(date(2024, 1, 31), date(2026, 6, 30)),
)  # fmt: skip


def noticed(plan: Plan, moments: list[int]) -> list[str]:
    """What is noticed when it is looked at these moments, each name once."""
    seen: dict[str, int] = {}
    judged = START
    for now in moments:
        for due in dates(plan).unseen(judged, now):
            seen.setdefault(due.occurrence, due.due_at)
        judged = max(judged, now)
    return sorted(seen)


@given(plan=PLANS, cuts=st.lists(st.integers(1, 300 * 24), min_size=1, max_size=25))
@settings(max_examples=120, deadline=None)
def test_however_time_is_cut_the_same_occurrences_come_out(plan: Plan, cuts: list[int]) -> None:
    moments = sorted({START + hours * HOUR_MS for hours in cuts})
    once = noticed(plan, [moments[-1]])
    assert noticed(plan, moments) == once
    # A clock that jumps back and on again changes nothing.
    assert noticed(plan, [*moments, *moments[::-1], *moments]) == once


def test_daily_is_hourly() -> None:
    plan = make_plan(trigger=Trigger(kind=TriggerKind.CALENDAR, every=3, unit=Unit.DAYS))
    hourly = [START + n * HOUR_MS for n in range(1, 100 * 24 + 1)]
    assert noticed(plan, hourly) == noticed(plan, hourly[23::24]) == noticed(plan, hourly[-1:])
    assert len(noticed(plan, hourly)) > 5


@given(plan=PLANS, first=st.dates(date(2026, 1, 1), date(2026, 12, 1)), n=st.integers(0, 120))
@settings(max_examples=80, deadline=None)
def test_names_are_given_once_and_days_go_forward(plan: Plan, first: date, n: int) -> None:
    found = dates(plan).between(first, first + timedelta(days=n))
    assert len({due.occurrence for due in found}) == len(found)
    assert [due.day for due in found] == sorted(due.day for due in found)
    for due in found:
        assert due.make_at <= due.due_at < due.miss_at
        assert not plan.trigger.workdays or CALENDAR.workday(due.day, "a.ahu1")


def test_the_last_day_of_a_month_stays_the_last() -> None:
    plan = make_plan(trigger=Trigger(kind=TriggerKind.CALENDAR, workdays=False),
                     start=date(2026, 1, 31))  # fmt: skip
    found = days(plan, "2026-01-01", "2026-06-01")
    assert found == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]


def test_holidays_move_it_and_make_up_days_take_it() -> None:
    weekly = Trigger(kind=TriggerKind.CALENDAR, unit=Unit.WEEKS)
    # 1 October 2026 begins the national holiday, through the 7th; the 10th is a make-up Saturday.
    plan = make_plan(trigger=weekly, start=date(2026, 9, 26))
    found = days(plan, "2026-09-26", "2026-10-12")
    assert CALENDAR.workday(date(2026, 10, 10)) is True
    assert "2026-10-10" in found
    assert not {f"2026-10-0{n}" for n in range(1, 8)} & set(found)


def test_a_daily_plan_of_workdays_is_every_working_day_once() -> None:
    daily = make_plan(trigger=Trigger(kind=TriggerKind.CALENDAR, unit=Unit.DAYS))
    found = days(daily, "2026-03-09", "2026-03-22")
    assert found == [f"2026-03-{n:02d}" for n in (9, 10, 11, 12, 13, 16, 17, 18, 19, 20)]


def test_before_a_season_a_day_off_is_moved_forward() -> None:
    trigger = Trigger(kind=TriggerKind.SEASON, season="heating", days_before=20)
    plan = make_plan(trigger=trigger, start=date(2000, 1, 1))
    # 26 October 2025 is a Sunday: the Friday before, never after.
    (due,) = dates(plan).between(date(2025, 10, 1), date(2025, 11, 1))
    assert (due.occurrence, due.day.isoformat()) == ("heating-2025", "2025-10-24")


def test_a_holiday_declared_later_moves_the_day_and_doubles_nothing() -> None:
    plan = make_plan(start=date(2026, 3, 11))
    before = dates(plan).unseen(at("2026-03-01 00:00"), at("2026-03-09 00:00"))
    shut = CalendarEntry(mode=DayMode.HOLIDAY, start=at("2026-03-11 00:00"),
                         end=at("2026-03-12 00:00"))  # fmt: skip
    moved = Calendar(replace(wushan(), calendar=(shut,)))
    after = dates(plan, moved).unseen(at("2026-03-09 00:00"), at("2026-03-09 00:00") + DAY_MS)
    assert [d.occurrence for d in before] == [d.occurrence for d in after] == ["2026-03-11"]
    assert [d.day.isoformat() for d in after] == ["2026-03-12"]
