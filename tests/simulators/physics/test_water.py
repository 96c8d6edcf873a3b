"""Water's pieces by themselves: pulses, pipes, basins, pump, tower and lawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from core.batch import Floats
from simulators.physics.plan import Plan, plan_of
from simulators.physics.water.booster import Pump
from simulators.physics.water.demand import HANGS, NOT_FLUSHED, draws_of
from simulators.physics.water.draws import CLEANING, PEOPLE, a_day, drawn, moments, pulses
from simulators.physics.water.hydraulics import LEAST_KPA, REFERENCE_KPA, Holes, node, tap
from simulators.physics.water.irrigation import irrigation, lost
from simulators.physics.water.pipes import Use, pipes_of, use_of
from simulators.physics.water.tanks import Vessel, basin_of, boost, fill
from simulators.physics.water.tower import CYCLES, evaporated, made_up
from simulators.physics.weather.weather import DAY_MIN, Weather, weather_of
from tests.simulators.parts import SEED, SITE

PLAN = plan_of(SITE)
DAY = date(2026, 4, 15)
PUMP = Pump(flow=6.0, head=42.0, power=1.4, holds=330.0)


def always(value: float, minutes: int = DAY_MIN) -> Floats:
    return np.full(minutes, value)


def office_hours(heads: float) -> Floats:
    there = np.zeros(DAY_MIN)
    there[480:1080] = heads
    return there


def test_pulses_keep_their_volume_and_lie_where_they_run() -> None:
    start, lasts, flow = np.array([10.25, 20.5, 20.6]), np.array([3.5, 0.25, 0.1]), np.ones(3)
    mean = pulses(start, lasts, flow, np.array([0, 1, 1]), 2)
    assert mean[0, 9:15].tolist() == [0.0, 0.75, 1.0, 1.0, 0.75, 0.0]
    assert mean[1, 20] == pytest.approx(0.35)
    assert mean.sum() == pytest.approx(lasts.sum())
    assert np.count_nonzero(mean[1]) == 1, "what has ended leaves nothing behind"


def test_midnight_cuts_a_pulse() -> None:
    cut = pulses(np.array([1439.5]), np.array([9.0]), np.ones(1), np.array([0]), 1)
    assert cut.sum() == pytest.approx(0.5)


def test_draws_come_when_and_as_often_as_they_are_expected() -> None:
    rng = np.random.default_rng(1)
    rate = office_hours(0.5)
    at = moments(rng, rate)
    assert len(at) == pytest.approx(300, abs=60)
    assert at.min() >= 480.0
    assert at.max() < 1080.0


def test_a_person_draws_what_an_office_is_planned_for() -> None:
    """25–40 L a person and shift, GB 50015, cleaning apart."""
    rng = np.random.default_rng(2)
    days = [drawn(rng, PEOPLE, a_day(office_hours(300.0))) for _ in range(20)]
    litres = np.array([1000.0 * (d.fixed + d.tapped).sum() / 300.0 for d in days])
    assert 20.0 < litres.mean() < 40.0
    assert np.mean([d.flushes.sum() for d in days]) / 300.0 == pytest.approx(2.2, rel=0.05)


def test_single_draws_scatter_as_counted_lumps_do() -> None:
    """Variance over mean of an hour is the lump's size: 13–56 L at homes, more with mops."""
    rng = np.random.default_rng(3)
    rate = always(2.0 / 60.0)
    hours = 1000.0 * np.concatenate([
        drawn(rng, CLEANING, rate).tapped.reshape(24, 60).sum(axis=1) for _ in range(60)
    ])  # fmt: skip
    lump = hours.var() / hours.mean()
    assert 40.0 < lump < 160.0


def test_nobody_at_all_leaves_the_drip_and_a_guard() -> None:
    people, free = np.zeros((DAY_MIN, len(PLAN.buildings))), np.zeros(len(PLAN.buildings), np.bool_)
    draws = draws_of(PLAN, SEED, DAY, people, free, weather_of(SEED, DAY))
    for i, meter in enumerate(PLAN.water):
        day = 1000.0 * (draws.fixed[:, i] + draws.tapped[:, i]).sum()
        if use_of(meter) is Use.TOILETS:
            assert 0.008 * 24 * 1000 <= day < 1500.0
        elif use_of(meter) is Use.KITCHEN:
            assert day == 0.0
    assert draws.rest.sum() == 0.0


