"""Boiler, station, loop, radiators and tank keep every kilowatt hour, and do as they are built."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.batch import Floats
from simulators.physics.cooling.pumping import pump_share
from simulators.physics.heating import boiler, heating, hot_water, substation
from simulators.physics.heating.curve import asked, limited, missing
from simulators.physics.heating.exchanger import exchanged
from simulators.physics.heating.heating import Heating
from simulators.physics.heating.heating_faults import HeatingFaults, heating_faults_of, joined
from simulators.physics.heating.heating_parts import HeatingDay, bad_parts
from simulators.physics.heating.radiators import radiators_of
from simulators.physics.plan import Plan, plan_of
from simulators.physics.side_by_side import side_by_side
from simulators.worlds import one_building
from tests.simulators.parts import SITE, at

STEP = 5
HOURS = STEP / 60.0
DAY = 288


def plan(building: str) -> Plan:
    return plan_of(one_building(SITE, building))


def sound(building: str) -> HeatingFaults:
    return heating_faults_of(plan(building), (), at(1))


class Run:
    """A building's heating through some steps with rooms of fixed warmth."""

    def __init__(self, building: str, *, air: float = 19.0) -> None:
        self.plant = Heating(plan(building))
        self.air = np.full(len(self.plant.water), air)
        self.rows: list[dict[str, float]] = []
        self.emitted: list[float] = []
        self.coils: list[float] = []
        self.drawn: list[float] = []

    def go(
        self, steps: int, *, oat: float = 3.0, coils: float = 40.0, draw: float = 2.0,
        hours: bool = True, now: HeatingFaults | None = None,
    ) -> Run:  # fmt: skip
        """Goes on; the coils take what they are said to while water flows."""
        one = np.ones((1, 1))
        faults = now or self.sound
        meant = (hours & (one > 0), one < 0, hours & (one > 0))
        day = self.plant.day(oat * one, 85.0 * one, meant, draw * one, faults)
        for _ in range(steps):
            heat = coils * float(self.plant.flows[0])
            self.emitted.append(float(self.plant.emitted(self.air).sum()))
            self.coils.append(heat)
            self.drawn.append(draw)
            took = (heat * one[0], np.array([coils > 0.0]))
            said = self.plant.step(day, 0, took, faults, STEP)
            told = dict(zip(Heating.ROWS, said, strict=True))
            told |= self.plant.turned(told["pump_speed"], told["heating"])
            self.rows.append({name: float(v[0]) for name, v in told.items()})
        return self

    @property
    def sound(self) -> HeatingFaults:
        zones = len(self.plant.water)
        nothing = {name: np.zeros(1) for name in HeatingFaults.__slots__}
        return HeatingFaults(**nothing | {
            "stuck": np.full(1, np.nan), "ring": np.ones(1), "branch": np.ones(zones),
        })  # fmt: skip

    def of(self, name: str, last: int = 0) -> Floats:
        """A row's values, the last so many."""
        return np.array([row[name] for row in self.rows[-last:]])


