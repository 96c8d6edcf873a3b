"""Kinds of faults of water: mains, branches, fittings, tank and pump."""

from __future__ import annotations

from core.words import Discipline, Trade
from simulators.physics.faults import FaultKind, KindOfFault, Seat

_W = Discipline.WATER
_PLUMBER = Trade.PLUMBER
_K, _S, _of = FaultKind, Seat, KindOfFault

KINDS: dict[FaultKind, KindOfFault] = {
    _K.WATER_LEAK: _of(
        _W, _PLUMBER, "leak", "m³/h", "water runs away", (0.005, 0.5), "SC", _S.WATER_METER),
}  # fmt: skip
"""By kind."""
