"""A tank on the roof, filled by a pump on level switches: what comes in is drawn or runs over."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.batch import Floats
from core.clock import DAY_MS, HOUR_MS
from core.errors import Misconfigured
from core.words import Carrier
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.trace import Trace
from simulators.physics.water.demand import Draws
from simulators.physics.water.roof import KPA_M, raise_water, roof_tank_of
from simulators.physics.water.tanks import basin_of
from simulators.physics.water.water import ROW, Watered, Waterworks
from simulators.physics.water.water_faults import WaterFaults
from tests.simulators.further import SUMMER, F, ill
from tests.simulators.parts import SEED, Readings, same

K, C = FaultKind, Carrier
ROOF, PUMP = "f.roof-tank", "f.transfer"
STICKS, RISER = (
    ill(K.TANK_SWITCH_STICKS, ROOF, SUMMER, 1.5),
    ill(K.RISER_VALVE_PASSES, PUMP, SUMMER, 0.1),
)


class Ran:
    """A day of the library's water: its truth by minute, what it said and used. [m³/h, m³, kWh]"""

    def __init__(self, *faults: Fault) -> None:
        campus, parts = Campus(F, SEED, SUMMER, faults), []
        campus.advance(SUMMER)
        before, works = campus.consumed(), campus.world._water  # noqa: SLF001
        run = works.run

        def noted(draws: Draws, now: WaterFaults, minutes: tuple[int, int], of: Trace) -> Watered:
            parts.append(run(draws, now, minutes, of))
            self.uncounted += float(draws.rest[slice(*minutes)].sum())
            return parts[-1]

        self.uncounted = 0.0  # what no branch counts
        works.run = noted  # type: ignore[method-assign,assignment]
        self.stored = [self._stored(works)]
        self.said = Readings(campus.read("gw-f", SUMMER + DAY_MS), F)
        self.stored.append(self._stored(works))
        self.used = {c: v - before[b, c] for (b, c), v in campus.consumed().items()}
        self.branch = np.concatenate([p.branch for p in parts])
        self._rows = np.concatenate([p.building for p in parts], axis=1)[:, :, 0]

    def row(self, name: str) -> Floats:
        """By minute."""
        found: Floats = self._rows[ROW[name]]
        return found

    @staticmethod
    def _stored(works: Waterworks) -> float:
        kept = works.memory()
        return float(kept["water.tank"][0] + kept["water.roof"][0] + kept["water.vessel"][0])


@cache
def ran(*faults: Fault) -> Ran:
    return Ran(*faults)


@pytest.mark.parametrize("faults", [(), (STICKS,), (RISER,)])
def test_what_comes_in_is_drawn_stored_or_runs_over(faults: tuple[Fault, ...]) -> None:
    day = ran(*faults)
    came, over = day.row("flow").sum() / 60.0, day.row("over").sum() / 60.0
    stays = day.stored[1] - day.stored[0]
    # Taps that no branch counts follow the street's pressure.
    left = day.branch.sum() / 60.0 + over + day.uncounted
    assert came - stays == pytest.approx(left, abs=0.1 * day.uncounted + 0.005)
    assert day.branch.sum() / 60.0 > 3.0


def test_the_pump_fills_between_the_switches_a_few_times_a_day() -> None:
    level, on = ran().row("roof"), ran().row("lifts")
    assert 35.0 < level.min() < 50.0
    assert 80.0 < level.max() < 90.0
    assert 1 <= (np.diff(on) > 0.0).sum() <= 12
    assert np.diff(level)[on[1:] > 0.0].mean() > 0.5
    assert ran().row("over").max() == 0.0


