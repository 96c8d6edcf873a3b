"""A building of fan coils: what they do to the air is what they take from the water."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.batch import Bools, Floats
from core.clock import DAY_MS, HOUR_MS
from core.words import Carrier
from simulators.abreast import Abreast
from simulators.campus import Campus
from simulators.physics.air.fan_coil_faults import unit_parameters
from simulators.physics.air.fan_coils import AT, VAPOUR_KWH_KG
from simulators.physics.faults import FaultKind
from simulators.physics.plan import AIR_HEAT, WATER_HEAT, plan_of
from simulators.physics.trace import AHU_ROW, BUILDING_ROW, ZONE_ROWS
from tests.simulators.further import SUMMER, WINTER, E, F, Lived, costs, ill, lived
from tests.simulators.parts import SEED, Readings, same
from tests.simulators.test_accused import declaring

K, C = FaultKind, Carrier
PLAN = plan_of(E)
UNITS = [u.id for u in PLAN.units]
TWO, EC = (np.array([u.declared(f) for u in PLAN.units]) for f in ("two_pipe", "ec_fan"))
DAYS = 2
BLOCK = 5
VALVE, LEFT, HOLDS = "e.fcu-south2", "e.fcu-north1", "e.fcu-south3"


@cache
def season(start: int) -> Lived:
    return lived("e", start, DAYS)


def unit(name: str, start: int = SUMMER) -> Floats:
    """By minute. (minutes, units)"""
    found: Floats = season(start).trace.unit[AT[name]]
    return found


def rooms(name: str, start: int = SUMMER) -> Floats:
    """Of the units' rooms. (minutes, units)"""
    found: Floats = season(start).trace.zone[ZONE_ROWS.index(name)][:, PLAN.unit_zone]
    return found


def worked() -> Bools:
    """Nine to half past five."""
    hour = (np.arange(DAYS * 1440) % 1440) / 60.0
    return np.asarray((hour > 9.0) & (hour < 17.5))


class TestBalance:
    """Heat, water and power."""

    @pytest.mark.parametrize("start", [SUMMER, WINTER])
    def test_what_the_air_gets_is_what_its_coils_give(self, start: int) -> None:
        """Its rise from the room's temperature, as the step began, to what leaves the unit."""
        before = rooms("temp", start)[BLOCK - 1 : -1 : BLOCK]
        of = slice(BLOCK, None, BLOCK)
        runs = unit("fan", start)[of] > 0.0
        rise = unit("discharge", start)[of] - before
        air = AIR_HEAT * unit("flow", start)[of] * rise
        water = unit("warmed", start)[of] - unit("cooled", start)[of]
        assert np.abs(water[runs]).max() > 5.0
        assert air[runs] == pytest.approx(water[runs], abs=1e-9)

    def test_chilled_water_carries_what_coils_took_and_what_dripped(self) -> None:
        """With nothing but fan coils on it; by the loop's own flow and temperatures."""
        alone = Lived(declaring(E, "e.doas", cooling_capacity=1e-6), SUMMER, 1.0).trace
        row = {name: alone.building[i, :, 0] for name, i in BUILDING_ROW.items()}
        water = WATER_HEAT * row["chilled_flow"] * (row["chilled_return"] - row["chilled"])
        cooled, dripped = (alone.unit[AT[n]].sum(axis=1) for n in ("cooled", "condensed"))
        air = cooled + VAPOUR_KWH_KG * dripped
        runs = row["chillers"] > 0.0
        assert air[runs].mean() > 30.0
        # The loop's ends are told straight between its steps, the load as each step's mean.
        assert water[runs].sum() == pytest.approx(air[runs].sum(), rel=0.02)
        assert 0.1 < (VAPOUR_KWH_KG * dripped).sum() / air.sum() < 0.45

    def test_it_drips_on_damp_days_and_dries_the_room(self) -> None:
        assert unit("condensed").max() > 1.0
        assert unit("condensed", WINTER).max() == 0.0
        damp = rooms("humidity")
        night = damp[4 * 60 : 6 * 60].mean()
        assert damp[worked()].mean() < night - 3.0
        assert 35.0 < damp[worked()].mean() < 70.0

    def test_fans_draw_on_the_terminals_branch(self) -> None:
        campus = Campus(E, SEED, SUMMER)
        said = Readings(campus.read("gw-e", SUMMER + DAYS * DAY_MS), E)
        trace = season(SUMMER).trace
        fresh = 3.0 * trace.ahu[AHU_ROW["fan"], :, 0] * trace.ahu[AHU_ROW["speed"], :, 0] ** 2.5
        kwh = (fresh + unit("power").sum(axis=1) + 0.2).sum() / 60.0
        counted = said.use("e.m-terminals.energy", SUMMER, SUMMER + DAYS * DAY_MS)
        assert counted == pytest.approx(kwh, rel=0.02)
        assert unit("power").sum() > 0.3 * fresh.sum()


