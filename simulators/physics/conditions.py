"""Active faults as the parameters that the physics steps with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import nan

import numpy as np

from core.batch import Floats
from simulators.physics.air.fan_coil_faults import UnitParameters, unit_parameters
from simulators.physics.cheats import hide, unplugged
from simulators.physics.cooling.cooling_faults import CoolingFaults, cooling_faults_of
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.heating.heating_faults import HeatingFaults, heating_faults_of
from simulators.physics.plan import Plan
from simulators.physics.power.power_faults import PowerFaults, power_faults_of
from simulators.physics.readings.meter_faults import MeterFaults, meter_faults_of
from simulators.physics.readings.sensor_faults import OPEN_READING, SensorFaults, sensor_faults_of
from simulators.physics.water.water_faults import WaterFaults, water_faults_of

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
        cool_held: The same of the cooling valve.
        damper_held: The same of the damper.
        fan_on: Whether the fan is held on.
        fan_off: Whether its breaker is out: it stands, whatever is asked.
        setpoint_moved: What somebody added to the supply setpoint. [K]
        linkage: What a full turn of the damper's motor moves its blades, share of their way.
        filter_resists: The filter's resistance, a clean one's being 1.
        belt_slips: Share of the fan's turns that its belt loses.
        duct_leaks: Flow lost from the duct at its design pressure, share of the design flow.
        coil_fouled: Share of the cooling coil's conductance that is lost.
        gain: Of the supply controller, times the one it was tuned to; its integral time falls
            with it.
        hours_more: Run by its schedule beyond the one that is meant, half of it before. [h]
        reset_off: Whether the duct's pressure is held at design instead of being reset.
        supply_bias: Error of the sensor that controls supply. [K]
        return_bias: Error of the return sensor. [K]
        return_mixed: Whether the return sensor's wires come from the mixing box.
        layered: How far the mixed air sensor's layer is from the mean towards outdoor air, at
            half and half; no fault, many boxes mix badly.
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
    cool_held: float | None = None
    damper_held: float | None = None
    fan_on: bool = False
    fan_off: bool = False
    setpoint_moved: float = 0.0
    linkage: float = 1.0
    filter_resists: float = 1.0
    belt_slips: float = 0.0
    duct_leaks: float = 0.0
    coil_fouled: float = 0.0
    gain: float = 1.0
    hours_more: float = 0.0
    reset_off: bool = False
    supply_bias: float = 0.0
    return_bias: float = 0.0
    return_mixed: bool = False
    layered: float = 0.0
    supply_says: float | None = None
    return_says: float | None = None


@dataclass(slots=True, kw_only=True)
class RoomFaults:
    """Of a room's box, its coils, and the sensor that they look at.

    Attributes:
        bias: Error of the sensor. [K]
        says: What it says instead: NaN for what it said last, None while it works. [°C]
        box_least: Least flow that the box was set to, share of its design; 0 for as meant.
        box_at: Where the box hangs; None where it follows.
        heat_on: Valve of the room's heating coil that is left open, 0…1.
        heat_passes: What the shut valve of its heating coil lets through, 0…1.
        cool_passes: The same of its cooling coil.
    """

    bias: float = 0.0
    says: float | None = None
    box_least: float = 0.0
    box_at: float | None = None
    heat_on: float = 0.0
    heat_passes: float = 0.0
    cool_passes: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Parameters of one stretch of time.

    Attributes:
        air: By air handler, in the plan's order.
        rooms: By zone, in the plan's order.
        units: Of fan coils.
        heating: Of heating plant.
        cooling: Of chilled-water plant.
        lights: Share of its day level that a meter's circuit keeps after hours.
        power: Faults of the supply.
        water: Faults of pipes, valves, tanks and pumps.
        sensors: Faults of sensors by point index.
        meters: Faults of meters by id.
        silent: Indices of points that give nothing.
    """

    air: tuple[AirFaults, ...]
    rooms: tuple[RoomFaults, ...] = ()
    units: UnitParameters
    heating: HeatingFaults
    cooling: CoolingFaults
    lights: Floats
    power: PowerFaults
    water: WaterFaults
    sensors: dict[int, SensorFaults] = field(default_factory=dict)
    meters: dict[str, MeterFaults] = field(default_factory=dict)
    silent: frozenset[int]

    @property
    def plant(self) -> tuple[object, ...]:
        """What air, rooms and plant are stepped with."""
        return self.air, self.rooms, self.units, self.heating, self.cooling

    @property
    def supply(self) -> tuple[object, ...]:
        """What circuits and boards run with."""
        return self.lights, self.power


