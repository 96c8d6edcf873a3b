"""A boiler's and a room's own energy, storage included, closes to rounding."""

from __future__ import annotations

import pytest

from core.clock import DAY_MS
from simulators.physics.rooms import Room
from simulators.physics.trace import BUILDING_ROW
from simulators.physics.water_side import Asked, Plant, PlantDay
from tests.simulators.parts import SITE

MINUTES = DAY_MS // 60_000
EQUIPMENT = SITE.equipment


def day(oat: float) -> PlantDay:
    return PlantDay(
        oat=[oat] * MINUTES, hours=[True] * MINUTES, hot_draw=[3.0] * MINUTES,
        latent=[1.2] * MINUTES,
    )  # fmt: skip


def asked(heat: float = 0.0, cold: float = 0.0) -> Asked:
    return Asked(heat, cold, min(heat, 1.0), heat > 0.0, cold > 0.0, fans=True)


def ran(plant: Plant, name: str) -> list[float]:
    """A row of what was written since the last call."""
    values: list[float] = plant.written()[BUILDING_ROW[name]].tolist()
    return values


def test_what_the_flame_gives_is_used_or_stored() -> None:
    plant = Plant(EQUIPMENT["c.boiler"], EQUIPMENT["c.hw-pump"], None)
    start = plant.state.hot
    for k in range(MINUTES):
        plant.step(day(8.0), k, asked(60.0 if k % 300 < 200 else 5.0), lockout_lost=False)
    rows = plant.written()
    given, used = (float(rows[BUILDING_ROW[name]].sum()) / 60.0 for name in ("fire", "heat"))
    stored = 240.0 * 0.012 * (plant.state.hot - start)
    assert given == pytest.approx(used + stored, rel=1e-9)
    assert given > 500.0


def test_the_flows_heat_is_what_its_thermometers_say() -> None:
    plant = Plant(EQUIPMENT["c.boiler"], EQUIPMENT["c.hw-pump"], None)
    for k in range(200):
        plant.step(day(8.0), k, asked(80.0), lockout_lost=False)
    last = plant.written()[:, -1]
    hot, back = last[BUILDING_ROW["hot"]], last[BUILDING_ROW["hot_return"]]
    carried = 1.163 * last[BUILDING_ROW["hot_flow"]] * (hot - back)
    # The thermometer is read after the step, the heat is that of the minute.
    assert last[BUILDING_ROW["heat"]] == pytest.approx(carried, rel=1e-9)


@pytest.mark.parametrize(
    ("oat", "in_hand", "runs"), [(10.0, False, 1.0), (17.0, False, 0.0), (17.0, True, 1.0)]
)
def test_the_lockout_keeps_a_heating_boiler_off_when_it_is_warm(
    oat: float, *, in_hand: bool, runs: float
) -> None:
    plant = Plant(EQUIPMENT["a.boiler"], EQUIPMENT["a.hw-pump"], None)
    for k in range(30):
        plant.step(day(oat), k, asked(20.0), lockout_lost=in_hand)
    assert plant.state.heating == runs


def test_a_chiller_carries_its_load_and_holds_its_water() -> None:
    plant = Plant(None, None, EQUIPMENT["a.chiller"])
    for k in range(300):
        plant.step(day(25.0), k, asked(cold=150.0), lockout_lost=False)
    cooling = ran(plant, "cooling")[-60:]
    assert sum(cooling) / 60 == pytest.approx(150.0 * 1.2, rel=0.02)
    assert 6.5 < plant.state.chilled < 9.0


def test_a_room_keeps_the_heat_it_is_given() -> None:
    room = Room(EQUIPMENT["a.z-south"])
    area = EQUIPMENT["a.z-south"].number("area_m2", 0.0)
    start = (room.state.air, room.state.mass)
    given = 0.0
    for _ in range(600):
        given += (25.0 - (0.0004 + 0.0008 * 0.9) * area * (room.state.air - 20.0)) / 60.0
        room.step(20.0, 25.0, 0.0, 0.0, 0.0, 0.0)
    air = area * 3.0 * 1.2 * 1.005 / 3600.0 * 5.0 * (room.state.air - start[0])
    mass = area * 0.08 * (room.state.mass - start[1])
    assert air + mass == pytest.approx(given, rel=1e-6)


def test_people_raise_carbon_dioxide_and_outdoor_air_takes_it_away() -> None:
    room = Room(EQUIPMENT["a.z-south"])
    for _ in range(600):
        room.step(20.0, 0.0, 150.0, 3.0, 0.3, 18.0)
    # Balance: 4.8 mL/s a head against 0.9 m³/s of outdoor air and what seeps in.
    fresh = 0.9 + 0.15 * 2300 * 3.0 / 3600.0
    assert room.state.co2 == pytest.approx(420.0 + 150 * 4.8 / fresh, rel=0.01)
