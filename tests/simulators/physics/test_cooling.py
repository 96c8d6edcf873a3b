"""Chillers, tower and loop keep every kilowatt, and do as their curves say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.batch import Floats
from simulators.physics.cooling.chillers import (
    capacity_of,
    capacity_terms,
    load_factor,
    power_factor,
)
from simulators.physics.cooling.condenser import Machines, tower_share, warm_side, wet_bulb
from simulators.physics.cooling.cooling import Cooling
from simulators.physics.cooling.cooling_faults import CoolingFaults, cooling_faults_of
from simulators.physics.plan import plan_of
from simulators.worlds import one_building
from tests.simulators.parts import SITE, at

STEP = 5
ONE = np.ones(1)
WATER, AIR = 0.0 * ONE, ONE


def sound(building: str = "d") -> CoolingFaults:
    return cooling_faults_of(plan_of(one_building(SITE, building)), (), at(1))


def machines(**change: float) -> Machines:
    one = Machines(
        capacity=300.0 * ONE, cop=5.2 * ONE, by_air=WATER, recharge=0.0 * ONE, fouled=0.0 * ONE,
        tower_fouled=0.0 * ONE,
    )  # fmt: skip
    return replace(one, **{name: value * ONE for name, value in change.items()})


def stepped(
    plant: Cooling, load: float, steps: int, now: CoolingFaults | None = None
) -> list[dict[str, float]]:
    """What was written of each step, by name."""
    faults, warm = now or sound(), np.full((1, 1), 28.0)
    day = plant.day(warm, warm, np.ones((1, 1)), faults)
    found = []
    for _ in range(steps):
        said = plant.step(day, 0, (load * ONE, ONE > 0.0, ONE > 0.0), STEP)
        found.append(dict(zip(Cooling.ROWS, (float(v[0]) for v in said), strict=True)))
    return found


def capacity_factor(leaving: Floats, condenser: Floats, by_air: Floats) -> Floats:
    return capacity_of(leaving, capacity_terms(condenser, by_air))


def work(given: float, wet: float, of: Machines, oat: float = 30.0) -> dict[str, float]:
    side = warm_side(given * ONE, ONE, 7.0 * ONE, (oat * ONE, wet * ONE), of)
    return {name: float(getattr(side, name)[0]) for name in side.__slots__}


def test_what_is_rated_is_one_by_the_curves() -> None:
    for curve in (capacity_factor, power_factor):
        assert float(curve(6.67 * ONE, 29.4 * ONE, WATER)[0]) == pytest.approx(1.0, abs=0.01)
        assert float(curve(6.67 * ONE, 35.0 * ONE, AIR)[0]) == pytest.approx(1.0, abs=0.01)
    assert float(load_factor(ONE, WATER)[0]) == float(load_factor(ONE, AIR)[0]) == 1.0
    assert float(load_factor(0.0 * ONE, WATER)[0]) == 0.0


def test_warmer_condensers_cost_and_warmer_chilled_water_saves() -> None:
    for kind in (WATER, AIR):
        at_30, at_35 = (float(power_factor(7.0 * ONE, t * ONE, kind)[0]) for t in (30.0, 35.0))
        assert at_35 > 1.05 * at_30
        warmer = float(power_factor(9.0 * ONE, 30.0 * ONE, kind)[0])
        assert warmer < at_30
        big, small = (float(capacity_factor(7.0 * ONE, t * ONE, kind)[0]) for t in (30.0, 35.0))
        assert small < big


def test_what_is_rejected_is_load_and_work() -> None:
    found = work(240.0, 24.0, machines())
    assert found["rejected"] == pytest.approx(240.0 + found["power"], rel=1e-12)
    assert 4.5 < 240.0 / found["power"] < 7.5
    warmed = found["from_condenser"] - found["to_condenser"]
    assert warmed == pytest.approx(5.0 * 240.0 / 300.0, rel=0.05)


def test_a_tower_comes_as_near_to_wet_bulb_as_it_is_rated() -> None:
    full = work(300.0, 25.6, machines())
    assert full["to_condenser"] - 25.6 == pytest.approx(3.5, abs=0.6)
    part, dry = work(60.0, 25.6, machines()), work(60.0, 10.0, machines())
    assert part["to_condenser"] == pytest.approx(25.6 + 4.0)  # held by the fan
    assert dry["to_condenser"] == 20.0
    assert part["extra"] < full["extra"]
    assert float(tower_share(ONE, 0.0 * ONE)[0]) == pytest.approx(5.0 / 8.5, abs=0.002)


@pytest.mark.parametrize("fault", ["recharge", "fouled", "tower_fouled"])
def test_faults_of_the_warm_side_cost_electricity_and_leave_the_load(fault: str) -> None:
    healthy, ill = work(280.0, 25.0, machines()), work(280.0, 25.0, machines(**{fault: 0.3}))
    total = healthy["power"] + healthy["extra"]
    assert ill["power"] + ill["extra"] > 1.01 * total
    nothing = work(280.0, 25.0, machines(**{fault: 0.0}))
    assert nothing == healthy


def test_a_fouled_tower_with_its_fan_full_sends_warmer_water() -> None:
    clean, fouled = work(300.0, 25.6, machines()), work(300.0, 25.6, machines(tower_fouled=0.5))
    assert fouled["to_condenser"] > clean["to_condenser"] + 2.0


def test_stull_finds_wet_bulbs_of_the_psychrometric_chart() -> None:
    def wet(oat: float, humidity: float) -> float:
        return float(wet_bulb(oat * ONE, humidity * ONE)[0])

    # ASHRAE chart 1; he states errors of −1.0 to +0.65 K.
    assert wet(35.0, 40.0) == pytest.approx(24.0, abs=0.65)
    assert wet(30.0, 60.0) == pytest.approx(23.8, abs=0.65)
    assert wet(20.0, 50.0) == pytest.approx(13.9, abs=0.65)


def test_the_loop_carries_its_load_and_keeps_what_it_holds() -> None:
    plant = Cooling(plan_of(one_building(SITE, "a")))
    rows = stepped(plant, 180.0, 60)
    assert 6.5 < rows[-1]["chilled"] < 8.0
    carried = 1.163 * rows[-1]["chilled_flow"] * (rows[-1]["chilled_return"] - rows[-1]["chilled"])
    assert carried == pytest.approx(180.0, rel=1e-6)
    stored = 320.0 * 0.008 * (rows[-1]["chilled"] - 18.0)
    given = sum(row["cooling"] for row in rows) * STEP / 60.0
    assert 180.0 * 60 * STEP / 60.0 - given == pytest.approx(stored, rel=1e-6)


def test_the_second_machine_comes_when_one_cannot_hold_the_water_and_goes_again() -> None:
    plant = Cooling(plan_of(one_building(SITE, "d")))
    assert {row["chillers"] for row in stepped(plant, 90.0, 60)[-12:]} == {1.0}
    busy = stepped(plant, 220.0, 60)
    assert busy[0]["chillers"] == 1.0
    assert busy[-1]["chillers"] == 2.0
    assert busy[-1]["chilled"] < 7.5
    assert stepped(plant, 60.0, 60)[-1]["chillers"] == 1.0


def test_water_that_goes_round_the_coils_is_pumped_and_comes_back_colder() -> None:
    def last(bypass: float) -> tuple[dict[str, float], float]:
        plant, now = Cooling(plan_of(one_building(SITE, "d"))), sound()
        now = replace(now, bypass=bypass * ONE)
        row = stepped(plant, 100.0, 60, now)[-1]
        stack: tuple[Floats, ...] = tuple(row[name] * ONE for name in Cooling.ROWS)
        found = plant.electricity(stack, (30.0 * ONE, 25.0 * ONE), now)
        return row, float(found["cooling_extra"][0])

    (sound_row, sound_kw), (ill_row, ill_kw) = last(0.0), last(0.3)
    assert ill_kw > sound_kw + 0.1
    assert ill_row["chilled_return"] < sound_row["chilled_return"] - 0.5
    assert ill_row["cooling"] == pytest.approx(sound_row["cooling"], rel=1e-6)


def test_a_tower_evaporates_what_it_rejects() -> None:
    plant = Cooling(plan_of(one_building(SITE, "d")))
    row = stepped(plant, 120.0, 60)[-1]
    found = plant.electricity(
        tuple(row[name] * ONE for name in Cooling.ROWS), (30.0 * ONE, 25.0 * ONE), sound()
    )
    # 1.5 L a kilowatt hour rejected; the bleed is the water side's.
    assert float(found["tower_evaporates"][0]) == pytest.approx(
        0.0015 * float(found["rejected"][0])
    )
    dry = Cooling(plan_of(one_building(SITE, "c")))
    assert (dry.by_air == 1.0).all()
