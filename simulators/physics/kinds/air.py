"""Kinds of faults of air handlers, terminals and chilled water."""

from __future__ import annotations

from core.words import Discipline, Trade
from simulators.physics.faults import FaultKind, KindOfFault, Seat

_A = Discipline.AIR
_HVAC = Trade.HVAC
_K, _S, _of = FaultKind, Seat, KindOfFault

KINDS: dict[FaultKind, KindOfFault] = {
    _K.HEAT_VALVE_PASSES: _of(
        _A, _HVAC, "heating_valve", "1", "passes shut", (0.01, 0.5), "SC"),
    _K.COOL_VALVE_PASSES: _of(
        _A, _HVAC, "cooling_valve", "1", "passes shut", (0.01, 0.5), "SC"),
    _K.HEAT_VALVE_STUCK: _of(
        _A, _HVAC, "heating_valve", "1", "stem stuck", (0.05, 1.0), "SI",
        position=True),
    _K.COOL_VALVE_STUCK: _of(
        _A, _HVAC, "cooling_valve", "1", "stem stuck", (0.05, 1.0), "SI",
        position=True),
    _K.HEAT_VALVE_HELD: _of(
        _A, _HVAC, "heating_valve", "1", "left in hand", (0.05, 1.0),
        position=True),
    _K.DAMPER_STUCK: _of(
        _A, _HVAC, "damper", "1", "blades stuck", (0.05, 1.0), "SI",
        position=True),
    # Left in hand at a panel: what is told stays told.
    _K.COOL_VALVE_HELD: _of(
        _A, _HVAC, "cooling_valve", "1", "left in hand", (0.05, 1.0), position=True),
    _K.DAMPER_HELD: _of(
        _A, _HVAC, "damper", "1", "left in hand", (0.05, 1.0), position=True),
    _K.DAMPER_LEAKS: _of(
        _A, _HVAC, "damper", "1", "blades leak shut", (0.03, 0.4), "C"),
    _K.LINKAGE_SLIPS: _of(
        _A, _HVAC, "damper", "1", "linkage moves blades short", (0.1, 0.6)),
    _K.FILTER_CLOGGED: _of(
        _A, _HVAC, "filter", "1", "filter resists more", (0.1, 3.0), "C", _S.FAN),
    _K.BELT_SLIPS: _of(
        _A, _HVAC, "fan", "1", "belt slips", (0.05, 0.5), "I", _S.FAN),
    _K.DUCT_LEAKS: _of(
        _A, _HVAC, "duct", "1", "duct leaks", (0.03, 0.3), "C"),
    _K.COIL_FOULED: _of(
        _A, _HVAC, "cooling_coil", "1", "cooling coil fouled", (0.05, 0.5), "C"),
    _K.LOOP_HUNTS: _of(
        _A, _HVAC, "loop", "×", "supply loop hunts", (4.0, 60.0), "I", _S.FAN),
    _K.BOX_STUCK: _of(
        _A, _HVAC, "box", "1", "box stuck", (0.1, 1.0), "S", _S.BOX, position=True),
    _K.ROOM_COOLING_PASSES: _of(
        _A, _HVAC, "room_coil", "1", "passes shut", (0.01, 0.5), "SC", _S.ROOM_COOLING),
    _K.ROOM_HEATING_PASSES: _of(
        _A, _HVAC, "room_coil", "1", "passes shut", (0.01, 0.5), "SC", _S.ROOM_HEATING),
    _K.REHEAT_LEFT_ON: _of(
        _A, _HVAC, "room_coil", "1", "reheat left on", (0.1, 1.0), "S", _S.ROOM_HEATING,
        position=True),
    _K.FAN_COIL_VALVE_PASSES: _of(
        _A, _HVAC, "fan_coil_valve", "1", "fan coil's valve does not close", (0.02, 0.6), "SC",
        _S.FAN_COIL),
    _K.FAN_COIL_FILTER_CLOGGED: _of(
        _A, _HVAC, "filter", "1", "fan coil's filter resists more", (0.3, 8.0), "C", _S.FAN_COIL),
}  # fmt: skip
"""By kind."""
