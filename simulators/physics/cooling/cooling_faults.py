"""Faults of chilled-water plant as the parameters that it is stepped with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from core.batch import Floats
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolingFaults:
    """By building; nothing is health.

    Attributes:
        fouled: Share of the condensers' conductance that is lost.
        recharge: Electricity that lack of refrigerant costs, over what a full machine takes.
        tower: Share of the tower's transfer that is lost.
        bypass: Share of the chilled water that goes round the coils.
    """

    fouled: Floats
    recharge: Floats
    tower: Floats
    bypass: Floats


_FIELD = {
    FaultKind.CONDENSER_FOULED: "fouled",
    FaultKind.REFRIGERANT_LOW: "recharge",
    FaultKind.TOWER_FOULED: "tower",
    FaultKind.CHILLED_BYPASS: "bypass",
}


def cooling_faults_of(plan: Plan, active: Sequence[Fault], at: int) -> CoolingFaults:
    """While these are active; severities as of ``at`` [ms]."""
    made = CoolingFaults(**{
        f.name: np.zeros(len(plan.buildings)) for f in fields(CoolingFaults)
    })  # fmt: skip
    for fault in active:
        if fault.kind in _FIELD:
            b = plan.buildings.index(plan.site.equipment[fault.asset].building)
            getattr(made, _FIELD[fault.kind])[b] += fault.severity_at(at)
    return made


def joined(worlds: Sequence[CoolingFaults]) -> CoolingFaults:
    """Of several worlds, one after another."""
    return CoolingFaults(**{
        f.name: np.concatenate([getattr(w, f.name) for w in worlds]) for f in fields(CoolingFaults)
    })  # fmt: skip
