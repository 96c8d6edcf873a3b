"""Each fault of heating and chilled-water plant costs what it should, and nothing when it is none.

A building alone, in its season, beside its healthy self; what is compared passed the meters in
truth, their errors aside. What a fault of balance or of an exchanger costs is electricity too: air
handlers make up for what radiators lack, and pumps run faster for longer.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pytest

from core.batch import Columns, Floats
from core.clock import DAY_MS, HOUR_MS
from core.words import Carrier
from simulators.campus import Campus
from simulators.physics.conditions import conditions_of
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.kinds import cooling, heating
from simulators.physics.plan import plan_of
from simulators.places import places
from simulators.worlds import one_building
from tests.simulators.parts import SEED, SITE, Readings, same

K, C = FaultKind, Carrier
KINDS = {**heating.KINDS, **cooling.KINDS}
# Midnight in Shanghai of a Monday: January, March, July.
STARTS = {
    name: int(datetime(2026, *day, 16, tzinfo=UTC).timestamp() * 1000)
    for name, day in {"winter": (1, 11), "spring": (3, 22), "summer": (7, 12)}.items()
}
# Of a kind: where, how bad, the season, days, what it costs, and at least how much of it. [kWh, m³]
CASES = {
    K.EXCHANGER_FOULED: ("b.station", 0.6, "winter", 3, C.ELECTRICITY, 0.5),
    K.PRIMARY_VALVE_PASSES: ("b.station", 0.1, "winter", 3, C.HEAT, 40.0),
    K.PRIMARY_VALVE_STUCK: ("b.station", 0.9, "winter", 3, C.HEAT, 200.0),
    # Of a small cold room: what a large branch that is starved does not take is more than what the
    # curve that rises for it costs the others.
    K.BRANCH_UNBALANCED: ("c.z-hall", 0.3, "winter", 3, C.GAS, 4.0),
    K.BRANCH_AIRLOCKED: ("c.z-hall", 0.6, "winter", 3, C.GAS, 1.0),
    K.BURNER_DETUNED: ("c.boiler", 5.0, "winter", 3, C.GAS, 12.0),
    # With the tank alone to warm: in the cold a burner that modulates hardly ever stops.
    K.BURNER_CYCLES: ("c.boiler", 18.0, "summer", 6, C.GAS, 2.0),
    K.LOOP_LEAKS: ("b.station", 2.0, "winter", 3, C.HEAT, 4.0),
    K.RING_BARE: ("c.boiler", 3.0, "winter", 3, C.GAS, 6.0),
    K.TANK_TOO_HOT: ("c.boiler", 10.0, "winter", 3, C.GAS, 1.0),
    K.CURVE_RAISED: ("a.boiler", 6.0, "winter", 3, C.GAS, 8.0),
    K.SETBACK_LOST: ("b.station", 1.0, "winter", 3, C.HEAT, 300.0),
    K.CONDENSER_FOULED: ("d.chiller", 0.3, "summer", 2, C.ELECTRICITY, 8.0),
    K.REFRIGERANT_LOW: ("d.chiller", 0.1, "summer", 2, C.ELECTRICITY, 25.0),
    K.TOWER_FOULED: ("d.tower", 0.3, "summer", 2, C.ELECTRICITY, 15.0),
    K.CHILLED_BYPASS: ("d.chiller", 0.3, "summer", 2, C.ELECTRICITY, 8.0),
}  # fmt: skip


class Lived:
    """A building alone after some days: what it said, and what it truly used. [kWh, m³]"""

    def __init__(self, building: str, season: str, days: int, faults: tuple[Fault, ...]) -> None:
        site, start = one_building(SITE, building), STARTS[season]
        campus = Campus(site, SEED, start, faults)
        campus.advance(start)
        before = campus.consumed()
        self.rows = Columns.joined([
            campus.read(g, start + days * DAY_MS) for g in sorted(site.gateways)
        ])  # fmt: skip
        self.readings = Readings(self.rows, site)
        self.used = {c: v - before[b, c] for (b, c), v in campus.consumed().items()}
        self._start = start

    def point(self, point: str, day: int, hours: tuple[float, float]) -> Floats:
        """What a point said on a day, counted from 1, between two hours."""
        first, last = (self._start + (day - 1) * DAY_MS + int(h * HOUR_MS) for h in hours)
        return self.readings.between(point, first, last)


@cache
def lived(building: str, season: str, days: int, *faults: Fault) -> Lived:
    """Runs a building once for all tests that look at it."""
    return Lived(building, season, days, faults)


def ill(kind: FaultKind, severity: float | None = None) -> tuple[Lived, Lived]:
    """The building of a kind's case, healthy and ill."""
    asset, bad, season, days, _, _ = CASES[kind]
    one = Fault(
        id=kind.value, kind=kind, asset=asset, onset=STARTS[season],
        severity=bad if severity is None else severity,
    )  # fmt: skip
    building = asset.partition(".")[0]
    return lived(building, season, days), lived(building, season, days, one)


