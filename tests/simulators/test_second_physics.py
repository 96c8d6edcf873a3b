"""A plainer physics of the same campus: another truth, the same weather, meters and faults."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.clock import DAY_MS
from core.errors import Misconfigured
from core.words import Carrier
from simulators.campus import Campus
from simulators.physics.faults import FaultKind
from simulators.worlds import one_building
from tests.simulators.parts import SEED, SITE, START, Readings, at, fault

ONE = one_building(SITE, "a")


def lived(physics: str, *faults: FaultKind) -> tuple[Campus, Readings]:
    what = [fault(kind, "a.ahu1", severity=0.5) for kind in faults]
    campus = Campus(ONE, SEED, START, what, physics=physics)
    return campus, Readings(campus.read("gw-a", START + 2 * DAY_MS), ONE)


def test_rooms_valves_and_people_differ_and_the_weather_does_not() -> None:
    (_, first), (_, second) = lived("first"), lived("second")
    for point in ("a.z-south.zone_temp", "a.z-south.zone_co2", "a.ahu1.heat_valve"):
        assert np.abs(first.of(point)[1] - second.of(point)[1]).max() > 1.0, point
    assert (first.of("a.weather.oat")[1] == second.of("a.weather.oat")[1]).all()


def test_it_is_no_toy_either_rooms_stay_rooms() -> None:
    _, second = lived("second")
    worked = second.between("a.z-south.zone_temp", at(1, 10), at(1, 17))
    assert 18.0 < worked.min() < worked.max() < 27.0


def test_a_passing_valve_wastes_heat_in_it_too() -> None:
    gas = ("a", Carrier.GAS)
    healthy, faulty = (lived("second", *kinds)[0] for kinds in ((), (FaultKind.HEAT_VALVE_PASSES,)))
    assert faulty.consumed()[gas] > healthy.consumed()[gas]


def test_a_saved_campus_goes_on_by_its_own_laws(tmp_path: Path) -> None:
    campus, _ = lived("second")
    campus.save(tmp_path / "campus.npz")
    again = Campus.load(tmp_path / "campus.npz", ONE)
    until = START + 2 * DAY_MS + DAY_MS // 2
    one, other = campus.read("gw-a", until), again.read("gw-a", until)
    assert (one.value == other.value).all()
    assert len(one)


def test_an_unknown_one_is_refused() -> None:
    with pytest.raises(Misconfigured, match="physics 'third'"):
        Campus(ONE, SEED, START, physics="third")
