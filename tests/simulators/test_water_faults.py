"""Each fault of water acts in pipes, valves, tank, pump or tower, and wastes what it should."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from core.batch import Columns, Floats
from core.clock import DAY_MS
from core.words import Carrier
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.kinds.catalogue import LATER
from simulators.physics.kinds.water import KINDS
from simulators.places import places
from simulators.worlds import one_building
from tests.simulators.parts import SEED, SITE, START, Readings, at, fault, same

K = FaultKind
DAYS = 3
NIGHT = (at(3, 1.0), at(3, 5.0))
# Of a kind: where, how bad, what it costs, and at least how much in two and a half days.
CASES = {
    K.WATER_LEAK: ("a.w-canteen", 0.1, Carrier.WATER, 4.0),
    K.WATER_BURST: ("a.w-main", 3.0, Carrier.WATER, 150.0),
    K.FLAP_HANGS: ("a.w-toilets", 0.3, Carrier.WATER, 2.0),
    K.URINAL_RUNS: ("a.w-toilets", 0.1, Carrier.WATER, 6.0),
    K.FLOAT_VALVE_PASSES: ("a.tank", 0.6, Carrier.WATER, 8.0),
    K.REDUCER_OFF: ("a.reducer", 0.3, Carrier.WATER, 0.8),
    K.TOWER_BLED: ("a.w-tower", 3.0, Carrier.WATER, 0.3),
    K.IRRIGATION_OPEN: ("c.w-irrigation", 1.0, Carrier.WATER, 60.0),
    K.CHECK_VALVE_PASSES: ("c.booster", 0.1, Carrier.ELECTRICITY, 0.5),
    K.BOOSTER_WORN: ("a.booster", 0.3, Carrier.ELECTRICITY, 0.5),
}  # fmt: skip


class Lived:
    """A building alone after some days: what it said, and what it truly used. [kWh, m³]"""

    def __init__(self, building: str, faults: tuple[Fault, ...]) -> None:
        site = one_building(SITE, building)
        campus = Campus(site, SEED, START, faults)
        campus.advance(START)
        before = campus.consumed()
        parts = [campus.read(g, START + DAYS * DAY_MS) for g in sorted(site.gateways)]
        self.readings = Readings(Columns.joined(parts), site)
        self.used = {c: v - before[b, c] for (b, c), v in campus.consumed().items()}

    def point(self, point: str, when: tuple[int, int] = NIGHT) -> Floats:
        """What a point said in a time."""
        return self.readings.between(point, *when)


@cache
def lived(building: str, *faults: Fault) -> Lived:
    """Runs a building once for all tests that look at it."""
    return Lived(building, faults)


def of(kind: FaultKind, **more: object) -> Fault:
    asset, severity, _, _ = CASES[kind]
    return fault(kind, asset, **{"severity": severity, **more})


def ill(kind: FaultKind) -> Lived:
    return lived(CASES[kind][0][0], of(kind))


def test_every_kind_of_water_is_tried_where_it_can_be() -> None:
    # A roof tank's are tried where there is one (test_roof_tank).
    assert set(CASES) == set(KINDS) - LATER
    for kind, (asset, severity, _, _) in CASES.items():
        assert (asset, "") in places(SITE, kind), kind
        assert KINDS[kind].span[0] <= severity <= KINDS[kind].span[1], kind


@pytest.mark.parametrize("kind", CASES)
def test_it_wastes_its_carrier_and_a_severity_of_nothing_is_health(kind: FaultKind) -> None:
    asset, _, carrier, least = CASES[kind]
    healthy = lived(asset[0])
    assert ill(kind).used[carrier] - healthy.used[carrier] > least
    none = Lived(asset[0], (of(kind, severity=0.0),))
    assert same(none.readings.rows, healthy.readings.rows)
    # A fault's onset cuts the sums of what is used into two.
    assert none.used == pytest.approx(healthy.used, rel=1e-12)


@pytest.mark.parametrize("kind", CASES)
def test_a_thousandth_of_it_wastes_next_to_nothing(kind: FaultKind) -> None:
    asset, severity, carrier, _ = CASES[kind]
    healthy, whole = lived(asset[0]).used[carrier], ill(kind).used[carrier]
    wasted = Lived(asset[0], (of(kind, severity=severity * 0.001),)).used[carrier] - healthy
    # A pump that starts a minute earlier moves some watt-hours past the end.
    assert -1e-6 * healthy < wasted < 0.005 * (whole - healthy)


def test_what_creeps_wastes_less_than_what_is_there_at_once() -> None:
    whole = ill(K.FLOAT_VALVE_PASSES).used[Carrier.WATER]
    creeping = Lived("a", (replace(of(K.FLOAT_VALVE_PASSES), creep_days=3.0),))
    healthy = lived("a").used[Carrier.WATER]
    assert healthy < creeping.used[Carrier.WATER] < 0.6 * whole + 0.4 * healthy


def test_what_comes_and_goes_runs_by_turns() -> None:
    bouts = replace(of(K.URINAL_RUNS), bouts_h=(6.0, 6.0))
    hours = np.diff(Lived("a", (bouts,)).point("a.w-toilets.volume", (at(1, 6.0), at(3, 24.0))))
    healthy = np.diff(lived("a").point("a.w-toilets.volume", (at(1, 6.0), at(3, 24.0))))
    more = (hours - healthy).reshape(-1)[: 4 * 65].reshape(-1, 4).sum(axis=1)
    assert 0.1 < (more > 0.05).mean() < 0.9


def test_a_burst_takes_the_pressure_along() -> None:
    drop = lived("a").point("a.w-main.pressure") - ill(K.WATER_BURST).point("a.w-main.pressure")
    # 1.1 kPa/(m³/h)² on some 3 m³/h.
    assert 6.0 < drop.mean() < 12.0
    worse = Lived("a", (of(K.WATER_BURST, severity=30.0),))
    assert (
        worse.point("a.w-main.pressure").mean() < 0.8 * lived("a").point("a.w-main.pressure").mean()
    )
    flow = worse.readings.use("a.w-main.volume", *NIGHT) / 3.75
    assert 8.0 < flow < 30.0, "the pipe lets less through than the hole could"


def test_a_flap_runs_from_a_flush_to_a_flush() -> None:
    healthy, running = (
        np.diff(x.point("a.w-toilets.volume", (at(1, 6.0), at(3, 24.0))))
        for x in (lived("a"), ill(K.FLAP_HANGS))
    )
    more = running - healthy
    # Quarters in which it ran all the time, not at all, and those in which somebody flushed.
    assert (np.abs(more - 0.075) < 0.011).sum() > 20
    assert (np.abs(more) < 0.011).sum() > 20
    turns = np.diff((more > 0.03).astype(np.int64))
    assert 2 <= np.abs(turns).sum() < 60


def test_a_passing_float_valve_fills_the_tank_to_the_brim() -> None:
    assert lived("a").point("a.tank.tank_level").max() <= 90.0
    assert ill(K.FLOAT_VALVE_PASSES).point("a.tank.tank_level").min() > 99.0
    assert np.array_equal(
        ill(K.FLOAT_VALVE_PASSES).point("a.w-toilets.volume"),
        lived("a").point("a.w-toilets.volume"),
    ), "nobody behind the tank notices"


def test_a_reducer_that_is_off_raises_what_stands_behind_it_alone() -> None:
    here, there = ill(K.REDUCER_OFF), lived("a")
    day = (at(2, 8.0), at(2, 18.0))
    assert here.point("a.reducer.pressure").mean() > there.point("a.reducer.pressure").mean() + 50.0
    more = here.readings.use("a.w-canteen.volume", *day) / there.readings.use(
        "a.w-canteen.volume", *day
    )
    # An open tap gives the root of the pressure more, where the street has so much.
    assert 1.05 < more < 1.3**0.5 + 0.01
    lower = Lived("a", (of(K.REDUCER_OFF, severity=-0.3),))
    assert lower.used[Carrier.WATER] < there.used[Carrier.WATER]


def test_water_that_runs_back_makes_the_pump_start_all_night() -> None:
    seeping = Lived("c", (of(K.CHECK_VALVE_PASSES, severity=0.02),))
    # A vessel of 6 L sleeps for three quarters of an hour on a drip of 8 L/h, 3 min on 120 L/h.
    starts = [
        np.diff(x.point("c.booster.pump_status")).clip(0).sum() / 4.0 for x in (lived("c"), seeping)
    ]
    assert starts[0] < 3.0
    assert starts[1] > 8.0
    gushing = ill(K.CHECK_VALVE_PASSES).point("c.booster.pump_status")
    assert gushing.mean() > 0.95, "it is emptied within a minute and never sleeps"


def test_a_worn_pump_turns_faster_and_holds_less() -> None:
    day = (at(2, 9.0), at(2, 18.0))
    sound, worn = lived("a"), ill(K.BOOSTER_WORN)
    on = (sound.point("a.booster.pump_status", day) > 0) & (
        worn.point("a.booster.pump_status", day) > 0
    )
    faster = worn.point("a.booster.pump_speed", day) - sound.point("a.booster.pump_speed", day)
    assert faster[on].mean() > 8.0
    spent = Lived("a", (of(K.BOOSTER_WORN, severity=0.4),))
    assert (
        spent.point("a.booster.pressure", day).mean()
        < sound.point("a.booster.pressure", day).mean() - 10.0
    )


def test_sprinklers_left_open_run_all_day_on_their_own_meter() -> None:
    more = np.diff(ill(K.IRRIGATION_OPEN).point("c.w-irrigation.volume"))
    assert more.min() > 0.2
    assert lived("c").readings.use("c.w-irrigation.volume", *NIGHT) == 0.0


def test_a_tower_is_filled_by_its_cooling_and_its_bleed() -> None:
    day = (at(3, 8.0), at(3, 20.0))
    filled = [x.readings.use("a.w-tower.volume", *day) for x in (lived("a"), ill(K.TOWER_BLED))]
    # C/(C − 1): 5/4 and 2/1.
    assert filled[1] / filled[0] == pytest.approx(1.6, rel=0.1)


def test_a_worn_flap_repaired_at_night_stops_at_once() -> None:
    flap = of(K.FLAP_HANGS)
    campus = Campus(one_building(SITE, "a"), SEED, START, (flap,))
    campus.advance(at(2, 22.0))
    assert campus.repair(campus.now, "effective", fault=flap.id) == (flap.id,)
    campus.advance(at(3, 6.0))
    rows = campus.read("gw-a", at(3, 6.0))
    mended = Readings(rows, one_building(SITE, "a")).use("a.w-toilets.volume", *NIGHT)
    assert mended == pytest.approx(lived("a").readings.use("a.w-toilets.volume", *NIGHT), abs=0.011)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (K.FLOAT_VALVE_PASSES, "a.w-main"), (K.REDUCER_OFF, "a.w-main"),
        (K.REDUCER_OFF, "a.w-canteen"), (K.BOOSTER_WORN, "a.m-pumps"),
        (K.CHECK_VALVE_PASSES, "c.w-main"), (K.TOWER_BLED, "a.w-main"),
    ],
)  # fmt: skip
def test_who_is_sent_to_a_meter_finds_what_stands_behind_it(kind: FaultKind, target: str) -> None:
    one = of(kind)
    campus = Campus(SITE, SEED, START, (one,))
    campus.advance(at(1, 7.0))
    assert campus.causes(target) == (one.id,)
    assert campus.causes("c.m-lifts") == ()
