"""Each fault shows in the points that a healthy run does not move, and a repair ends it."""

from __future__ import annotations

import numpy as np
import pytest

from core.clock import HOUR_MS, MINUTE_MS
from core.errors import Refused
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.readings.sensor_faults import OPEN_READING
from tests.simulators.parts import COLD, COOL, SEED, SITE, START, Readings, all_of, at, fault, run

K = FaultKind
NIGHT = (at(2, 2.0), at(2, 5.0))
EARLY = (at(1, 7.75, COLD), at(1, 9.0, COLD))
DAY = (at(1, 11.0), at(1, 17.0))


@pytest.fixture(scope="module")
def healthy() -> Readings:
    return run(1.5)[1]


def mean(readings: Readings, point: str, when: tuple[int, int]) -> float:
    return float(readings.between(point, *when).mean())


def ill(kind: FaultKind, asset: str, *, start: int = START, **more: object) -> Readings:
    more.setdefault("onset", at(1, 6.0, start))
    return run(1.5, (fault(kind, asset, **more),), start=start)[1]


@pytest.fixture(scope="module")
def cold() -> Readings:
    return run(1.5, start=COLD)[1]


def test_a_leak_runs_through_branch_and_main_all_night(healthy: Readings) -> None:
    leaking = ill(K.WATER_LEAK, "a.w-toilets", severity=0.2)
    for meter in ("a.w-toilets.volume", "a.w-main.volume"):
        more = leaking.use(meter, *NIGHT) - healthy.use(meter, *NIGHT)
        # 0.2 m³/h over 2.75 h between first and last read; the booster and its tank hold some.
        assert 0.55 - 0.1 < more < 0.7, meter
    main = ill(K.WATER_LEAK, "a.w-main", severity=0.2)
    assert main.use("a.w-main.volume", *NIGHT) > healthy.use("a.w-main.volume", *NIGHT) + 0.4
    assert main.use("a.w-toilets.volume", *NIGHT) == healthy.use("a.w-toilets.volume", *NIGHT)


def test_a_leak_follows_the_pressure() -> None:
    leaking = ill(K.WATER_LEAK, "a.w-main", severity=3.0)
    night, evening = leaking.use("a.w-main.volume", *NIGHT), (at(1, 20.0), at(1, 23.0))
    assert night > leaking.use("a.w-main.volume", *evening) > 0


def test_lights_left_on_keep_their_level_after_hours(healthy: Readings) -> None:
    lit = ill(K.LIGHTS_LEFT_ON, "a.m-corridor", severity=0.85)
    day = mean(healthy, "a.m-corridor.power", DAY)
    assert mean(healthy, "a.m-corridor.power", NIGHT) < 0.25 * day
    assert mean(lit, "a.m-corridor.power", NIGHT) > 0.7 * day
    assert mean(lit, "a.m-main.power", NIGHT) > mean(healthy, "a.m-main.power", NIGHT) + 4.0


def test_a_fan_held_on_draws_all_night(healthy: Readings) -> None:
    held = ill(K.PLANT_LEFT_ON, "c.ahu2")
    assert mean(held, "c.ahu2.fan_status", NIGHT) == 1.0
    assert mean(held, "c.ahu2.occupied", NIGHT) == 0.0
    assert mean(held, "c.m-terminals.power", NIGHT) > 4 * mean(
        healthy, "c.m-terminals.power", NIGHT
    )


def test_a_boiler_in_hand_burns_gas_on_a_warm_afternoon(healthy: Readings) -> None:
    lost = ill(K.LOCKOUT_LOST, "a.boiler")
    warm = (at(1, 12.0), at(1, 16.0))
    assert healthy.between("a.weather.oat", *warm).min() > 16.0
    assert mean(healthy, "a.boiler.boiler_status", warm) == 0.0
    assert mean(lost, "a.boiler.boiler_status", warm) == 1.0
    # What it holds warm lasts for hours, so that a quiet afternoon may pass between two fires.
    long = (at(1, 9.0), at(2, 0.0))
    assert lost.use("a.g-main.gas_volume", *long) > healthy.use("a.g-main.gas_volume", *long) + 4


