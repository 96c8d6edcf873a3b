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
    SENSOR_OFFSET = "sensor_offset"
    SENSOR_DRIFT = "sensor_drift"
    SENSOR_NOISY = "sensor_noisy"
    SENSOR_SPIKES = "sensor_spikes"
    SENSOR_SWAPPED = "sensor_swapped"
    SENSOR_SUNLIT = "sensor_sunlit"
    SENSOR_UNIT = "sensor_unit"
    SENSOR_SILENT = "sensor_silent"
    METER_RATIO = "meter_ratio"
    METER_CT_OPEN = "meter_ct_open"
    METER_UNIT = "meter_unit"
    METER_RESET = "meter_reset"
    METER_SWAPPED = "meter_swapped"
    GATEWAY_SILENT = "gateway_silent"


class Seat(StrEnum):
    """What can have a fault; :func:`simulators.places.places` says where on a site that is."""

    LIT_CIRCUIT = "lit_circuit"
    WATER_METER = "water_meter"
    METER = "meter"
    ELECTRIC_METER = "electric_meter"
    AIR_HANDLER = "air_handler"
    BOILER_LOCKED_OUT = "boiler_locked_out"
    TEMPERATURE = "temperature"
    OUTDOOR_TEMPERATURE = "outdoor_temperature"
    PAIR = "pair"
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
        unit: Of its severity; empty where it has none, × for a factor.
        meaning: In words, for the truth file.
        span: Mildest and worst severity that is drawn for a campus that is judged, in ``unit``;
            log-uniform between them.
        onsets: How it begins: S sudden, C creeping, I intermittent; a letter each.
        seat: What can have it.
        signed: Whether a negative severity is the same fault the other way.
        position: Whether the severity is where something stands: more is not worse.
    """

    discipline: Discipline
    trade: Trade
    family: str
    unit: str
    meaning: str
    span: tuple[float, float] = (1.0, 1.0)
    onsets: str = "S"
    seat: Seat = Seat.AIR_HANDLER
    signed: bool = False
    position: bool = False

    @property
    def halves(self) -> bool:
        """Whether half its severity is less of it: not of a factor, a position, or none at all."""
        return self.unit not in {"", "×"} and not self.position

    def severity(self, share: float) -> float:
        """Of a uniform share 0…1, log-uniform between mildest and worst. [``unit``]"""
        return log_uniform(self.span, share)


def log_uniform(span: tuple[float, float], share: float) -> float:
    """Of a uniform share 0…1, log-uniform from the first to the second."""
    return float(span[0] * (span[1] / span[0]) ** share)


_P, _W, _H, _A = Discipline.POWER, Discipline.WATER, Discipline.HEATING, Discipline.AIR
_DESK, _HVAC, _PLUMBER = Trade.OPERATOR, Trade.HVAC, Trade.PLUMBER
_I = (Discipline.INSTRUMENT, Trade.INSTRUMENT)
_K, _S = FaultKind, Seat
_of = KindOfFault
FAULT_KINDS: dict[FaultKind, KindOfFault] = {
    _K.LIGHTS_LEFT_ON: _of(
        _P, _DESK, "schedule", "1", "lights stay on", (0.1, 1.0), "SI", _S.LIT_CIRCUIT),
    _K.PLANT_LEFT_ON: _of(_P, _DESK, "schedule", "", "fan held on"),
    _K.WATER_LEAK: _of(
        _W, _PLUMBER, "leak", "m³/h", "water runs away", (0.005, 0.5), "SC", _S.WATER_METER),
    _K.LOCKOUT_LOST: _of(
        _H, _DESK, "lockout", "", "boiler in hand", (1.0, 1.0), "S", _S.BOILER_LOCKED_OUT),
    _K.HEAT_VALVE_PASSES: _of(
        _A, _HVAC, "heating_valve", "1", "passes shut", (0.01, 0.5), "SC"),
    _K.COOL_VALVE_PASSES: _of(
        _A, _HVAC, "cooling_valve", "1", "passes shut", (0.01, 0.5), "SC"),
    _K.HEAT_VALVE_STUCK: _of(
        _A, _HVAC, "heating_valve", "1", "stem stuck", (0.05, 1.0), "SI",
        position=True),
    _K.COOL_VALVE_STUCK: _of(
        _A, _HVAC, "cooling_valve", "1", "stem stuck", (0.05, 1.0), "SI",
        position=True),
    _K.HEAT_VALVE_HELD: _of(
        _A, _HVAC, "heating_valve", "1", "left in hand", (0.05, 1.0),
        position=True),
    _K.DAMPER_STUCK: _of(
        _A, _HVAC, "damper", "1", "blades stuck", (0.05, 1.0), "SI",
        position=True),
    _K.SENSOR_STUCK: _of(*_I, "sensor", "", "reading frozen", (1.0, 1.0), "SI", _S.SENSOR),
    _K.SENSOR_OPEN: _of(*_I, "sensor", "", "wire broken", (1.0, 1.0), "SI", _S.SENSOR),
    _K.SENSOR_OFFSET: _of(
        *_I, "sensor", "K", "reads too high", (0.2, 5.0), "SC", _S.TEMPERATURE, True),
    _K.SENSOR_DRIFT: _of(
        *_I, "sensor", "K/month", "reads higher every month", (0.05, 1.0), "C",
        _S.TEMPERATURE, True),
    _K.SENSOR_NOISY: _of(*_I, "sensor", "×", "reading jitters", (2.0, 20.0), "SI", _S.SENSOR),
    _K.SENSOR_SPIKES: _of(
        *_I, "sensor", "1/d", "single readings far off", (0.1, 10.0), "SI", _S.SENSOR),
    _K.SENSOR_SWAPPED: _of(
        *_I, "sensor", "", "two sensors change places", (1.0, 1.0), "S", _S.PAIR),
    _K.SENSOR_SUNLIT: _of(
        *_I, "sensor", "K", "sun on an outdoor sensor", (1.0, 12.0), "S",
        _S.OUTDOOR_TEMPERATURE),
    _K.SENSOR_UNIT: _of(
        *_I, "unit", "", "°F sent as °C", (1.0, 1.0), "S", _S.TEMPERATURE),
    _K.SENSOR_SILENT: _of(*_I, "sensor", "", "no reading", (1.0, 1.0), "SI", _S.POINT),
    _K.METER_RATIO: _of(
        *_I, "meter", "×", "CT ratio or pulse weight wrong", (0.5, 1000.0), "S", _S.METER),
    # One of three phases is lost: a third of a balanced load.
    _K.METER_CT_OPEN: _of(
        _I[0], Trade.ELECTRICIAN, "meter", "1", "one CT open", (0.33, 0.33), "S",
        _S.ELECTRIC_METER),
    _K.METER_UNIT: _of(
        *_I, "unit", "", "values in another unit", (1.0, 1.0), "S", _S.METER),
    _K.METER_RESET: _of(
        *_I, "register", "", "register lost its count", (1.0, 1.0), "S", _S.METER),
    _K.METER_SWAPPED: _of(
        *_I, "register", "", "meter changed and nobody told", (1.0, 1.0), "S", _S.METER),
    _K.GATEWAY_SILENT: _of(*_I, "gateway", "", "no readings", (1.0, 1.0), "SI", _S.GATEWAY),
}  # fmt: skip
PAIRS = {
    "mat": "rat", "rat": "mat", "hcet": "hclt", "hclt": "hcet", "ccet": "cclt", "cclt": "ccet",
    "hw_leaving": "hw_entering", "hw_entering": "hw_leaving", "chw_leaving": "chw_entering",
    "chw_entering": "chw_leaving",
}  # fmt: skip
"""Sensors that hang beside each other, by role: whose wires change places."""
_MONTH_MS = 30 * 86_400_000


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
        bouts_h: Mean hours that it is there and that it is away, by turns, where it comes and
            goes; it begins with a bout. [h]
    """

    id: str
    kind: FaultKind
    asset: str
    onset: int
    severity: float = 1.0
    point: str = ""
    creep_days: float = 0.0
    end: int | None = None
    bouts_h: tuple[float, float] | None = None

    @property
    def target(self) -> str:
        """Id of the point where a sensor is at fault, else of the asset."""
        return f"{self.asset}.{self.point}" if self.point else self.asset

    @property
    def course(self) -> str:
        """How it goes: ``sudden``, ``creeping`` or ``intermittent``."""
        if self.bouts_h is not None:
            return "intermittent"
        return "creeping" if self.grows else "sudden"

    @property
    def grows(self) -> bool:
        """Whether it gets worse by the hour."""
        return self.creep_days > 0.0 or self.kind is FaultKind.SENSOR_DRIFT

    def severity_at(self, at: int) -> float:
        """How bad it is by a time; grows linearly while it creeps. [the kind's unit]

        Of a drift what it has come to: kelvins, not kelvins a month.
        """
        since = max(0.0, float(at - self.onset))
        if self.kind is FaultKind.SENSOR_DRIFT:
            return self.severity * since / _MONTH_MS
        if self.creep_days <= 0.0:
            return self.severity
        return self.severity * min(1.0, since / (self.creep_days * 86.4e6))
