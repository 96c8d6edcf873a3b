"""People of the second physics: unlike the first's, and within a building's places."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from core.batch import Floats
from core.errors import Misconfigured
from simulators.physics.laws import laws_of
from simulators.physics.people import people, plain_people
from simulators.physics.plan import plan_of
from tests.sample import wushan

PLAN = plan_of(wushan())
MONDAY, SUNDAY = date(2026, 4, 13), date(2026, 4, 19)
WORKED = np.ones(len(PLAN.buildings), np.bool_)


def test_it_is_another_pattern_than_the_firsts() -> None:
    plain = plain_people.presence_of(PLAN, 1, MONDAY, WORKED)
    first = people.presence_of(PLAN, 1, MONDAY, WORKED)
    assert plain.zone.shape == first.zone.shape
    assert np.abs(plain.building - first.building).max() > 0.2


def test_shares_lie_between_nobody_and_everybody() -> None:
    for day, worked in ((MONDAY, WORKED), (SUNDAY, ~WORKED)):
        zone = plain_people.presence_of(PLAN, 1, day, worked).zone
        assert 0.0 <= zone.min() <= zone.max() <= 0.8
        assert (zone[:300] == 0.0).all()


def test_nobody_stays_after_hours_and_a_third_is_away_at_lunch() -> None:
    south = _zone("a.z-south")
    shut = wushan().buildings["a"].schedule.workday
    assert shut is not None
    assert (south[shut[1] :] == 0.0).all()
    assert south[750] == pytest.approx(south[690] * 2.0 / 3.0)


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    again = _zone("a.z-south")
    assert (again == _zone("a.z-south")).all()
    assert (again != _zone("a.z-south", seed=2)).any()


def test_an_unknown_physics_is_refused_with_those_there_are() -> None:
    assert laws_of("second").one_node
    with pytest.raises(Misconfigured, match="first or second"):
        laws_of("third")


def _zone(name: str, seed: int = 1) -> Floats:
    place = [z.id for z in PLAN.zones].index(name)
    return plain_people.presence_of(PLAN, seed, MONDAY, WORKED).zone[:, place]
