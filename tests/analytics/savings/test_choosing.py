"""The sight that a repair is held against: the narrowest that no other refutes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.savings.bought import NAMEPLATE, one_more
from analytics.savings.choosing import best
from analytics.savings.constructions import CONSTRUCTIONS
from analytics.savings.groups import groups_of
from analytics.savings.plan import Window
from analytics.savings.plant_loss import OWN, RUNNING
from analytics.savings.units import Units
from core.batch import Floats
from core.words import Carrier
from tests.analytics.savings.made import plant

VALVE = CONSTRUCTIONS["ahu_cooling_valve"]
GROUPS = {"cop:a": 0.15, "air_flow:a.ahu1": 0.07, "plant_meter:a": 0.02}
HEALTHY_DAYS, DAYS = 14, 5


def hours(kw: Floats, plant_kw: Floats, first: int) -> Units:
    """Hours of an air handler: what its formula loses, and what the plant's meter counts."""
    made = plant(kw, np.full(len(kw), 5.0), first=first)
    amount = {Carrier.ELECTRICITY: kw}
    return replace(made, amount=amount, meter={Carrier.ELECTRICITY: plant_kw})


def windows(formula_kw: float, plant_kw: float, noise_kw: float) -> dict[str, Window]:
    """Before a repair: what a formula says the fault takes, and what the plant takes more."""
    chance = np.random.default_rng(7)
    size = HEALTHY_DAYS * 10, DAYS * 10
    draw = [4.0 + chance.normal(0.0, noise_kw, n // 10).repeat(10) for n in size]
    near = [chance.normal(0.0, 0.05, n) for n in size]
    healthy = hours(near[0], draw[0], 19_986)
    before = hours(near[1] + formula_kw, draw[1] + plant_kw, 20_000)
    own = Window(before=before, opened=0, healthy=healthy)
    bare = Window(before=replace(before, amount={}), opened=0, healthy=replace(healthy, amount={}))
    return {OWN: own, RUNNING: bare}


def test_a_chiller_kept_running_for_one_valve_costs_what_its_meter_says() -> None:
    made = best(VALVE, windows(formula_kw=2.0, plant_kw=10.0, noise_kw=0.3), GROUPS)
    assert made is not None
    assert made.metered == {Carrier.ELECTRICITY}
    assert made.levels.mean(Carrier.ELECTRICITY) == pytest.approx(14.0, abs=0.5)


def test_a_meter_in_the_noise_of_the_weather_refutes_nothing() -> None:
    made = best(VALVE, windows(formula_kw=2.0, plant_kw=2.2, noise_kw=8.0), GROUPS)
    assert made is not None
    assert (made.view, made.metered) == (OWN, frozenset())
    assert made.levels.mean(Carrier.ELECTRICITY) == pytest.approx(2.0, abs=0.1)


def test_with_no_healthy_day_before_only_the_formula_is_left() -> None:
    seen = windows(formula_kw=2.0, plant_kw=10.0, noise_kw=0.3)
    blind = {view: replace(w, healthy=w.healthy.between(0, 0)) for view, w in seen.items()}
    made = best(VALVE, blind, GROUPS)
    assert made is not None
    assert (made.view, made.metered) == (OWN, frozenset())


def test_what_a_meter_missed_is_no_exposure() -> None:
    units = windows(2.0, 10.0, 0.3)[OWN].before
    some = units.meter[Carrier.ELECTRICITY].copy()
    some[:10] = np.nan
    taken = replace(units, meter={Carrier.ELECTRICITY: some}).taken({Carrier.ELECTRICITY})
    assert len(taken) == len(units) - 10
    assert np.isfinite(taken.amount[Carrier.ELECTRICITY]).all()


def test_a_metered_carrier_is_wrong_by_its_meter_alone() -> None:
    electricity = Carrier.ELECTRICITY
    assert set(groups_of(GROUPS, electricity)) == {"cop:a", "air_flow:a.ahu1"}
    assert set(groups_of(GROUPS, electricity, {electricity})) == {"plant_meter:a"}
    assert set(groups_of(GROUPS, Carrier.GAS, {electricity})) == {"air_flow:a.ahu1"}


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
