"""Kinds of faults of water: mains, branches, fittings, tank and pump.

Flows of holes are those at :data:`simulators.physics.water.hydraulics.REFERENCE_KPA`.
"""

from __future__ import annotations

from core.words import Discipline, Trade
from simulators.physics.faults import FaultKind, KindOfFault, Seat

_W = Discipline.WATER
_PLUMBER = Trade.PLUMBER
_K, _S, _of = FaultKind, Seat, KindOfFault

KINDS: dict[FaultKind, KindOfFault] = {
    _K.WATER_LEAK: _of(
        _W, _PLUMBER, "leak", "m³/h", "water runs away", (0.005, 0.5), "SC", _S.WATER_METER),
    _K.WATER_BURST: _of(
        _W, _PLUMBER, "burst", "m³/h", "pipe torn", (1.0, 30.0), "S", _S.WATER_METER),
    _K.FLAP_HANGS: _of(
        _W, _PLUMBER, "fixture", "m³/h", "flap hangs after a flush", (0.005, 0.4), "I",
        _S.TOILETS),
    _K.URINAL_RUNS: _of(
        _W, _PLUMBER, "fixture", "m³/h", "urinal valve stays open", (0.01, 0.15), "I",
        _S.TOILETS),
    _K.FLOAT_VALVE_PASSES: _of(
        _W, _PLUMBER, "float_valve", "m³/h", "tank runs over", (0.05, 3.0), "SC", _S.TANK),
    _K.REDUCER_OFF: _of(
        _W, _PLUMBER, "reducer", "1", "pressure too high behind the reducer", (0.05, 0.4), "C",
        _S.REDUCER, True),
    # Healthy towers concentrate five times; 4 down to 1.5 times is 1 to 3.5 cycles less.
    _K.TOWER_BLED: _of(
        _W, Trade.HVAC, "bleed", "cycles", "tower bleeds too much", (1.0, 3.5), "SC",
        _S.TOWER_WATER),
    _K.IRRIGATION_OPEN: _of(
        _W, _PLUMBER, "irrigation", "m³/h", "sprinklers left open", (0.2, 5.0), "I",
        _S.IRRIGATION),
    _K.CHECK_VALVE_PASSES: _of(
        _W, _PLUMBER, "check_valve", "1", "water runs back through the pump", (0.005, 0.2), "I",
        _S.BOOSTER),
    _K.BOOSTER_WORN: _of(
        _W, _PLUMBER, "booster", "1", "pump lost head", (0.05, 0.4), "C", _S.BOOSTER),
    # The stop of a roof tank's pump: a float that hangs for some time at every filling.
    _K.TANK_SWITCH_STICKS: _of(
        _W, _PLUMBER, "float_valve", "h", "level switch hangs at every filling", (0.1, 4.0), "SC",
        _S.ROOF_TANK),
    _K.RISER_VALVE_PASSES: _of(
        _W, _PLUMBER, "check_valve", "1", "roof tank runs back through its pump", (0.005, 0.2),
        "SI", _S.TRANSFER_PUMP),
}  # fmt: skip
"""By kind."""
