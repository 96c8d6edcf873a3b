"""The site as arrays: what the physics steps over, in one order of assets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.batch import Bools, Floats, Ints
from core.site import Equipment, EquipmentClass, MeterRole, Schedule, Site
from core.words import Carrier
from simulators.physics.laws import FIRST, Laws

# Air: density times heat capacity. [kW/(m³/s)/K]
AIR_HEAT = 1.206
# Of an air handler that declares none. [m³/s]
AHU_DESIGN_FLOW = 6.0
# Water: [kWh/m³/K]
WATER_HEAT = 1.163


@dataclass(frozen=True)
class Plan:
    """Assets of a site in the order of the physics' arrays.

    Attributes:
        site: The whole model.
        buildings: Ids.
        ahus: Air handlers, those that blow nothing but fresh air among them.
        zones: Rooms, those of one air handler beside each other, last those without one.
        zone_ahu: Index of each room's air handler; −1 where it has none.
        electric: Electricity branch meters.
        water: Water branch meters.
        units: Fan coils that serve a room.
        unit_zone: Index of each one's room.
        laws: What the physics steps by.
    """

    site: Site
    buildings: tuple[str, ...]
    ahus: tuple[Equipment, ...]
    zones: tuple[Equipment, ...]
    zone_ahu: Ints
    electric: tuple[Equipment, ...]
    water: tuple[Equipment, ...]
    units: tuple[Equipment, ...]
    unit_zone: Ints
    laws: Laws = FIRST

    @cached_property
    def ahu_building(self) -> Ints:
        """Index of each air handler's building."""
        return np.array([self.buildings.index(a.building) for a in self.ahus], dtype=np.int64)

    @cached_property
    def zone_building(self) -> Ints:
        """Index of each room's building."""
        return np.array([self.buildings.index(z.building) for z in self.zones], dtype=np.int64)

    @cached_property
    def unit_building(self) -> Ints:
        """Index of each fan coil's building."""
        of: Ints = self.zone_building[self.unit_zone]
        return of

    @cached_property
    def blows_fresh(self) -> Bools:
        """By air handler: whether it takes in outdoor air alone."""
        return np.array([a.cls is EquipmentClass.FRESH_AIR_UNIT for a in self.ahus], np.bool_)

    @cached_property
    def least_outdoor(self) -> Floats:
        """By air handler: least outdoor air while people are meant to be there. [share]"""
        least = np.array([a.number("oa_min", 0.2) for a in self.ahus], np.float64)
        return np.where(self.blows_fresh, 1.0, least)

    @cached_property
    def zone_blown(self) -> Ints:
        """Index of the air handler that feeds a room; any of the same site, where none does."""
        return np.maximum(self.zone_ahu, 0)

    @cached_property
    def ahus_of_building(self) -> Floats:
        """(buildings, air handlers), one where it belongs."""
        return _member(self.ahu_building, len(self.buildings))

    @cached_property
    def units_of_building(self) -> Floats:
        """(buildings, fan coils), one where it belongs."""
        return _member(self.unit_building, len(self.buildings))

    @cached_property
    def area(self) -> Floats:
        """Floor of each zone. [m²]"""
        return np.array([z.number("area_m2", 800.0) for z in self.zones])

    @cached_property
    def boilers(self) -> tuple[Equipment | None, ...]:
        """By building."""
        return tuple(self._one(b, EquipmentClass.BOILER) for b in self.buildings)

    @cached_property
    def stations(self) -> tuple[Equipment | None, ...]:
        """District heating by building."""
        return tuple(self._one(b, EquipmentClass.SUBSTATION) for b in self.buildings)

    @cached_property
    def towers(self) -> tuple[Equipment | None, ...]:
        """Cooling towers by building."""
        return tuple(self._one(b, EquipmentClass.COOLING_TOWER) for b in self.buildings)

    @cached_property
    def chilling(self) -> tuple[tuple[Equipment, ...], ...]:
        """All chillers of each building, the one that leads first."""
        chillers = self.site.of_class(EquipmentClass.CHILLER)
        return tuple(tuple(c for c in chillers if c.building == b) for b in self.buildings)

    @cached_property
    def chillers(self) -> tuple[Equipment | None, ...]:
        """By building."""
        return tuple(self._one(b, EquipmentClass.CHILLER) for b in self.buildings)

    @cached_property
    def pumps(self) -> tuple[Equipment | None, ...]:
        """Heating pumps by building; those of drinking water are none."""
        pumps = [p for p in self.site.of_class(EquipmentClass.PUMP)
                 if not (boosts(p) or fills_tank(p))]  # fmt: skip
        return tuple(next((p for p in pumps if p.building == b), None) for b in self.buildings)

    @cached_property
    def makes_hot_water(self) -> Bools:
        """By building: whether its boiler works all year."""
        return np.array([b is not None and b.declared("makes_hot_water") for b in self.boilers])

    @cached_property
    def radiating(self) -> tuple[bool, ...]:
        """By building: whether rooms of it have radiators."""
        warm = {z.building for z in self.zones if z.number("radiator_capacity", 0.0) > 0.0}
        return tuple(b in warm for b in self.buildings)

    @cached_property
    def shows_damp(self) -> tuple[bool, ...]:
        """By room: whether it has a point of humidity."""
        return tuple("zone_rh" in self.site.points_of(z.id) for z in self.zones)

    @cached_property
    def reheating(self) -> tuple[bool, ...]:
        """By building: whether an air handler of it dries its air and wants heat in summer."""
        dry = [a.declared("dehumidifies") for a in self.ahus]
        return tuple(
            any(d and b == i for d, b in zip(dry, self.ahu_building.tolist(), strict=True))
            for i in range(len(self.buildings))
        )

    def hours_of(self, machine: Equipment) -> Schedule:
        """When an air handler or a fan coil is meant to run."""
        return machine.schedule or self.site.buildings[machine.building].schedule

    def area_of(self, building: str) -> float:
        """Gross floor of a building. [m²]"""
        return self.site.buildings[building].area_m2

    def people_of(self, building: str) -> float:
        """Places of work in a building."""
        return sum(z.number("people", 0.0) for z in self.zones if z.building == building)

    def _one(self, building: str, cls: EquipmentClass) -> Equipment | None:
        return next((e for e in self.site.of_class(cls) if e.building == building), None)


