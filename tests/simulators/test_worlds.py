"""Worlds of one seed: what differs between them is the fault's doing, and nothing else's."""

from __future__ import annotations

import pytest

from core.clock import DAY_MS
from core.words import Carrier
from simulators.campus import Campus
from simulators.physics.faults import FaultKind
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
