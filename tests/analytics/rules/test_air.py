"""The air-handler rules on hand-made intervals, with waste reckoned by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.frame import Frame
from analytics.rules import rule
from core.verdict import Reason
from core.words import Carrier
from tests.analytics.rules.frames import (
    FAULT,
    NE,
    OK,
    STEADY,
    Values,
    every_gate,
    frame,
    judged,
    last,
    wasted,
    with_values,
)

NAN = float("nan")
BASE: Values = {
    "fan_status": 1, "occupied": 1, "heat_valve": 0, "cool_valve": 0, "oa_damper": 20,
    "sat": 18, "mat": 18, "rat": 22, "oat": 14, "sat_sp": 18, "supply_flow": 5.0,
    "fan_speed": 80, "ccet": NAN, "cclt": NAN, "hcet": NAN, "hclt": NAN, "reheat_mode": NAN,
    "hw_leaving": NAN,
}  # fmt: skip
SENSORS = ("ccet", "cclt", "hcet", "hclt", "reheat_mode", "hw_leaving")
DECLARED: Values = {"oa_min": 0.2, "heating_capacity": 75, "cooling_capacity": 120}
COMMANDS = ("fan_status", "heat_valve", "cool_valve", "oa_damper")
HOURS = 5 / 60
AIR = 1.2 * 1.005


def ahu(**values: float | list[float]) -> Frame:
    """An air handler in the least-damper, valves-shut state, with some values changed."""
    without = [name for name in SENSORS if name not in values]
    return frame({**BASE, **values}, parameters=DECLARED, without=without)


HEATING = {"heat_valve": 60.0}
COLD = {"heat_valve": 100.0, "oat": 2.0, "sat_sp": 20.0}
FREE = {"oa_damper": 60.0}
ECONOMISER = {"cool_valve": 60.0, "oa_damper": 100.0}
LEAST = {"cool_valve": 60.0, "oa_damper": 20.0}

FAULTY = {
    "AC-04": ahu(heat_valve=20, cool_valve=30),
    "AC-08": ahu(**HEATING, rat=22, oat=2, mat=14),
    "FC-2": ahu(mat=8, rat=22, oat=14),
    "FC-3": ahu(mat=27, rat=22, oat=14),
    "FC-5": ahu(**HEATING, mat=18, sat=14),
    "FC-6": ahu(**HEATING, rat=22, oat=2, mat=10),
    "FC-7": ahu(**COLD, sat=13, mat=12),
    "FC-10": ahu(**ECONOMISER, mat=20, oat=14),
    "FC-12": ahu(**ECONOMISER, mat=16, sat=22),
    "FC-13": ahu(cool_valve=100, oa_damper=100, sat=21, sat_sp=18),
    "FC-14": ahu(**FREE, mat=18, sat=15),
    "FC-15": ahu(**FREE, mat=14, sat=19),
}
NEEDED = {
    "AC-04": ("fan_status", "cool_valve", "heat_valve"),
    "AC-08": (*COMMANDS, "mat", "rat", "oat"),
    "FC-2": (*COMMANDS, "mat", "rat", "oat"),
    "FC-3": (*COMMANDS, "mat", "rat", "oat"),
    "FC-5": (*COMMANDS, "sat", "mat"),
    "FC-6": (*COMMANDS, "mat", "rat", "oat"),
    "FC-7": (*COMMANDS, "sat", "sat_sp", "mat", "oat"),
    "FC-10": (*COMMANDS, "mat", "rat", "oat"),
    "FC-12": (*COMMANDS, "sat", "mat"),
    "FC-13": (*COMMANDS, "sat", "sat_sp"),
    "FC-14": COMMANDS,
    "FC-15": COMMANDS,
}


@pytest.mark.parametrize("id_", sorted(FAULTY))
def test_fault_and_what_silences_it(id_: str) -> None:
    every_gate(id_, FAULTY[id_], NEEDED[id_])


@pytest.mark.parametrize("id_", sorted(FAULTY))
def test_a_fan_that_is_off_proves_nothing(id_: str) -> None:
    assert last(judged(id_, with_values(FAULTY[id_], fan_status=0))) == (NE, Reason.OFF)


@pytest.mark.parametrize("id_", sorted(set(FAULTY) - {"AC-04"}))
def test_only_occupied_steady_and_free_of_frost(id_: str) -> None:
    faulty = FAULTY[id_]
    assert last(judged(id_, with_values(faulty, occupied=0))) == (NE, Reason.UNOCCUPIED)
    by_calendar = replace(with_values(faulty, occupied=NAN), occupied=~faulty.occupied)
    assert last(judged(id_, by_calendar)) == (NE, Reason.UNOCCUPIED)
    started = [0.0] * 5 + [1.0] * (STEADY - 2)
    assert last(judged(id_, with_values(faulty, fan_status=started))) == (NE, Reason.UNSTEADY)
    settled = judged(id_, faulty)
    assert settled.verdict[0].tolist() == [NE] * 6 + [FAULT] * (STEADY - 3)
    if "mat" in NEEDED[id_] and id_ != "FC-2":
        assert last(judged(id_, with_values(faulty, mat=2, sat=30)))[1] is Reason.OTHER_MODE


@pytest.mark.parametrize(
    ("id_", "healthy"),
    [
        ("AC-04", ahu(heat_valve=[60.0] * (STEADY + 2) + [64.0], cool_valve=0)),
        ("AC-08", ahu(**HEATING, rat=22, oat=2, mat=17)),
        ("FC-2", ahu(mat=15)),
        ("FC-3", ahu(mat=20)),
        ("FC-5", ahu(**HEATING, mat=18, sat=25)),
        ("FC-6", ahu(**HEATING, rat=22, oat=2, mat=18)),
        ("FC-7", ahu(**COLD, mat=12, sat=20)),
        ("FC-10", ahu(**ECONOMISER, mat=15, oat=14)),
        ("FC-12", ahu(**ECONOMISER, mat=22, sat=16)),
        ("FC-13", ahu(cool_valve=100, oa_damper=100, sat=18, sat_sp=18)),
        ("FC-14", ahu(**FREE, mat=18, sat=18.8)),
        ("FC-15", ahu(**FREE, mat=18, sat=18.8)),
    ],
)
def test_healthy_is_clear(id_: str, healthy: Frame) -> None:
    result = judged(id_, healthy)
    assert last(result) == (OK, Reason.CLEAR)
    assert all(float(amount.sum()) == 0.0 for amount in result.waste.values())


def test_a_valve_that_stands_still_clears_no_fight() -> None:
    still = ahu(heat_valve=60, cool_valve=0)
    assert last(judged("AC-04", still)) == (OK, Reason.CONDITION)
    opened_with_the_fan = [0.0] * 4 + [30.0] + [60.0] * (STEADY - 2)
    fan = [0.0] * 4 + [1.0] * (STEADY - 1)
    started = with_values(still, heat_valve=opened_with_the_fan, fan_status=fan)
    assert last(judged("AC-04", started)) == (OK, Reason.CONDITION)


@pytest.mark.parametrize(
    ("id_", "near"),
    [
        ("AC-04", ahu(heat_valve=60, cool_valve=4.5)),
        ("AC-08", ahu(**HEATING, rat=22, oat=2, mat=15.1)),
        ("FC-2", ahu(mat=10.2, rat=22, oat=14)),
        ("FC-3", ahu(mat=25.8, rat=22, oat=14)),
        ("FC-5", ahu(**HEATING, mat=18, sat=15.2)),
        ("FC-6", ahu(**HEATING, rat=22, oat=2, mat=12.5)),
        ("FC-7", ahu(**COLD, mat=12, sat=19.3)),
        ("FC-10", ahu(**ECONOMISER, mat=18.9, oat=14)),
        ("FC-12", ahu(**ECONOMISER, mat=16, sat=20.8)),
        ("FC-13", ahu(cool_valve=100, oa_damper=100, sat=18.8, sat_sp=18)),
        ("FC-14", ahu(**FREE, mat=18, sat=16.1)),
        ("FC-15", ahu(**FREE, mat=14, sat=18.0)),
    ],
)
def test_near_the_limit_clears_nothing(id_: str, near: Frame) -> None:
    assert last(judged(id_, near)) == (OK, Reason.CONDITION)


@pytest.mark.parametrize(
    ("id_", "other"),
    [
        ("AC-04", ahu()),
        ("AC-04", ahu(heat_valve=20, cool_valve=30, reheat_mode=1)),
        ("AC-08", ahu(**FREE, rat=22, oat=2, mat=10)),
        ("AC-08", ahu(**ECONOMISER, rat=22, oat=14, mat=15)),
        ("FC-5", ahu(**LEAST, mat=18, sat=14)),
        ("FC-5", ahu(**HEATING, cool_valve=30, mat=18, sat=14)),
        ("FC-6", ahu(**FREE, rat=22, oat=2, mat=10)),
        ("FC-7", ahu(**{**COLD, "oat": 10}, mat=12, sat=13)),
        ("FC-7", ahu(**{**COLD, "heat_valve": 4}, mat=12, sat=13)),
        ("FC-10", ahu(**LEAST, mat=20, oat=14)),
        ("FC-12", ahu(mat=16, sat=22)),
        ("FC-13", ahu(cool_valve=100, oa_damper=60, sat=21)),
        ("FC-14", ahu(**HEATING, mat=18, sat=15)),
        ("FC-15", ahu(**LEAST, mat=14, sat=19)),
    ],
)
def test_other_states_are_not_judged(id_: str, other: Frame) -> None:
    assert last(judged(id_, other)) == (NE, Reason.OTHER_MODE)


@pytest.mark.parametrize("id_", ["FC-6", "AC-08"])
def test_outdoor_share_needs_a_spread(id_: str) -> None:
    close = ahu(**HEATING, rat=22, oat=18, mat=20)
    assert last(judged(id_, close)) == (NE, Reason.SMALL_SPREAD)


def test_a_damper_in_hand_is_seen_wherever_it_is_asked_to_be() -> None:
    """The controller modulates, its damper stands: the least position is never asked for."""
    in_hand = ahu(**HEATING, oa_damper=60, rat=22, oat=2, mat=10)
    assert last(judged("FC-6", in_hand)) == (NE, Reason.OTHER_MODE)
    assert last(judged("AC-08", in_hand))[0] is FAULT


def test_a_damper_that_its_loop_moves_is_in_nobodys_hand() -> None:
    """A heating valve lets some water through, and outdoor air is asked to cool it away."""
    asked = [60.0, 61.0, 62.0, 63.0, 62.0, 61.0, 60.0, 59.0, 60.0, 61.0]
    obeys = ahu(**HEATING, oa_damper=asked, rat=22, oat=2, mat=10)
    result = judged("AC-08", obeys)
    assert last(result) == (OK, Reason.CLEAR)
    assert result.mode[0, -1] == rule("AC-08").card.modes.index("in_hand")
    free = with_values(obeys, heat_valve=0, oat=18)
    assert last(judged("AC-08", free)) == (OK, Reason.CLEAR), "a proof in any weather"
    began = with_values(obeys, fan_status=[0.0] * 5 + [1.0] * (STEADY - 2), oa_damper=[
        *[0.0] * 5, *[60.0] * (STEADY - 2)])  # fmt: skip
    assert last(judged("AC-08", began))[0] is NE, "a fan that starts moves every damper"
    breathes = ahu(**HEATING, oa_damper=[60.0, 60.5] * 5, rat=22, oat=2, mat=10)
    assert last(judged("AC-08", breathes))[0] is FAULT


def test_a_return_damper_that_leaks_where_rooms_are_warm_is_healthy() -> None:
    """0.8 of outdoor air, 16 K colder than the rooms."""
    assert last(judged("FC-10", ahu(**ECONOMISER, rat=27, oat=11, mat=14.2))) == (
        OK, Reason.CLEAR,
    )  # fmt: skip


def test_less_than_no_outdoor_air_is_no_dampers_state() -> None:
    """Two of the three sensors hang in each other's place: nobody is sent to the damper."""
    swapped = ahu(**HEATING, rat=16.5, oat=2, mat=20.5)
    assert last(judged("FC-6", swapped)) == (NE, Reason.OTHER_MODE)
    wide = replace(swapped, parameters={**swapped.parameters, "oa_min": np.array([0.35])})
    shut = with_values(wide, rat=22, mat=22.5)
    assert last(judged("FC-6", shut))[0] is FAULT, "a damper that is shut is one"