class TestThermostat:
    """Dead band, stages, seasons."""

    @pytest.mark.parametrize(("start", "low", "high"), [(SUMMER, 23.0, 25.2), (WINTER, 19.6, 24.5)])
    def test_rooms_are_kept_between_the_edges(self, start: int, low: float, high: float) -> None:
        air = rooms("temp", start)[worked()]
        assert low < air.min()
        assert air.max() < high

    def test_valves_open_and_shut_but_do_not_flutter(self) -> None:
        valve = unit("cool_valve")
        turns = np.abs(np.diff(valve[::BLOCK], axis=0)).sum(axis=0) / DAYS
        assert set(np.unique(valve)) == {0.0, 1.0}
        assert (turns >= 1).all()
        assert (turns <= 40).all()

    def test_stages_are_three_and_a_fan_without_them_goes_between(self) -> None:
        speed = unit("speed")
        assert set(np.unique(speed[:, ~EC])) <= {0.0, 0.5, 0.75, 1.0}
        assert len(np.unique(speed[:, EC])) > 20
        assert speed[:, EC][speed[:, EC] > 0.0].min() == pytest.approx(0.3)

    def test_two_pipes_do_one_thing_in_a_season_and_four_never_both_at_once(self) -> None:
        assert unit("heat_valve")[:, TWO].max() == 0.0
        assert unit("cool_valve", WINTER)[:, TWO].max() == 0.0
        assert unit("heat_valve", WINTER)[:, TWO].max() == 1.0
        for start in (SUMMER, WINTER):
            assert (unit("heat_valve", start) * unit("cool_valve", start)).max() == 0.0

    def test_they_stand_outside_their_hours(self) -> None:
        hour = (np.arange(DAYS * 1440) % 1440) / 60.0
        assert unit("fan")[(hour > 19.0) | (hour < 7.0)].max() == 0.0
        assert unit("fan")[worked()].min() == 1.0

    def test_fresh_air_is_all_outdoor_air_at_one_temperature(self) -> None:
        trace = season(WINTER).trace
        supply, flow = (trace.ahu[AHU_ROW[n], :, 0][worked()] for n in ("sat", "flow"))
        assert np.median(supply) == pytest.approx(19.0, abs=0.5)
        assert flow == pytest.approx(2.4, rel=0.05)


