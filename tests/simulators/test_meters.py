"""Faults of meters: what they count, show and send, while what really passes stays the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.batch import Columns, Floats
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.people.happenings import Happening, HappeningKind
from tests.simulators.parts import SEED, SITE, START, Readings, all_of, at, fault, run, same

K = FaultKind
METER = "a.m-sockets"
BEFORE, AFTER = (at(1), at(1, 6.0)), (at(1, 6.0), at(2))


@pytest.fixture(scope="module")
def healthy() -> Readings:
    return run(1.0)[1]


def ill(one: Fault) -> tuple[Campus, Readings]:
    campus = Campus(SITE, SEED, START, (one,))
    return campus, Readings(all_of(campus, at(2)))


def steps(readings: Readings, point: str, when: tuple[int, int]) -> Floats:
    difference: Floats = np.diff(readings.between(point, *when))
    return difference


@pytest.mark.parametrize("severity", [0.0, 1.0])
def test_a_right_ratio_is_health_itself(severity: float, healthy: Readings) -> None:
    assert same(ill(fault(K.METER_RATIO, METER, severity=severity))[1].rows, healthy.rows)


@pytest.mark.parametrize(
    ("kind", "severity", "share"), [(K.METER_RATIO, 20.0, 20.0), (K.METER_CT_OPEN, 0.33, 0.67)]
)
def test_a_wrong_ratio_counts_its_multiple_from_the_onset(
    kind: FaultKind, severity: float, share: float, healthy: Readings
) -> None:
    campus, wrong = ill(fault(kind, METER, severity=severity))
    dial, power = f"{METER}.energy", f"{METER}.power"
    assert np.array_equal(wrong.between(dial, *BEFORE), healthy.between(dial, *BEFORE))
    assert wrong.use(dial, *AFTER) / healthy.use(dial, *AFTER) == pytest.approx(share, rel=1e-3)
    assert wrong.between(power, *AFTER) == pytest.approx(
        share * healthy.between(power, *AFTER), abs=0.05 * share + 0.06
    )
    # Only this meter is wrong: the main above it, and what truly ran, are not.
    assert np.array_equal(wrong.of("a.m-main.energy")[1], healthy.of("a.m-main.energy")[1])
    sound = Campus(SITE, SEED, START)
    sound.advance(at(2))
    # Sums of one day in one or two parts differ in their last digits.
    assert campus.consumed() == pytest.approx(sound.consumed(), rel=1e-12)


def test_a_reset_register_begins_at_nothing_and_its_power_runs_through(healthy: Readings) -> None:
    lost = ill(fault(K.METER_RESET, METER))[1]
    dial = lost.between(f"{METER}.energy", *AFTER)
    assert 0.0 <= dial[0] < healthy.between(f"{METER}.energy", *AFTER)[0] / 20.0
    assert np.abs(np.diff(dial) - steps(healthy, f"{METER}.energy", AFTER)).max() < 0.011
    assert np.array_equal(lost.of(f"{METER}.power")[1], healthy.of(f"{METER}.power")[1])


def test_another_meter_has_another_dial_and_keeps_it_when_it_is_declared(
    tmp_path: Path, healthy: Readings
) -> None:
    swap = fault(K.METER_SWAPPED, METER)
    campus = Campus(SITE, SEED, START, (swap,))
    campus.advance(at(1, 12.0))
    campus.save(tmp_path / "campus")
    campus = Campus.load(tmp_path / "campus", SITE)
    campus.repair(campus.now, "effective", fault=swap.id)
    changed = Readings(all_of(campus, at(2)))
    dial = changed.between(f"{METER}.energy", *AFTER)
    assert abs(dial[0] - healthy.between(f"{METER}.energy", *AFTER)[0]) > 1000.0
    assert np.abs(np.diff(dial) - steps(healthy, f"{METER}.energy", AFTER)).max() < 0.011


@pytest.mark.parametrize(
    ("meter", "role", "factor"),
    [(METER, "energy", 1e3), (METER, "power", 1e3), ("a.w-main", "volume", 1e3),
     ("c.h-main", "heat", 0.0036)],
)  # fmt: skip
def test_another_unit_shows_the_whole_dial_in_it(
    meter: str, role: str, factor: float, healthy: Readings
) -> None:
    wrong = ill(fault(K.METER_UNIT, meter))[1]
    point = f"{meter}.{role}"
    assert wrong.between(point, *AFTER) == pytest.approx(factor * healthy.between(point, *AFTER))
    assert np.array_equal(wrong.between(point, *BEFORE), healthy.between(point, *BEFORE))


@pytest.mark.parametrize(
    ("kind", "point"),
    [(K.METER_FLOAT_AS_INTEGER, f"{METER}.energy"), (K.METER_FLOAT_AS_INTEGER, f"{METER}.power"),
     (K.METER_ONE_WORD, f"{METER}.energy")],
)  # fmt: skip
def test_bytes_that_are_taken_wrongly_are_another_number(
    kind: FaultKind, point: str, healthy: Readings
) -> None:
    wrong = ill(fault(kind, METER))[1]
    assert np.array_equal(wrong.between(point, *BEFORE), healthy.between(point, *BEFORE))
    true, told = (r.between(point, *AFTER) for r in (healthy, wrong))
    if kind is K.METER_ONE_WORD:
        # Steps of 0.01 kWh: it starts again every 655.36 kWh.
        assert told == pytest.approx(np.mod(true, 655.36), abs=1e-6)
        assert np.array_equal(wrong.of(f"{METER}.power")[1], healthy.of(f"{METER}.power")[1])
    else:
        back = told.astype(np.int32).view(np.float32)
        assert np.array_equal(back, true.astype(np.float32))
        assert told.min() > 1e8


def test_a_register_starts_again_at_its_width() -> None:
    point = SITE.points[SITE.index[f"{METER}.energy"]]
    assert point.register is not None
    narrow = replace(point, register=replace(point.register, modulus=50.0))
    points = tuple(narrow if p.id == point.id else p for p in SITE.points)
    dial = Readings(all_of(Campus(replace(SITE, points=points), SEED, START), at(2))).of(point.id)[
        1
    ]
    assert dial.max() < 50.0
    falls = np.flatnonzero(np.diff(dial) < 0.0)
    assert len(falls) >= 3
    assert (np.diff(dial)[falls] + 50.0 < 12.0).all()


def test_a_meter_that_is_changed_by_plan_is_no_fault_and_keeps_its_new_dial(
    tmp_path: Path, healthy: Readings
) -> None:
    work = Happening(
        id="work", kind=HappeningKind.METER_CHANGED, building="a", asset=METER,
        start=at(1, 5.5), end=at(1, 6.5),
    )  # fmt: skip
    campus = Campus(SITE, SEED, START, happenings=(work,))
    first = all_of(campus, at(1, 6.25))
    campus.save(tmp_path / "campus")
    rest = all_of(Campus.load(tmp_path / "campus", SITE), at(2))
    told = Readings(Columns.joined([first, rest]))
    dial, power = f"{METER}.energy", f"{METER}.power"
    assert np.array_equal(told.between(dial, *BEFORE), healthy.between(dial, *BEFORE))
    assert told.between(dial, *AFTER)[0] < 210.0 < healthy.between(dial, *AFTER)[0]
    assert np.abs(np.diff(told.between(dial, *AFTER)) - steps(healthy, dial, AFTER)).max() < 0.011
    assert np.array_equal(told.of(power)[1], healthy.of(power)[1])
    assert campus.truth() == []
