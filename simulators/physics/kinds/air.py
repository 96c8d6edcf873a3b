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
}  # fmt: skip
"""By kind."""
