"""What can go wrong, as a change of a parameter, an actuator or a sensor in the loop."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.words import Discipline, Trade


class FaultKind(StrEnum):
    """Kinds of faults; what each is stands in :mod:`simulators.physics.kinds`."""

    LIGHTS_LEFT_ON = "lights_left_on"
    PHASE_SHIFTED = "phase_shifted"
    CAPACITOR_LOST = "capacitor_lost"
    CONTACT_RESISTANCE = "contact_resistance"
    PLUG_BASE = "plug_base"
    LIGHTS_LATCHED = "lights_latched"
    EARTH_LEAKAGE = "earth_leakage"
    SOURCE_VOLTAGE = "source_voltage"
    PHASE_LOST = "phase_lost"
    NEUTRAL_LOST = "neutral_lost"
    PV_STRING = "pv_string"
    UPS_LOSS = "ups_loss"
    PLANT_LEFT_ON = "plant_left_on"
    WATER_LEAK = "water_leak"
    WATER_BURST = "water_burst"
    FLAP_HANGS = "flap_hangs"
    URINAL_RUNS = "urinal_runs"
    FLOAT_VALVE_PASSES = "float_valve_passes"
    REDUCER_OFF = "reducer_off"
    TOWER_BLED = "tower_bled"
    IRRIGATION_OPEN = "irrigation_open"
    CHECK_VALVE_PASSES = "check_valve_passes"
    BOOSTER_WORN = "booster_worn"
    TANK_SWITCH_STICKS = "tank_switch_sticks"
    RISER_VALVE_PASSES = "riser_valve_passes"
    LOCKOUT_LOST = "lockout_lost"
    CURVE_RAISED = "curve_raised"
    SETBACK_LOST = "setback_lost"
    EXCHANGER_FOULED = "exchanger_fouled"
    PRIMARY_VALVE_PASSES = "primary_valve_passes"
    PRIMARY_VALVE_STUCK = "primary_valve_stuck"
    BRANCH_UNBALANCED = "branch_unbalanced"
    BRANCH_AIRLOCKED = "branch_airlocked"
    BURNER_DETUNED = "burner_detuned"
    BURNER_CYCLES = "burner_cycles"
    LOOP_LEAKS = "loop_leaks"
    RING_BARE = "ring_bare"
    TANK_TOO_HOT = "tank_too_hot"
    CONDENSER_FOULED = "condenser_fouled"
    REFRIGERANT_LOW = "refrigerant_low"
    TOWER_FOULED = "tower_fouled"
    CHILLED_BYPASS = "chilled_bypass"
    HEAT_VALVE_PASSES = "heat_valve_passes"
    COOL_VALVE_PASSES = "cool_valve_passes"
    HEAT_VALVE_STUCK = "heat_valve_stuck"
    COOL_VALVE_STUCK = "cool_valve_stuck"
    HEAT_VALVE_HELD = "heat_valve_held"
    DAMPER_STUCK = "damper_stuck"
    COOL_VALVE_HELD = "cool_valve_held"
    DAMPER_HELD = "damper_held"
    DAMPER_LEAKS = "damper_leaks"
    LINKAGE_SLIPS = "linkage_slips"
    FILTER_CLOGGED = "filter_clogged"
    BELT_SLIPS = "belt_slips"
    DUCT_LEAKS = "duct_leaks"
    COIL_FOULED = "coil_fouled"
    BOX_LEAST_HIGH = "box_least_high"
    BOX_STUCK = "box_stuck"
    ROOM_COOLING_PASSES = "room_cooling_passes"
    ROOM_HEATING_PASSES = "room_heating_passes"
    LOOP_HUNTS = "loop_hunts"
    REHEAT_LEFT_ON = "reheat_left_on"
    FAN_COIL_VALVE_PASSES = "fan_coil_valve_passes"
    FAN_COIL_LEFT_ON = "fan_coil_left_on"
    FAN_COIL_FILTER_CLOGGED = "fan_coil_filter_clogged"
    SCHEDULE_LONGER = "schedule_longer"
    SETPOINT_OFF = "setpoint_off"
    RESET_DISABLED = "reset_disabled"
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
    METER_FLOAT_AS_INTEGER = "meter_float_as_integer"
    METER_ONE_WORD = "meter_one_word"
    GATEWAY_SILENT = "gateway_silent"
    GATEWAY_CUT_OFF = "gateway_cut_off"
    READINGS_LOST = "readings_lost"
    READINGS_REPEATED = "readings_repeated"
    READINGS_LATE = "readings_late"
    CLOCK_OFF = "clock_off"
    TIME_ZONE_WRONG = "time_zone_wrong"


class Seat(StrEnum):
    """What can have a fault; :func:`simulators.places.places` says where on a site that is."""

    LIT_CIRCUIT = "lit_circuit"
    SOCKET_CIRCUIT = "socket_circuit"
    MAIN_BOARD = "main_board"
    EARTHED_BOARD = "earthed_board"
    TERMINAL = "terminal"
    SOLAR_PLANT = "solar_plant"
    UPS = "ups"
    WATER_METER = "water_meter"
    TOILETS = "toilets"
    IRRIGATION = "irrigation"
    TOWER_WATER = "tower_water"
    TANK = "tank"
    REDUCER = "reducer"
    BOOSTER = "booster"
    ROOF_TANK = "roof_tank"
    TRANSFER_PUMP = "transfer_pump"
    METER = "meter"
    ELECTRIC_METER = "electric_meter"
    AIR_HANDLER = "air_handler"
    FAN = "fan"
    FAN_COIL = "fan_coil"
    BOX = "box"
    ROOM_HEATING = "room_heating"
    ROOM_COOLING = "room_cooling"
    BOILER_LOCKED_OUT = "boiler_locked_out"
    BOILER = "boiler"
    HEATING_PLANT = "heating_plant"
    STATION = "station"
    HOT_WATER_TANK = "hot_water_tank"
    BRANCH = "branch"
    CHILLER = "chiller"
    COOLING_TOWER = "cooling_tower"
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
        dangerous: Whether people may be hurt: an hour in which it shows is enough to count.
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
    dangerous: bool = False

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
        hidden_by: What somebody did instead of mending it, a word of
            :data:`simulators.physics.cheats.CHEATS`; empty where nobody did.
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
    hidden_by: str = ""

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
