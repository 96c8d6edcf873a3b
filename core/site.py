"""The site model, compiled: what the YAML of ``sites/`` means once it has been checked.

Pure values; reading and checking the files is :mod:`adapters.sites`. Ids are paths of
short words: building ``a``, equipment ``a.ahu1``, point ``a.ahu1.sat``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np

from core.batch import Floats
from core.plans import Plan, Season
from core.quantity import CANONICAL, Kind, Quantity
from core.roles import ROLES, PointRole
from core.words import Carrier

DIALECTS, SPARKPLUG, HAND = "mqtt", "sparkplug", "hand"
UNATTENDED = frozenset({DIALECTS, SPARKPLUG, HAND})
"""Drivers of gateways that no edge reads: their readings come to ingest by themselves."""

Names = Mapping[str, str]
"""A name by language: ``en`` always, ``zh`` where it has one."""


class EquipmentClass(StrEnum):
    """What a piece of equipment is, in Brick's words."""

    AHU = "Air_Handling_Unit"
    FRESH_AIR_UNIT = "Dedicated_Outdoor_Air_System_Unit"
    FAN_COIL = "Fan_Coil_Unit"
    BOILER = "Boiler"
    SUBSTATION = "Heat_Exchanger"
    PUMP = "Pump"
    CHILLER = "Chiller"
    COOLING_TOWER = "Cooling_Tower"
    TANK = "Water_Tank"
    ELECTRIC_METER = "Electrical_Meter"
    WATER_METER = "Water_Meter"
    GAS_METER = "Gas_Meter"
    HEAT_METER = "Thermal_Power_Meter"
    ZONE = "HVAC_Zone"
    WEATHER_STATION = "Weather_Station"
    MACHINE = "Equipment"


class MeterRole(StrEnum):
    """A meter has one role; check meters never enter totals."""

    GATEWAY = "gateway"
    BUILDING = "building"
    BRANCH = "branch"
    TENANT = "tenant"
    CHECK = "check"
    VIRTUAL = "virtual"


