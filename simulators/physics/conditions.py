"""Active faults as the parameters that the physics steps with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.batch import Floats
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.plan import Plan

# An open platinum element reads the top of its transmitter's scale, far outside the air's span.
OPEN_READING = 850.0
# A healthy damper never shuts tight. [share of the blade's way]
_DAMPER_LEAKS = 0.02


@dataclass(slots=True, kw_only=True)
class AirFaults:
    """Parameters of one air handler that faults change.

    Attributes:
        heat_passes: What the shut heating valve lets through, 0…1.
        cool_passes: The same of the cooling valve.
        damper_passes: The same of the outdoor damper.
        heat_stuck: Where the heating valve stands by itself; None where it follows.
        cool_stuck: The same of the cooling valve.
        damper_stuck: The same of the damper.
        heat_held: Heating valve command held by hand; None where it is not.
        fan_on: Whether the fan is held on.
        supply_bias: Drift of the sensor that controls supply. [K]
        return_bias: Drift of the return sensor. [K]
        supply_says: What the supply sensor says instead; NaN for what it said last.
        return_says: The same of the return sensor.
    """

    heat_passes: float = 0.0
    cool_passes: float = 0.0
    damper_passes: float = _DAMPER_LEAKS
    heat_stuck: float | None = None
    cool_stuck: float | None = None
    damper_stuck: float | None = None
    heat_held: float | None = None
    fan_on: bool = False
    supply_bias: float = 0.0
    return_bias: float = 0.0
    supply_says: float | None = None
    return_says: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Parameters of one stretch of time.

    Attributes:
        air: By air handler, in the plan's order.
        lockout_lost: Buildings whose boiler is left in hand: it fires whatever weather and hour.
        lights: Share of its day level that a meter's circuit keeps after hours.
        leak: Of each water branch. [m³/h]
        main_leak: Before the branches, by building. [m³/h]
        sensors: Faults of sensors with their severity, by point index.
        silent: Indices of points that give nothing.
    """

    air: tuple[AirFaults, ...]
    lockout_lost: set[str] = field(default_factory=set)
    lights: Floats
    leak: Floats
    main_leak: Floats
    sensors: dict[int, tuple[FaultKind, float]] = field(default_factory=dict)
    silent: frozenset[int]


_AIR_FIELD: Mapping[FaultKind, str] = {
    FaultKind.HEAT_VALVE_PASSES: "heat_passes",
    FaultKind.COOL_VALVE_PASSES: "cool_passes",
    FaultKind.HEAT_VALVE_STUCK: "heat_stuck",
    FaultKind.COOL_VALVE_STUCK: "cool_stuck",
    FaultKind.DAMPER_STUCK: "damper_stuck",
    FaultKind.HEAT_VALVE_HELD: "heat_held",
}
_LOOPED = {"sat": "supply", "rat": "return"}


def conditions_of(plan: Plan, active: Sequence[Fault], at: int) -> Conditions:
    """The parameters while these faults are active; severities as of ``at`` [ms]."""
    made = Conditions(
        air=tuple(AirFaults() for _ in plan.ahus),
        lights=np.zeros(len(plan.electric)),
        leak=np.zeros(len(plan.water)),
        main_leak=np.zeros(len(plan.buildings)),
        silent=_silent(plan, active),
    )
    for fault in active:
        _apply(plan, made, fault, fault.severity_at(at))
    return made


def _apply(plan: Plan, made: Conditions, fault: Fault, severity: float) -> None:
    ahus = [a.id for a in plan.ahus]
    if fault.kind in _AIR_FIELD:
        setattr(made.air[ahus.index(fault.asset)], _AIR_FIELD[fault.kind], severity)
    elif fault.kind is FaultKind.PLANT_LEFT_ON:
        made.air[ahus.index(fault.asset)].fan_on = True
    elif fault.kind is FaultKind.LOCKOUT_LOST:
        made.lockout_lost.add(plan.site.equipment[fault.asset].building)
    elif fault.kind is FaultKind.LIGHTS_LEFT_ON:
        made.lights[[m.id for m in plan.electric].index(fault.asset)] = severity
    elif fault.kind is FaultKind.WATER_LEAK:
        _leak(plan, made, fault.asset, severity)
    elif fault.point:
        _sensor(plan, made, fault, severity)


def _leak(plan: Plan, made: Conditions, meter: str, flow: float) -> None:
    branches = [m.id for m in plan.water]
    if meter in branches:
        made.leak[branches.index(meter)] += flow
    else:
        made.main_leak[plan.buildings.index(plan.site.equipment[meter].building)] += flow


def _sensor(plan: Plan, made: Conditions, fault: Fault, severity: float) -> None:
    made.sensors[plan.site.points_of(fault.asset)[fault.point]] = (fault.kind, severity)
    ahus = [a.id for a in plan.ahus]
    if fault.point not in _LOOPED or fault.asset not in ahus:
        return
    air, name = made.air[ahus.index(fault.asset)], _LOOPED[fault.point]
    if fault.kind is FaultKind.SENSOR_DRIFT:
        setattr(air, f"{name}_bias", severity)
    elif fault.kind is FaultKind.SENSOR_OPEN:
        setattr(air, f"{name}_says", OPEN_READING)
    elif fault.kind is FaultKind.SENSOR_STUCK:
        setattr(air, f"{name}_says", float("nan"))


def _silent(plan: Plan, active: Sequence[Fault]) -> frozenset[int]:
    dead = {f.target for f in active if f.kind is FaultKind.SENSOR_SILENT}
    boxes = {f.asset for f in active if f.kind is FaultKind.GATEWAY_SILENT}
    points = enumerate(plan.site.points)
    return frozenset(i for i, p in points if p.id in dead or p.gateway in boxes)
