"""A room's own energy, storage included, closes to rounding."""

from __future__ import annotations

import numpy as np
import pytest

from core.batch import Floats
from simulators.physics.air.rooms import Rooms
from simulators.physics.constants import constant
from simulators.physics.plan import AIR_HEAT, plan_of
from simulators.physics.rows import Rows
from simulators.worlds import one_building
from tests.simulators.parts import SITE


def rooms() -> tuple[Rooms, int, Floats]:
    """Those of a building, the south one's row, and its area."""
    plan = plan_of(one_building(SITE, "a"))
    made = Rooms(plan, Rows(plan))
    return made, [z.id for z in plan.zones].index("a.z-south"), plan.area


def test_rooms_keep_the_heat_they_are_given_and_blown() -> None:
    made, _, area = rooms()
    outside = np.array([z.number("exterior", 0.5) for z in plan_of(one_building(SITE, "a")).zones])
    loss = (0.0004 + 0.0008 * outside) * area
    size, given = len(area), np.zeros(len(area))
    start = made.state.copy()
    for _ in range(120):
        before = made.state.copy()
        made.step(constant(20.0), np.full(size, 25.0), np.zeros(size), np.full(size, 0.5),
                  np.full(size, 0.5 * 16.0), np.zeros(size))  # fmt: skip
        # What the mass took says what the air's mean was.
        mean = before[1] + (made.mass - before[1]) / (5.0 / 60.0 * 0.006 / 0.08)
        given += (25.0 - loss * (mean - 20.0) + AIR_HEAT * 0.5 * (16.0 - mean)) * 5.0 / 60.0
    air = area * 3.0 * 1.2 * 1.005 / 3600.0 * 5.0 * (made.air - start[0])
    mass = area * 0.08 * (made.mass - start[1])
    assert air + mass == pytest.approx(given, rel=1e-9)
    assert np.abs(made.air - start[0]).max() > 0.5


def test_people_raise_carbon_dioxide_and_outdoor_air_takes_it_away() -> None:
    made, south, area = rooms()
    size = len(area)
    for _ in range(120):
        made.step(constant(20.0), np.zeros(size), np.full(size, 150.0), np.full(size, 3.0),
                  np.full(size, 54.0), np.full(size, 0.9))  # fmt: skip
    # Balance: 4.8 mL/s a head against 0.9 m³/s of outdoor air and what seeps in.
    fresh = 0.9 + 0.30 * float(area[south]) * 3.0 / 3600.0
    assert made.co2[south] == pytest.approx(420.0 + 150 * 4.8 / fresh, rel=0.01)
