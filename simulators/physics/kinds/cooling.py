"""Kinds of faults of chilled water: chillers, tower, loop."""

from __future__ import annotations

from core.words import Discipline, Trade
from simulators.physics.faults import FaultKind, KindOfFault, Seat

_A = Discipline.AIR
_HVAC = Trade.HVAC
_K, _S, _of = FaultKind, Seat, KindOfFault

KINDS: dict[FaultKind, KindOfFault] = {
    _K.CONDENSER_FOULED: _of(
        _A, _HVAC, "condenser", "1", "condenser fouled", (0.05, 0.5), "C", _S.CHILLER),
    _K.REFRIGERANT_LOW: _of(
        _A, _HVAC, "refrigerant", "1", "chiller short of refrigerant", (0.03, 0.3), "C",
        _S.CHILLER),
    _K.TOWER_FOULED: _of(
        _A, _HVAC, "tower", "1", "tower fill fouled", (0.1, 0.6), "C", _S.COOLING_TOWER),
    _K.CHILLED_BYPASS: _of(
        _A, _HVAC, "bypass", "1", "chilled water goes round the coils", (0.02, 0.4), "SC",
        _S.CHILLER),
}  # fmt: skip
"""By kind."""
