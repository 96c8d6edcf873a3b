"""What an exposure waits for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.awaited import OutdoorNeed, expected, hindrance, outdoor_need
from analytics.rules import RULES
from core.rulecard import Hold, Parameter, Weather
from core.verdict import Reason, Verdict
from tests.analytics.cards import DAY_MS, HOUR_MS, T0, card, run

COLD = replace(card(hold=Hold(minutes=120)), outdoor={"run": Weather.BELOW, "warm": Weather.ABOVE})
AIR = np.array([np.nan, *np.linspace(2.0, 12.0, 21)])


def test_the_air_that_the_fault_was_seen_at_is_its_limit() -> None:
    need = outdoor_need(COLD, {"run"}, AIR)
    assert need is not None
    assert (need.above, need.hours) == (None, 2.0)
    assert need.below == pytest.approx(11.5)
    warm = outdoor_need(COLD, {"warm"}, AIR)
    assert warm is not None
    assert warm.above == pytest.approx(2.5)
    assert warm.below is None


def test_no_air_is_awaited_where_cold_and_warmth_both_show_it_or_nothing_is_known() -> None:
    assert outdoor_need(COLD, {"run", "warm"}, AIR) is None
    assert outdoor_need(COLD, {"run", "night"}, AIR) is None
    assert outdoor_need(COLD, set(), AIR) is None
    assert outdoor_need(COLD, {"run"}, AIR[:5]) is None


def test_a_limit_of_the_card_goes_before_what_was_seen() -> None:
    fixed = replace(
        COLD, outdoor_limit="lockout",
        parameters={"lockout": Parameter(value=16.0, unit="°C", why="test")},
    )  # fmt: skip
    need = outdoor_need(fixed, {"warm"}, np.zeros(0))
    assert need == OutdoorNeed(above=16.0, below=None, hours=2.0)


def test_forecast_hours_count_where_they_last_long_enough() -> None:
    need = OutdoorNeed(above=None, below=12.0, hours=2.0)
    air = [13, 11, 11, 14, 9, 13, 8, 8, 8]
    hours = [(T0 + (n + 1) * HOUR_MS, float(value)) for n, value in enumerate(air)]
    assert expected(need, hours) == [
        (T0 + HOUR_MS, T0 + 3 * HOUR_MS), (T0 + 6 * HOUR_MS, T0 + 9 * HOUR_MS),
    ]  # fmt: skip
    gap = [hours[1], (hours[2][0] + HOUR_MS, 11.0)]
    assert expected(need, gap) == [], "an hour that nobody forecast is no cold hour"


def test_what_hindered_the_last_day_for_longest_is_told() -> None:
    runs = [
        run(0, 30, Verdict.NOT_EVALUABLE, reason=Reason.OFF),
        run(30, 36, Verdict.OK),
        run(36, 46, Verdict.NOT_EVALUABLE, reason=Reason.UNOCCUPIED),
        run(46, 48, Verdict.NOT_EVALUABLE, reason=Reason.NO_DATA),
    ]
    assert hindrance(runs, T0 + 2 * DAY_MS) is Reason.UNOCCUPIED
    assert hindrance(runs, T0 + DAY_MS) is Reason.OFF
    assert hindrance([run(0, 24, Verdict.OK)], T0 + DAY_MS) is None


def test_cards_that_wait_for_weather_name_modes_and_a_number_of_their_own() -> None:
    waiting = [rule.card for rule in RULES if rule.card.outdoor]
    assert {c.id for c in waiting} >= {"HTG-07", "FC-10", "FC-14", "AC-08"}
    for one in waiting:
        assert set(one.outdoor) <= set(one.modes), one.id
        assert not one.outdoor_limit or one.value(one.outdoor_limit), one.id