@dataclass(frozen=True, slots=True)
class Scale:
    """A factor (CT·PT ratio, pulse weight) from a time on; the past keeps the old one."""

    valid_from: int
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """How a register counts, in canonical units.

    Attributes:
        modulus: Where it starts again from zero.
        quantum: Its smallest step.
        rated_per_h: The most that can pass in an hour; inf where nobody said.
    """

    modulus: float
    quantum: float = 0.0
    rated_per_h: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A measured or commanded value of one piece of equipment.

    Attributes:
        id: ``{equipment}.{role}``.
        role: What it is to its equipment.
        building: Its building, for scope and tags.
        equipment: Id of the equipment.
        gateway: Who may send it.
        period_s: Nominal time between readings. [s]
        span: Lowest and highest number that can be a measurement, canonical unit.
        max_rate_per_h: Fastest physical change; inf where nobody said. [unit/h]
        lively: See :class:`core.roles.PointRole`.
        register: For registers.
        scales: Factors by time, oldest first; empty means 1.
        safety: On the dangerous side of its span the verdict is FAULT, not silence.
        on_change: Whether its device sends it when it changes too; ``period_s`` is then the
            longest time between readings.
    """

    id: str
    role: PointRole
    building: str
    equipment: str
    gateway: str
    period_s: int
    span: tuple[float, float]
    max_rate_per_h: float = float("inf")
    lively: float = 0.0
    register: Register | None = None
    scales: tuple[Scale, ...] = ()
    safety: bool = False
    on_change: bool = False

    @property
    def quantity(self) -> Quantity:
        """What it measures."""
        return self.role.quantity

    @property
    def kind(self) -> Kind:
        """How it behaves, and the measurement it is stored under."""
        return self.role.kind

    @property
    def unit(self) -> str:
        """Its canonical unit, as it must stand on the wire."""
        return CANONICAL[self.role.quantity]

    def scale_at(self, at: int) -> float:
        """The factor valid at a time."""
        factor = 1.0
        for scale in self.scales:
            if scale.valid_from <= at:
                factor = scale.factor
        return factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """What makes a piece of equipment a meter.

    Attributes:
        role: Its place in totals.
        carrier: What it counts.
        item: Energy item code, five characters; empty where the codebook has none.
        codebook: Version of the codebook the code is read by.
        parent: Id of the meter above it.
        measures: Id of the space or equipment it measures.
        expression: For virtual meters, signs by meter id.
        always_on: Declared load that never stops, in the meter's rate unit (kW, m³/h).
    """

    role: MeterRole
    carrier: Carrier
    item: str = ""
    codebook: str = ""
    parent: str | None = None
    measures: str | None = None
    expression: Mapping[str, float] = field(default_factory=dict)
    always_on: float = 0.0


@dataclass(frozen=True, slots=True)
class Warranty:
    """Who mends it without a bill, until a time. [ms]"""

    until: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """Plant, a meter, a zone: what has points and can be repaired.

    Attributes:
        id: ``{building}.{word}``.
        cls: Its class.
        names: By language.
        building: Its building.
        location: Id of the space it stands in, or free words.
        system: Id of its system.
        owner: Log-in id of the person responsible for it.
        part_of: Id of the equipment it is part of.
        feeds: Ids of what it serves.
        parameters: Nameplate values and declarations, by name (docs/site-model.md).
        meter: Where it is a meter.
        schedule: Hours it is meant to run; its building's where absent.
        warranty: Where there is one.
        contract: The contract that its upkeep is part of; empty where there is none.
    """

    id: str
    cls: EquipmentClass
    names: Names
    building: str
    location: str
    system: str
    owner: str
    part_of: str | None = None
    feeds: tuple[str, ...] = ()
    parameters: Mapping[str, float | bool | str] = field(default_factory=dict)
    meter: Meter | None = None
    schedule: Schedule | None = None
    warranty: Warranty | None = None
    contract: str = ""

    def number(self, name: str, default: float) -> float:
        """A numeric parameter, or the default where nobody declared it."""
        value = self.parameters.get(name, default)
        return float(value)

    def declared(self, name: str) -> bool:
        """Whether a flag (``makes_hot_water``, ``dehumidifies``) was declared true."""
        return bool(self.parameters.get(name, False))


@dataclass(frozen=True, slots=True)
class Schedule:
    """Occupied hours, minutes from local midnight; None means not at all. [min]"""

    workday: tuple[int, int] | None
    offday: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A floor or a room. ``part_of`` is the floor or building above it."""

    id: str
    names: Names
    part_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system (air, heating loop, water, power) of a building."""

    id: str
    names: Names
    building: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """A building of the campus."""

    id: str
    names: Names
    area_m2: float
    owner: str
    schedule: Schedule
    spaces: tuple[Space, ...] = ()


class DayMode(StrEnum):
    """Dated entries of the calendar that rules read as modes."""

    OVERTIME = "overtime"
    SHUTDOWN = "shutdown"
    MAINTENANCE = "maintenance"
    HOLIDAY = "holiday"
    WORKDAY = "workday"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """A declared exception.

    ``start`` and ``end`` are UTC ms; ``scope`` is an id, or empty for the whole site.
    """

    mode: DayMode
    start: int
    end: int
    scope: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """Money for one unit of a carrier from a time on; flat for now."""

    valid_from: int
    per_unit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonFactor:
    """kgCO₂ for one unit of a carrier from a time on, with where the factor comes from."""

    valid_from: int
    kg_per_unit: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """An edge agent's box: its id is its identity at the broker."""

    id: str
    names: Names
    driver: str
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDays:
    """How long faults of one family stood open before, and where that is from.

    Attributes:
        days: Median. [d]
        source: The document that says so.
        date: Of the document.
        cases: That it is the median of; 0 where nobody says.
    """

    days: int
    source: str
    date: str
    cases: int = 0


