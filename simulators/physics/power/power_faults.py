"""Faults of the supply as the parameters that circuits, boards and sources run with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from core.batch import Floats
from core.clock import MINUTE_MS
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.plan import Plan
from simulators.physics.power.circuits import PHASES


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFaults:
    """What is wrong with the supply.

    Attributes:
        plugs: What more is plugged in, by branch. [W/m² of its building]
        latched: What cannot be switched off, by branch, of the building's day level.
        shifted: Share of each branch's load that hangs on its first phase instead.
        dead: Of each phase and branch, 1 where it has no supply. (3, branches)
        capacitors: Share of the bank that is lost, by building.
        leaks: Current to earth, by building. [A]
        source: Share by which the transformer's voltage is off, by building.
        neutral: Share of the neutral's conductance that is lost, by building.
        contacts: What bad contacts add to a meter's terminals, by its id. [Ω]
        strings: Share of a solar plant that gives nothing, by its id.
        supplies: Losses of an uninterruptible supply, times those of a healthy one, by its id.
    """

    plugs: Floats
    latched: Floats
    shifted: Floats
    dead: Floats
    capacitors: Floats
    leaks: Floats
    source: Floats
    neutral: Floats
    contacts: dict[str, float] = field(default_factory=dict)
    strings: dict[str, float] = field(default_factory=dict)
    supplies: dict[str, float] = field(default_factory=dict)


_BRANCH = {
    FaultKind.PLUG_BASE: "plugs",
    FaultKind.LIGHTS_LATCHED: "latched",
    FaultKind.PHASE_SHIFTED: "shifted",
}
_BOARD = {
    FaultKind.CAPACITOR_LOST: "capacitors",
    FaultKind.EARTH_LEAKAGE: "leaks",
    FaultKind.SOURCE_VOLTAGE: "source",
    FaultKind.NEUTRAL_LOST: "neutral",
}
_UNIT = {FaultKind.EARTH_LEAKAGE: 1e-3, FaultKind.CONTACT_RESISTANCE: 1e-3}  # mA, mΩ


def power_faults_of(plan: Plan, active: Sequence[Fault], at: int) -> PowerFaults:
    """The parameters while these faults are active; severities as of ``at`` [ms]."""
    branches, buildings = len(plan.electric), len(plan.buildings)
    made = PowerFaults(
        plugs=np.zeros(branches), latched=np.zeros(branches), shifted=np.zeros(branches),
        dead=np.zeros((PHASES, branches)), capacitors=np.zeros(buildings),
        leaks=np.zeros(buildings), source=np.zeros(buildings), neutral=np.zeros(buildings),
    )  # fmt: skip
    for fault in active:
        _apply(plan, made, fault, fault.severity_at(at) * _UNIT.get(fault.kind, 1.0))
    return made


def _apply(plan: Plan, made: PowerFaults, fault: Fault, severity: float) -> None:
    kind = fault.kind
    if kind in _BRANCH:
        getattr(made, _BRANCH[kind])[_branch(plan, fault)] += severity
    elif kind in _BOARD:
        building = plan.buildings.index(plan.site.equipment[fault.asset].building)
        getattr(made, _BOARD[kind])[building] += severity
    elif kind is FaultKind.PHASE_LOST:
        # Which of the three is chance; the onset stands for it, so that it never changes.
        made.dead[fault.onset // MINUTE_MS % PHASES, _branch(plan, fault)] = severity
    elif kind is FaultKind.CONTACT_RESISTANCE:
        made.contacts[fault.asset] = made.contacts.get(fault.asset, 0.0) + severity
    elif kind is FaultKind.PV_STRING:
        made.strings[fault.asset] = severity
    elif kind is FaultKind.UPS_LOSS:
        made.supplies[fault.asset] = severity or 1.0  # a severity of nothing is health


def _branch(plan: Plan, fault: Fault) -> int:
    return [m.id for m in plan.electric].index(fault.asset)
