"""Faults of sensors: what each makes of a reading, and what a loop makes of that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.batch import Floats
from core.clock import DAY_MS, HOUR_MS
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.readings.sensing import Sensors, Stretch
from simulators.physics.readings.sensor_faults import SensorFaults
from tests.simulators.parts import (
    COLD,
    SEED,
    SITE,
    START,
    Readings,
    all_of,
    at,
    fault,
    run,
    same,
)

K = FaultKind
DAY = (at(1, 11.0), at(1, 17.0))
END = at(2)


@pytest.fixture(scope="module")
def healthy() -> Readings:
    return run(1.0)[1]


def ill(one: Fault) -> Readings:
    return Readings(all_of(Campus(SITE, SEED, START, (one,)), END))


def off(readings: Readings, healthy: Readings, point: str) -> Floats:
    difference: Floats = readings.of(point)[1] - healthy.of(point)[1]
    return difference


@pytest.mark.parametrize(
    ("kind", "asset", "point", "severity"),
    [
        (K.SENSOR_OFFSET, "a.ahu1", "sat", 0.0),
        (K.SENSOR_DRIFT, "a.ahu1", "rat", 0.0),
        (K.SENSOR_NOISY, "a.ahu1", "sat", 1.0),
        (K.SENSOR_NOISY, "a.ahu1", "mat", 0.0),
        (K.SENSOR_SPIKES, "a.ahu1", "rat", 0.0),
        (K.SENSOR_SUNLIT, "a.ahu1", "oat", 0.0),
    ],
)
def test_a_severity_of_nothing_is_health_itself(
    kind: FaultKind, asset: str, point: str, severity: float, healthy: Readings
) -> None:
    none = ill(fault(kind, asset, point=point, severity=severity))
    assert same(none.rows, healthy.rows)


def test_a_drift_grows_by_the_month_and_without_end(healthy: Readings) -> None:
    long_ago = at(1) - 60 * 24 * HOUR_MS
    drifted = off(
        ill(fault(K.SENSOR_DRIFT, "c.ahu2", point="mat", severity=0.9, onset=long_ago)),
        healthy, "c.ahu2.mat",
    )  # fmt: skip
    assert np.abs(drifted - 1.8).max() < 0.11
    assert drifted[-60:].mean() > drifted[:60].mean()


def test_a_negative_offset_reads_too_low(healthy: Readings) -> None:
    low = ill(fault(K.SENSOR_OFFSET, "a.z-south", point="zone_temp", severity=-2.0))
    told = off(low, healthy, "a.z-south.zone_temp")
    first = 6 * 60
    assert np.count_nonzero(told[:first]) == 0
    # Before the fans start the room itself is the same.
    assert np.abs(told[first : first + 55] + 2.0).max() < 0.06


def test_a_zone_sensor_that_reads_high_takes_air_and_starves_no_neighbour(
    healthy: Readings,
) -> None:
    """Boxes hold their flow whatever the duct's pressure."""
    high = ill(fault(K.SENSOR_OFFSET, "a.z-south", point="zone_temp", severity=2.0))

    def fresher(zone: str) -> float:
        was, now = (r.between(f"{zone}.zone_co2", *DAY).mean() for r in (healthy, high))
        return float(was - now)

    assert fresher("a.z-south") > 5.0
    assert fresher("a.z-lobby") > -5.0


@pytest.mark.parametrize(("asset", "point"), [("a.ahu2", "mat"), ("a.ahu1", "sat")])
def test_noise_is_a_multiple_of_the_healthy_one(asset: str, point: str, healthy: Readings) -> None:
    noisy = ill(fault(K.SENSOR_NOISY, asset, point=point, severity=10.0))

    def jitter(readings: Readings) -> float:
        return float(np.diff(readings.between(f"{asset}.{point}", *DAY), 2).std())

    assert 5.0 < jitter(noisy) / jitter(healthy) < 11.0


def test_noise_in_the_loop_moves_the_valve(healthy: Readings) -> None:
    noisy = ill(fault(K.SENSOR_NOISY, "a.ahu1", point="sat", severity=20.0))

    def travel(readings: Readings) -> float:
        return float(np.abs(np.diff(readings.between("a.ahu1.cool_valve", *DAY))).sum())

    assert travel(noisy) > 1.3 * travel(healthy)


def test_spikes_are_single_readings_and_nested_in_rate(healthy: Readings) -> None:
    many = off(
        ill(fault(K.SENSOR_SPIKES, "a.ahu2", point="mat", severity=10.0, onset=START)),
        healthy, "a.ahu2.mat",
    )  # fmt: skip
    few = off(
        ill(fault(K.SENSOR_SPIKES, "a.ahu2", point="mat", severity=3.0, onset=START)),
        healthy, "a.ahu2.mat",
    )  # fmt: skip
    assert 3 <= np.count_nonzero(many) <= 20
    assert np.abs(many[many != 0.0]).min() > 0.9
    assert 0 < np.count_nonzero(few) < np.count_nonzero(many)
    assert np.array_equal(few[few != 0.0], many[few != 0.0])


