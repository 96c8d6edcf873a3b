"""PWR-05, 06, 12, 13 and 16 on hand-made intervals."""

from __future__ import annotations

import pytest

from analytics.rules import power_factor, supply_voltage
from core.verdict import Reason
from tests.analytics.plant import SITE
from tests.analytics.rules.frames import FAULT, NE, OK, Values, every_gate, frame, judged, last

NOMINAL: Values = {"nominal_voltage": 230}
HIGH: Values = {"voltage_a": 249, "voltage_b": 249, "voltage_c": 249}
SOUND: Values = {"voltage_a": 231, "voltage_b": 229, "voltage_c": 230}
OPEN: Values = {"voltage_a": 252, "voltage_b": 214, "voltage_c": 226}
POOR: Values = {"power_factor": 0.82, "power": 150}
RATED: Values = {"pf_target": 0.9, "rated": 500}


@pytest.mark.parametrize(
    ("rule", "values", "parameters"),
    [
        ("PWR-05", HIGH, NOMINAL),
        ("PWR-06", POOR, RATED),
        ("PWR-12", {"residual_current": 0.4}, {}),
        ("PWR-13", OPEN, NOMINAL),
        ("PWR-16", {"cable_temp": 80}, {}),
    ],
)
def test_fault_and_what_silences_it(rule: str, values: Values, parameters: Values) -> None:
    # Where one role is all, without it there is nothing: no data, not too little.
    needed = tuple(values) if len(values) > 1 else ()
    every_gate(rule, frame(values, parameters=parameters), needed)


def test_seven_percent_is_off_and_two_percent_is_crooked() -> None:
    low = {"voltage_a": 213, "voltage_b": 214, "voltage_c": 214}
    assert _of("PWR-05", low) == (FAULT, Reason.CONDITION)
    crooked = {"voltage_a": 236, "voltage_b": 228, "voltage_c": 227}
    assert _of("PWR-05", crooked) == (FAULT, Reason.CONDITION)
    assert _of("PWR-05", SOUND) == (OK, Reason.CLEAR)


def test_within_the_limits_but_near_them_nothing_opens_and_nothing_clears() -> None:
    near = {"voltage_a": 245, "voltage_b": 245, "voltage_c": 245}
    assert _of("PWR-05", near) == (OK, Reason.CONDITION)


def test_an_open_neutral_is_one_order_and_no_second_one_for_the_voltage() -> None:
    assert _of("PWR-13", OPEN) == (FAULT, Reason.CONDITION)
    assert _of("PWR-05", OPEN) == (NE, Reason.OTHER_MODE)


def test_a_lost_phase_is_told_and_a_dead_supply_is_not() -> None:
    lost = {"voltage_a": 2, "voltage_b": 229, "voltage_c": 230}
    assert _of("PWR-13", lost) == (FAULT, Reason.CONDITION)
    dead = {"voltage_a": 0, "voltage_b": 0, "voltage_c": 0}
    assert _of("PWR-13", dead)[0] is not FAULT


@pytest.mark.parametrize(
    ("rule", "sound"),
    [
        ("PWR-05", SOUND), ("PWR-13", SOUND), ("PWR-12", {"residual_current": 0.05}),
        ("PWR-16", {"cable_temp": 40}),
    ],
)  # fmt: skip
def test_an_empty_building_proves_no_repair(rule: str, sound: Values) -> None:
    assert _of(rule, sound) == (OK, Reason.CLEAR)
    empty = frame(sound, parameters=NOMINAL, occupied=False)
    assert last(judged(rule, empty)) == (NE, Reason.UNOCCUPIED)


@pytest.mark.parametrize(
    ("rule", "faulty"),
    [("PWR-12", {"residual_current": 0.5}), ("PWR-16", {"cable_temp": 90}), ("PWR-13", OPEN)],
)
def test_danger_is_told_at_any_hour(rule: str, faulty: Values) -> None:
    at_night = frame(faulty, parameters=NOMINAL, occupied=False)
    assert last(judged(rule, at_night)) == (FAULT, Reason.CONDITION)


def test_at_light_load_the_power_factor_is_nobodys_fault() -> None:
    light = frame({"power_factor": 0.7, "power": 60}, parameters=RATED)
    assert last(judged("PWR-06", light)) == (NE, Reason.OTHER_MODE)
    good = frame({"power_factor": 0.96, "power": 150}, parameters=RATED)
    assert last(judged("PWR-06", good)) == (OK, Reason.CLEAR)


def test_a_meter_without_a_rating_is_not_judged_by_its_load() -> None:
    unknown = frame(POOR, parameters={**RATED, "rated": float("nan")})
    assert last(judged("PWR-06", unknown)) == (NE, Reason.NO_REFERENCE)


def test_the_load_that_counts_is_what_the_register_is_rated_for() -> None:
    [main] = [t for t in power_factor.targets(SITE) if t.id == "a.m-main"]
    assert main.parameters["rated"] == 500.0
    assert main.parameters["pf_target"] == 0.9


def test_where_panels_give_the_power_factor_of_what_is_bought_says_nothing() -> None:
    """They take active power off and leave the reactive: a healthy bank looks lost at noon."""
    assert {t.id: t.exempt for t in power_factor.targets(SITE)} == {
        "a.m-main": False, "b.m-main": False, "c.m-main": False, "d.m-main": True,
    }  # fmt: skip


def test_only_boards_whose_phases_are_all_told_are_targets() -> None:
    found = {target.id for target in supply_voltage.OFF.targets(SITE)}
    assert found == {"a.m-main", "c.m-main"}


def _of(rule: str, values: Values) -> tuple[object, object]:
    return last(judged(rule, frame(values, parameters=NOMINAL)))
