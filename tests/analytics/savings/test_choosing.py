"""Which carriers of a plan are known well enough; and what a unit of heat is in gas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.savings.bought import NAMEPLATE, one_more
from analytics.savings.choosing import known_enough
from analytics.savings.constructions import CONSTRUCTIONS
from analytics.savings.groups import groups_of
from analytics.savings.plan import Plan, Window, plan
from analytics.savings.unit_cost import Cost
from analytics.savings.units import Units
from core.words import Carrier
from tests.analytics.savings.made import plant

VALVE = CONSTRUCTIONS["ahu_cooling_valve"]
HEALTHY_DAYS, DAYS = 14, 5


def hours(electric: float, heat: float, days: int, first: int) -> Units:
    """Ten hours a day of an air handler, quiet."""
    chance = np.random.default_rng(first)
    near = chance.normal(0.0, 0.02, (2, 10 * days))
    made = plant(heat + near[0], np.full(10 * days, 5.0), first=first)
    return replace(made, amount={**made.amount, Carrier.ELECTRICITY: electric + near[1]})


def made(share: float, *, healthy: bool = True) -> tuple[Window, Plan]:
    """Electricity known to a share of itself, and heat that nobody doubts."""
    before = hours(2.0, 5.0, DAYS, 20_000)
    calm = hours(0.0, 0.0, HEALTHY_DAYS if healthy else 0, 19_986)
    window = Window(before=before, opened=0, healthy=calm)
    costs = {Carrier.ELECTRICITY: Cost(factor=1.5, half=1.5 * share)}
    found = plan(VALVE, window, {"formula:a:electricity": share}, costs)
    assert found is not None
    return window, found


def test_levels_are_priced_by_what_a_unit_of_the_formula_costs() -> None:
    _, found = made(0.2)
    assert found.levels.mean(Carrier.ELECTRICITY) == pytest.approx(3.0, abs=0.05)
    assert found.levels.mean(Carrier.HEAT) == pytest.approx(5.0, abs=0.05)


@pytest.mark.parametrize(("share", "kept"), [(0.6, True), (0.9, False)])
def test_a_carrier_known_too_badly_is_named_and_not_booked(share: float, kept: object) -> None:
    window, found = made(share)
    sure = known_enough(VALVE, window, found)
    assert sure is not None
    assert (Carrier.ELECTRICITY in sure.levels.rate) is kept
    assert sure.unsure == (() if kept else (Carrier.ELECTRICITY,))
    assert Carrier.HEAT in sure.levels.rate
    assert Plan.of(sure.as_json()).as_json() == sure.as_json()


def test_without_a_healthy_day_nothing_says_that_it_is_too_little() -> None:
    window, found = made(0.6, healthy=False)
    assert known_enough(VALVE, window, found) is found or found.unsure == ()


def test_a_formulas_group_bears_on_its_own_carrier_alone() -> None:
    groups = {"formula:a:electricity": 0.7, "formula:a.ahu1:gas": 0.4, "efficiency:a": 0.03}
    assert set(groups_of(groups, Carrier.ELECTRICITY)) == {"formula:a:electricity"}
    assert set(groups_of(groups, Carrier.GAS)) == {"formula:a.ahu1:gas", "efficiency:a"}


def test_what_a_boiler_loses_standing_is_no_part_of_one_more_unit_of_heat() -> None:
    heat = np.linspace(50.0, 400.0, 30)
    node = one_more(heat, 12.0 + 0.112 * heat)
    assert node is not None
    assert node.per_unit == pytest.approx(0.112)
    mean = (12.0 + 0.112 * heat).sum() / heat.sum()
    assert mean > 1.4 * node.per_unit


def test_a_slope_that_two_meters_do_not_tell_is_none() -> None:
    chance = np.random.default_rng(3)
    heat = chance.normal(200.0, 5.0, 30)
    assert one_more(heat, 25.0 + chance.normal(0.0, 8.0, 30)) is None
    assert one_more(np.full(30, np.nan), heat) is None
    assert pytest.approx(0.1) == NAMEPLATE