def test_pressure_is_depth_below_the_tank() -> None:
    low, mid = (
        ran().said.between(f"f.{b}.pressure", SUMMER, SUMMER + DAY_MS) for b in ("w-low", "w-mid")
    )
    # Each gauge has an error of its own of at most 2 kPa.
    assert np.median(low) == pytest.approx(KPA_M * 24.0, abs=4.0)
    assert np.median(low) - np.median(mid) == pytest.approx(KPA_M * 5.0, abs=5.0)
    assert low.min() > KPA_M * 24.0 - 60.0
    top = ran().said.between("f.booster.pressure", SUMMER, SUMMER + DAY_MS)
    assert 140.0 < np.median(top) < 180.0


def test_the_pumps_draw_on_their_branch() -> None:
    power = ran().row("power") + 0.35
    used = ran().said.use("f.m-pumps.energy", SUMMER, SUMMER + DAY_MS)
    assert used == pytest.approx(power.sum() / 60.0, rel=0.03)
    rated = 8.0 / 3600.0 * KPA_M * 34.0 / 0.5
    assert np.median(ran().row("power")[ran().row("lifts") > 0.0]) > rated


def test_a_switch_that_hangs_lets_the_tank_run_over() -> None:
    faulty = ran(STICKS)
    assert faulty.row("roof").max() == 100.0
    assert (faulty.row("roof") > 95.0).sum() > 60
    assert faulty.row("over").sum() / 60.0 > 5.0
    assert faulty.used[C.WATER] - ran().used[C.WATER] > 5.0
    assert faulty.used[C.ELECTRICITY] > ran().used[C.ELECTRICITY]


def test_a_valve_that_passes_makes_the_pump_cycle_and_wastes_its_work() -> None:
    faulty = ran(RISER)
    starts = [(np.diff(day.row("lifts")) > 0.0).sum() for day in (ran(), faulty)]
    assert starts[1] >= starts[0] + 3
    assert faulty.used[C.ELECTRICITY] - ran().used[C.ELECTRICITY] > 0.5
    night = slice(60, 300)
    assert np.diff(faulty.row("roof"))[night].min() < 3.0 * np.diff(ran().row("roof"))[night].min()


def test_nothing_runs_back_and_nothing_hangs_at_a_severity_of_nothing() -> None:
    nothing = [replace(f, severity=0.0) for f in (STICKS, RISER)]
    said = Readings(Campus(F, SEED, SUMMER, nothing).read("gw-f", SUMMER + DAY_MS), F)
    assert same(said.rows, ran().said.rows)


def test_a_pump_never_lifts_what_its_tank_has_not() -> None:
    low = basin_of(1.0, 0.5)
    high = roof_tank_of(F.equipment[ROOF], F.equipment[PUMP])
    asked, none = np.full(600, 2.0), np.zeros(600)
    made = raise_water((low, high), (0.9, 3.0, 0.0, 0.0), asked, (none + 1.0, none), (0.0, 0.0))
    assert made.lower.min() >= 0.0
    assert made.upper.min() == 0.0
    came, left = made.into.sum() / 60.0, (made.out.sum() + made.over.sum()) / 60.0
    assert made.lower[-1] + made.upper[-1] - 3.9 == pytest.approx(came - left, abs=1e-9)
    assert made.out[-60:].mean() == pytest.approx(0.5, rel=0.1)


def test_a_tank_that_nothing_fills_is_told() -> None:
    without = replace(F, equipment={k: e for k, e in F.equipment.items() if k != PUMP},
                      points=tuple(p for p in F.points if p.equipment != PUMP))  # fmt: skip
    with pytest.raises(Misconfigured, match="nothing fills the tank"):
        Campus(without, SEED, SUMMER)


def test_it_is_the_same_after_a_restart(tmp_path: Path) -> None:
    """In the middle of a filling whose switch hangs."""
    stop, until = SUMMER + 9 * HOUR_MS + 7 * 60_000, SUMMER + 13 * HOUR_MS
    whole, cut = (Campus(F, SEED, SUMMER, (STICKS,)) for _ in range(2))
    cut.advance(stop)
    cut.save(tmp_path / "campus")
    again = Campus.load(tmp_path / "campus", F)
    assert same(again.read("gw-f", until), whole.read("gw-f", until))