_AIR_FIELD: Mapping[FaultKind, str] = {
    FaultKind.HEAT_VALVE_PASSES: "heat_passes",
    FaultKind.COOL_VALVE_PASSES: "cool_passes",
    FaultKind.HEAT_VALVE_STUCK: "heat_stuck",
    FaultKind.COOL_VALVE_STUCK: "cool_stuck",
    FaultKind.DAMPER_STUCK: "damper_stuck",
    FaultKind.HEAT_VALVE_HELD: "heat_held",
    FaultKind.COOL_VALVE_HELD: "cool_held",
    FaultKind.DAMPER_HELD: "damper_held",
    FaultKind.BELT_SLIPS: "belt_slips",
    FaultKind.DUCT_LEAKS: "duct_leaks",
    FaultKind.COIL_FOULED: "coil_fouled",
    FaultKind.SCHEDULE_LONGER: "hours_more",
}
_ROOM_FIELD: Mapping[FaultKind, str] = {
    FaultKind.BOX_LEAST_HIGH: "box_least",
    FaultKind.BOX_STUCK: "box_at",
    FaultKind.REHEAT_LEFT_ON: "heat_on",
    FaultKind.ROOM_COOLING_PASSES: "cool_passes",
    FaultKind.ROOM_HEATING_PASSES: "heat_passes",
}


def conditions_of(plan: Plan, active: Sequence[Fault], at: int) -> Conditions:
    """The parameters while these faults are active; severities as of ``at`` [ms]."""
    made = Conditions(
        air=tuple(AirFaults() for _ in plan.ahus),
        rooms=tuple(RoomFaults() for _ in plan.zones),
        units=unit_parameters(plan, active, at),
        lights=np.zeros(len(plan.electric)),
        power=power_faults_of(plan, active, at),
        water=water_faults_of(plan, active, at),
        heating=heating_faults_of(plan, active, at),
        cooling=cooling_faults_of(plan, active, at),
        sensors=sensor_faults_of(plan.site, active, at),
        meters=meter_faults_of(active, at),
        silent=_silent(plan, active),
    )
    for fault in active:
        _apply(plan, made, fault, fault.severity_at(at))
        hide(plan, made, fault)
    for index, ahu in enumerate(plan.ahus):
        _loop(plan, made, made.air[index], ahu.id)
    for room, zone in zip(made.rooms, plan.zones, strict=True):
        sensor = made.sensors.get(plan.site.points_of(zone.id).get("zone_temp", -1))
        if sensor is not None:
            room.bias, room.says = sensor.bias, _says(sensor)
    return made


def _apply(plan: Plan, made: Conditions, fault: Fault, severity: float) -> None:
    ahus = [a.id for a in plan.ahus]
    if fault.kind in _AIR_FIELD:
        setattr(made.air[ahus.index(fault.asset)], _AIR_FIELD[fault.kind], severity)
    elif fault.kind in _ROOM_FIELD:
        rooms = [z.id for z in plan.zones]
        setattr(made.rooms[rooms.index(fault.asset)], _ROOM_FIELD[fault.kind], severity)
    elif fault.asset in ahus:
        _handle(made.air[ahus.index(fault.asset)], fault.kind, severity)
    elif fault.kind is FaultKind.LIGHTS_LEFT_ON:
        made.lights[[m.id for m in plan.electric].index(fault.asset)] = severity


def _handle(air: AirFaults, kind: FaultKind, severity: float) -> None:
    """What is more than a parameter that has the severity's value."""
    if kind is FaultKind.PLANT_LEFT_ON:
        air.fan_on = True
    elif kind is FaultKind.DAMPER_LEAKS:
        air.damper_passes += (1.0 - air.damper_passes) * severity
    elif kind is FaultKind.LINKAGE_SLIPS:
        air.linkage = 1.0 - severity
    elif kind is FaultKind.FILTER_CLOGGED:
        air.filter_resists = 1.0 + severity
    elif kind is FaultKind.LOOP_HUNTS:
        air.gain = max(severity, 1.0)
    elif kind is FaultKind.SETPOINT_OFF:
        air.setpoint_moved += severity
    elif kind is FaultKind.RESET_DISABLED:
        air.reset_off = True


def _loop(plan: Plan, made: Conditions, air: AirFaults, ahu: str) -> None:
    """Takes faults of the sensors that control into the controller."""
    points = plan.site.points_of(ahu)
    supply = made.sensors.get(points.get("sat", -1))
    if supply is not None:
        air.supply_bias, air.supply_says = supply.bias, _says(supply)
    returned = made.sensors.get(points.get("rat", -1))
    if returned is not None:
        air.return_bias, air.return_says = returned.bias, _says(returned)
        air.return_mixed = returned.partner is not None


def _says(sensor: SensorFaults) -> float | None:
    if sensor.broken:
        return OPEN_READING
    return nan if sensor.stuck else None  # the same one always, so that it is like itself


def _silent(plan: Plan, active: Sequence[Fault]) -> frozenset[int]:
    there = [f for f in active if f.severity != 0.0]
    dead = {f.target for f in there if f.kind is FaultKind.SENSOR_SILENT}
    dead |= {unplugged(f) for f in active}
    boxes = {f.asset for f in there if f.kind is FaultKind.GATEWAY_SILENT}
    points = enumerate(plan.site.points)
    return frozenset(i for i, p in points if p.id in dead or p.gateway in boxes)