def test_the_boiler_that_makes_hot_water_runs_all_year(healthy: Readings) -> None:
    """Its circuit does not: that goes by the weather."""
    assert mean(healthy, "c.boiler.boiler_status", DAY) == 1.0
    assert mean(healthy, "c.hw-pump.pump_status", DAY) == 0.0


def test_a_passing_heating_valve_warms_behind_a_shut_command() -> None:
    by_day = (at(1, 11.0, COOL), at(1, 17.0, COOL))
    healthy = run(1.5, start=COOL)[1]
    passing = ill(K.HEAT_VALVE_PASSES, "c.ahu1", severity=0.45, start=COOL)
    rise = passing.between("c.ahu1.hclt", *by_day) - passing.between("c.ahu1.hcet", *by_day)
    shut = passing.between("c.ahu1.heat_valve", *by_day) == 0.0
    assert shut.mean() > 0.9
    assert rise[shut].mean() > 2.0
    sound = healthy.between("c.ahu1.hclt", *by_day) - healthy.between("c.ahu1.hcet", *by_day)
    assert abs(sound.mean()) < 1.0
    # The loop hides it: the supply holds, outdoor air and then chilled water pay.
    held = passing.between("c.ahu1.sat", *by_day) - passing.between("c.ahu1.sat_sp", *by_day)
    assert abs(held.mean()) < 0.5
    for pays in ("oa_damper", "cool_valve"):
        of = f"c.ahu1.{pays}"
        assert mean(passing, of, by_day) > mean(healthy, of, by_day) + 5, pays
    assert passing.use("c.h-main.heat", *by_day) > healthy.use("c.h-main.heat", *by_day) + 30


def test_a_passing_cooling_valve_cools_behind_a_shut_command() -> None:
    passing = ill(K.COOL_VALVE_PASSES, "a.ahu1", severity=0.5)
    drop = passing.between("a.ahu1.ccet", *DAY) - passing.between("a.ahu1.cclt", *DAY)
    shut = passing.between("a.ahu1.cool_valve", *DAY) == 0.0
    assert shut.any()
    assert drop[shut].mean() > 1.5


def test_a_valve_held_in_hand_heats_against_the_cooling(healthy: Readings) -> None:
    held = ill(K.HEAT_VALVE_HELD, "a.ahu1", severity=0.35)
    both = (held.between("a.ahu1.heat_valve", *DAY) > 5) & (
        held.between("a.ahu1.cool_valve", *DAY) > 5
    )
    assert both.mean() > 0.5
    sound = (healthy.between("a.ahu1.heat_valve", *DAY) > 5) & (
        healthy.between("a.ahu1.cool_valve", *DAY) > 5
    )
    assert not sound.any()


def test_a_stuck_cooling_valve_leaves_the_supply_warm_at_full_command() -> None:
    stuck = ill(K.COOL_VALVE_STUCK, "a.ahu1", severity=0.0)
    late = (at(1, 13.0), at(1, 17.0))
    assert np.median(stuck.between("a.ahu1.cool_valve", *late)) == 100.0
    error = stuck.between("a.ahu1.sat", *late) - stuck.between("a.ahu1.sat_sp", *late)
    assert error.mean() > 2.0


def test_a_stuck_heating_valve_leaves_the_supply_cold_in_the_morning(cold: Readings) -> None:
    stuck = ill(K.HEAT_VALVE_STUCK, "c.ahu1", severity=0.0, start=COLD)
    assert np.median(stuck.between("c.ahu1.heat_valve", *EARLY)) > 95.0
    assert mean(stuck, "c.ahu1.sat", EARLY) < mean(cold, "c.ahu1.sat", EARLY) - 2.0