class TestFaults:
    """Each acts in the equations, and costs."""

    @pytest.mark.parametrize(
        ("kind", "asset", "severity", "least"),
        [
            (K.FAN_COIL_VALVE_PASSES, VALVE, 0.5, 2.0),
            (K.FAN_COIL_LEFT_ON, LEFT, 1.0, 5.0),
            (K.FAN_COIL_FILTER_CLOGGED, HOLDS, 8.0, 0.2),
        ],
    )
    def test_it_costs_electricity(
        self, kind: FaultKind, asset: str, severity: float, least: float
    ) -> None:
        faulty = lived("e", SUMMER, DAYS, ill(kind, asset, SUMMER, severity))
        assert costs(season(SUMMER), faulty, C.ELECTRICITY) > least

    def test_a_valve_that_passes_cools_behind_its_shut_command(self) -> None:
        faulty = lived("e", SUMMER, DAYS, ill(K.FAN_COIL_VALVE_PASSES, VALVE, SUMMER, 0.5))
        mine, shut = UNITS.index(VALVE), faulty.trace.unit[AT["cool_valve"]] == 0.0
        cooled = faulty.trace.unit[AT["cooled"]][:, mine]
        during = shut[:, mine] & worked()
        assert during.sum() > 100
        assert cooled[during].mean() > 1.0
        assert unit("cooled")[:, mine][(unit("cool_valve")[:, mine] == 0.0)].max() == 0.0

    def test_of_two_pipes_the_one_valve_warms_in_winter(self) -> None:
        asset = UNITS[int(np.argmax(TWO))]
        faulty = lived("e", WINTER, 1.0, ill(K.FAN_COIL_VALVE_PASSES, asset, WINTER, 0.5))
        mine = UNITS.index(asset)
        shut = faulty.trace.unit[AT["heat_valve"]][:, mine] == 0.0
        assert faulty.trace.unit[AT["warmed"]][:, mine][shut].max() > 1.0
        assert faulty.used[C.GAS] > lived("e", WINTER, 1.0).used[C.GAS]

    def test_a_unit_left_on_runs_all_night(self) -> None:
        faulty = lived("e", SUMMER, DAYS, ill(K.FAN_COIL_LEFT_ON, LEFT, SUMMER))
        fan = faulty.trace.unit[AT["fan"]]
        assert fan[:, UNITS.index(LEFT)].min() == 1.0
        assert fan[: 6 * 60, UNITS.index(VALVE)].max() == 0.0

    def test_a_clogged_filter_moves_less_air_and_leaves_the_room_warmer(self) -> None:
        """Of a fan with stages; it costs comfort, and no energy: one that holds its flow does."""
        faulty = lived("e", SUMMER, DAYS, ill(K.FAN_COIL_FILTER_CLOGGED, VALVE, SUMMER, 8.0))
        mine = UNITS.index(VALVE)
        air = faulty.trace.zone[0][:, PLAN.unit_zone[mine]][worked()]
        assert air.mean() > rooms("temp")[worked(), mine].mean() + 0.05
        flow, speed = (faulty.trace.unit[AT[n]][worked(), mine] for n in ("flow", "speed"))
        well = unit("flow")[worked(), mine] / unit("speed")[worked(), mine]
        assert (flow / speed).max() < 0.6 * well.min()

    @pytest.mark.parametrize("kind", [K.FAN_COIL_VALVE_PASSES, K.FAN_COIL_FILTER_CLOGGED])
    def test_a_severity_of_nothing_is_health(self, kind: FaultKind) -> None:
        none, some = (
            unit_parameters(PLAN, faults, SUMMER)
            for faults in ((), (ill(kind, VALVE, SUMMER, 0.0),))
        )
        for name in ("passes", "left_on", "filter_resists"):
            assert np.array_equal(getattr(none, name), getattr(some, name))

    def test_who_is_sent_to_the_circuit_or_the_room_finds_the_unit(self) -> None:
        campus = Campus(E, SEED, SUMMER, (ill(K.FAN_COIL_LEFT_ON, LEFT, SUMMER),))
        campus.advance(SUMMER + HOUR_MS)
        for place in (LEFT, "e.m-terminals", "e.z-north1"):
            assert campus.causes(place) == (K.FAN_COIL_LEFT_ON.value,)
        assert campus.repair(campus.now, "effective", asset=LEFT)
        campus.advance(SUMMER + 2 * HOUR_MS)
        assert campus.causes(LEFT) == ()


def test_it_is_the_same_after_a_restart(tmp_path: Path) -> None:
    stop, until = SUMMER + 10 * HOUR_MS + 2 * 60_000, SUMMER + 14 * HOUR_MS
    whole, cut = (Campus(E, SEED, SUMMER) for _ in range(2))
    cut.advance(stop)
    cut.save(tmp_path / "campus")
    again = Campus.load(tmp_path / "campus", E)
    assert same(again.read("gw-e", until), whole.read("gw-e", until))


def test_it_is_the_same_beside_another_building() -> None:
    until = SUMMER + 12 * HOUR_MS
    alone, beside, other = (Campus(site, SEED, SUMMER) for site in (E, E, F))
    for campus in (other, beside):
        campus.advance(SUMMER)  # settles
    Abreast([other, beside]).advance(until)
    assert same(beside.read("gw-e", until), alone.read("gw-e", until))