@pytest.mark.parametrize(
    ("id_", "wrong"),
    [
        ("FC-5", ahu(**HEATING, mat=23, sat=18)),
        ("FC-7", ahu(**COLD, mat=1.4, sat=13)),
        ("FC-10", ahu(**ECONOMISER, mat=23, oat=14)),
        ("FC-12", ahu(**ECONOMISER, mat=13, sat=19)),
        ("FC-14", ahu(**FREE, mat=23, sat=18)),
        ("FC-15", ahu(**FREE, mat=13, sat=19)),
    ],
)
def test_what_can_be_no_mixture_is_a_sensors_fault_and_sends_nobody_to_a_coil(
    id_: str, wrong: Frame
) -> None:
    """A mixed air sensor 6 K off, on a morning too cool for FC-3 to be sure."""
    assert last(judged(id_, wrong)) == (NE, Reason.OTHER_MODE)
    assert last(judged("FC-3", wrong))[0] is not FAULT


@pytest.mark.parametrize(
    ("id_", "measured"),
    [
        ("FC-14", ahu(**FREE, mat=23, sat=18, ccet=16, cclt=10)),
        ("FC-15", ahu(**FREE, mat=13, sat=19, hcet=10, hclt=16)),
    ],
)
def test_sensors_at_the_coil_need_no_mixture(id_: str, measured: Frame) -> None:
    assert last(judged(id_, measured))[0] is FAULT