def test_a_stuck_damper_lets_outdoor_air_in_while_it_is_told_not_to(cold: Readings) -> None:
    stuck = ill(K.DAMPER_STUCK, "a.ahu2", severity=0.85, start=COLD)

    def fraction(readings: Readings) -> float:
        mat, rat, oat = (mean(readings, f"a.ahu2.{role}", EARLY) for role in ("mat", "rat", "oat"))
        return (mat - rat) / (oat - rat)

    assert mean(stuck, "a.ahu2.oa_damper", EARLY) < 40.0
    assert fraction(cold) < 0.4
    # Wide open it lets in 82 % of what the fan blows, and it stands at 85 %.
    assert fraction(stuck) > 0.6


def test_a_drifting_sensor_reads_higher_and_nothing_else_moves(healthy: Readings) -> None:
    drifting = ill(K.SENSOR_OFFSET, "c.ahu2", point="mat", severity=6.0)
    off = drifting.between("c.ahu2.mat", *DAY) - healthy.between("c.ahu2.mat", *DAY)
    assert np.abs(off - 6.0).max() < 0.06
    assert np.array_equal(drifting.of("c.ahu2.sat")[1], healthy.of("c.ahu2.sat")[1])


def test_a_sensor_that_controls_takes_the_loop_along(healthy: Readings) -> None:
    drifting = ill(K.SENSOR_OFFSET, "a.ahu1", point="sat", severity=3.0)
    # The loop holds what it reads, so the air is 3 K colder than it says.
    said = drifting.between("a.ahu1.sat", *DAY) - drifting.between("a.ahu1.sat_sp", *DAY)
    true = drifting.between("a.ahu1.cclt", *DAY) - healthy.between("a.ahu1.cclt", *DAY)
    assert abs(said.mean()) < 1.0
    assert true.mean() < -1.0


@pytest.mark.parametrize(("asset", "role"), [("a.ahu2", "rat"), ("c.z-hall", "zone_temp")])
def test_a_stuck_sensor_says_what_it_said_last(asset: str, role: str) -> None:
    stuck = ill(K.SENSOR_STUCK, asset, point=role, onset=at(1, 9.5))
    before = stuck.between(f"{asset}.{role}", at(1, 8.0), at(1, 9.5))
    after = stuck.between(f"{asset}.{role}", at(1, 9.5), at(2, 10.0))
    assert np.ptp(before) > 0.2
    assert set(after) == {before[-1]}


def test_a_broken_wire_reads_beyond_the_span() -> None:
    broken = ill(K.SENSOR_OPEN, "c.z-east", point="zone_temp", onset=at(1, 9.0))
    assert (broken.between("c.z-east.zone_temp", at(1, 9.0), at(1, 12.0)) == OPEN_READING).all()
    assert (broken.between("c.z-east.zone_temp", at(1, 8.0), at(1, 9.0)) < 45.0).all()


def test_a_broken_wire_in_the_loop_runs_the_cooling_full() -> None:
    broken = ill(K.SENSOR_OPEN, "a.ahu1", point="sat", onset=at(1, 12.0))
    assert (broken.between("a.ahu1.cool_valve", at(1, 12.5), at(1, 17.0)) == 100.0).all()


def test_a_silent_point_and_a_silent_gateway_give_nothing() -> None:
    silent = ill(K.SENSOR_SILENT, "a.chiller", point="chw_entering", onset=at(1, 10.0))
    assert silent.of("a.chiller.chw_entering")[0][-1] == at(1, 10.0)
    assert silent.of("a.chiller.chw_leaving")[0][-1] == at(2, 12.0)
    gone = ill(K.GATEWAY_SILENT, "gw-c", onset=at(1, 10.0), end=at(1, 14.0))
    times, values = gone.of("c.m-main.energy")
    hole = (times > at(1, 10.0)) & (times <= at(1, 14.0))
    assert not hole.any()
    assert values[times == at(1, 14.25)] > values[times == at(1, 10.0)]