def boosts(equipment: Equipment) -> bool:
    """Whether it is a pump of drinking water, and none of heating or cooling."""
    return equipment.cls is EquipmentClass.PUMP and equipment.declared("boosts_water")


def fills_tank(equipment: Equipment) -> bool:
    """Whether it is a pump that lifts drinking water into a tank on the roof."""
    return equipment.cls is EquipmentClass.PUMP and equipment.declared("fills_tank")


def plan_of(site: Site, laws: Laws = FIRST) -> Plan:
    """Sorts a site's assets into the order of the arrays."""
    ahus = site.of_class(EquipmentClass.AHU, EquipmentClass.FRESH_AIR_UNIT)
    pairs = [
        (site.equipment[zone], index)
        for index, ahu in enumerate(ahus)
        for zone in ahu.feeds
        if zone in site.equipment and site.equipment[zone].cls is EquipmentClass.ZONE
    ]
    fed = {zone.id for zone, _ in pairs}
    pairs += [(zone, -1) for zone in site.of_class(EquipmentClass.ZONE) if zone.id not in fed]
    zones = tuple(zone for zone, _ in pairs)
    served = [(u, z) for z, zone in enumerate(zones) for u in _coils_of(site, zone)]
    meters = [e for _, e in sorted(site.equipment.items()) if e.meter is not None]
    branches = [e for e in meters if e.meter is not None and e.meter.role is MeterRole.BRANCH]
    return Plan(
        site=site,
        buildings=tuple(sorted(site.buildings)),
        ahus=ahus,
        zones=zones,
        zone_ahu=np.array([index for _, index in pairs], dtype=np.int64),
        electric=_counting(branches, Carrier.ELECTRICITY),
        water=_counting(branches, Carrier.WATER),
        units=tuple(unit for unit, _ in served),
        unit_zone=np.array([z for _, z in served], dtype=np.int64),
        laws=laws,
    )


def _coils_of(site: Site, zone: Equipment) -> list[Equipment]:
    return [u for u in site.of_class(EquipmentClass.FAN_COIL) if zone.id in u.feeds[:1]]


def _counting(meters: list[Equipment], carrier: Carrier) -> tuple[Equipment, ...]:
    return tuple(m for m in meters if m.meter is not None and m.meter.carrier is carrier)


def _member(group: Ints, groups: int) -> Floats:
    member: Floats = (np.arange(groups)[:, None] == group[None, :]).astype(np.float64)
    return member
