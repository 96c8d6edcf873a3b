"""Plans: windows, what is known of them, their hash; and when booking ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analytics.savings.constructions import CONSTRUCTIONS
from analytics.savings.ending import until
from analytics.savings.plan import Plan, Window, model_hash, plan
from analytics.savings.units import Units
from core.words import Carrier
from tests.analytics.savings.made import DAY_MS, nights, plant

LEAK, VALVE = CONSTRUCTIONS["water_night_flow"], CONSTRUCTIONS["ahu_heating_valve"]
SCHEDULE = CONSTRUCTIONS["ahu_off_schedule"]


def quiet(n: int = 60, seed: int = 2) -> Units:
    """Healthy nights."""
    return nights(np.random.default_rng(seed).normal(0.07, 0.02, n), first=19_900)


def test_the_segment_that_raised_the_alarm_is_left_out_where_it_can_be() -> None:
    before = nights(np.array([0.9, 0.9, 0.9, 0.4, 0.4, 0.4, 0.4]))
    opened = 20_003 * DAY_MS
    made = plan(LEAK, Window(before=before, opened=opened, healthy=quiet(), limit=0.1), {})
    assert made is not None
    assert not made.selected
    assert made.levels.mean(Carrier.WATER) == pytest.approx(0.4)


def test_where_nothing_else_is_there_it_is_freed_of_the_winners_curse() -> None:
    before = nights(np.array([0.12, 0.13, 0.11]))
    healthy = nights(np.random.default_rng(2).normal(0.07, 0.05, 60), first=19_900)
    made = plan(LEAK, Window(before=before, opened=10**15, healthy=healthy, limit=0.1), {})
    assert made is not None
    assert made.selected
    assert made.levels.mean(Carrier.WATER) < 0.1


def test_a_window_of_hours_knows_from_healthy_days_how_a_level_wanders() -> None:
    chance = np.random.default_rng(9)
    daily = np.repeat(chance.normal(1.0, 0.5, 14), 10)
    healthy = plant(daily, np.full(140, 5.0), first=19_986)
    before = plant(np.full(8, 9.0), np.full(8, 5.0))
    made = plan(VALVE, Window(before=before, opened=0, healthy=healthy), {})
    alone = plan(
        VALVE, Window(before=before, opened=0, healthy=plant(np.zeros(0), np.zeros(0))), {}
    )
    assert made is not None
    assert alone is not None
    assert made.known[Carrier.HEAT].level > 0.5 > alone.known[Carrier.HEAT].level


def test_nothing_seen_before_is_no_plan() -> None:
    none = plant(np.zeros(0), np.zeros(0))
    assert plan(VALVE, Window(before=none, opened=0, healthy=none), {}) is None


def test_what_was_seen_on_few_nights_may_rest_on_others() -> None:
    few, many = (
        plan(LEAK, Window(before=nights(np.full(n, 0.4)), opened=0, healthy=quiet(), limit=0.1), {})
        for n in (3, 20)
    )
    assert few is not None
    assert many is not None
    assert few.known[Carrier.WATER].level > 0.4 * (1 - 0.05 ** (1 / 4))
    assert many.known[Carrier.WATER].level < 0.2 * 0.4


def test_a_carrier_that_nothing_measured_is_not_booked_as_zero() -> None:
    before = plant(np.full(40, 5.0), np.full(40, 5.0))
    blind = replace(before, amount={**before.amount, Carrier.ELECTRICITY: np.zeros(40)})
    made = plan(VALVE, Window(before=blind, opened=0, healthy=blind), {})
    assert made is not None
    assert set(made.levels.rate) == set(made.known) == {Carrier.HEAT}


def test_a_plan_comes_back_as_it_was_kept() -> None:
    before = plant(np.linspace(3, 5, 60), np.linspace(0, 12, 60))
    made = plan(VALVE, Window(before=before, opened=0, healthy=before), {"cop:a": 0.15})
    assert made is not None
    again = Plan.of(made.as_json())
    assert again.as_json() == made.as_json()
    changed = {**made.as_json(), "hours": 1.0}
    assert model_hash(changed) != model_hash(made.as_json())


@pytest.mark.parametrize(
    ("family", "rate", "cause", "last", "why"),
    [
        ("water_night_flow", 0.3, "", date(2026, 5, 31), "term"),
        ("water_night_flow", 0.3, "Toilet flap", date(2026, 4, 1), "term"),
        ("water_night_flow", 4.0, "", date(2026, 3, 5), "term"),
        ("ahu_heat_against_cool", 0.0, "", date(2026, 4, 15), "season"),
        ("circuit_after_hours", 0.0, "", date(2027, 3, 2), "twelve_months"),
    ],
)
def test_booking_ends(family: str, rate: float, cause: str, last: date, why: str) -> None:
    found = until(CONSTRUCTIONS[family], date(2026, 3, 2), rate=rate, cause=cause)
    assert (found.day, found.why) == (last, why)


def test_the_sites_own_median_replaces_what_is_assumed() -> None:
    found = until(LEAK, date(2026, 3, 2), rate=0.2, median_open=20)
    assert (found.day, found.why) == (date(2026, 3, 22), "site_median")
    # It is of all leaks: one that floods something is seen sooner than the half of them.
    found = until(LEAK, date(2026, 3, 2), rate=4.0, median_open=20)
    assert (found.day, found.why) == (date(2026, 3, 5), "term")


def week(first: int, days: int, working: float, off: float, doubt: float) -> Units:
    """Days of a fan, every sixth and seventh a day off: 1.0 ± 0.1 kW about its day type's level."""
    chance = np.random.default_rng(first)
    ordinal = np.arange(first, first + days)
    free = ordinal % 7 >= 5
    level = np.where(free, off, working) + chance.normal(0.0, 0.1, days)
    made = plant(np.repeat(level, 10), np.full(10 * days, 5.0), first=first)
    half = np.full(len(made), doubt)
    return replace(made, bin=np.repeat(free.astype(np.int64), 10), doubt={Carrier.HEAT: half})


def test_a_schedules_days_off_are_no_chance() -> None:
    window = Window(before=week(20_002, 12, 9.0, 3.0, 0.0), opened=0,
                    healthy=week(19_988, 14, 5.0, 0.0, 0.0))  # fmt: skip
    made = plan(SCHEDULE, window, {})
    assert made is not None
    assert made.levels.rate[Carrier.HEAT] == pytest.approx([9.0, 3.0], abs=0.2)
    assert made.known[Carrier.HEAT].level < 0.3


def test_what_may_be_given_back_is_doubt_of_every_day_alike() -> None:
    before, healthy = week(20_002, 12, 9.0, 3.0, 2.0), week(19_988, 14, 5.0, 0.0, 0.5)
    made = plan(SCHEDULE, Window(before=before, opened=0, healthy=healthy), {})
    assert made is not None
    assert made.known[Carrier.HEAT].level == pytest.approx(1.5, abs=0.1)
    assert made.known[Carrier.HEAT].day < 1.0