@pytest.mark.parametrize(
    ("one", "point", "healthy_again_min"),
    [
        (fault(K.WATER_LEAK, "a.w-toilets", severity=0.4), "a.w-toilets.volume", 0),
        (fault(K.LIGHTS_LEFT_ON, "a.m-corridor"), "a.m-corridor.power", 15),
        (fault(K.SENSOR_STUCK, "c.ahu2", point="mat"), "c.ahu2.mat", 0),
        (fault(K.SENSOR_OPEN, "a.ahu1", point="mat"), "a.ahu1.mat", 0),
        (fault(K.SENSOR_OFFSET, "a.ahu1", point="mat", severity=5.0), "a.ahu1.mat", 0),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fault) else None,
)
def test_a_repair_restores_health(
    one: Fault, point: str, healthy_again_min: int, healthy: Readings
) -> None:
    noon = at(1, 12.0)
    campus, mended = run(1.5, (one,), repairs={noon: one.id})
    truth = campus.truth()[0]
    assert truth.repaired == truth.end == noon
    start, end = noon + healthy_again_min * MINUTE_MS, at(2, 12.0)
    was, now = healthy.between(point, start, end), mended.between(point, start, end)
    if point.endswith("volume"):
        was, now = np.diff(was), np.diff(now)
        assert np.abs(now - was).max() < 0.011  # one pulse earlier or later
    else:
        assert np.array_equal(was, now)
    before = (at(1, 6.0), noon)
    assert not np.array_equal(healthy.between(point, *before), mended.between(point, *before))


def test_a_repaired_valve_leaves_no_trace_by_the_afternoon(healthy: Readings) -> None:
    passes = fault(K.HEAT_VALVE_PASSES, "c.ahu1", severity=0.45)
    _, mended = run(1.0, (passes,), repairs={at(1, 10.0): passes.id})
    rise = mended.between("c.ahu1.hclt", at(1, 10.5), at(1, 17.0)) - mended.between(
        "c.ahu1.hcet", at(1, 10.5), at(1, 17.0)
    )
    sound = healthy.between("c.ahu1.hclt", *DAY) - healthy.between("c.ahu1.hcet", *DAY)
    assert abs(rise.mean() - sound.mean()) < 0.2


def test_a_partial_repair_halves_what_runs_away(healthy: Readings) -> None:
    leak = fault(K.WATER_LEAK, "a.w-toilets", severity=0.4)
    campus = Campus(SITE, SEED, START, (leak,))
    campus.advance(at(1, 12.0))
    assert campus.repair(campus.now, "partial", fault=leak.id) == (leak.id,)
    left = Readings(all_of(campus, at(2, 12.0)))
    spilt = left.use("a.w-toilets.volume", *NIGHT) - healthy.use("a.w-toilets.volume", *NIGHT)
    # 0.2 m³/h over 2.75 h between first and last read, some more at the night's pressure.
    assert 0.5 < spilt < 0.7
    truth = campus.truth()[0]
    assert (truth.end, truth.severity, truth.repairs[0].effect) == (None, 0.4, "partial")


def test_what_is_whole_or_broken_cannot_be_mended_in_part() -> None:
    stuck = fault(K.SENSOR_STUCK, "c.ahu2", point="mat")
    campus, _ = run(0.5, (stuck,))
    with pytest.raises(Refused, match="in part"):
        campus.repair(campus.now, "partial", fault=stuck.id)


def test_a_repair_by_asset_and_family_leaves_the_others() -> None:
    valve = fault(K.HEAT_VALVE_PASSES, "c.ahu1", severity=0.3)
    sensor = fault(K.SENSOR_STUCK, "c.ahu1", point="mat")
    campus, _ = run(0.5, (valve, sensor))
    assert campus.repair(campus.now, "effective", asset="c.ahu1", family="sensor") == (sensor.id,)
    ends = {t.id: t.end for t in campus.truth()}
    assert ends == {valve.id: None, sensor.id: campus.now}


def test_what_is_simulated_already_cannot_be_mended() -> None:
    leak = fault(K.WATER_LEAK, "a.w-main", severity=0.5)
    campus, _ = run(0.5, (leak,))
    campus.repair(campus.now - 3 * HOUR_MS, "effective", fault=leak.id)
    assert campus.truth()[0].repaired == campus.now
