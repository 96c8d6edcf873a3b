"""Faults of heating plant as the parameters that it is stepped with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from core.batch import Floats
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatingFaults:
    """By building, branches by zone; all nothing is health but for the two that say so.

    Attributes:
        fouled: Share of the exchanger's conductance that is lost.
        passes: What the shut primary valve lets through, 0…1.
        stuck: Where the primary valve stands; NaN where it moves.
        burner: Efficiency lost, of 1.
        narrower: How much the burner's differential is narrowed. [K]
        leaks: Share of the loop's water lost. [1/d]
        ring: Loss of the hot-water ring over that of an insulated one; 1 is health.
        reads_low: How much less the tank's thermostat reads than there is. [K]
        curve: How far the curve is moved up. [K]
        no_setback: 1 where nights and weekends are as days.
        in_hand: 1 where a boiler fires whatever weather and hour.
        branch: By zone: share of its balanced flow; 1 is health.
    """

    fouled: Floats
    passes: Floats
    stuck: Floats
    burner: Floats
    narrower: Floats
    leaks: Floats
    ring: Floats
    reads_low: Floats
    curve: Floats
    no_setback: Floats
    in_hand: Floats
    branch: Floats


_ADDED = {
    FaultKind.EXCHANGER_FOULED: "fouled",
    FaultKind.PRIMARY_VALVE_PASSES: "passes",
    FaultKind.BURNER_DETUNED: "burner",
    FaultKind.BURNER_CYCLES: "narrower",
    FaultKind.LOOP_LEAKS: "leaks",
    FaultKind.TANK_TOO_HOT: "reads_low",
    FaultKind.CURVE_RAISED: "curve",
}
_SET = {FaultKind.SETBACK_LOST: "no_setback", FaultKind.LOCKOUT_LOST: "in_hand"}
_PERCENT = 100.0


def heating_faults_of(plan: Plan, active: Sequence[Fault], at: int) -> HeatingFaults:
    """While these are active; severities as of ``at`` [ms]."""
    made = _sound(len(plan.buildings), len(plan.zones))
    for fault in active:
        severity, kind = fault.severity_at(at), fault.kind
        if kind in {FaultKind.BRANCH_UNBALANCED, FaultKind.BRANCH_AIRLOCKED}:
            zone = [z.id for z in plan.zones].index(fault.asset)
            flows = severity or 1.0 if kind is FaultKind.BRANCH_UNBALANCED else 1.0 - severity
            made.branch[zone] *= flows
        if fault.asset not in plan.site.equipment:
            continue
        b = plan.buildings.index(plan.site.equipment[fault.asset].building)
        if kind in _ADDED:
            percent = kind in {FaultKind.BURNER_DETUNED, FaultKind.LOOP_LEAKS}
            getattr(made, _ADDED[kind])[b] += severity / (_PERCENT if percent else 1.0)
        elif kind in _SET:
            getattr(made, _SET[kind])[b] = 1.0
        elif kind is FaultKind.RING_BARE:
            made.ring[b] *= severity or 1.0  # a severity of nothing is health
        elif kind is FaultKind.PRIMARY_VALVE_STUCK:
            made.stuck[b] = severity
    return made


def joined(worlds: Sequence[HeatingFaults]) -> HeatingFaults:
    """Of several worlds, one after another."""
    return HeatingFaults(**{
        f.name: np.concatenate([getattr(w, f.name) for w in worlds]) for f in fields(HeatingFaults)
    })  # fmt: skip


def _sound(buildings: int, zones: int) -> HeatingFaults:
    values = {f.name: np.zeros(buildings) for f in fields(HeatingFaults)}
    values["stuck"] = np.full(buildings, np.nan)
    values["ring"] = np.ones(buildings)
    values["branch"] = np.ones(zones)
    return HeatingFaults(**values)