@pytest.mark.parametrize("building", ["a", "b", "c"])
def test_heat_that_comes_in_is_used_lost_or_stored(building: str) -> None:
    run = Run(building)
    now = replace(run.sound, leaks=np.array([0.02]), ring=np.array([2.0]))
    begun = float(run.plant.stored()[0])
    run.go(DAY, now=now).go(DAY // 2, coils=0.0, hours=False, now=now).go(DAY, oat=-4.0, now=now)
    station = building == "b"
    came = run.of("heat" if station else "fire").sum()
    drawn = np.array(run.drawn).sum() if building == "c" else 0.0
    went = np.array(run.emitted).sum() + np.array(run.coils).sum() + run.of("heat_lost").sum()
    stored = float(run.plant.stored()[0]) - begun
    assert came * HOURS == pytest.approx((went + drawn) * HOURS + stored, rel=1e-6)
    assert came * HOURS > 500.0


def test_what_the_network_gives_the_building_gets() -> None:
    """Primary flow and temperatures carry the heat of the secondary ones, pipes apart."""
    run = Run("b").go(DAY)
    last = run.rows[-1]
    primary = 1.163 * last["primary_flow"] * (last["primary_sent"] - last["primary_back"])
    secondary = 1.163 * last["hot_flow"] * (last["hot"] - last["hot_return"])
    assert primary == pytest.approx(secondary, rel=0.01)
    pipes = substation.bare_loss(np.array([300.0]), np.array([85.0]), np.array([
        last["primary_back"]
    ]))  # fmt: skip
    assert last["heat"] == pytest.approx(primary + float(pipes[0]), rel=1e-9)


@pytest.mark.parametrize("building", ["a", "b"])
def test_supply_holds_what_the_curve_asks(building: str) -> None:
    run = Run(building).go(DAY)
    error = run.of("hot", 144) - run.of("hot_sp", 144)
    # Within a mixing valve's neutral zone.
    assert np.abs(np.median(error)) < 1.3
    # Real stations: 1.2 to 3.5 K.
    assert np.quantile(np.abs(error), 0.95) < 3.5


def test_a_boiler_with_little_to_do_cycles_slowly_and_a_narrow_one_fast() -> None:
    def starts(narrower: float) -> int:
        run = Run("a", air=60.0)  # radiators take next to nothing
        now = replace(run.sound, narrower=np.array([narrower]))
        burner = run.go(DAY, coils=20.0, now=now).of("burner", 144)
        return int((np.diff(burner) > 0.0).sum())

    assert 4 <= starts(0.0) <= 24  # in twelve hours
    assert starts(18.0) > 36


def test_each_start_blows_heat_away() -> None:
    def lost(narrower: float) -> float:
        run = Run("a", air=60.0)
        now = replace(run.sound, narrower=np.array([narrower]))
        return float(run.go(DAY, coils=20.0, now=now).of("heat_lost").sum())

    assert lost(18.0) > lost(0.0) + 10.0


def test_heating_is_locked_out_when_it_is_warm_and_in_hand_it_is_not() -> None:
    assert Run("a").go(6, oat=10.0).rows[-1]["heating"] == 1.0
    assert Run("a").go(6, oat=17.0).rows[-1]["heating"] == 0.0
    held = Run("a")
    now = replace(held.sound, in_hand=np.ones(1))
    assert held.go(6, oat=17.0, now=now).rows[-1]["heating"] == 1.0
    # Between its two limits it stays as it was.
    assert Run("a").go(6, oat=10.0).go(6, oat=15.0).rows[-1]["heating"] == 1.0
    assert Run("a").go(6, oat=17.0).go(6, oat=15.0).rows[-1]["heating"] == 0.0


def test_nights_are_off_unless_rooms_grow_cold() -> None:
    assert Run("b", air=19.0).go(6, hours=False, coils=0.0).rows[-1]["heating"] == 0.0
    assert Run("b", air=15.5).go(6, hours=False, coils=0.0).rows[-1]["heating"] == 1.0
    day = Run("b", air=15.5).go(1).rows[-1]["hot_sp"]
    assert Run("b", air=15.5).go(1, hours=False).rows[-1]["hot_sp"] < day - 15.0


def test_a_tank_is_kept_between_its_limits_in_july() -> None:
    run = Run("c").go(2 * DAY, oat=28.0, coils=0.0, draw=3.0)
    # The water above the coil is a little warmer than the sensor between both.
    assert run.of("tank", DAY).min() > 50.0
    assert run.of("tank", DAY).max() < hot_water.HIGH_C + 3.0
    assert run.of("fire", DAY).sum() * HOURS > 24 * 3.0


def test_a_boiler_keeps_its_tank_while_its_circuit_stands() -> None:
    run = Run("c", air=22.0).go(2 * DAY, oat=28.0, coils=0.0, draw=3.0)
    assert run.of("pump_speed", DAY).max() == 0.0
    assert run.of("hot_flow", DAY).max() == 0.0
    assert run.of("heating", DAY).min() == 1.0
    assert run.of("hot", 1)[0] < 30.0  # nothing but gravity goes round its radiators


def test_cold_radiators_are_warmed_up_slowly_and_cool_within_a_night() -> None:
    run = Run("a").go(DAY).go(84, hours=False, coils=0.0)
    stood = run.of("hot", 84)
    assert stood[-1] < 20.0 + 0.4 * (stood[0] - 20.0)
    woke = run.go(24).of("hot", 24)
    assert 6.0 < np.diff(woke[::3]).max() < 13.0


def test_water_comes_round_with_a_delay() -> None:
    """Radiators feel a warmer supply only when it has come to them."""
    run = Run("b").go(DAY)
    warmer = replace(run.sound, curve=np.array([15.0]))
    before = run.plant.supply.copy()
    run.go(1, now=warmer)
    at_once = run.rows[-1]["hot"] - before
    reached = run.plant.supply - before
    assert 0.0 < float(reached[0]) < float(at_once[0])


def test_the_curve_falls_with_the_weather_and_is_lowered_at_night() -> None:
    def reference(
        oat: float, *, night: bool = False, boost: bool = False, lacks: float = 0.0
    ) -> float:
        one = np.ones(1)
        phase = (np.array([night]), np.array([boost]))
        found = limited(asked(oat * one, 1.4 * one, 0.0 * one, phase) + lacks * one, 30.0 * one)
        return float(found[0])

    assert reference(5.0) == 62.0
    assert reference(10.0) == pytest.approx(55.0)
    assert reference(5.0, night=True) < reference(5.0) < reference(5.0, boost=True)
    assert reference(5.0, lacks=3.0) == pytest.approx(65.0)
    assert reference(30.0) == 30.0
    assert float(missing(np.array([18.5]))[0]) == pytest.approx(6.0)
    assert float(missing(np.array([12.0]))[0]) == 8.0
    assert float(missing(np.array([23.0]))[0]) == 0.0


def test_an_exchanger_gives_what_theory_says() -> None:
    def heat(ua: float, warm: float, cold: float) -> float:
        a, b, c = (np.array([v]) for v in (ua, warm, cold))
        return float(exchanged(a, (b, c), np.array([50.0]))[0])

    # Equal flows: NTU / (1 + NTU) of C·ΔT; one flow without end: 1 − exp(−NTU).
    assert heat(20.0, 10.0, 10.0) == pytest.approx(10.0 * 50.0 * 2.0 / 3.0, rel=2e-3)
    assert heat(20.0, 10.0, 1e9) == pytest.approx(10.0 * 50.0 * (1.0 - np.exp(-2.0)), rel=1e-6)
    assert heat(1e6, 10.0, 20.0) == pytest.approx(500.0, rel=1e-6)
    assert heat(20.0, 0.0, 10.0) == pytest.approx(0.0, abs=1e-6)


def test_a_fouled_exchanger_needs_more_water_for_the_same_heat() -> None:
    def last(fouled: float) -> dict[str, float]:
        run = Run("b")
        return run.go(DAY, now=replace(run.sound, fouled=np.array([fouled]))).rows[-1]

    clean, scaled = last(0.0), last(0.5)
    assert scaled["primary_flow"] > 1.05 * clean["primary_flow"]
    assert scaled["primary_back"] > clean["primary_back"] + 1.0
    assert scaled["hot"] == pytest.approx(clean["hot"], abs=0.7)


def test_radiators_follow_en_442() -> None:
    radiators = radiators_of(plan("b"))
    rated = radiators.rated
    at_50 = radiators.emitted(np.full_like(rated, 70.0), np.full_like(rated, 20.0))
    assert at_50 == pytest.approx(rated)
    at_30 = radiators.emitted(np.full_like(rated, 50.0), np.full_like(rated, 20.0))
    assert at_30 == pytest.approx(rated * 0.6**1.3)
    assert (radiators.emitted(np.full_like(rated, 15.0), np.full_like(rated, 20.0)) == 0.0).all()
    assert rated.sum() > 0.0


def test_radiators_without_a_pump_cool_as_those_that_nothing_runs_through() -> None:
    radiators, rng = radiators_of(plan("b")), np.random.default_rng(5)
    water, air = rng.uniform(15.0, 70.0, (2, 4))
    given, none = radiators.emitted(water, air), np.zeros(4)
    after, took = radiators.warmed(water, np.full(4, 60.0), none, given, HOURS)
    assert radiators.cooled(water, given, HOURS).tobytes() == after.tobytes()
    assert not took.any()


def test_a_station_that_is_shut_is_skipped_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def days() -> tuple[list[dict[str, float]], bytes]:
        run = Run("b", air=19.0).go(24)
        run.go(36, hours=False, coils=0.0).go(24, oat=-3.0).go(12, oat=20.0, coils=0.0)
        return run.rows, run.plant.state.tobytes()

    skipped = days()
    assert any(row["primary_flow"] == 0.0 for row in skipped[0])
    monkeypatch.setattr(
        heating, "bad_parts", lambda now, sizes: replace(bad_parts(now, sizes), tight=False)
    )
    assert days() == skipped


def test_a_thermostatic_head_shuts_in_a_warm_room() -> None:
    radiators = replace(radiators_of(plan("b")), least=np.zeros(4))
    share = np.ones(4)
    warm, cold = (radiators.flow(np.full(4, t), share) for t in (24.0, 18.0))
    assert (warm == 0.0).all()
    assert (cold == radiators.rated / (1.163 * 10.0)).all()


def test_flue_gas_takes_more_from_a_hotter_boiler() -> None:
    one = np.ones(1)
    cool, hot = (
        boiler.fuel(100.0 * one, t * one, 0.9 * one) for t in (50.0, 80.0)
    )  # fmt: skip
    assert float(hot[0]) > float(cool[0])
    assert float(boiler.fuel(100.0 * one, 60.0 * one, 0.9 * one)[0]) == pytest.approx(100.0 / 0.9)


def test_a_pump_at_half_flow_takes_an_eighth_against_friction_alone() -> None:
    half = np.array([0.5])
    assert float(pump_share(half, 0.0)[0]) == pytest.approx(0.125)
    assert float(pump_share(half, 0.4)[0]) > 0.125
    assert float(pump_share(np.ones(1), 0.4)[0]) == 1.0


def test_worlds_beside_each_other_are_as_alone() -> None:
    site = plan("b")
    raised = replace(sound("b"), curve=np.array([8.0]))
    both, alone = Heating(side_by_side([site, site])), Heating(site)
    two, one = np.ones(2), np.ones(1)

    def day(of: Heating, like: Floats, now: HeatingFaults) -> HeatingDay:
        wide = like[None, :]
        hours = (wide > 0.0, wide < 0.0, wide > 0.0)
        return of.day(3.0 * wide, 85.0 * wide, hours, 2.0 * wide, now)

    faults = joined([sound("b"), raised])
    days = (day(both, two, faults), day(alone, one, raised))
    for _ in range(60):
        both.emitted(np.full(8, 18.0))
        alone.emitted(np.full(4, 18.0))
        both.step(days[0], 0, (30.0 * two, two > 0.0), faults, STEP)
        alone.step(days[1], 0, (30.0 * one, one > 0.0), raised, STEP)
    assert np.array_equal(both.state[:, 1], alone.state[:, 0])
    assert np.array_equal(both.water[4:], alone.water)
    assert not np.array_equal(both.state[:, 0], both.state[:, 1])
