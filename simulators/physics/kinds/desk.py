"""Kinds of faults that somebody mends at a desk: schedules, setpoints, overrides."""

from __future__ import annotations

from core.words import Discipline, Trade
from simulators.physics.faults import FaultKind, KindOfFault, Seat

_P = Discipline.POWER
_H = Discipline.HEATING
_AIR = Discipline.AIR
_DESK = Trade.OPERATOR
_K, _S, _of = FaultKind, Seat, KindOfFault

KINDS: dict[FaultKind, KindOfFault] = {
    _K.LIGHTS_LEFT_ON: _of(
        _P, _DESK, "schedule", "1", "lights stay on", (0.1, 1.0), "SI", _S.LIT_CIRCUIT),
    _K.PLANT_LEFT_ON: _of(_P, _DESK, "schedule", "", "fan held on", seat=_S.FAN),
    _K.SCHEDULE_LONGER: _of(
        _AIR, _DESK, "schedule", "h", "runs longer than meant", (0.5, 12.0), "S", _S.FAN),
    _K.SETPOINT_OFF: _of(
        _AIR, _DESK, "setpoint", "K", "supply setpoint moved", (0.5, 5.0), signed=True),
    _K.RESET_DISABLED: _of(_AIR, _DESK, "reset", "", "duct pressure not reset"),
    _K.BOX_LEAST_HIGH: _of(
        _AIR, _DESK, "box", "1", "least flow set too high", (0.5, 1.0), "S", _S.BOX,
        position=True),
    # A thermostat that somebody took out of the programme: it works day and night.
    _K.FAN_COIL_LEFT_ON: _of(
        _AIR, _DESK, "schedule", "", "fan coil taken out of its programme", seat=_S.FAN_COIL),
    _K.LOCKOUT_LOST: _of(
        _H, _DESK, "lockout", "", "boiler in hand", (1.0, 1.0), "S", _S.BOILER_LOCKED_OUT),
}  # fmt: skip
"""By kind."""