def test_every_kind_is_here_and_its_place_is_one() -> None:
    assert set(CASES) == set(KINDS)
    for kind, (asset, severity, *_) in CASES.items():
        assert (asset, "") in places(SITE, kind)
        low, high = KINDS[kind].span
        assert low <= severity <= high


@pytest.mark.parametrize("kind", CASES)
def test_it_costs_what_it_should(kind: FaultKind) -> None:
    healthy, faulty = ill(kind)
    _, _, _, _, carrier, least = CASES[kind]
    assert faulty.used[carrier] - healthy.used[carrier] > least


@pytest.mark.parametrize("kind", [k for k in KINDS if KINDS[k].unit and not KINDS[k].position])
def test_a_severity_of_nothing_is_health(kind: FaultKind) -> None:
    """To the bit in the parameters, which are all that the physics knows of faults."""
    asset, _, season, *_ = CASES[kind]
    plan = plan_of(one_building(SITE, asset.partition(".")[0]))
    start = STARTS[season]
    nothing = Fault(id="n", kind=kind, asset=asset, onset=start, severity=0.0)
    some = replace(nothing, severity=KINDS[kind].span[1])

    def parameters(*faults: Fault) -> list[Floats]:
        now = conditions_of(plan, faults, start)
        return [getattr(p, f.name) for p in (now.heating, now.cooling) for f in fields(p)]

    sound, none, bad = parameters(), parameters(nothing), parameters(some)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(sound, none, strict=True))
    assert not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(sound, bad, strict=True))


def test_a_severity_of_nothing_says_the_same_to_the_bit() -> None:
    healthy, none = ill(K.CURVE_RAISED, 0.0)
    assert same(healthy.rows, none.rows)


def test_one_that_creeps_grows_by_the_hour() -> None:
    start = STARTS["winter"]
    one = Fault(id="n", kind=K.BURNER_DETUNED, asset="c.boiler", onset=start, severity=10.0,
                creep_days=10.0)  # fmt: skip
    plan = plan_of(one_building(SITE, "c"))
    lost = [float(conditions_of(plan, (one,), start + d * DAY_MS).heating.burner[0])
            for d in (0, 1, 5, 30)]  # fmt: skip
    assert lost == pytest.approx([0.0, 0.01, 0.05, 0.10])


def test_a_passing_primary_valve_overheats_while_nobody_asks() -> None:
    healthy, faulty = ill(K.PRIMARY_VALVE_PASSES)
    evening = faulty.point("b.station.primary_flow", 2, (22.5, 24.0))
    assert evening.min() > 0.3
    assert healthy.point("b.station.primary_flow", 2, (22.5, 24.0)).max() < 0.3


def test_a_starved_branch_comes_back_cold_and_the_curve_rises_for_its_room() -> None:
    day, wet = (10.0, 17.0), Fault(
        id="n", kind=K.BRANCH_UNBALANCED, asset="b.z-wet", onset=STARTS["winter"], severity=0.3
    )  # fmt: skip
    point = "b.z-wet.branch_return"
    healthy, faulty = lived("b", "winter", 3), lived("b", "winter", 3, wet)
    assert faulty.point(point, 2, day).mean() < healthy.point(point, 2, day).mean() - 5.0
    healthy, faulty = ill(K.BRANCH_UNBALANCED)
    asked = "c.boiler.hw_sp"
    assert faulty.point(asked, 2, day).mean() > healthy.point(asked, 2, day).mean() + 0.5


def test_a_narrow_differential_starts_the_burner_often() -> None:
    one = Fault(
        id="n", kind=K.BURNER_CYCLES, asset="d.boiler", onset=STARTS["spring"], severity=18.0
    )

    def starts(*faults: Fault) -> int:
        burner = lived("d", "spring", 4, *faults).point("d.boiler.burner_status", 3, (0.0, 24.0))
        return int((np.diff(burner) > 0.0).sum())

    assert starts(one) > 1.5 * starts()


def test_a_hot_tank_and_a_raised_curve_show_at_their_sensors() -> None:
    one = Fault(
        id="n", kind=K.TANK_TOO_HOT, asset="d.boiler", onset=STARTS["spring"], severity=10.0
    )
    tank = [lived("d", "spring", 4, *f).point("d.boiler.tank_temp", 4, (0.0, 24.0)).mean()
            for f in ((), (one,))]  # fmt: skip
    assert tank[1] > tank[0] + 6.0
    healthy, faulty = ill(K.CURVE_RAISED)
    asked = [w.point("a.boiler.hw_sp", 2, (10.0, 17.0)).mean() for w in (healthy, faulty)]
    assert asked[1] == pytest.approx(asked[0] + 6.0, abs=0.6)


def test_the_fan_of_a_fouled_tower_makes_up_for_it() -> None:
    healthy, faulty = ill(K.TOWER_FOULED)
    noon = (12.0, 17.0)
    water = [w.point("d.chiller.cw_to_chiller", 2, noon).mean() for w in (healthy, faulty)]
    power = [w.point("d.m-plant.power", 2, noon).mean() for w in (healthy, faulty)]
    assert water[1] >= water[0]
    assert power[1] > power[0] + 0.3