def test_too_much_is_said_only_of_a_declared_share() -> None:
    faulty = FAULTY["AC-08"]
    guessed = replace(faulty, parameters={**faulty.parameters, "oa_min": np.array([NAN])})
    assert last(judged("AC-08", guessed)) == (NE, Reason.NO_REFERENCE)


def test_cool_air_outdoors_is_never_too_much_for_who_cools() -> None:
    mild = ahu(**LEAST, rat=24, oat=14, mat=16)
    assert last(judged("AC-08", mild)) == (NE, Reason.SMALL_SPREAD)


def test_a_remote_outdoor_sensor_is_trusted_less() -> None:
    frame_ = ahu(mat=9, rat=22, oat=14)
    assert last(judged("FC-2", frame_))[0] is FAULT
    remote = {**frame_.parameters, "oat_local": np.array([0.0])}
    assert last(judged("FC-2", replace(frame_, parameters=remote)))[0] is OK


def test_fight_of_valves_by_nameplate() -> None:
    """min(20 % of 75 kW, 30 % of 120 kW) = 15 kW for five minutes; its cooling at COP 3.5."""
    result = judged("AC-04", FAULTY["AC-04"])
    assert wasted(result, Carrier.HEAT) == pytest.approx(15 * HOURS)
    assert wasted(result, Carrier.ELECTRICITY) == pytest.approx(15 * HOURS / 3.5)


