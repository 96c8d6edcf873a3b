"""Every kind of fault, by discipline as the files beside this one are."""

from __future__ import annotations

from collections.abc import Mapping

from simulators.physics.faults import FaultKind, KindOfFault
from simulators.physics.kinds import air, cooling, desk, heating, instrument, power, water

FAULT_KINDS: Mapping[FaultKind, KindOfFault] = {
    **desk.KINDS, **power.KINDS, **water.KINDS, **heating.KINDS, **air.KINDS, **cooling.KINDS,
    **instrument.KINDS,
}  # fmt: skip
"""What each kind is."""

LATER: frozenset[FaultKind] = frozenset({
    FaultKind.TANK_SWITCH_STICKS, FaultKind.RISER_VALVE_PASSES, FaultKind.FAN_COIL_VALVE_PASSES,
    FaultKind.FAN_COIL_LEFT_ON, FaultKind.FAN_COIL_FILTER_CLOGGED,
})  # fmt: skip
"""Kinds of equipment that only some buildings have, and that came after seeds had been published:
what seeds draw elsewhere stays as it was."""