@dataclass(frozen=True, kw_only=True)
class Site:
    """A campus, whole and checked.

    Attributes:
        version: Hash of the files it was compiled from.
        timezone: IANA name; days, nights and hours of the week are local to it.
        country: ISO 3166 code for public holidays and make-up working days; empty for none.
        currency: ISO 4217 code, and ``money`` the symbol shown.
        points: In a stable order; :attr:`table` indexes it.
        worth: What things are worth when orders are ranked, by name, where the site's owner
            says something else than :class:`workorders.priority.Rates`.
        seasons: Heating, cooling, as far as the site names them.
        plans: Planned work, each plan with an id of its own.
        open_days: Median time that faults of a family stood open before, as the owner says.
        targets: What the work on orders is held against, by name, where the owner says
            something else than :class:`workorders.assessment.targets.Targets`.
    """

    id: str
    names: Names
    version: str
    timezone: str
    country: str
    currency: str
    money: str
    buildings: Mapping[str, Building]
    systems: Mapping[str, System]
    equipment: Mapping[str, Equipment]
    points: tuple[Point, ...]
    gateways: Mapping[str, Gateway]
    prices: Mapping[Carrier, tuple[Price, ...]]
    carbon: Mapping[Carrier, tuple[CarbonFactor, ...]]
    calendar: tuple[CalendarEntry, ...] = ()
    worth: Mapping[str, float] = field(default_factory=dict)
    seasons: Mapping[str, Season] = field(default_factory=dict)
    plans: tuple[Plan, ...] = ()
    targets: Mapping[str, float] = field(default_factory=dict)
    open_days: Mapping[str, OpenDays] = field(default_factory=dict)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Index of each point by id."""
        return {point.id: i for i, point in enumerate(self.points)}

    @cached_property
    def _points_of(self) -> Mapping[str, Mapping[str, int]]:
        of: dict[str, dict[str, int]] = {}
        for i, point in enumerate(self.points):
            of.setdefault(point.equipment, {})[point.role.id] = i
        return of

    @cached_property
    def span_low(self) -> Floats:
        """Lowest possible number, by point index."""
        return np.array([p.span[0] for p in self.points], dtype=np.float64)

    @cached_property
    def span_high(self) -> Floats:
        """Highest possible number, by point index."""
        return np.array([p.span[1] for p in self.points], dtype=np.float64)

    def points_of(self, equipment: str) -> Mapping[str, int]:
        """Point index by role, of one piece of equipment."""
        return self._points_of.get(equipment, {})

    def find(self, equipment: str, role: str) -> int | None:
        """The point that plays a role for some equipment, or None.

        Looked for on the equipment itself, on what it is part of, on any weather
        station of its building, then of the site (only weather is shared like this).
        """
        at: str | None = equipment
        while at is not None:
            if role in self.points_of(at):
                return self.points_of(at)[role]
            at = self.equipment[at].part_of if at in self.equipment else None
        if role not in {"oat", "oah", "irradiance"} or equipment not in self.equipment:
            return None
        building = self.equipment[equipment].building
        stations = [e for e in self.equipment.values() if e.cls is EquipmentClass.WEATHER_STATION]
        for station in sorted(stations, key=lambda e: e.building != building):
            if role in self.points_of(station.id):
                return self.points_of(station.id)[role]
        return None

    def of_class(self, *classes: EquipmentClass) -> tuple[Equipment, ...]:
        """All equipment of these classes, in order of id."""
        return tuple(e for _, e in sorted(self.equipment.items()) if e.cls in classes)

    def price(self, carrier: Carrier, at: int) -> float | None:
        """Price of a unit at a time; None where the site has none, never zero."""
        valid = [p for p in self.prices.get(carrier, ()) if p.valid_from <= at]
        return valid[-1].per_unit if valid else None

    def carbon_factor(self, carrier: Carrier, at: int) -> float | None:
        """kgCO₂ of a unit at a time; None where the site has none."""
        valid = [f for f in self.carbon.get(carrier, ()) if f.valid_from <= at]
        return valid[-1].kg_per_unit if valid else None


def role_of(point_id: str) -> PointRole | None:
    """The role that a point id names, or None."""
    return ROLES.get(point_id.rpartition(".")[2])
