"""A stretch goes by pieces in which nothing grows, turns or differs for what is reckoned."""

from __future__ import annotations

import numpy as np

from core.clock import HOUR_MS, MINUTE_MS
from simulators.campus import Campus
from simulators.physics.conditions import conditions_of
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.pieces import Acting, Piece, alike, spans, together
from simulators.physics.plan import plan_of
from simulators.worlds import of_buildings
from tests.simulators.parts import SEED, SITE, START, all_of, at, same

SMALL = of_buildings(SITE, ["a"])
_LEAK = Fault(id="leak", kind=FaultKind.WATER_LEAK, asset="a.w-toilets", onset=START,
              severity=0.3, creep_days=1.0)  # fmt: skip
_COIL = Fault(id="coil", kind=FaultKind.COIL_FOULED, asset="a.ahu1", onset=at(1, 3.0),
              severity=0.4, creep_days=3.0)  # fmt: skip
_DRIFT = Fault(id="drift", kind=FaultKind.SENSOR_DRIFT, asset="a.ahu1", point="sat",
               onset=at(1, 5.5), severity=9.0)  # fmt: skip
_TURNS = Fault(id="turns", kind=FaultKind.HEAT_VALVE_PASSES, asset="a.ahu2", onset=at(1, 1.0),
               severity=0.4, bouts_h=(1.3, 0.9))  # fmt: skip
_STICKS = Fault(id="sticks", kind=FaultKind.SENSOR_STUCK, asset="a.ahu1", point="mat",
                onset=at(1, 2.0), bouts_h=(1.1, 1.7))  # fmt: skip
_FLAPS = Fault(id="flaps", kind=FaultKind.FLAP_HANGS, asset="a.w-toilets", onset=at(1, 2.0),
               severity=0.2, bouts_h=(0.7, 0.7))  # fmt: skip


def test_what_grows_and_turns_is_the_same_however_time_is_cut() -> None:
    faults = (_LEAK, _COIL, _DRIFT, _TURNS, _STICKS, _FLAPS)
    whole, cut = Campus(SMALL, SEED, START, faults), Campus(SMALL, SEED, START, faults)
    said = all_of(whole, at(2, 3.0))
    moment = START
    while moment < at(2, 3.0):
        moment = min(moment + 217 * MINUTE_MS, at(2, 3.0))
        cut.advance(moment)
    assert same(said, all_of(cut, at(2, 3.0)))
    assert whole.consumed() == cut.consumed()


def test_a_stretch_is_cut_where_a_severity_changes_and_where_a_fault_turns() -> None:
    acting = [Acting(START, (_LEAK,)), Acting(at(1, 23.5), ()), Acting(at(2, 2.0), (_COIL,))]
    found = spans(acting, START, (22 * 60 + 10, 24 * 60))
    assert [part for part, _ in found] == [(1330, 1380), (1380, 1410), (1410, 1440)]
    assert [faults for _, faults in found] == [(_LEAK,), (_LEAK,), ()]
    grown = spans([Acting(START, (_LEAK,))], at(2), (0, 1440))
    assert [part for part, _ in grown] == [(0, 1440)], "it has grown: a day is one piece"


def test_pieces_that_differ_in_something_else_stay_together() -> None:
    plan = plan_of(SMALL)
    pieces = [
        Piece((60 * h, 60 * h + 60), conditions_of(plan, [_LEAK], START + h * HOUR_MS))
        for h in range(3)
    ]
    assert [p.minutes for p in together(pieces, lambda now: now.plant)] == [(0, 180)]
    assert len(together(pieces, lambda now: now.water)) == 3


def test_alike_is_to_the_bit() -> None:
    plan = plan_of(SMALL)
    one, other = (conditions_of(plan, [_COIL, _STICKS], at(1, 9.0)) for _ in range(2))
    assert alike(one, other)
    later = conditions_of(plan, [_COIL, _STICKS], at(1, 10.0))
    assert not alike(one.air, later.air)
    assert alike(one.heating, later.heating)
    assert not alike(np.array([0.0]), np.array([-0.0]))
    assert not alike(None, one.air[0])
