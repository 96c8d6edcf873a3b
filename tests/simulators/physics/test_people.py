"""Who is there, minute by minute, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pytest

from core.batch import Floats
from simulators.days import Days
from simulators.physics.people.habits import habit_of
from simulators.physics.people.people import Presence, presence_of
from simulators.physics.plan import plan_of
from tests.simulators.parts import SITE, START

PLAN = plan_of(SITE)
DAYS = Days(SITE, START)
ZONES = [z.id for z in PLAN.zones]
SEATS = np.array([z.number("people", 0.0) for z in PLAN.zones])
MONDAY = date(2026, 4, 13)
WORK = slice(540, 1020)


@lru_cache(maxsize=1)
def year() -> list[tuple[date, bool, Presence]]:
    days = [date(2026, 1, 1) + timedelta(days=d) for d in range(365)]
    return [(d, bool(DAYS.worked(d)[0]), on(d)) for d in days]


def on(day: date, seed: int = 5) -> Presence:
    return presence_of(PLAN, seed, day, DAYS.worked(day))


def share(zone: str, *, worked: bool, weekday: int | None = None) -> Floats:
    """Of all such days, (days, minutes)."""
    z = ZONES.index(zone)
    return np.array([
        p.zone[:, z] for d, w, p in year()
        if w is worked and (weekday is None or d.weekday() == weekday)
    ])  # fmt: skip


def test_people_come_lunch_stay_on_and_leave() -> None:
    usual = share("a.z-south", worked=True).mean(axis=0)
    assert usual[:330].max() < 0.01
    assert usual[600:700].mean() > 0.45
    assert usual[745] < 0.75 * usual[660]
    assert usual[820] > 0.9 * usual[660]
    assert 0.01 < usual[1200] < 0.15
    assert usual[1420] < 0.02
    assert min(p.zone.min() for _, _, p in year()) == 0.0
    assert max(p.zone.max() for _, _, p in year()) <= 1.0


def test_rooms_are_used_as_real_ones() -> None:
    """Five real offices are occupied 0.10–0.44–0.99 of 09–17; B and D are no offices."""
    offices = [z for z in ZONES if z[0] in "ac"]
    used = [share(z, worked=True)[:, WORK].mean() for z in offices]
    assert 0.10 < min(used) < 0.44
    assert 0.3 < float(np.median(used)) < 0.7
    assert max(used) < 0.99


def test_weekdays_keep_their_habit_for_a_term_and_weeks_their_mood() -> None:
    """What a fortnight and a timetable keep: a day is like the same one of the next week."""
    days = [MONDAY + timedelta(days=d) for d in range(1600)]
    habits = [habit_of(5, "a", d, (0.0, 0.0)) for d in days]
    level = np.log([h.share for h in habits])
    assert level.std() == pytest.approx(0.16, abs=0.02)
    week, near = (np.corrcoef(level[:-k], level[k:])[0, 1] for k in (7, 8))
    assert week > 0.2
    assert week > near + 0.1
    assert np.std([h.shift for h in habits]) == pytest.approx(12.0, abs=3.0)
    assert np.abs([h.tilt for h in habits]).max() < 0.4


def test_a_building_holds_the_people_of_its_zones() -> None:
    there = on(MONDAY)
    for b, name in enumerate(PLAN.buildings):
        mine = [z for z, of in enumerate(PLAN.zones) if of.building == name]
        heads = there.zone[:, mine] @ SEATS[mine]
        assert there.building[:, b] * SEATS[mine].sum() == pytest.approx(heads)


def test_days_differ_by_a_people_factor_that_lasts() -> None:
    """AR 0.5 with sd 0.15 a day, and little of it shared between buildings."""
    level = np.log([p.building[WORK].mean(axis=0) for _, w, p in year() if w])
    assert level.std(axis=0) == pytest.approx(0.15, abs=0.035)
    kept = [np.corrcoef(level[:-1, b], level[1:, b])[0, 1] for b in (0, 1)]
    # Weekends are skipped: somewhat less than what one day keeps.
    assert np.mean(kept) == pytest.approx(0.45, abs=0.12)
    assert -0.05 < np.corrcoef(level.T)[0, 1] < 0.40


def test_the_start_shifts_by_half_an_hour() -> None:
    for zone in ("a.z-south", "c.z-east"):
        mornings = share(zone, worked=True)[:, :690]
        half = mornings.max(axis=1, keepdims=True) / 2.0
        came = (mornings > half).argmax(axis=1)
        assert came.std() / 60.0 == pytest.approx(0.5, abs=0.1)


def test_some_evenings_are_late_and_most_are_not() -> None:
    evening = share("c.z-west", worked=True)[:, 1230:1260].mean(axis=1)
    late = evening > 0.05
    assert 0.05 < late.mean() < 0.35


def test_weekends_are_thin_and_sundays_and_holidays_thinner() -> None:
    work = share("a.z-north", worked=True)[:, WORK].mean()
    saturday = share("a.z-north", worked=False, weekday=5)[:, WORK].mean()
    sunday = share("a.z-north", worked=False, weekday=6)[:, WORK].mean()
    assert 0.02 * work < sunday < saturday < 0.35 * work


def test_the_calendar_sends_people_home_and_calls_them_back() -> None:
    # National day 2026, and the Saturday after the week that makes up for it.
    assert on(date(2026, 10, 1)).building[WORK].mean() < 0.1
    make_up = date(2026, 10, 10)
    assert make_up.weekday() == 5
    assert on(make_up).building[WORK].mean() > 0.35


def test_meetings_fill_on_the_half_hour_and_empty_desks() -> None:
    meet = share("a.z-meet", worked=True)
    assert meet[:, :540].max() == 0.0
    began = np.flatnonzero((np.diff(meet, axis=1) > 0.1).any(axis=0)) + 1
    assert len(began) > 5
    assert (began % 30 == 0).all()
    z = ZONES.index("a.z-meet")
    with_room, without = on(MONDAY), _without("a.z-meet")
    mine = [i for i, of in enumerate(PLAN.zones) if of.building == "a" and i != z]
    heads = with_room.zone[:, mine] @ SEATS[mine] + with_room.zone[:, z] * SEATS[z]
    desks = without.zone[:, [i - (i > z) for i in mine]] @ SEATS[mine]
    assert with_room.zone[:, z].max() > 0.1
    assert heads == pytest.approx(desks)


def _without(zone: str) -> Presence:
    z = ZONES.index(zone)
    plan = replace(
        PLAN,
        zones=tuple(x for x in PLAN.zones if x.id != zone),
        zone_ahu=np.delete(PLAN.zone_ahu, z),
    )
    return presence_of(plan, 5, MONDAY, DAYS.worked(MONDAY))


def test_visitors_crowd_the_lobby_in_the_morning() -> None:
    lobby = share("a.z-lobby", worked=True).mean(axis=0)
    office = share("a.z-south", worked=True).mean(axis=0)
    assert lobby[600:640].mean() - office[600:640].mean() > 0.08
    assert lobby[600:640].mean() > lobby[780:800].mean()


def test_a_zone_that_is_taken_away_changes_no_other() -> None:
    rest = _without("c.z-east")
    z, whole = ZONES.index("c.z-east"), on(MONDAY)
    assert np.array_equal(rest.zone, np.delete(whole.zone, z, axis=1))
    assert np.array_equal(rest.building[:, 0], whole.building[:, 0])


def test_a_building_without_zones_has_people_too() -> None:
    plan = replace(PLAN, zones=(), zone_ahu=np.array([], dtype=np.int64))
    there = presence_of(plan, 5, MONDAY, DAYS.worked(MONDAY)).building
    assert (there[600:700].mean(axis=0) > 0.3).all()
