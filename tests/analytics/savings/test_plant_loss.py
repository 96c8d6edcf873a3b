"""What plant loses, interval by interval: the rules' formulas without their limits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from analytics.frame import Frame
from analytics.grid import Grid
from analytics.rules.air import AIR_KW, DECLARED
from analytics.savings.plant_loss import (
    LOST,
    cooling_valve,
    heat_against_cool,
    heating_valve,
    off_hours,
    outdoor_air,
    warm_heating,
)
from core.words import Carrier

HOURS = 4
WINTER = {
    "fan_status": 1.0, "fan_speed": 100.0, "supply_flow": 5.0, "oa_damper": 60.0, "oat": 4.0,
    "rat": 22.0, "mat": 12.0, "sat": 16.0, "cool_valve": 0.0, "heat_valve": 0.0,
}  # fmt: skip


def frame(values: Mapping[str, float], *, occupied: bool = True, **more: float) -> Frame:
    grid = Grid(start=0, step=3_600_000, count=HOURS)
    numbers = {**DECLARED, "fan_power": 12.0, "rated_power": 3.0, **more}
    no = np.zeros((1, HOURS), dtype=np.bool_)
    return Frame(
        grid=grid, targets=("x",), values={k: np.full((1, HOURS), v) for k, v in values.items()},
        has={k: np.array([True]) for k in values}, good=np.ones((1, HOURS)),
        coarse=np.array([False]), exempt=np.array([False]), beyond=no, muted=no,
        occupied=np.full((1, HOURS), occupied), declared=no,
        parameters={k: np.array([v]) for k, v in numbers.items()},
    )  # fmt: skip


def test_a_shut_heating_valve_that_warms_the_air() -> None:
    loss = heating_valve(frame({**WINTER, "hcet": 12.0, "hclt": 15.0}))
    assert loss.exposed.all()
    assert loss.amount[Carrier.HEAT] == pytest.approx(AIR_KW * 5 * 3)
    assert loss.amount[Carrier.ELECTRICITY] == pytest.approx(0.0)


def test_below_the_rules_limit_it_is_told_with_its_sign() -> None:
    loss = heating_valve(frame({**WINTER, "hcet": 12.2, "hclt": 12.0}))
    assert loss.amount[Carrier.HEAT] == pytest.approx(-AIR_KW * 5 * 0.2)


def test_cooled_away_it_costs_electricity_too() -> None:
    cooling = {**WINTER, "cool_valve": 40.0, "oa_damper": 100.0, "hcet": 24.0, "hclt": 27.0}
    loss = heating_valve(frame(cooling))
    assert loss.amount[Carrier.ELECTRICITY] == pytest.approx(AIR_KW * 5 * 3 / 3.5)


def test_an_open_valve_loses_nothing_in_an_hour_that_counts() -> None:
    """A valve stuck open has all others told to shut: after its repair such hours are rare."""
    warm = heating_valve(frame({**WINTER, "heat_valve": 40.0, "hcet": 1, "hclt": 9}))
    cold = cooling_valve(frame({**WINTER, "cool_valve": 40.0, "ccet": 9, "cclt": 1}))
    for loss in (warm, cold):
        assert loss.exposed.all()
        assert all((amount == 0.0).all() for amount in loss.amount.values())


def test_without_coil_sensors_only_free_cooling_shows_it() -> None:
    assert (heating_valve(frame(WINTER)).amount[Carrier.HEAT] > 0.0).all()
    heating = cooling_valve(frame({**WINTER, "heat_valve": 40.0}))
    assert (heating.amount[Carrier.ELECTRICITY] == 0.0).all()


def test_an_hour_in_which_a_building_is_given_no_heat_is_known_as_such() -> None:
    loss = heating_valve(frame({**WINTER, "hcet": 12.0, "hclt": 15.0})).within(np.zeros(HOURS))
    assert loss.exposed.all()
    assert loss.unheated is not None
    assert loss.unheated.all()
    assert all((amount == 0.0).all() for amount in loss.amount.values())


def test_a_cooling_valve_that_passes_while_heating_loses_both() -> None:
    heating = {**WINTER, "heat_valve": 40.0, "ccet": 14.0, "cclt": 12.0}
    loss = cooling_valve(frame(heating))
    assert loss.exposed.all()
    assert loss.amount[Carrier.HEAT] == pytest.approx(AIR_KW * 5 * 2)
    assert loss.amount[Carrier.ELECTRICITY] == pytest.approx(AIR_KW * 5 * 2 / 3.5)


def test_heat_against_cool_is_the_smaller() -> None:
    both = {**WINTER, "hcet": 12.0, "hclt": 20.0, "ccet": 20.0, "cclt": 17.0}
    loss = heat_against_cool(frame(both))
    assert loss.amount[Carrier.HEAT] == pytest.approx(AIR_KW * 5 * 3)


def test_outdoor_air_beyond_the_declared_is_heated() -> None:
    heating = {**WINTER, "heat_valve": 40.0, "mat": 12.1}
    loss = outdoor_air(frame(heating))
    share = (12.1 - 22.0) / (4.0 - 22.0) - 0.15
    assert loss.amount[Carrier.HEAT] == pytest.approx(AIR_KW * 5 * share * 18.0)
    mild = outdoor_air(frame({**heating, "oat": 18.0, "mat": 20.0}))
    assert mild.exposed.all()
    assert mild.amount[Carrier.HEAT] == pytest.approx(AIR_KW * 5 * (2.0 - 0.15 * 4.0))
    warm = outdoor_air(frame({**heating, "oat": 23.0}))
    assert warm.exposed.all()
    assert (warm.amount[Carrier.HEAT] == 0.0).all()


def test_outside_the_hours_fan_and_coils_and_nothing_while_it_stands() -> None:
    loss = off_hours(frame({**WINTER, "fan_speed": 50.0}, occupied=False))
    assert loss.amount[Carrier.ELECTRICITY] == pytest.approx(12.0 / 8)
    assert loss.amount[Carrier.HEAT] == pytest.approx(LOST * AIR_KW * 5 * 3.0)
    off = off_hours(frame({**WINTER, "fan_status": 0.0}, occupied=False))
    assert off.exposed.all()
    assert off.amount[Carrier.ELECTRICITY] == pytest.approx(0.0)
    assert not off_hours(frame(WINTER)).exposed.any()


def test_the_fans_own_heat_may_be_missed_too_unless_nothing_is_heated() -> None:
    loss = off_hours(frame({**WINTER, "fan_speed": 50.0}, occupied=False))
    assert loss.doubt[Carrier.HEAT] == pytest.approx(LOST * (AIR_KW * 5 * 3.0 + 12.0 / 8))
    cold = loss.within(np.zeros(HOURS))
    assert cold.doubt[Carrier.HEAT] == pytest.approx(0.0)


def test_a_boiler_in_hand_is_held_against_all_its_heat_and_claims_no_electricity() -> None:
    warm = {"oat": 19.0, "boiler_status": 1.0, "pump_status": 1.0, "heat_power": 40.0}
    for oat in (19.0, 12.0):
        loss = warm_heating(frame({**warm, "oat": oat}))
        assert loss.exposed.all()
        assert loss.amount[Carrier.HEAT] == pytest.approx(40.0)
        assert Carrier.ELECTRICITY not in loss.amount
    assert not warm_heating(frame({**warm, "heat_power": np.nan})).exposed.any()
