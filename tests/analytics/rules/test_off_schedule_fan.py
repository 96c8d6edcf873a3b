"""AC-02 on hand-made intervals."""

from __future__ import annotations

import pytest

from analytics.rules import late_stop, off_schedule_fan
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
)

ON: Values = {"fan_status": 1, "fan_speed": 50, "supply_flow": 4}
COILS: Values = {"hcet": 15, "hclt": 25, "ccet": 25, "cclt": 18.0}
POWER: Values = {"fan_power": 12.0}


def test_fault_and_what_silences_it() -> None:
    every_gate("AC-02", frame(ON, parameters=POWER, occupied=False), ())


def test_without_a_status_nothing_is_said() -> None:
    lost = frame({**ON, "fan_status": float("nan")}, parameters=POWER, occupied=False)
    assert last(judged("AC-02", lost)) == (NE, Reason.NO_DATA)


def test_within_the_hours_a_fan_that_runs_serves_and_nothing_else_is_said() -> None:
    assert last(judged("AC-02", frame(ON, parameters=POWER))) == (NE, Reason.SERVED)
    stopped = frame({**ON, "fan_status": 0}, parameters=POWER)
    assert last(judged("AC-02", stopped)) == (NE, Reason.OTHER_MODE)


def test_a_fan_that_stands_outside_the_hours_is_clear() -> None:
    still = frame({**ON, "fan_status": 0}, parameters=POWER, occupied=False)
    assert last(judged("AC-02", still)) == (OK, Reason.CLEAR)


def test_fan_and_coils_are_lost() -> None:
    """12 kW × 0.5³ of fan; 1.206 × 4 m³/s × 10 K of heat, × 7 K ÷ 3.5 of cooling; 5 min."""
    result = judged("AC-02", frame({**ON, **COILS}, parameters=POWER, occupied=False))
    assert wasted(result, Carrier.HEAT) == pytest.approx(1.206 * 4 * 10 / 12)
    cooling = 1.206 * 4 * 7 / 3.5
    assert wasted(result, Carrier.ELECTRICITY) == pytest.approx((1.5 + cooling) / 12)


def test_a_fan_without_a_speed_runs_at_full_speed() -> None:
    result = judged("AC-02", frame({"fan_status": 1}, parameters=POWER, occupied=False))
    assert wasted(result, Carrier.ELECTRICITY) == pytest.approx(12.0 / 12)


def test_an_unknown_rating_costs_nothing() -> None:
    result = judged(
        "AC-02", frame({"fan_status": 1}, occupied=False, parameters={"fan_power": float("nan")})
    )
    assert last(result)[0] is FAULT
    assert wasted(result, Carrier.ELECTRICITY) == 0.0


def test_it_names_the_fan_and_the_fans_circuit_is_left_to_it() -> None:
    assert {t.id for t in off_schedule_fan.RULE.targets(SITE)} >= {"a.ahu1", "d.ahu2"}
    circuits = {t.id for t in late_stop.targets(SITE)}
    assert "a.m-corridor" in circuits
    assert "a.m-terminals" not in circuits
