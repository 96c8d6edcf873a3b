"""HTG-07 on hand-made intervals."""

from __future__ import annotations

import pytest

from analytics.rules import warm_heating
from core.verdict import Reason
from core.words import Carrier
from tests.analytics.plant import SITE
from tests.analytics.rules.frames import (
    FAULT,
    NE,
    OK,
    Values,
    every_gate,
    frame,
    judged,
    last,
    wasted,
    with_values,
)

NAN = float("nan")
ON: Values = {
    "oat": 20, "boiler_cmd": 1, "boiler_status": 1, "pump_status": 1, "pump_speed": 50,
    "heat_power": 40,
}  # fmt: skip
GAS: Values = {"efficiency": 0.9, "rated_power": 4.0, "burns_gas": 1}


def test_fault_and_what_silences_it() -> None:
    every_gate("HTG-07", frame(ON, parameters=GAS), ())


def test_without_an_outdoor_temperature_nothing_is_said() -> None:
    assert last(judged("HTG-07", frame({**ON, "oat": NAN}, parameters=GAS)))[0] is NE


def test_gas_and_the_pump_are_lost_whole() -> None:
    """40 kW ÷ (0.9 × 9.86) of gas, 4 kW × 0.5³ of pumping, for five minutes."""
    result = judged("HTG-07", frame(ON, parameters=GAS))
    assert wasted(result, Carrier.GAS) == pytest.approx(40 / (0.9 * 9.86) / 12)
    assert wasted(result, Carrier.ELECTRICITY) == pytest.approx(4 * 0.125 / 12)
    assert wasted(result, Carrier.HEAT) == 0.0


def test_where_no_gas_is_burnt_it_is_heat() -> None:
    result = judged("HTG-07", frame(ON, parameters={**GAS, "burns_gas": 0}))
    assert wasted(result, Carrier.HEAT) == pytest.approx(40 / 12)
    assert wasted(result, Carrier.GAS) == 0.0


def test_off_in_warm_weather_is_clear() -> None:
    off = frame({**ON, "boiler_cmd": 0, "boiler_status": 0, "pump_status": 0}, parameters=GAS)
    assert last(judged("HTG-07", off)) == (OK, Reason.CLEAR)


def test_a_pump_alone_is_enough() -> None:
    pump = frame({**ON, "boiler_cmd": 0, "boiler_status": 0}, parameters=GAS)
    assert last(judged("HTG-07", pump))[0] is FAULT


def test_cool_weather_clears_nothing() -> None:
    cool = with_values(frame(ON, parameters=GAS), oat=16.0)
    assert last(judged("HTG-07", cool)) == (NE, Reason.OTHER_MODE)


def test_without_a_status_it_has_no_point() -> None:
    bare = frame(ON, parameters=GAS, without=("boiler_cmd", "boiler_status", "pump_status"))
    assert last(judged("HTG-07", bare)) == (NE, Reason.NO_POINT)


def test_targets_of_the_sample_site() -> None:
    boilers = {target.id: target for target in warm_heating.targets(SITE)}
    a = boilers["a.boiler"]
    assert {id_ for id_, target in boilers.items() if target.exempt} == {"c.boiler", "d.boiler"}
    assert {id_ for id_, target in boilers.items() if not target.exempt} == {
        "a.boiler",
        "b.station",
    }
    assert {"oat", "boiler_cmd", "pump_status", "heat_power"} <= set(a.points)
    assert SITE.points[a.points["heat_power"]].id == "a.h-main.heat_power"
    assert a.parameters["burns_gas"] == 1.0
    assert a.parameters["rated_power"] == 3.5


def test_off_outside_the_hours_says_nothing() -> None:
    """A timer has stopped it: it would be off with a broken lockout too."""
    still = {**ON, "boiler_cmd": 0, "boiler_status": 0, "pump_status": 0}
    closed = frame(still, parameters=GAS, occupied=False)
    assert last(judged("HTG-07", closed)) == (NE, Reason.UNOCCUPIED)


def test_running_outside_the_hours_is_a_fault() -> None:
    assert last(judged("HTG-07", frame(ON, parameters=GAS, occupied=False)))[0] is FAULT
