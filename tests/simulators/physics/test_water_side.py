"""A boiler's and a room's own energy, storage included, closes to rounding."""

from __future__ import annotations

import numpy as np
import pytest

from core.batch import Floats
from simulators.physics.plan import AIR_HEAT, plan_of
from simulators.physics.rooms import Rooms
from simulators.physics.rows import Rows
from simulators.physics.trace import BUILDING_ROW
from simulators.physics.water_side import Asked, PlantDay, PlantFaults, Plants
from simulators.worlds import one_building
from tests.simulators.parts import SITE

STEP = 5
EQUIPMENT = SITE.equipment


def plants(building: str) -> Plants:
    return Plants(plan_of(one_building(SITE, building)), 1)


def day(oat: float) -> PlantDay:
    one = np.ones((1, 1))
    return PlantDay(oat=oat * one, hours=one > 0.0, hot_draw=3.0 * one, latent=1.2 * one)


def asked(heat: float = 0.0, cold: float = 0.0) -> Asked:
    one = np.ones(1)
    return Asked(heat * one, cold * one, min(heat, 1.0) * one, heat * one > 0.0, cold * one > 0.0,
                 one > 0.0)  # fmt: skip


def stepped(
    plant: Plants, oat: float, loads: list[Asked], *, in_hand: bool = False
) -> list[dict[str, float]]:
    """What was written of each step, by name."""
    found = []
    for load in loads:
        faults = PlantFaults(lockout_lost=np.array([in_hand]))
        plant.step(day(oat), 0, load, faults, STEP)
        written = plant.written()[:, 0]
        found.append({name: float(written[i]) for name, i in BUILDING_ROW.items()})
    return found


def total(rows: list[dict[str, float]], name: str) -> float:
    """Of a power [kW] over the steps. [kWh]"""
    return sum(row[name] for row in rows) * STEP / 60.0


def test_what_the_flame_gives_is_used_or_stored() -> None:
    plant = plants("c")
    start = float(plant.state[0, 0])
    rows = stepped(plant, 8.0, [asked(60.0 if k % 60 < 40 else 5.0) for k in range(288)])
    stored = 240.0 * 0.012 * (float(plant.state[0, 0]) - start)
    assert total(rows, "fire") == pytest.approx(total(rows, "heat") + stored, rel=1e-9)
    assert total(rows, "fire") > 500.0


def test_the_flows_heat_is_what_its_thermometers_say() -> None:
    last = stepped(plants("c"), 8.0, [asked(80.0)] * 40)[-1]
    carried = 1.163 * last["hot_flow"] * (last["hot"] - last["hot_return"])
    # The thermometer is read after the step, the heat is that of the step.
    assert last["heat"] == pytest.approx(carried, rel=1e-9)


@pytest.mark.parametrize(
    ("oat", "in_hand", "runs"), [(10.0, False, 1.0), (17.0, False, 0.0), (17.0, True, 1.0)]
)
def test_the_lockout_keeps_a_heating_boiler_off_when_it_is_warm(
    oat: float, *, in_hand: bool, runs: float
) -> None:
    assert stepped(plants("a"), oat, [asked(20.0)] * 6, in_hand=in_hand)[-1]["heating"] == runs


def test_a_chiller_carries_its_load_and_holds_its_water() -> None:
    rows = stepped(plants("a"), 25.0, [asked(cold=150.0)] * 60)
    assert total(rows[-12:], "cooling") == pytest.approx(150.0 * 1.2, rel=0.02)
    assert 6.5 < rows[-1]["chilled"] < 9.0


def rooms() -> tuple[Rooms, int, Floats]:
    """Those of a building, the south one's row, and its area."""
    plan = plan_of(one_building(SITE, "a"))
    made = Rooms(plan, Rows(plan, 1))
    return made, [z.id for z in plan.zones].index("a.z-south"), plan.area


def test_rooms_keep_the_heat_they_are_given_and_blown() -> None:
    made, _, area = rooms()
    outside = np.array([z.number("exterior", 0.5) for z in plan_of(one_building(SITE, "a")).zones])
    loss = (0.0004 + 0.0008 * outside) * area
    size, given = len(area), np.zeros(len(area))
    start = made.state.copy()
    for _ in range(120):
        before = made.state.copy()
        made.step(20.0, np.full(size, 25.0), np.zeros(size), np.full(size, 0.5),
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
        made.step(20.0, np.zeros(size), np.full(size, 150.0), np.full(size, 3.0),
                  np.full(size, 54.0), np.full(size, 0.9))  # fmt: skip
    # Balance: 4.8 mL/s a head against 0.9 m³/s of outdoor air and what seeps in.
    fresh = 0.9 + 0.15 * float(area[south]) * 3.0 / 3600.0
    assert made.co2[south] == pytest.approx(420.0 + 150 * 4.8 / fresh, rel=0.01)