def test_fight_of_valves_by_coil_sensors() -> None:
    """Heat 1.206·5·4 = 24.1 kW against cooling 1.206·5·3 = 18.1 kW: the smaller is lost."""
    result = judged("AC-04", ahu(heat_valve=20, cool_valve=30, hcet=18, hclt=22, ccet=21, cclt=18))
    assert wasted(result, Carrier.HEAT) == pytest.approx(AIR * 5 * 3 * HOURS)
    assert wasted(result, Carrier.ELECTRICITY) == pytest.approx(AIR * 5 * 3 * HOURS / 3.5)


def test_heat_that_nobody_asked_for() -> None:
    """FC-12: 1.206·5 m³/s·(22 − 1 − 16) K."""
    result = judged("FC-12", FAULTY["FC-12"])
    assert wasted(result, Carrier.HEAT) == pytest.approx(AIR * 5 * 5 * HOURS)


@pytest.mark.parametrize("id_", ["FC-6", "AC-08"])
def test_too_much_cold_air_while_heating(id_: str) -> None:
    """The share is (10 − 22)/(2 − 22) = 0.6, 0.4 too much of 20 K."""
    result = judged(id_, FAULTY["FC-6"])
    assert wasted(result, Carrier.HEAT) == pytest.approx(AIR * 5 * 0.4 * 20 * HOURS)
    assert wasted(result, Carrier.ELECTRICITY) == 0.0


