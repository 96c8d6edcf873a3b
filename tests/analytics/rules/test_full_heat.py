"""FC-7: what it owes to a coil that works, and to hot water that is not there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.frame import Frame
from analytics.rules import full_heat
from core.verdict import Reason
from tests.analytics.plant import SITE
from tests.analytics.rules.frames import FAULT, NE, OK, frame, judged, last

NAN = float("nan")


def cold(**values: float) -> Frame:
    """A valve full open on a cold day, SP 20 °C, MAT 12 °C."""
    base = {
        "fan_status": 1.0, "occupied": 1.0, "heat_valve": 100.0, "cool_valve": 0.0,
        "oa_damper": 20.0, "sat": 13.0, "mat": 12.0, "oat": 2.0, "sat_sp": 20.0,
        "supply_flow": 5.0, "fan_speed": 80.0, "hw_leaving": NAN,
    }  # fmt: skip
    return frame({**base, **values}, parameters={"heating_capacity": 90.0})


@pytest.mark.parametrize(("sat", "word"), [(17.4, FAULT), (17.6, OK)])
def test_a_coil_that_gives_a_third_is_only_too_small(sat: float, word: object) -> None:
    """1.206 · 5 m³/s · (SAT − 1 − 12) K: 27 kW, a third of 90, at 17.5 °C."""
    assert last(judged("FC-7", cold(sat=sat)))[0] is word


@pytest.mark.parametrize(("sat", "word"), [(16.1, FAULT), (16.3, OK)])
def test_without_a_nameplate_it_must_give_more_than_two_sensors_err(
    sat: float, word: object
) -> None:
    of = cold(sat=sat)
    unknown = replace(of, parameters={**of.parameters, "heating_capacity": np.array([NAN])})
    assert last(judged("FC-7", unknown))[0] is word
    no_flow = replace(of, parameters={**of.parameters, "design_air_flow": np.array([NAN])})
    nowhere = {**of.values, "supply_flow": np.full(of.shape, NAN)}
    assert last(judged("FC-7", replace(no_flow, values=nowhere)))[0] is word


def test_a_source_that_stands_is_no_fault_of_the_coil() -> None:
    assert last(judged("FC-7", cold(hw_leaving=40.0))) == (NE, Reason.NO_SERVICE)
    assert last(judged("FC-7", cold(hw_leaving=50.0)))[0] is FAULT


def test_a_valve_that_still_has_way_says_nothing() -> None:
    assert last(judged("FC-7", cold(heat_valve=90.0))) == (OK, Reason.CONDITION)


def test_the_hot_water_of_the_one_source_of_the_building_is_read() -> None:
    found = {target.id: target for target in full_heat.targets(SITE)}
    index = found["a.ahu1"].points["hw_leaving"]
    assert SITE.points[index].id == "a.boiler.hw_leaving"
    assert SITE.points[index].gateway in found["a.ahu1"].gateways
