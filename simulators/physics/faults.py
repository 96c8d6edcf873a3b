"""What can go wrong, as a change of a parameter, an actuator or a sensor in the loop."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.words import Discipline, Trade


class FaultKind(StrEnum):
    """Kinds of faults; the unit of a severity stands in :data:`FAULT_KINDS`."""

    LIGHTS_LEFT_ON = "lights_left_on"
    PLANT_LEFT_ON = "plant_left_on"
    WATER_LEAK = "water_leak"
    LOCKOUT_LOST = "lockout_lost"
    HEAT_VALVE_PASSES = "heat_valve_passes"
    COOL_VALVE_PASSES = "cool_valve_passes"
    HEAT_VALVE_STUCK = "heat_valve_stuck"
    COOL_VALVE_STUCK = "cool_valve_stuck"
    HEAT_VALVE_HELD = "heat_valve_held"
    DAMPER_STUCK = "damper_stuck"
    SENSOR_STUCK = "sensor_stuck"
    SENSOR_OPEN = "sensor_open"
    SENSOR_DRIFT = "sensor_drift"
    SENSOR_SILENT = "sensor_silent"
    GATEWAY_SILENT = "gateway_silent"


class Seat(StrEnum):
    """What can have a fault; :func:`simulators.places.places` says where on a site that is."""

    LIT_CIRCUIT = "lit_circuit"
    WATER_METER = "water_meter"
    AIR_HANDLER = "air_handler"
    BOILER_LOCKED_OUT = "boiler_locked_out"
    TEMPERATURE = "temperature"
    SENSOR = "sensor"
    POINT = "point"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class KindOfFault:
    """What a kind of fault is.

    Attributes:
        discipline: Part of the plant.
        trade: Who mends it.
        family: Faults of one family on one asset are one cause.
        unit: Of its severity; empty where it has none.
        meaning: In words, for the truth file.
        span: Mildest and worst severity that is drawn for a campus that is judged, in ``unit``;
            log-uniform between them.
        onsets: How it begins: S sudden, C creeping, I intermittent; a letter each.
        seat: What can have it.
    """

    discipline: Discipline
    trade: Trade
    family: str
    unit: str
    meaning: str
    span: tuple[float, float] = (1.0, 1.0)
    onsets: str = "S"
    seat: Seat = Seat.AIR_HANDLER

    @property
    def least(self) -> float:
        """Mildest severity that is drawn. [``unit``]"""
        return self.span[0]

    @property
    def most(self) -> float:
        """Worst severity that is drawn. [``unit``]"""
        return self.span[1]

    def severity(self, share: float) -> float:
        """Of a uniform share 0…1, log-uniform between mildest and worst. [``unit``]"""
        return float(self.span[0] * (self.span[1] / self.span[0]) ** share)


_P, _W, _H, _A, _I = (
    Discipline.POWER,
    Discipline.WATER,
    Discipline.HEATING,
    Discipline.AIR,
    Discipline.INSTRUMENT,
)
FAULT_KINDS: dict[FaultKind, KindOfFault] = {
    FaultKind.LIGHTS_LEFT_ON: KindOfFault(
        _P,
        Trade.OPERATOR,
        "schedule",
        "1",
        "lights stay on",
        (0.1, 1.0),
        onsets="SI",
        seat=Seat.LIT_CIRCUIT,
    ),
    FaultKind.PLANT_LEFT_ON: KindOfFault(_P, Trade.OPERATOR, "schedule", "", "fan held on"),
    FaultKind.WATER_LEAK: KindOfFault(
        _W,
        Trade.PLUMBER,
        "leak",
        "m³/h",
        "water runs away",
        (0.005, 0.5),
        "SC",
        seat=Seat.WATER_METER,
    ),
    FaultKind.LOCKOUT_LOST: KindOfFault(
        _H, Trade.OPERATOR, "lockout", "", "boiler in hand", seat=Seat.BOILER_LOCKED_OUT
    ),
    FaultKind.HEAT_VALVE_PASSES: KindOfFault(
        _A, Trade.HVAC, "heating_valve", "1", "passes shut", (0.01, 0.5), "SC"
    ),
    FaultKind.COOL_VALVE_PASSES: KindOfFault(
        _A, Trade.HVAC, "cooling_valve", "1", "passes shut", (0.01, 0.5), "SC"
    ),
    FaultKind.HEAT_VALVE_STUCK: KindOfFault(
        _A, Trade.HVAC, "heating_valve", "1", "stem stuck", (0.05, 1.0), onsets="SI"
    ),
    FaultKind.COOL_VALVE_STUCK: KindOfFault(
        _A, Trade.HVAC, "cooling_valve", "1", "stem stuck", (0.05, 1.0), onsets="SI"
    ),
    FaultKind.HEAT_VALVE_HELD: KindOfFault(
        _A, Trade.HVAC, "heating_valve", "1", "left in hand", (0.05, 1.0)
    ),
    FaultKind.DAMPER_STUCK: KindOfFault(
        _A, Trade.HVAC, "damper", "1", "blades stuck", (0.05, 1.0), onsets="SI"
    ),
    FaultKind.SENSOR_STUCK: KindOfFault(
        _I, Trade.INSTRUMENT, "sensor", "", "reading frozen", onsets="SI", seat=Seat.SENSOR
    ),
    FaultKind.SENSOR_OPEN: KindOfFault(
        _I, Trade.INSTRUMENT, "sensor", "", "wire broken", onsets="SI", seat=Seat.SENSOR
    ),
    FaultKind.SENSOR_DRIFT: KindOfFault(
        _I,
        Trade.INSTRUMENT,
        "sensor",
        "K",
        "reads too high",
        (0.2, 5.0),
        "SC",
        seat=Seat.TEMPERATURE,
    ),
    FaultKind.SENSOR_SILENT: KindOfFault(
        _I, Trade.INSTRUMENT, "sensor", "", "no reading", onsets="SI", seat=Seat.POINT
    ),
    FaultKind.GATEWAY_SILENT: KindOfFault(
        _I, Trade.INSTRUMENT, "gateway", "", "no readings", onsets="SI", seat=Seat.GATEWAY
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of one asset.

    Attributes:
        id: Its name in the truth.
        kind: What it is.
        asset: Id of the equipment, of the gateway where a whole one is silent.
        onset: When it begins, UTC. [ms]
        severity: In the kind's unit; of a stuck actuator where it stands, 0…1.
        point: Role of the sensor, for faults of sensors.
        creep_days: Days over which it grows from nothing; 0 for at once. [d]
        end: When it ends by itself, if it does. [ms]
    """

    id: str
    kind: FaultKind
    asset: str
    onset: int
    severity: float = 1.0
    point: str = ""
    creep_days: float = 0.0
    end: int | None = None

    @property
    def target(self) -> str:
        """Id of the point where a sensor is at fault, else of the asset."""
        return f"{self.asset}.{self.point}" if self.point else self.asset

    def severity_at(self, at: int) -> float:
        """How bad it is by a time; grows linearly while it creeps. [the kind's unit]"""
        if self.creep_days <= 0.0:
            return self.severity
        return self.severity * min(1.0, max(0.0, (at - self.onset) / (self.creep_days * 86.4e6)))