@pytest.mark.parametrize("id_", ["FC-6", "AC-08"])
def test_too_much_warm_air_while_cooling(id_: str) -> None:
    result = judged(id_, ahu(**LEAST, rat=24, oat=34, mat=30))
    assert wasted(result, Carrier.ELECTRICITY) == pytest.approx(AIR * 5 * 0.4 * 10 * HOURS / 3.5)
    assert wasted(result, Carrier.HEAT) == 0.0


def test_outdoor_air_that_does_not_come_is_cooled_by_the_chiller() -> None:
    """FC-10: 6 K, of which outdoor air would have cooled what no return damper leaks of 8 K."""
    result = judged("FC-10", FAULTY["FC-10"])
    assert wasted(result, Carrier.ELECTRICITY) == pytest.approx(
        AIR * 5 * (6 - 0.24 * 8) * HOURS / 3.5
    )


def test_an_economiser_is_trusted_less_with_a_remote_sensor() -> None:
    frame_ = ahu(**ECONOMISER, mat=19.5, oat=14)
    assert last(judged("FC-10", frame_))[0] is FAULT  # √(3² + 1²) + 0.24 · 8 = 5.08 K
    remote = {**frame_.parameters, "oat_local": np.array([0.0])}
    assert last(judged("FC-10", replace(frame_, parameters=remote)))[0] is OK  # 6.16 K


def test_a_cooling_coil_that_leaks_while_heating_loses_twice() -> None:
    result = judged("FC-14", ahu(**HEATING, ccet=18, cclt=15, sat=30))
    assert last(result)[0] is FAULT
    assert wasted(result, Carrier.HEAT) == pytest.approx(AIR * 5 * 3 * HOURS)
    assert wasted(result, Carrier.ELECTRICITY) == pytest.approx(AIR * 5 * 3 * HOURS / 3.5)


def test_a_cooling_coil_that_leaks_in_free_cooling_loses_cold_alone() -> None:
    """Without coil sensors the fan's kelvin belongs to what the coil took: 18 − 15 + 1."""
    result = judged("FC-14", FAULTY["FC-14"])
    assert wasted(result, Carrier.ELECTRICITY) == pytest.approx(AIR * 5 * 4 * HOURS / 3.5)
    assert wasted(result, Carrier.HEAT) == 0.0


def test_a_heating_coil_that_leaks_while_cooling_loses_twice() -> None:
    result = judged("FC-15", ahu(**LEAST, hcet=18, hclt=21, sat=14))
    assert wasted(result, Carrier.HEAT) == pytest.approx(AIR * 5 * 3 * HOURS)
    assert wasted(result, Carrier.ELECTRICITY) == pytest.approx(AIR * 5 * 3 * HOURS / 3.5)