def test_what_is_drawn_besides_comes_on_top_and_changes_nothing_else() -> None:
    people = np.full((DAY_MIN, len(PLAN.buildings)), 0.4)
    worked = np.ones(len(PLAN.buildings), np.bool_)
    sky = weather_of(SEED, DAY)
    extra = np.zeros((DAY_MIN, len(PLAN.water) + len(PLAN.buildings)))
    extra[180:182, 0] = 0.009
    extra[200, -1] = 1.5
    usual = draws_of(PLAN, SEED, DAY, people, worked, sky)
    odd = draws_of(PLAN, SEED, DAY, people, worked, sky, extra=extra)
    assert np.array_equal(odd.tapped, usual.tapped)
    more = odd.fixed - usual.fixed
    assert more.sum() == pytest.approx(0.018)
    assert (odd.rest - usual.rest).sum() == pytest.approx(1.5)


def test_only_flushes_make_a_worn_flap_hang() -> None:
    people = np.zeros((DAY_MIN, len(PLAN.buildings)))
    people[480:1080] = 0.5
    worked = np.ones(len(PLAN.buildings), np.bool_)
    flap = draws_of(PLAN, SEED, DAY, people, worked, weather_of(SEED, DAY)).flap
    toilets = [i for i, m in enumerate(PLAN.water) if use_of(m) is Use.TOILETS]
    others = [i for i in range(len(PLAN.water)) if i not in toilets]
    assert (flap[:, others] == NOT_FLUSHED).all()
    assert (flap[480:1080, toilets] == HANGS).any(axis=0).all()
    assert (flap[:470, toilets] != NOT_FLUSHED).sum() < 4


def test_a_hole_takes_what_the_pressure_it_leaves_drives() -> None:
    supply, drawn_m3h = np.linspace(250.0, 360.0, 50), always(2.0, 50)
    for holes in (Holes(0.3, 0.0), Holes(0.0, 12.0), Holes(0.2, 3.0)):
        kpa = node(supply, 1.1, drawn_m3h, holes.at)
        back = supply - 1.1 * (drawn_m3h + holes.at(kpa)) ** 2
        assert np.abs(back - kpa).max() < 1e-6
        assert (kpa > LEAST_KPA).all()


def test_what_runs_away_follows_its_exponent() -> None:
    double = np.array([REFERENCE_KPA, 2.0 * REFERENCE_KPA])
    assert Holes(1.0, 0.0).at(double).tolist() == [1.0, 2.0]
    assert Holes(0.0, 1.0).at(double)[1] == pytest.approx(2.0**0.5)
    assert tap(double, REFERENCE_KPA)[1] == pytest.approx(2.0**0.5)


def test_a_tight_pipe_that_nobody_draws_from_has_the_streets_pressure() -> None:
    supply = np.array([300.0, 340.0])
    assert node(supply, 1.1, np.zeros(2)).tolist() == [300.0, 340.0]


@pytest.mark.parametrize("passes", [0.0, 0.6])
def test_a_basin_keeps_every_drop(passes: float) -> None:
    rng = np.random.default_rng(4)
    asked = rng.exponential(1.0, 5000) * (rng.random(5000) < 0.4)
    basin = basin_of(3.0, 6.0)
    done = fill(basin, basin.shut, asked, always(1.0, 5000), always(passes, 5000))
    kept = (done.into - done.out - done.over).sum() / 60.0
    assert done.volume[-1] - basin.shut == pytest.approx(kept, abs=1e-9)
    assert (done.over.sum() > 0.0) == (passes > 0.0)
    assert done.volume.max() <= basin.brim
    assert np.array_equal(done.out, asked)


def test_a_basin_that_is_asked_too_much_runs_dry_and_gives_what_comes() -> None:
    basin = basin_of(3.0, 6.0)
    done = fill(basin, basin.shut, always(13.0, 600), always(1.0, 600), np.zeros(600))
    assert done.volume[-1] == 0.0
    assert done.out[-1] == pytest.approx(6.0)
    kept = (done.into - done.out - done.over).sum() / 60.0
    assert done.volume[-1] - basin.shut == pytest.approx(kept, abs=1e-9)


def test_a_booster_sleeps_at_night_and_starts_when_its_vessel_is_empty() -> None:
    vessel = Vessel(volume=0.02, refill=1.2, sleeps=0.3)
    quiet = boost(vessel, 0.02, always(0.008), np.zeros(DAY_MIN), on=False)
    assert 8 <= np.diff(quiet.on.astype(np.int64)).clip(0).sum() <= 11
    kept = (quiet.taken - always(0.008)).sum() / 60.0
    assert quiet.stored[-1] - 0.02 == pytest.approx(kept, abs=1e-9)
    passing = boost(vessel, 0.02, always(0.008), always(0.3), on=False)
    assert passing.on.sum() > 10 * quiet.on.sum()
    assert passing.taken.min() == pytest.approx(-0.3)
    busy = boost(vessel, 0.02, always(2.0), np.zeros(DAY_MIN), on=False)
    assert busy.on[1:].all()


