"""Water adds up with what tanks hold, and a year of it is what offices use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from core.batch import Floats
from core.clock import DAY_MS
from core.words import Carrier
from simulators.campus import Campus
from simulators.physics.faults import FaultKind
from simulators.physics.plan import plan_of
from simulators.physics.trace import BUILDING_ROW, BUILDING_ROWS, Trace
from simulators.physics.water.demand import draws_of
from simulators.physics.water.pipes import pipes_of
from simulators.physics.water.water import ROW, Waterworks
from simulators.physics.water.water_faults import water_faults_of
from simulators.physics.weather.weather import DAY_MIN, weather_of
from tests.simulators.parts import SEED, SITE, START, fault

PLAN = plan_of(SITE)
DAY = date(2026, 7, 15)
K = FaultKind
FAULTS = (
    fault(K.FLOAT_VALVE_PASSES, "a.tank", severity=0.6),
    fault(K.WATER_LEAK, "a.w-toilets", severity=0.2),
    fault(K.WATER_BURST, "a.w-canteen", severity=5.0),
    fault(K.TOWER_BLED, "a.w-tower", severity=2.0),
    fault(K.CHECK_VALVE_PASSES, "a.booster", severity=0.1),
    fault(K.CHECK_VALVE_PASSES, "c.booster", severity=0.02),
)


LOOP_M3H = 0.02


def plant_of(tower: Floats) -> Trace:
    """A plant whose towers lose so much by minute, its loops a little always. [m³/h]"""
    rows = np.zeros((len(BUILDING_ROWS), len(tower), len(PLAN.buildings)))
    rows[BUILDING_ROW["tower_evaporates"]] = tower[:, None]
    rows[BUILDING_ROW["loop_makeup"]] = LOOP_M3H
    return Trace(ahu=np.empty(0), zone=np.empty(0), building=rows, unit=np.empty(0))


@pytest.mark.parametrize("faults", [(), FAULTS], ids=["healthy", "ill"])
def test_what_passes_the_main_is_drawn_stored_or_runs_over(faults: tuple[object, ...]) -> None:
    """Closes with storage to rounding: no meter's error is in it."""
    works, count = Waterworks(PLAN), len(PLAN.buildings)
    people = np.zeros((DAY_MIN, count))
    people[480:1080] = 0.6
    draws = draws_of(PLAN, SEED, DAY, people, np.ones(count, np.bool_), weather_of(SEED, DAY))
    draws = replace(draws, rest=np.zeros_like(draws.rest))  # that no branch counts
    now = water_faults_of(PLAN, [f for f in FAULTS if f in faults], START + DAY_MS)
    trace = plant_of(np.where((np.arange(DAY_MIN) > 540) & (np.arange(DAY_MIN) < 1080), 0.3, 0.0))
    before = works.memory()
    done = works.run(draws, now, (0, DAY_MIN), trace)
    after = works.memory()
    for b, pipes in enumerate(pipes_of(PLAN)):
        main = done.main[:, b].sum() / 60.0
        held = sum(after[n][b] - before[n][b] for n in ("water.tank", "water.vessel"))
        branches = done.branch[:, list(pipes.branches)].sum() / 60.0
        if pipes.booster is not None:
            # What the tank lost over its brim passed no branch, what it holds neither.
            over = done.building[ROW["over"], :, b].sum() / 60.0
            branches += held + over
        loop = LOOP_M3H * 24.0  # that no branch counts either
        assert main == pytest.approx(branches + loop, abs=1e-9), PLAN.buildings[b]
    assert (done.building[ROW["over"]].sum() > 0.0) == bool(faults)
    # Without a tank between, what the check valve lets back runs through the main meter.
    lowest = done.main.min(axis=0)
    assert (lowest[PLAN.buildings.index("c")] < 0.0) == bool(faults)
    assert lowest[PLAN.buildings.index("a")] >= 0.0


def test_however_a_day_is_cut_the_pipes_do_the_same() -> None:
    count = len(PLAN.buildings)
    people = np.full((DAY_MIN, count), 0.5)
    draws = draws_of(PLAN, SEED, DAY, people, np.ones(count, np.bool_), weather_of(SEED, DAY))
    now = water_faults_of(PLAN, FAULTS, START + DAY_MS)
    lost = np.full(DAY_MIN, 0.2)
    once = Waterworks(PLAN).run(draws, now, (0, DAY_MIN), plant_of(lost))
    cut, parts = Waterworks(PLAN), []
    for first, last in ((0, 7), (7, 481), (481, 482), (482, DAY_MIN)):
        parts.append(cut.run(draws, now, (first, last), plant_of(lost[first:last])))
    assert np.array_equal(np.concatenate([p.branch for p in parts]), once.branch)
    assert np.array_equal(np.concatenate([p.building for p in parts], axis=1), once.building)


def test_a_place_of_work_uses_what_offices_do_in_a_year() -> None:
    """From a week of each season, by meters alone.

    21.5 m³ a head is the mean of China's public institutions in 2020, schools with dormitories
    and hospitals among them; 25 to 40 L a person and shift with 15 to 25 L a meal (GB 50015) are 7
    to 15 m³ a place that is taken on seven days of ten.
    """
    used: dict[str, float] = dict.fromkeys(PLAN.buildings, 0.0)
    for month in (1, 4, 7, 10):
        start = int(datetime(2026, month, 12, 16, tzinfo=UTC).timestamp() * 1000)
        campus = Campus(SITE, SEED, start)
        for _ in campus.history(nights=7, plant_days=0):
            pass
        for (building, carrier), amount in campus.consumed().items():
            if carrier is Carrier.WATER:
                used[building] += amount * 365.0 / 28.0
    heads = {b: PLAN.people_of(b) for b in PLAN.buildings}
    of_all = sum(used.values()) / sum(heads.values())
    assert 7.0 < of_all < 21.5
    for building, amount in used.items():
        assert 0.25 * 21.5 < amount / heads[building] < 1.5 * 21.5, building
