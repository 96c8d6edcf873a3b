"""What faults make of fan coils, as flat arrays over the units of a world, or of all worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from core.batch import Floats
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitParameters:
    """Parameters of fan coils that faults change. (units,)

    Attributes:
        passes: What the shut valve of chilled water lets through, of two pipes the only valve,
            0…1.
        left_on: One where the thermostat was taken out of its programme: the unit runs day and
            night, else nought.
        filter_resists: Resistance of the filter, a clean one's being 1.
    """

    passes: Floats
    left_on: Floats
    filter_resists: Floats


_FIELD = {
    FaultKind.FAN_COIL_VALVE_PASSES: "passes",
    FaultKind.FAN_COIL_LEFT_ON: "left_on",
    FaultKind.FAN_COIL_FILTER_CLOGGED: "filter_resists",
}


def unit_parameters(plan: Plan, active: Sequence[Fault], at: int) -> UnitParameters:
    """Of one world; severities as of ``at`` [ms]. Two faults of one kind and unit add up."""
    units = [u.id for u in plan.units]
    made = UnitParameters(
        passes=np.zeros(len(units)), left_on=np.zeros(len(units)),
        filter_resists=np.ones(len(units)),
    )  # fmt: skip
    for fault in active:
        if fault.kind in _FIELD and fault.asset in units:
            getattr(made, _FIELD[fault.kind])[units.index(fault.asset)] += fault.severity_at(at)
    np.minimum(made.passes, 1.0, out=made.passes)
    np.minimum(made.left_on, 1.0, out=made.left_on)
    return made


def side_by_side_units(worlds: Sequence[UnitParameters]) -> UnitParameters:
    """Of several worlds, one after the other."""
    return UnitParameters(**{
        f.name: np.concatenate([getattr(now, f.name) for now in worlds])
        for f in fields(UnitParameters)
    })  # fmt: skip