def test_a_worn_pump_turns_faster_and_takes_more_until_it_cannot() -> None:
    flow, lift = np.array([0.5, 3.0, 6.0]), always(330.0, 3)
    sound, worn = PUMP.speed(flow, lift, 0.0), PUMP.speed(flow, lift, 0.2)
    assert (worn > sound).all()
    assert (PUMP.drawn(flow, worn) > PUMP.drawn(flow, sound)).all()
    assert PUMP.speed(flow, lift, 0.4)[-1] == 1.0
    rated = PUMP.speed(np.array([6.0]), always(42.0 * 9.81, 1), 0.0)
    assert rated[0] == pytest.approx(1.0)
    assert PUMP.drawn(np.array([6.0]), rated)[0] == pytest.approx(1.43, abs=0.01)


def test_a_tower_that_bleeds_more_is_filled_more() -> None:
    evaporates = evaporated(np.array([250.0]))
    assert evaporates[0] == pytest.approx(0.375)  # 250 kW rejected at 1.5 L/kWh
    assert made_up(evaporates, 0.0)[0] == pytest.approx(0.375 * 5.0 / 4.0)
    assert made_up(evaporates, CYCLES - 2.0)[0] == pytest.approx(0.75)


def test_a_lawn_is_watered_in_summer_early_every_other_day_and_never_in_winter_or_rain() -> None:
    lawn = SITE.equipment["c.w-irrigation"]
    hot = Weather(always(28.0), always(60.0), always(220.0))
    assert lost(hot) == pytest.approx(4.5, abs=1.0)
    given = [irrigation(1, lawn, k, hot) for k in (0, 1)]
    assert given[1].sum() == 0.0
    assert given[0].sum() == pytest.approx(2 * 0.8 / 0.75 * lost(hot) / 1000 * 600)
    assert np.flatnonzero(given[0])[0] >= 300, "after the small hours"
    assert irrigation(1, lawn, 0, Weather(always(4.0), always(60.0), always(90.0))).sum() == 0.0
    assert irrigation(1, lawn, 0, Weather(always(20.0), always(95.0), always(90.0))).sum() == 0.0


def test_the_pipes_are_as_the_site_says() -> None:
    a, c = (pipes_of(PLAN)[PLAN.buildings.index(b)] for b in "ac")

    def ids(indices: tuple[int, ...]) -> list[str]:
        return [PLAN.water[i].id for i in indices]

    assert (ids(a.reduced), ids(a.lifted), ids(a.direct)) == (
        ["a.w-canteen"], ["a.w-toilets"], ["a.w-tower"],
    )  # fmt: skip
    assert (ids(c.reduced), ids(c.lifted), ids(c.direct)) == (
        [], ["c.w-toilets"], ["c.w-irrigation"],
    )  # fmt: skip
    assert a.tank is not None
    assert c.tank is None


def declared(meter: str, **flags: bool) -> Plan:
    """The plan of a site in which a branch declares something else."""
    other = replace(SITE.equipment[meter], parameters=flags)
    return plan_of(replace(SITE, equipment={**SITE.equipment, meter: other}))


def test_warm_water_passes_the_branch_that_heats_it_and_no_other() -> None:
    people = np.full((DAY_MIN, len(PLAN.buildings)), 0.5)
    worked, sky = np.ones(len(PLAN.buildings), np.bool_), weather_of(SEED, DAY)
    toilets, other = (
        [m.id for m in PLAN.water].index(i) for i in ("c.w-toilets", "c.w-irrigation")
    )
    cold = draws_of(PLAN, SEED, DAY, people, worked, sky)
    warm = draws_of(
        declared("c.w-irrigation", feeds_hot_water=True), SEED, DAY, people, worked, sky
    )
    both = warm.tapped[:, toilets] + warm.tapped[:, other]
    assert both == pytest.approx(cold.tapped[:, toilets])
    assert warm.tapped[:, other].sum() > 0.3
    assert np.array_equal(warm.fixed, cold.fixed)


def test_two_branches_of_toilets_share_a_buildings_people() -> None:
    people = np.full((DAY_MIN, len(PLAN.buildings)), 0.5)
    worked, sky = np.ones(len(PLAN.buildings), np.bool_), weather_of(SEED, DAY)
    toilets, other = (
        [m.id for m in PLAN.water].index(i) for i in ("c.w-toilets", "c.w-irrigation")
    )
    one = draws_of(PLAN, SEED, DAY, people, worked, sky)
    two = draws_of(declared("c.w-irrigation"), SEED, DAY, people, worked, sky)
    alone = one.fixed[:, toilets].sum()
    assert two.fixed[:, [toilets, other]].sum() == pytest.approx(alone, rel=0.1)
    assert two.fixed[:, other].sum() == pytest.approx(alone / 2, rel=0.2)