def test_a_heating_coil_that_leaks_in_free_cooling_loses_heat_alone() -> None:
    """19 − 14 less the fan's kelvin."""
    result = judged("FC-15", FAULTY["FC-15"])
    assert wasted(result, Carrier.HEAT) == pytest.approx(AIR * 5 * 4 * HOURS)
    assert wasted(result, Carrier.ELECTRICITY) == 0.0


def test_two_coil_sensors_may_be_wrong_by_their_root_sum() -> None:
    assert last(judged("FC-14", ahu(**HEATING, ccet=18, cclt=16.6)))[0] is OK
    assert last(judged("FC-14", ahu(**HEATING, ccet=18, cclt=16.5)))[0] is FAULT


def test_a_lost_coil_sensor_is_not_replaced_by_supply_air() -> None:
    assert last(judged("FC-14", ahu(**FREE, ccet=NAN, cclt=15, mat=18, sat=15))) == (
        NE,
        Reason.INSUFFICIENT,
    )


def test_air_flow_is_measured_or_design_times_speed_or_unknown() -> None:
    design = {**DECLARED, "design_air_flow": 10.0}
    values = {**BASE, **ECONOMISER, "mat": 16.0, "sat": 22.0, "supply_flow": NAN}
    by_speed = judged("FC-12", frame(values, parameters=design))
    assert wasted(by_speed, Carrier.HEAT) == pytest.approx(AIR * 8 * 5 * HOURS)
    unknown = judged("FC-12", frame(values, parameters=DECLARED))
    assert last(unknown)[0] is FAULT
    assert wasted(unknown, Carrier.HEAT) == 0.0


@pytest.mark.parametrize(
    ("id_", "serving", "idle"),
    [
        ("FC-12", ahu(**HEATING, mat=16, sat=22), ahu(**HEATING, mat=16, sat=17)),
        ("FC-14", ahu(**LEAST, mat=24, sat=18), ahu(**LEAST, mat=24, sat=24)),
        ("FC-15", ahu(**HEATING, mat=14, sat=22), ahu(**HEATING, mat=14, sat=15)),
    ],
)
def test_a_coil_serves_where_it_is_asked_and_works(id_: str, serving: Frame, idle: Frame) -> None:
    assert last(judged(id_, serving)) == (NE, Reason.SERVED)
    assert last(judged(id_, idle))[1] in {Reason.OTHER_MODE, Reason.CLEAR}


def test_modes_are_those_of_the_card() -> None:
    assert judged("FC-12", FAULTY["FC-12"]).mode[0, -1] == 1  # os3 of (os2, os3, os4)
    assert judged("FC-5", FAULTY["FC-5"]).mode[0, -1] == 0
    assert judged("FC-5", FAULTY["FC-5"]).mode[0, 0] == -1


def test_a_coil_that_gives_its_nameplate_is_not_short() -> None:
    """120 kW, 6 m³/s: 77 kW of dry heat are 10.6 K; the fan adds one."""
    short: Values = {**BASE, "cool_valve": 100, "oa_damper": 100, "sat": 19, "sat_sp": 15,
                     "supply_flow": 6}  # fmt: skip
    hot = frame({**short, "mat": 29}, parameters=DECLARED)
    assert last(judged("FC-13", hot)) == (NE, Reason.OTHER_MODE)
    assert last(judged("FC-13", with_values(hot, mat=27)))[0] is FAULT
    assert last(judged("FC-13", with_values(hot, sat=14))) == (OK, Reason.CLEAR)
    unknown = frame({**short, "mat": 29}, parameters={**DECLARED, "cooling_capacity": NAN})
    assert last(judged("FC-13", unknown))[0] is FAULT


def test_a_start_after_a_hot_weekend_has_an_hour_and_a_half() -> None:
    card = rule("FC-13").card
    assert card.value("mode_delay") + (card.hold.minutes or 0) == 90