def test_swapped_sensors_tell_each_others_air() -> None:
    crossed = fault(K.SENSOR_SWAPPED, "c.ahu1", point="hcet", onset=at(1, start=COLD))
    healthy, swapped = (run(0.5, faults, start=COLD)[1] for faults in ((), (crossed,)))
    morning = (at(1, 7.75, COLD), at(1, 9.0, COLD))
    for here, there in (("hcet", "hclt"), ("hclt", "hcet")):
        told = swapped.between(f"c.ahu1.{here}", *morning)
        true = healthy.between(f"c.ahu1.{there}", *morning)
        assert np.abs(told - true).max() < 1.0
        assert np.abs(told - healthy.between(f"c.ahu1.{here}", *morning)).max() > 2.0


def test_a_return_sensor_swapped_with_the_mixed_one_takes_the_controller_along(
    healthy: Readings,
) -> None:
    swapped = ill(fault(K.SENSOR_SWAPPED, "a.ahu1", point="mat", onset=at(1)))
    cold = (at(1, 8.0), at(1, 9.0))
    rat, mat = (swapped.between(f"a.ahu1.{role}", *cold) for role in ("rat", "mat"))
    assert rat.mean() < mat.mean() - 1.0
    # It believes its rooms cold, and asks for warmer supply air.
    assert (
        swapped.between("a.ahu1.sat_sp", *cold).mean()
        > healthy.between("a.ahu1.sat_sp", *cold).mean() + 1.0
    )


def test_the_sun_warms_an_outdoor_sensor_by_day_only(healthy: Readings) -> None:
    lit = ill(fault(K.SENSOR_SUNLIT, "a.weather", point="oat", severity=10.0, onset=at(1)))
    warmed = off(lit, healthy, "a.weather.oat")
    assert np.count_nonzero(warmed[: 4 * 60]) == 0
    assert np.count_nonzero(warmed[21 * 60 :]) == 0
    assert 1.0 < warmed.max() < 10.0
    assert warmed.min() >= 0.0


def test_a_plant_reads_the_sensor_in_the_sun(healthy: Readings) -> None:
    lit = ill(fault(K.SENSOR_SUNLIT, "a.ahu1", point="oat", severity=12.0, onset=at(1)))
    damper = lit.between("a.ahu1.oa_damper", *DAY)
    assert not np.array_equal(damper, healthy.between("a.ahu1.oa_damper", *DAY))


def test_fahrenheit_is_sent_and_no_controller_is_moved(healthy: Readings) -> None:
    wrong = ill(fault(K.SENSOR_UNIT, "a.ahu1", point="sat", onset=at(1)))
    told, true = wrong.of("a.ahu1.sat")[1], healthy.of("a.ahu1.sat")[1]
    assert np.abs(told - (true * 1.8 + 32.0)).max() < 0.01
    assert np.array_equal(wrong.of("a.ahu1.cool_valve")[1], healthy.of("a.ahu1.cool_valve")[1])


def test_two_faults_of_one_sensor_add_up(healthy: Readings) -> None:
    both = (
        fault(K.SENSOR_OFFSET, "c.ahu2", point="mat", severity=2.0, onset=at(1), id="one"),
        fault(K.SENSOR_OFFSET, "c.ahu2", point="mat", severity=1.0, onset=at(1), id="two"),
    )
    told = off(Readings(all_of(Campus(SITE, SEED, START, both), END)), healthy, "c.ahu2.mat")
    assert np.abs(told - 3.0).max() < 0.06


COMES_AND_GOES = replace(
    fault(K.SENSOR_STUCK, "a.ahu2", point="mat", onset=at(1)), bouts_h=(2.0, 3.0)
)


def test_what_comes_and_goes_does_so_however_time_is_cut(healthy: Readings) -> None:
    once = Campus(SITE, SEED, START, (COMES_AND_GOES,))
    rows = all_of(once, END)
    hourly = Campus(SITE, SEED, START, (COMES_AND_GOES,))
    for hour in range(24):
        hourly.advance(at(1, float(hour)))
    assert same(all_of(hourly, END), rows)
    told, true = Readings(rows).of("a.ahu2.mat")[1], healthy.of("a.ahu2.mat")[1]
    agrees = told == true
    # Some hours of each, in runs.
    assert 0.2 < agrees.mean() < 0.95
    assert np.count_nonzero(np.diff(told) == 0.0) > 100


def test_a_crew_that_comes_between_two_bouts_finds_the_cause() -> None:
    rare = replace(COMES_AND_GOES, bouts_h=(0.02, 1000.0))
    campus = Campus(SITE, SEED, START, (rare,))
    campus.advance(at(1, 20.0))
    assert campus.causes("a.ahu2.mat") == (rare.id,)
    assert campus.repair(campus.now, "effective", fault=rare.id) == (rare.id,)
    assert campus.truth()[0].course == "intermittent"


def test_a_humidity_transmitter_ends_at_the_top_of_its_scale() -> None:
    sensors, point = Sensors(SITE, SEED), SITE.index["a.weather.oah"]
    fog = np.full(600, 101.8)
    when = Stretch(at(1) // DAY_MS, 0, np.zeros(1440))
    assert sensors.read(point, fog, when, None).max() == 100.0
    assert sensors.read(point, fog, when, SensorFaults(broken=True)).min() > 100.0
