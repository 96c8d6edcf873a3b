"""Worlds of one seed: what differs between them is the fault's doing, and nothing else's."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from core.clock import DAY_MS, HOUR_MS
from core.words import Carrier
from simulators.abreast import Abreast
from simulators.campus import Campus
from simulators.lives import Difference, Life
from simulators.physics.faults import Fault, FaultKind
from simulators.worlds import Living, Repair, Worlds, live, one_building, unrepaired
from tests.simulators.parts import SEED, SITE, START, Readings, all_of, at, fault, same

LEAK = fault(FaultKind.WATER_LEAK, "a.w-toilets", severity=0.2, onset=at(2, 5.5))


def test_a_twin_goes_on_exactly_as_the_world_it_came_from() -> None:
    campus = Campus(SITE, SEED, START, (LEAK,))
    all_of(campus, at(2))
    twin = campus.twin((LEAK,))
    assert same(all_of(campus, at(3)), all_of(twin, at(3)))
    assert campus.consumed() == twin.consumed()


def test_what_two_worlds_use_differs_by_the_leak_alone() -> None:
    campus = Campus(SITE, SEED, START, (LEAK,))
    campus.advance(at(2))
    healthy = campus.twin(())
    campus.advance(at(3))
    healthy.advance(at(3))
    with_leak, without = campus.consumed(), healthy.consumed()
    wasted = {key: with_leak[key] - without[key] for key in without}
    assert wasted.pop(("a", Carrier.WATER)) == pytest.approx(0.2 * 18.5, rel=0.3)
    assert 0.5 < wasted.pop(("a", Carrier.ELECTRICITY)) < 5.0, "the pumps lift what leaks"
    assert max(abs(amount) for amount in wasted.values()) < 1e-9


def test_true_use_is_what_the_dial_shows_within_the_meters_class() -> None:
    campus = Campus(SITE, SEED, START)
    seen = Readings(all_of(campus, START + DAY_MS))
    before = campus.consumed()["a", Carrier.WATER]
    later = Readings(all_of(campus, START + 2 * DAY_MS))
    used = campus.consumed()["a", Carrier.WATER] - before
    counted = later.of("a.w-main.volume")[1][-1] - seen.of("a.w-main.volume")[1][-1]
    assert counted == pytest.approx(used, rel=0.011, abs=0.02)


ONE = one_building(SITE, "a")
VALVE = fault(FaultKind.HEAT_VALVE_PASSES, "a.ahu1", severity=0.4, onset=at(2, 9.25))


@pytest.fixture(scope="module")
def lived() -> tuple[Worlds, Campus, Life, Life, dict[str, Life]]:
    worlds = Worlds(site=ONE, seed=SEED, start=START, days=4, faults=(LEAK, VALVE))
    origin = worlds.origin()
    everything, without = worlds.unrepaired(origin)
    return worlds, origin, _healthy(worlds, origin), everything, without


def _healthy(worlds: Worlds, origin: Campus) -> Life:
    """H alone, beside no other world."""
    life = worlds.unborn()
    live([Living(worlds, origin.twin(()), life)], worlds.end)
    return life


Lived = tuple[Worlds, Campus, Life, Life, dict[str, Life]]


def test_one_building_says_what_it_says_on_its_campus() -> None:
    whole, alone = Campus(SITE, SEED, START, (VALVE,)), Campus(ONE, SEED, START, (VALVE,))
    for gateway in ONE.gateways:
        of_whole, of_alone = whole.read(gateway, at(3)), alone.read(gateway, at(3))
        assert [SITE.points[i].id for i in of_whole.point[:200]] == [
            ONE.points[i].id for i in of_alone.point[:200]
        ]
        assert (of_whole.value == of_alone.value).all()


def test_a_fault_shows_from_its_onset_on_and_not_before(lived: Lived) -> None:
    worlds, _, _, everything, without = lived
    leak = worlds.difference(everything, without[LEAK.id])
    assert leak.visible(any_hour=False) == at(2, 6.0)
    assert leak.on_days(START, at(5)) == 3
    valve = worlds.difference(everything, without[VALVE.id])
    seen = valve.visible(any_hour=False)
    assert seen is not None
    assert at(2, 9.25) < seen <= at(3, 12.0), "a warm boiler has no hot water that could pass"


def test_worlds_that_go_on_together_say_what_each_says_alone() -> None:
    origin = Campus(ONE, SEED, START)
    origin.advance(at(1, 3.0))
    odd = fault(FaultKind.PLANT_LEFT_ON, "a.ahu2", onset=at(1, 20.04))
    worlds: list[list[Fault]] = [[], [LEAK, VALVE], [odd]]
    apart, beside = ([origin.twin(faults) for faults in worlds] for _ in range(2))
    abreast = Abreast(beside)
    for moment in (at(1, 15.52), at(2, 12.0)):
        abreast.advance(moment)
    abreast.leave()
    for one, other in zip(apart, beside, strict=True):
        one.advance(at(2, 14.0))
        other.advance(at(2, 14.0))
        assert one.consumed() == other.consumed()
        for gateway in ONE.gateways:
            assert same(one.read(gateway, at(2, 14.0)), other.read(gateway, at(2, 14.0)))


def test_worlds_of_two_buildings_go_on_together_as_each_alone() -> None:
    other = one_building(SITE, "c")
    valve = fault(FaultKind.COOL_VALVE_PASSES, "c.ahu1", severity=0.5, onset=at(1, 6.3),
                  creep_days=1.0)  # fmt: skip
    apart, beside = (
        [Campus(site, SEED, START, faults) for site, faults in ((other, (valve,)), (ONE, (LEAK,)))]
        for _ in range(2)
    )
    for campus in apart:
        for _ in campus.history(2, 2):
            pass
    abreast = Abreast(beside)
    abreast.history(2)
    abreast.advance(at(2, 9.0))
    abreast.leave()
    for one, two in zip(apart, beside, strict=True):
        one.advance(at(2, 12.0))
        two.advance(at(2, 12.0))
        assert one.consumed() == two.consumed()
        for gateway in one.world.plan.site.gateways:
            assert same(one.read(gateway, at(2, 12.0)), two.read(gateway, at(2, 12.0)))


def test_until_a_second_fault_comes_the_world_without_the_first_is_the_healthy_one(
    lived: Lived,
) -> None:
    worlds, origin, healthy, everything, _ = lived
    [found] = unrepaired([(worlds, origin)])
    assert (found.healthy.used == healthy.used).all()
    # The mean of an hour that is cut rounds by where.
    np.testing.assert_allclose(found.healthy.mean, healthy.mean, rtol=1e-12)
    assert (found.healthy.count == healthy.count).all()
    assert (found.healthy.used != everything.used).any()


def test_worlds_of_different_times_do_not_go_on_together() -> None:
    origin = Campus(ONE, SEED, START)
    later = origin.twin(())
    later.advance(at(1, 1.0))
    with pytest.raises(ValueError, match="same time"):
        Abreast([origin, later])


def test_without_faults_nothing_differs(lived: Lived) -> None:
    worlds, origin, healthy, _, _ = lived
    again = worlds.difference(_healthy(worlds, origin), healthy)
    assert len(again.hours) == 0
    assert (again.days == 0.0).all()


def test_what_is_wasted_is_the_leak_and_the_valve_apart(lived: Lived) -> None:
    worlds, _, healthy, everything, without = lived
    water, gas = list(Carrier).index(Carrier.WATER), list(Carrier).index(Carrier.GAS)
    both = worlds.difference(everything, healthy).days
    leak = worlds.difference(everything, without[LEAK.id]).days
    valve = worlds.difference(everything, without[VALVE.id]).days
    assert both[0].max() == 0.0, "nothing is wasted before anything is wrong"
    # The valve moves the cooling, and with it what the tower draws.
    assert both[:, water] == pytest.approx(leak[:, water] + valve[:, water], rel=0.01)
    assert valve[:, water].max() < 0.05 * leak[:, water].max()
    assert leak[2, water] == pytest.approx(0.2 * 24, rel=0.2)
    assert (leak[:, gas] == 0.0).all()
    assert valve[1:, gas].max() > 0.3


def test_the_savings_of_all_repairs_sum_to_what_was_wasted_and_is_no_more(lived: Lived) -> None:
    worlds, origin, _, everything, _ = lived
    repairs = [Repair(VALVE.id, at(3, 10.0)), Repair(LEAK.id, at(4, 8.0))]
    lives = worlds.repaired(origin, repairs)
    steps = [everything, *lives]
    savings = [worlds.difference(before, after).days for before, after in pairwise(steps)]
    assert sum(savings) == pytest.approx(worlds.difference(everything, lives[-1]).days)
    water = list(Carrier).index(Carrier.WATER)
    assert savings[1][3, water] == pytest.approx(0.2 * 16, rel=0.2)
    assert savings[1][:3].max() == 0.0
    assert savings[0][3].max() > 0.0


def test_a_fault_with_few_hours_is_dormant_unless_any_will_do() -> None:
    days = np.zeros((1, len(Carrier)))
    hours = np.array([HOUR_MS, 2 * HOUR_MS, DAY_MS + HOUR_MS, DAY_MS + 2 * HOUR_MS])
    few = Difference(start=0, hours=hours, days=days)
    assert few.visible(any_hour=False) is None
    assert few.visible(any_hour=True) == HOUR_MS
    one_day = Difference(start=0, hours=np.arange(1, 10) * HOUR_MS, days=days)
    assert one_day.visible(any_hour=False) is None
    assert Difference(start=0, hours=hours[:0], days=days).visible(any_hour=True) is None


def test_a_silent_point_differs_from_one_that_speaks() -> None:
    silent = fault(FaultKind.SENSOR_SILENT, "a.ahu1", point="mat", onset=at(1, 6.0))
    worlds = Worlds(site=ONE, seed=SEED, start=START, days=1, faults=(silent,))
    everything, without = worlds.unrepaired(worlds.origin())
    shown = worlds.difference(everything, without[silent.id])
    assert shown.visible(any_hour=True) == at(1, 7.0)
    assert len(shown.hours) == 18
