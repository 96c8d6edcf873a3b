"""Worlds stepped together are each what they are alone, to the bit."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from core.clock import DAY_MS
from simulators.days import Days
from simulators.physics.conditions import Conditions, conditions_of
from simulators.physics.drivers import Drivers, drivers_of
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.model import Model, Reads, Step
from simulators.physics.plan import plan_of
from simulators.physics.trace import Trace
from tests.simulators.parts import SEED, SITE, START, fault

PLAN = plan_of(SITE)
K = FaultKind
WORLDS: tuple[tuple[Fault, ...], ...] = (
    (),
    (fault(K.PLANT_LEFT_ON, "c.ahu2"),),
    (fault(K.HEAT_VALVE_PASSES, "c.ahu1", severity=0.4),
     fault(K.SENSOR_STUCK, "a.ahu1", point="sat")),
    (fault(K.DAMPER_STUCK, "a.ahu2", severity=0.8), fault(K.SENSOR_SWAPPED, "a.ahu1", point="mat")),
    (fault(K.LOCKOUT_LOST, "a.boiler"), fault(K.SENSOR_OPEN, "a.z-lobby", point="zone_temp")),
)  # fmt: skip
DAYS = 2


def drivers(day: int) -> Drivers:
    days, which = Days(SITE, START), date(2026, 4, 13) + timedelta(days=day)
    return drivers_of(PLAN, SEED, which, START + day * DAY_MS, days.worked(which))


def reads(of: Drivers, cut: slice) -> Reads:
    oat = of.weather.oat[cut, None]
    ahus = oat + np.linspace(-0.2, 0.2, len(PLAN.ahus))
    return Reads(ahus, np.repeat(oat, len(PLAN.buildings), axis=1), of.looped_noise[cut])


def conditions(faults: tuple[Fault, ...]) -> Conditions:
    return conditions_of(PLAN, faults, START + DAY_MS)


def lived(worlds: tuple[tuple[Fault, ...], ...], cuts: tuple[int, ...] = ()) -> list[list[Trace]]:
    """The traces of each world, stretch by stretch."""
    model = Model([PLAN] * len(worlds), SEED)
    found: list[list[Trace]] = [[] for _ in worlds]
    edges = (0, *cuts, 1440)
    for day in range(DAYS):
        of = drivers(day)
        for first, last in pairwise(edges):
            seen, minutes = reads(of, slice(first, last)), (first, last)
            made = model.run_all([Step(of, conditions(w), minutes, seen) for w in worlds])
            for mine, trace in zip(found, made, strict=True):
                mine.append(trace)
    return found


def whole(traces: list[Trace]) -> tuple[np.ndarray, ...]:
    return tuple(
        np.concatenate([getattr(t, name) for t in traces], axis=1)
        for name in ("ahu", "zone", "building")
    )


@pytest.fixture(scope="module")
def together() -> list[list[Trace]]:
    return lived(WORLDS)


@pytest.mark.parametrize("which", range(len(WORLDS)))
def test_a_world_is_the_same_alone_and_beside_others(
    together: list[list[Trace]], which: int
) -> None:
    alone = lived((WORLDS[which],))[0]
    for one, other in zip(whole(alone), whole(together[which]), strict=True):
        assert np.array_equal(one, other)
    if which:
        assert not np.array_equal(whole(alone)[0], whole(together[0])[0]), "it is another world"


def test_time_can_be_cut_anywhere(together: list[list[Trace]]) -> None:
    cut = lived(WORLDS, cuts=(3, 421, 422, 700, 1113))
    for mine, whole_day in zip(cut, together, strict=True):
        for one, other in zip(whole(mine), whole(whole_day), strict=True):
            assert np.array_equal(one, other)


def test_a_world_goes_on_from_a_copy_beside_the_one_it_came_from() -> None:
    alone, of = Model([PLAN], SEED), drivers(0)
    healthy = conditions(())
    alone.run_all([Step(of, healthy, (0, 613), reads(of, slice(0, 613)))])
    both = Model([PLAN, PLAN], SEED)
    both.remember(alone.memory())
    seen = reads(of, slice(613, 1440))
    straight = alone.run_all([Step(of, healthy, (613, 1440), seen)])[0]
    one, other = both.run_all([
        Step(of, now, (613, 1440), seen) for now in (healthy, conditions(WORLDS[1]))
    ])  # fmt: skip
    assert np.array_equal(one.ahu, straight.ahu)
    assert np.array_equal(one.building, straight.building)
    assert not np.array_equal(other.ahu, straight.ahu)


def test_no_memory_of_another_site_is_taken_up() -> None:
    memory = Model([PLAN], SEED).memory()
    memory["air"] = memory["air"][:, :-1]
    with pytest.raises(ValueError, match="air"):
        Model([PLAN], SEED).remember(memory)
