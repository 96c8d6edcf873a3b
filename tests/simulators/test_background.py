"""Defects of data that are nobody's fault: as often as real ones, and the same in every world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.batch import Columns
from core.clock import HOUR_MS, MINUTE_MS
from core.words import Carrier
from simulators.campus import Campus
from simulators.gaps import Gaps
from simulators.physics.faults import FaultKind
from simulators.physics.readings.background import PERFECT, REAL, Background, Episodes, some_hours
from simulators.physics.readings.meters import known
from tests.simulators.parts import SEED, SITE, START, Readings, all_of, at, fault, same

OFTEN = Background(gaps=4.0, nonsense=60.0, jitter_s=20.0, late_min=0.5, duplicates=0.01)
END = at(1, 15.0)


@pytest.fixture(scope="module")
def rows() -> Columns:
    return all_of(Campus(SITE, SEED, START, background=OFTEN), END)


@pytest.fixture(scope="module")
def perfect() -> Readings:
    return Readings(all_of(Campus(SITE, SEED, START), END))


def test_it_is_the_same_however_time_is_cut_and_after_a_save(tmp_path: Path, rows: Columns) -> None:
    campus = Campus(SITE, SEED, START, background=OFTEN)
    first = campus.read("gw-a", at(1, 7.3))
    campus.save(tmp_path / "campus")
    rest = Campus.load(tmp_path / "campus", SITE).read("gw-a", END)
    whole = Campus(SITE, SEED, START, background=OFTEN).read("gw-a", END)
    assert same(Columns.joined([first, rest]), whole)
    assert len(whole) < len(rows)


def test_a_world_with_a_fault_has_the_same_defects(rows: Columns) -> None:
    leak = fault(FaultKind.WATER_LEAK, "a.w-toilets", severity=0.2)
    leaking = all_of(Campus(SITE, SEED, START, (leak,), background=OFTEN), END)
    assert np.array_equal(leaking.point, rows.point)
    assert np.array_equal(leaking.at, rows.at)
    moved = {SITE.points[p].id for p in np.unique(rows.point[leaking.value != rows.value])}
    assert moved & {"a.w-toilets.volume", "a.w-main.volume"}
    assert not {m for m in moved if not m.startswith("a.")}
    twin = Campus(SITE, SEED, START, background=OFTEN).twin((leak,))
    assert same(all_of(twin, END), leaking)


def test_meters_are_read_a_little_late_each_period_once(perfect: Readings) -> None:
    late = Readings(all_of(Campus(SITE, SEED, START, background=Background(jitter_s=20.0)), END))
    places = set()
    for point in SITE.points:
        when, values = late.of(point.id)
        after = when % (point.period_s * 1000)
        if SITE.equipment[point.equipment].meter is None or not known(point.role.id):
            assert np.array_equal(values, perfect.of(point.id)[1]), point.id
            continue
        assert len(when) == 15 * 4, point.id
        assert np.array_equal(np.diff(when // (point.period_s * 1000)), np.ones(len(when) - 1))
        assert (after < 20_000).all(), point.id
        assert len(set(after.tolist())) > 10, point.id
        places.add(int(after.mean()) // 1000)
        if point.register is not None:
            # It shows what has passed since the full quarter, and not yet that of the next.
            exact = perfect.of(point.id)[1]
            assert (values[1:] >= exact[:-1] - 1e-6).all(), point.id
            assert (values[1:] <= exact[1:] + 1e-6).all(), point.id
            assert (np.diff(values) >= 0.0).all(), point.id
    assert len(places) > 5


def test_a_heat_reader_says_nothing_but_zeros_at_once(perfect: Readings) -> None:
    background = Background(nonsense=60.0)
    absurd = Readings(all_of(Campus(SITE, SEED, START, background=background), END))
    zero = [absurd.of(f"c.h-main.{role}")[1] == 0.0 for role in ("heat", "heat_power", "hw_flow")]
    assert 0 < zero[0].sum() < len(zero[0])
    assert (zero[1] >= zero[0]).all()
    assert (zero[2] >= zero[0]).all()
    sound = ~zero[0]
    dial = perfect.of("c.h-main.heat")[1]
    assert np.array_equal(absurd.of("c.h-main.heat")[1][sound], dial[sound])


def test_a_water_register_steps_back_once_in_a_while(perfect: Readings) -> None:
    background = Background(nonsense=5000.0)
    absurd = Readings(all_of(Campus(SITE, SEED, START, background=background), END))
    less = perfect.of("a.w-main.volume")[1] - absurd.of("a.w-main.volume")[1]
    assert 0.0 < less.max() <= 0.09
    assert 0 < np.count_nonzero(less) < len(less)
    assert less.min() == 0.0


def test_a_station_reader_says_what_cannot_be_and_its_controller_does_not_care(
    perfect: Readings,
) -> None:
    absurd = Readings(
        all_of(Campus(SITE, SEED, START, background=Background(nonsense=3000.0)), END)
    )
    temperatures = [absurd.of(f"a.boiler.{role}")[1] for role in ("hw_leaving", "hw_entering")]
    dead = [t == -39.9 for t in temperatures]
    assert dead[0].any()
    assert np.array_equal(dead[0], dead[1])
    assert np.array_equal(absurd.of("a.z-south.zone_temp")[1], perfect.of("a.z-south.zone_temp")[1])


def test_gaps_are_as_many_and_as_long_as_real_meters() -> None:
    """Between the quarters of the real meters, in the median over forty seeds of a year."""
    hours = np.arange(24 * 365, dtype=np.int64)
    missing: dict[Carrier, list[float]] = {Carrier.WATER: [], Carrier.ELECTRICITY: []}
    gaps: dict[Carrier, list[float]] = {Carrier.WATER: [], Carrier.ELECTRICITY: []}
    for seed in range(40):
        for meter, role in (("a.w-main", "volume"), ("a.m-main", "energy")):
            point = SITE.index[f"{meter}.{role}"]
            quarters = START + (np.arange(4 * len(hours)) + 1) * 15 * MINUTE_MS
            rows = Columns.of(
                np.full(len(quarters), point, np.int32), quarters, np.zeros(len(quarters))
            )
            left = Gaps(SITE, seed, REAL).left(rows)
            there = np.zeros(len(hours), np.bool_)
            there[(left.at - 1 - START) // HOUR_MS] = True
            equipment = SITE.equipment[meter].meter
            assert equipment is not None
            missing[equipment.carrier].append(100.0 * float((~there).mean()))
            gaps[equipment.carrier].append(float(np.count_nonzero(np.diff(~there * 1) == 1)))
    # Quarters of the 46 water meters; the 33 electricity meters' median is 1 gap and 0.29 %.
    assert 2.8 < np.median(missing[Carrier.WATER]) < 15.3
    assert 54 < np.median(gaps[Carrier.WATER]) < 300
    assert 0.05 < np.median(missing[Carrier.ELECTRICITY]) < 0.8
    assert 0.5 <= np.median(gaps[Carrier.ELECTRICITY]) <= 2.5


def test_nothing_is_missing_of_a_perfect_campus() -> None:
    rows = Columns.of([0, 1], [START, START], [1.0, 2.0])
    assert Gaps(SITE, SEED, PERFECT).left(rows) is rows


def test_episodes_come_as_often_as_told_however_they_are_asked() -> None:
    times = START + np.arange(20 * 365 * 24, dtype=np.int64) * HOUR_MS
    episodes = Episodes(SEED, ("thing",), 12.0, some_hours(3.0, 0.0))
    acting = np.concatenate([episodes.acting(times[k : k + 24]) for k in range(0, len(times), 24)])
    assert np.array_equal(
        acting, Episodes(SEED, ("thing",), 12.0, some_hours(3.0, 0.0)).acting(times)
    )
    assert np.count_nonzero(np.diff(acting * 1) == 1) == pytest.approx(240, abs=50)
