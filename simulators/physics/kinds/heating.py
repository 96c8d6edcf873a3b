"""Kinds of faults of heating: boiler, station, loop, radiators, hot water."""

from __future__ import annotations

from core.words import Discipline, Trade
from simulators.physics.faults import FaultKind, KindOfFault, Seat

_H = Discipline.HEATING
_T, _P, _DESK = Trade.HEATING, Trade.PLUMBER, Trade.OPERATOR
_K, _S, _of = FaultKind, Seat, KindOfFault

KINDS: dict[FaultKind, KindOfFault] = {
    _K.EXCHANGER_FOULED: _of(
        _H, _T, "exchanger", "1", "scale on the exchanger", (0.05, 0.6), "C", _S.STATION),
    _K.PRIMARY_VALVE_PASSES: _of(
        _H, _T, "primary_valve", "1", "passes shut", (0.01, 0.3), "SC", _S.STATION),
    _K.PRIMARY_VALVE_STUCK: _of(
        _H, _T, "primary_valve", "1", "stem stuck", (0.05, 1.0), "SI", _S.STATION, position=True),
    _K.BRANCH_UNBALANCED: _of(
        _H, _T, "branch", "×", "branch valve out of balance", (0.3, 2.0), "S", _S.BRANCH),
    _K.BRANCH_AIRLOCKED: _of(
        _H, _T, "branch", "1", "air in a branch", (0.1, 0.7), "I", _S.BRANCH),
    _K.BURNER_DETUNED: _of(
        _H, _T, "burner", "%", "burner lost efficiency", (2.0, 15.0), "C", _S.BOILER),
    # A healthy differential is 20 K; 2 K is the narrowest that a controller offers.
    _K.BURNER_CYCLES: _of(
        _H, _T, "burner_control", "K", "burner differential too narrow", (6.0, 18.0), "S",
        _S.BOILER),
    _K.LOOP_LEAKS: _of(
        _H, _T, "loop", "%/d", "heating loop loses water", (0.05, 3.0), "C", _S.HEATING_PLANT),
    _K.RING_BARE: _of(
        _H, _P, "ring", "×", "hot-water ring lost its insulation", (1.5, 4.0), "SC",
        _S.HOT_WATER_TANK),
    _K.TANK_TOO_HOT: _of(
        _H, _T, "tank", "K", "tank thermostat reads low", (3.0, 15.0), "S", _S.HOT_WATER_TANK),
    _K.CURVE_RAISED: _of(
        _H, _DESK, "curve", "K", "heating curve moved up", (2.0, 15.0), "S", _S.HEATING_PLANT),
    _K.SETBACK_LOST: _of(
        _H, _DESK, "setback", "", "no setback at night", (1.0, 1.0), "S", _S.HEATING_PLANT),
}  # fmt: skip
"""By kind."""
