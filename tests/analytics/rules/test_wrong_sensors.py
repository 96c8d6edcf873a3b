"""SEN-10, SEN-11, SEN-15 and SEN-16 on hand-made intervals, and on sensors that are wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.frame import Frame
from analytics.rules import mixed_air, noisy_sensor, swapped_sensors, wrong_unit
from core.clock import DAY_MS
from core.verdict import Reason
from simulators.physics.faults import FaultKind
from tests.analytics.plant import MONDAY, SITE
from tests.analytics.rules.frames import FAULT, NE, OK, Values, every_gate, frame, judged, last
from tests.analytics.rules.seasons import ill, judge

NAN = float("nan")
SWAPPED = swapped_sensors.RULES


def read(low: float = 57.0, high: float = 60.0, *, beyond: float = 0) -> Frame:
    """Four hours of a supply temperature of some 15 °C in °F."""
    of: Values = {"value": 1, "value.low": low, "value.high": high, "value.beyond": beyond}
    return frame(of, count=2, step_s=14_400, parameters={"hottest": 50.0})


def jitter(spread: float, *, period_s: float = 60, pairs: float = 240, **travel: float) -> Frame:
    of: Values = {
        "value": 1, "value.scatter": spread**2 * pairs, "value.pairs": pairs,
        **{f"{role}.travel": way for role, way in travel.items()},
    }  # fmt: skip
    known = {"period_s": period_s, "longest_s": 60.0, "limit": 0.3}
    return frame(of, count=2, step_s=14_400, parameters=known)


def test_degrees_fahrenheit() -> None:
    assert last(judged("SEN-10", read())) == (FAULT, Reason.CONDITION)
    assert judged("SEN-10", read()).margin[0, -1] == 7.0


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (read(low=20.0, high=30.0), (OK, Reason.CLEAR)),
        # One hot reading, a hot hour, and what is no °F either.
        (read(low=20.0, high=60.0), (OK, Reason.CONDITION)),
        (read(low=46.0, high=49.0), (OK, Reason.CONDITION)),
        (read(low=130.0, high=140.0), (OK, Reason.CONDITION)),
        (read(beyond=1), (NE, Reason.MUTED)),
        (read(low=NAN, high=NAN), (NE, Reason.NO_DATA)),
        (replace(read(), good=np.full((1, 2), 0.5)), (NE, Reason.INSUFFICIENT)),
        (replace(read(), coarse=np.array([True])), (NE, Reason.COARSE)),
        (replace(read(), declared=np.ones((1, 2), dtype=np.bool_)), (NE, Reason.DECLARED)),
    ],
)
def test_what_is_hot_is_not_yet_fahrenheit(of: Frame, said: tuple[object, Reason]) -> None:
    assert last(judged("SEN-10", of)) == said


def test_every_hottest_makes_sense_in_fahrenheit() -> None:
    """What stands at the limit is a temperature that the medium may have."""
    for role, hottest in wrong_unit.HOTTEST.items():
        assert 4.0 <= (hottest - 32.0) / 1.8 <= 38.0, role


def test_a_boiler_that_leaves_colder_than_it_enters() -> None:
    water: Values = {"leaving": 45.0, "entering": 50.0, "running": 1.0}
    of = frame(water, parameters={"heats": 1.0})
    assert last(judged("SEN-11", of)) == (FAULT, Reason.CONDITION)
    every_gate("SEN-11", of, ("leaving", "entering"))
    for changed, said in (
        ({"entering": 46.5}, (NE, Reason.SMALL_SPREAD)),
        ({"entering": 40.0}, (OK, Reason.CLEAR)),
        ({"running": 0.0}, (NE, Reason.OFF)),
        ({"leaving": 20.0, "entering": 25.0}, (NE, Reason.OTHER_MODE)),
    ):
        values = {**water, **changed}
        assert last(judged("SEN-11", frame(values, parameters={"heats": 1.0}))) == said
    station = frame({**water, "running": NAN}, parameters={"heats": 1.0}, without=("running",))
    assert last(judged("SEN-11", station))[0] is FAULT


def test_a_chiller_that_leaves_warmer_than_it_enters() -> None:
    water: Values = {"leaving": 12.0, "entering": 7.0, "running": 1.0}
    assert last(judged("SEN-11", frame(water, parameters={"heats": 0.0})))[0] is FAULT
    right: Values = {"leaving": 7.0, "entering": 12.0, "running": 1.0}
    assert last(judged("SEN-11", frame(right, parameters={"heats": 0.0}))) == (OK, Reason.CLEAR)


COOLS: Values = {
    "fan_status": 1, "mat": 26.0, "hcet": 26.0, "hclt": 26.2, "ccet": 26.1, "cclt": 14.0,
    "sat": 15.0,
}  # fmt: skip
HEATS: Values = {**COOLS, "mat": 10.0, "hcet": 10.2, "hclt": 22.0, "ccet": 22.1, "cclt": 22.0,
                 "sat": 23.0}  # fmt: skip


def at_coils(of: Values, **changed: float) -> Frame:
    return frame({**of, **changed})


def test_two_at_the_cooling_coil() -> None:
    swapped = at_coils(COOLS, ccet=14.0, cclt=26.1)
    assert last(judged("SEN-16", swapped)) == (FAULT, Reason.CONDITION)
    every_gate("SEN-16", swapped, swapped_sensors.COILS.roles)
    assert last(judged("SEN-16", at_coils(COOLS))) == (OK, Reason.CLEAR)


def test_two_at_the_heating_coil() -> None:
    swapped = at_coils(HEATS, hcet=22.0, hclt=10.2)
    result = judged("SEN-16", swapped)
    assert last(result) == (FAULT, Reason.CONDITION)
    assert result.mode[0, -1] == 1
    assert last(judged("SEN-16", at_coils(HEATS))) == (OK, Reason.CLEAR)


@pytest.mark.parametrize(
    "of",
    [
        # Cold air over a coil whose water stands warm is warmed there.
        at_coils(COOLS, mat=8.0, hcet=8.0, hclt=8.1, ccet=8.0, cclt=12.0, sat=13.0),
        # One sensor is off, and the coil shut.
        at_coils(COOLS, ccet=22.0, cclt=26.0, sat=27.0),
        at_coils(HEATS, hcet=26.0, hclt=22.0, mat=21.0),
    ],
)
def test_what_only_looks_swapped(of: Frame) -> None:
    assert last(judged("SEN-16", of)) == (OK, Reason.CONDITION)


def test_coils_that_are_shut_or_stand_say_nothing() -> None:
    shut = at_coils(COOLS, cclt=26.0, sat=27.0)
    assert last(judged("SEN-16", shut)) == (NE, Reason.SMALL_SPREAD)
    assert last(judged("SEN-16", at_coils(COOLS, fan_status=0))) == (NE, Reason.OFF)


def test_jitter_beyond_what_a_sensor_may_be_wrong_by() -> None:
    assert last(judged("SEN-15", jitter(0.35))) == (FAULT, Reason.CONDITION)
    assert last(judged("SEN-15", jitter(0.2))) == (OK, Reason.CONDITION)
    assert last(judged("SEN-15", jitter(0.1))) == (OK, Reason.CLEAR)


def test_a_duct_must_be_read_every_minute_and_a_room_every_five() -> None:
    of = jitter(0.5, period_s=300, pairs=48)
    assert last(judged("SEN-15", of)) == (NE, Reason.COARSE)
    room = replace(of, parameters={**of.parameters, "longest_s": np.array([300.0])})
    assert last(judged("SEN-15", room)) == (FAULT, Reason.CONDITION)


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (jitter(0.5, cool_valve=500.0), Reason.UNSTEADY),
        (jitter(0.5, pairs=0), Reason.NO_DATA),
        (jitter(0.5, pairs=150), Reason.INSUFFICIENT),
        (replace(jitter(0.5), muted=np.ones((1, 2), dtype=np.bool_)), Reason.MUTED),
        (replace(jitter(0.5), declared=np.ones((1, 2), dtype=np.bool_)), Reason.DECLARED),
        (replace(jitter(0.5), coarse=np.array([True])), Reason.COARSE),
    ],
)
def test_what_jitters_says_nothing_then(of: Frame, reason: Reason) -> None:
    assert last(judged("SEN-15", of)) == (NE, reason)


def test_targets_of_the_sample_site() -> None:
    noisy = {target.id: target for target in noisy_sensor.targets(SITE)}
    assert {"a.z-lobby.zone_co2", "a.weather.oah", "a.ahu1.sat", "a.chiller.chw_leaving"} <= set(
        noisy
    )
    assert not {"a.ahu1.sat_sp", "a.w-main.pressure", "a.m-main.voltage_a"} & set(noisy)
    assert noisy["b.z-wet.zone_temp"].parameters["longest_s"] == 300.0
    assert noisy["a.ahu1.mat"].parameters["longest_s"] == 60.0
    assert "cool_valve" in noisy["a.ahu1.mat"].points
    machines = {target.id for rule in SWAPPED for target in rule.targets(SITE)}
    assert {"a.ahu1", "a.boiler", "b.station", "a.chiller", "d.chiller"} <= machines
    assert not {"a.ahu2", "d.chiller2"} & machines


SWAPPED_IN = {
    "winter": (0, (("c.boiler", "hw_entering", "SEN-11"), ("c.ahu1", "hcet", "SEN-16"))),
    "summer": (182, (("a.chiller", "chw_entering", "SEN-11"), ("a.ahu1", "ccet", "SEN-16"))),
}


@pytest.mark.parametrize("season", list(SWAPPED_IN))
def test_wrong_sensors_of_the_physics_are_found_where_they_are(season: str) -> None:
    """Each once, and no other rule of sensors accuses anything else."""
    day, swapped = SWAPPED_IN[season]
    start = MONDAY + day * DAY_MS
    onset, kind = start + DAY_MS // 2, FaultKind
    wrong = [
        ill(kind.SENSOR_NOISY, "a.z-lobby", "zone_co2", onset, 10.0),
        ill(kind.SENSOR_NOISY, "c.ahu2", "sat", onset, 20.0),
        ill(kind.SENSOR_UNIT, "b.ahu2", "sat", onset),
        *(ill(kind.SENSOR_SWAPPED, asset, point, onset) for asset, point, _ in swapped),
    ]
    rules = (*SWAPPED, wrong_unit.RULE, noisy_sensor.RULE, *mixed_air.RULES)
    assert {(f.rule, f.target) for f in judge(start, 3, wrong, rules).findings} == {
        ("SEN-15", "a.z-lobby.zone_co2"), ("SEN-15", "c.ahu2.sat"), ("SEN-10", "b.ahu2.sat"),
        *((rule, asset) for asset, _, rule in swapped),
    }  # fmt: skip
