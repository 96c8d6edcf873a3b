"""Repairs that only look like one: the symptom goes, the fault and its waste stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.batch import Floats
from core.errors import Refused
from simulators.campus import Campus
from simulators.physics.cheats import CHEATS, WORDS
from simulators.physics.faults import Fault, FaultKind
from simulators.truth import Effect
from tests.simulators.parts import SEED, SITE, START, at, fault

K = FaultKind
NOON, LATER = at(1, 12.0), at(1, 15.0)


def lived(one: Fault, effect: Effect) -> tuple[Campus, dict[str, Floats]]:
    """A campus on which somebody did something at noon, and what it said from one o'clock on."""
    campus = Campus(SITE, SEED, START, (one,))
    campus.advance(NOON)
    assert campus.repair(NOON, effect, fault=one.id) == (one.id,)
    rows = campus.read("gw-a", LATER)
    rows = rows.keep(rows.at > at(1, 13.0))
    said = {p.id: rows.value[rows.point == i] for i, p in enumerate(SITE.points)}
    return campus, said


def test_a_shut_hand_valve_hides_a_stem_that_passes() -> None:
    passes = fault(K.COOL_VALVE_PASSES, "a.ahu1", severity=0.5, onset=at(1, 6.0))
    _, open_ = lived(passes, "useless")
    campus, shut = lived(passes, "valve_shut")
    drop = {
        name: float(np.nanmean(said["a.ahu1.ccet"] - said["a.ahu1.cclt"]))
        for name, said in (("open", open_), ("shut", shut))
    }
    assert drop["open"] > drop["shut"] + 2.0
    assert abs(drop["shut"]) < 1.0
    assert [(t.end, [r.effect for r in t.repairs]) for t in campus.truth()] == [
        (None, ["valve_shut"])
    ]


def test_a_stopped_plant_stands_when_it_is_wanted_too() -> None:
    held = fault(K.PLANT_LEFT_ON, "a.ahu1", onset=at(1, 6.0))
    _, on = lived(held, "useless")
    _, stopped = lived(held, "plant_stopped")
    assert on["a.ahu1.fan_status"].min() == 1.0
    assert stopped["a.ahu1.fan_status"].max() == 0.0


def test_an_unplugged_sensor_says_nothing_of_its_own_fault_nor_of_its_machines() -> None:
    off = fault(K.SENSOR_OFFSET, "a.ahu1", point="mat", severity=4.0, onset=at(1, 6.0))
    _, said = lived(off, "sensor_unplugged")
    assert len(said["a.ahu1.mat"]) == 0
    passes = fault(K.HEAT_VALVE_PASSES, "a.ahu1", severity=0.5, onset=at(1, 6.0))
    _, said = lived(passes, "sensor_unplugged")
    assert len(said["a.ahu1.hclt"]) == 0
    assert len(said["a.ahu1.mat"])


def test_behind_a_shut_stop_valve_nothing_runs_and_nobody_can_draw() -> None:
    runs = fault(K.URINAL_RUNS, "a.w-toilets", severity=0.15, onset=at(1, 6.0))
    _, open_ = lived(runs, "useless")
    _, shut = lived(runs, "valve_shut")
    counted = [float(np.ptp(said["a.w-toilets.volume"])) for said in (open_, shut)]
    assert counted[0] > 0.2
    assert counted[1] == 0.0


def test_a_moved_setpoint_is_met_by_a_coil_that_still_passes() -> None:
    passes = fault(K.HEAT_VALVE_PASSES, "a.ahu1", severity=0.3, onset=at(1, 6.0))
    _, before = lived(passes, "useless")
    _, after = lived(passes, "setpoint_moved")
    moved = np.nanmean(after["a.ahu1.sat_sp"]) - np.nanmean(before["a.ahu1.sat_sp"])
    # The room answers, and return air moves the setpoint back a part of the way.
    assert 1.5 < moved < 5.0


def test_who_mends_it_at_last_undoes_what_hid_it() -> None:
    passes = fault(K.COOL_VALVE_PASSES, "a.ahu1", severity=0.5, onset=at(1, 6.0))
    campus = Campus(SITE, SEED, START, (passes,))
    campus.advance(NOON)
    campus.repair(NOON, "valve_shut", fault=passes.id)
    campus.advance(LATER)
    campus.repair(LATER, "effective", fault=passes.id)
    healthy = Campus(SITE, SEED, START, ())
    rows = [c.read("gw-a", at(2, 12.0)) for c in (campus, healthy)]
    last = [r.keep(r.at > at(2, 11.0)) for r in rows]
    gauge = SITE.index["a.ahu1.cclt"]
    one, other = (r.value[r.point == gauge] for r in last)
    assert np.abs(one - other).max() < 0.5


@pytest.mark.parametrize("cheat", WORDS)
def test_what_no_cheat_hides_is_refused(cheat: Effect) -> None:
    lost = fault(K.LOCKOUT_LOST, "a.boiler", onset=at(1, 6.0))
    campus = Campus(SITE, SEED, START, (lost,))
    campus.advance(at(1, 7.0))
    with pytest.raises(Refused, match="cannot be hidden"):
        campus.repair(at(1, 7.0), cheat, fault=lost.id)
    assert campus.truth()[0].repairs == ()


def test_what_comes_and_goes_hides_itself() -> None:
    stuck = fault(K.SENSOR_STUCK, "a.ahu1", point="rat", onset=at(1, 6.0))
    shaky = replace(stuck, bouts_h=(30.0, 3.0))
    campus = Campus(SITE, SEED, START, (shaky,))
    campus.advance(at(1, 7.0))
    with pytest.raises(Refused):
        campus.repair(at(1, 7.0), "sensor_unplugged", fault=shaky.id)


def test_every_cheat_is_of_use_somewhere() -> None:
    assert {cheat for of in CHEATS.values() for cheat in of} == set(WORDS)


def test_a_hidden_campus_goes_on_from_where_it_was_saved(tmp_path: Path) -> None:
    passes = fault(K.COOL_VALVE_PASSES, "a.ahu1", severity=0.5, onset=at(1, 6.0))
    campus = Campus(SITE, SEED, START, (passes,))
    campus.advance(NOON)
    campus.repair(NOON, "valve_shut", fault=passes.id)
    campus.save(tmp_path / "campus.npz")
    loaded = Campus.load(tmp_path / "campus.npz", SITE)
    rows = [c.read("gw-a", LATER) for c in (campus, loaded)]
    assert np.array_equal(rows[0].value, rows[1].value, equal_nan=True)
