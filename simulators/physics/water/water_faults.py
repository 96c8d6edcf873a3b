"""Faults of water as the parameters that pipes, valves, tank and pump run with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.batch import Floats
from core.site import MeterRole
from core.words import Carrier
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterFaults:
    """What is wrong with a site's water; flows at :data:`hydraulics.REFERENCE_KPA`.

    Attributes:
        leak: Through mixed holes of each branch. [m³/h]
        burst: Through a torn pipe of each branch. [m³/h]
        flap: Through a flap that hangs after a flush, of each branch. [m³/h]
        urinal: Through a urinal's valve, of each branch. [m³/h]
        open: Through sprinklers left open, of each branch. [m³/h]
        main_leak: Before the branches, by building. [m³/h]
        main_burst: The same of a torn pipe. [m³/h]
        passes: What the tank's shut float valve lets through, by building. [m³/h]
        raised: By how much the reducer's pressure is off, by building; a share of it. [1]
        bled: Cycles of concentration the tower lacks, by building. [1]
        back: What runs back through the booster's check valve, by building; share of its rated
            flow. [1]
        worn: Head the booster lacks, by building; share of it. [1]
        sticks: How long the roof tank's upper switch hangs at every filling, by building. [h]
        riser: What runs back from the roof tank through its pump's check valve, by building; share
            of its flow. [1]
        shut: 1 where somebody shut the stop valve of a branch, else 0: there is no water.
    """

    leak: Floats
    burst: Floats
    flap: Floats
    urinal: Floats
    open: Floats
    main_leak: Floats
    main_burst: Floats
    passes: Floats
    raised: Floats
    bled: Floats
    back: Floats
    worn: Floats
    sticks: Floats
    riser: Floats
    shut: Floats


_BRANCH = {
    FaultKind.WATER_LEAK: "leak",
    FaultKind.WATER_BURST: "burst",
    FaultKind.FLAP_HANGS: "flap",
    FaultKind.URINAL_RUNS: "urinal",
    FaultKind.IRRIGATION_OPEN: "open",
}
_MAIN = {FaultKind.WATER_LEAK: "main_leak", FaultKind.WATER_BURST: "main_burst"}
_BUILDING = {
    FaultKind.FLOAT_VALVE_PASSES: "passes",
    FaultKind.REDUCER_OFF: "raised",
    FaultKind.TOWER_BLED: "bled",
    FaultKind.CHECK_VALVE_PASSES: "back",
    FaultKind.BOOSTER_WORN: "worn",
    FaultKind.TANK_SWITCH_STICKS: "sticks",
    FaultKind.RISER_VALVE_PASSES: "riser",
}


def water_faults_of(plan: Plan, active: Sequence[Fault], at: int) -> WaterFaults:
    """Of all pipes; severities as of ``at`` [ms]. Two faults of one kind and place add up."""
    branches, buildings = (np.zeros(len(of)) for of in (plan.water, plan.buildings))
    made = WaterFaults(
        **{name: branches.copy() for name in (*_BRANCH.values(), "shut")},
        **{name: buildings.copy() for name in (*_MAIN.values(), *_BUILDING.values())},
    )
    meters = [m.id for m in plan.water]
    for fault in active:
        severity = fault.severity_at(at)
        if fault.kind in _BRANCH and fault.asset in meters:
            getattr(made, _BRANCH[fault.kind])[meters.index(fault.asset)] += severity
        elif fault.kind in _MAIN or fault.kind in _BUILDING:
            building = plan.buildings.index(plan.site.equipment[fault.asset].building)
            name = _MAIN.get(fault.kind) or _BUILDING[fault.kind]
            getattr(made, name)[building] += severity
        if fault.kind in _BRANCH and fault.hidden_by == "valve_shut":
            made.shut[meters.index(fault.asset)] = 1.0
    made.burst[:] = _piped(made.burst, _passes(plan, meters))
    made.main_burst[:] = _piped(made.main_burst, _passes(plan, _mains(plan)))
    for name in _BRANCH.values():
        getattr(made, name)[made.shut > 0.0] = 0.0
    return made


def _piped(torn: Floats, pipe: Floats) -> Floats:
    """What a tear gives behind a pipe: two resistances of turbulent flow in a row. [m³/h]"""
    return np.where(torn > 0.0, torn / np.sqrt(1.0 + (torn / pipe) ** 2), 0.0)


def _passes(plan: Plan, meters: Sequence[str]) -> Floats:
    """What the pipe at each meter passes with its end open: its meter was chosen by that. [m³/h]

    The overload of a meter (Q4 of ISO 4064) is what its pipe gives for a short time; without one
    declared nothing is known of the pipe.
    """
    site = plan.site
    volumes = [site.points_of(meter).get("volume") for meter in meters]
    registers = [site.points[i].register if i is not None else None for i in volumes]
    return np.array([r.rated_per_h if r is not None else np.inf for r in registers], np.float64)


def _mains(plan: Plan) -> list[str]:
    """The water main of each building; empty where it has none."""
    found = {
        m.building: m.id
        for m in plan.site.equipment.values()
        if m.meter is not None
        and m.meter.carrier is Carrier.WATER
        and m.meter.role in {MeterRole.BUILDING, MeterRole.GATEWAY}
    }
    return [found.get(building, "") for building in plan.buildings]
