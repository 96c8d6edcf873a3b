"""Faults that hide each other: each hides in the published readings what it is said to hide."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from core.batch import Columns
from core.clock import DAY_MS, HOUR_MS
from core.words import Carrier
from simulators.campus import Campus
from simulators.cases import Cases
from simulators.scenarios import SCENARIOS, Scenario, scenario
from simulators.worlds import one_building
from tests.simulators.parts import SEED, SITE, START, Readings

A = one_building(SITE, "a")
MARCH = int(datetime(2026, 3, 8, 16, tzinfo=UTC).timestamp() * 1000)
WINTER = int(datetime(2026, 1, 11, 16, tzinfo=UTC).timestamp() * 1000)


def said(campus: Campus, until: int) -> Readings:
    """What building A and the weather station said, in time order."""
    rows = Columns.joined([campus.read(g, until) for g in sorted(A.gateways)])
    return Readings(rows.keep(np.argsort(rows.at, kind="stable")), A)


def lived(
    of: Scenario, days: float, *, start: int = START, only: int | None = None
) -> tuple[Campus, Readings]:
    """Building A with a scenario, or with the first of its faults only."""
    campus = Campus(A, SEED, start, of.faults[:only], happenings=of.happenings)
    return campus, said(campus, start + int(days * DAY_MS))


def used(campus: Campus, carrier: Carrier) -> float:
    return campus.consumed()["a", carrier]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_the_site_has_a_place_for_each(name: str) -> None:
    made = scenario(name, SITE, START)
    assert made.faults
    Cases(SITE, made.faults)


def test_the_supply_is_right_whatever_a_passing_heating_valve_warms() -> None:
    """In early March hot water stands at the coil: the controller takes back what passes."""
    made = scenario("held_by_cooling", A, MARCH)
    ill, sick = lived(made, 2.75, start=MARCH)
    well, healthy = lived(Scenario(faults=()), 2.75, start=MARCH)
    noon = (MARCH + DAY_MS + 10 * HOUR_MS, MARCH + DAY_MS + 17 * HOUR_MS)
    ahu = made.faults[0].asset
    apart = sick.between(f"{ahu}.sat", *noon) - sick.between(f"{ahu}.sat_sp", *noon)
    assert abs(np.median(apart)) < 0.5
    taken = [
        sick.between(f"{ahu}.{role}", *noon).mean() - healthy.between(f"{ahu}.{role}", *noon).mean()
        for role in ("cool_valve", "oa_damper", "heat_valve")
    ]
    assert taken[0] + taken[1] > 2.0 or taken[2] < -2.0
    assert used(ill, Carrier.HEAT) != used(well, Carrier.HEAT)


def test_a_pressure_cut_makes_a_leak_smaller_by_night() -> None:
    made = scenario("leak_in_a_pressure_cut", A, START)
    leak = made.faults[0]
    nights = (START + 2 * DAY_MS + 2 * HOUR_MS, START + 2 * DAY_MS + 5 * HOUR_MS)

    def more(of: Scenario, carrier: Scenario) -> float:
        point = f"{leak.asset}.volume"
        return lived(of, 3)[1].use(point, *nights) - lived(carrier, 3)[1].use(point, *nights)

    low = more(made, Scenario(faults=(), happenings=made.happenings))
    full = more(Scenario(faults=made.faults), Scenario(faults=()))
    assert 0.0 < low < 0.75 * full


def test_a_wrong_sensor_hides_a_leaking_valve() -> None:
    made = scenario("sensor_cancels_leak", A, START)
    leak = made.faults[0]
    noon = (START + DAY_MS + 11 * HOUR_MS, START + DAY_MS + 17 * HOUR_MS)
    sat = f"{leak.asset}.sat"
    healthy = lived(Scenario(faults=()), 1.75)[1].between(sat, *noon)
    both = lived(made, 1.75)[1].between(sat, *noon)
    assert abs(np.median(both) - np.median(healthy)) < 0.6


def test_an_open_ct_hides_what_stays_on() -> None:
    made = scenario("ct_hides_standby", A, START)
    meter = f"{made.faults[0].asset}.energy"
    night = (START + 2 * DAY_MS, START + 2 * DAY_MS + 5 * HOUR_MS)
    alone = lived(made, 2.5, only=1)[1].use(meter, *night)
    both = lived(made, 2.5)
    well = lived(Scenario(faults=()), 2.5)
    seen, healthy = both[1].use(meter, *night), well[1].use(meter, *night)
    assert seen - healthy < 0.6 * (alone - healthy)
    assert used(both[0], Carrier.ELECTRICITY) > used(well[0], Carrier.ELECTRICITY)


def test_a_damper_stuck_at_its_minimum_is_dormant_in_winter() -> None:
    def apart(start: int) -> float:
        made = scenario("damper_at_its_minimum", A, start)
        mixed = f"{made.faults[0].asset}.mat"
        noon = (start + DAY_MS + 10 * HOUR_MS, start + DAY_MS + 17 * HOUR_MS)
        ill = lived(made, 1.75, start=start)[1].between(mixed, *noon)
        well = lived(Scenario(faults=()), 1.75, start=start)[1].between(mixed, *noon)
        return float(np.abs(ill - well).mean())

    assert apart(WINTER) < 0.3
    assert apart(START) > 1.0


def test_a_gateway_that_dies_brings_its_readings_after_the_repair() -> None:
    made = scenario("gateway_dies", A, START)
    leak, cut = made.faults
    assert cut.end is not None
    campus = Campus(A, SEED, START, made.faults)
    before = campus.read(cut.asset, cut.onset)
    dark = campus.read(cut.asset, cut.end)
    assert len(before)
    assert not len(dark)
    campus.repair(cut.end, "effective", fault=leak.id)
    late = campus.read(cut.asset, cut.end + DAY_MS)
    assert int(late.at.min()) <= cut.onset + HOUR_MS
    volume = Readings(late, A).of(f"{leak.asset}.volume")[1]
    assert volume[-1] - volume[0] > 0.3 * 24


def test_mending_one_of_two_leaks_leaves_the_other() -> None:
    made = scenario("one_of_two_leaks", A, START)
    point = f"{made.faults[0].asset}.volume"
    campus = Campus(A, SEED, START, made.faults)
    mended = START + 2 * DAY_MS
    first = said(campus, mended)
    assert campus.repair(mended, "effective", fault=made.faults[0].id) == (made.faults[0].id,)
    then = said(campus, mended + DAY_MS)
    one_night = first.use(point, mended - 22 * HOUR_MS, mended - 20 * HOUR_MS)
    other_night = then.use(point, mended + 2 * HOUR_MS, mended + 4 * HOUR_MS)
    assert 0.35 * one_night < other_night < 0.75 * one_night
