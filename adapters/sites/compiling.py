"""A site as written to the site as meant, everything resolved and checked."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from adapters.sites import csvmap, devicemap, foreignmap, parameters
from adapters.sites.context import Context
from adapters.sites.files import Written
from adapters.sites.ids import Ids, Kind
from adapters.sites.keys import BuildingKeys, EquipmentKeys, SiteKeys, TargetKeys, WorthKeys
from adapters.sites.local import at, schedule_of, zone_of
from adapters.sites.log import Log
from adapters.sites.meters import check_tree, circles, meter_of
from adapters.sites.money import carbon_of, open_days_of, prices_of
from adapters.sites.optionkeys import OptionKeys
from adapters.sites.plans import plans_of, seasons_of
from adapters.sites.points import points_of
from adapters.sites.templatekeys import TemplateKeys
from core.codebook import CODEBOOKS
from core.site import (
    DIALECTS,
    HAND,
    SPARKPLUG,
    Building,
    CalendarEntry,
    Equipment,
    Gateway,
    Point,
    Site,
    Space,
    System,
    Warranty,
)

DRIVERS = ("simulated", "csv", devicemap.DRIVER, DIALECTS, SPARKPLUG, HAND)
"""How gateways are read; what is not here cannot be read by any."""


def compile_site(written: Written, logins: frozenset[str] | None, log: Log) -> Site | None:
    """The site; to be trusted only where the log has no mistake afterwards."""
    if written.site is None:
        return None
    zone = zone_of(written.site.timezone, log.place(written.site, "timezone"), log)
    context = Context(log=log, site=written.site, zone=zone, ids=Ids(log), logins=logins)
    buildings = _declare(written.buildings, context)
    return _compile(written, written.site, buildings, context)


def _declare(buildings: list[BuildingKeys], context: Context) -> list[BuildingKeys]:
    """Take all ids into use, so that references may point forward; one building an id."""
    log, ids = context.log, context.ids
    once = [
        b for b in buildings if ids.declare(Kind.BUILDING, log.place(b, "building"), b.building)
    ]
    for building in once:
        at_ = building.building
        for floor in building.floors:
            ids.declare(Kind.SPACE, log.place(floor, "id"), floor.id, at_)
            for room in floor.spaces:
                ids.declare(Kind.SPACE, log.place(room, "id"), room.id, at_)
        for system in building.systems:
            ids.declare(Kind.SYSTEM, log.place(system, "id"), system.id, at_)
        for equipment in building.equipment:
            is_meter = equipment.meter is not None or log.has(equipment, "meter")
            kind = Kind.METER if is_meter else Kind.EQUIPMENT
            ids.declare(kind, log.place(equipment, "id"), equipment.id, at_)
    return once


def _compile(
    files: Written, keys: SiteKeys, buildings: list[BuildingKeys], context: Context
) -> Site:
    log = context.log
    if keys.codebook not in CODEBOOKS:
        what = f"no codebook '{keys.codebook}'"
        log.mistake(log.place(keys, "codebook"), what, " or ".join(CODEBOOKS))
    pairs = [(b, e) for b in buildings for e in b.equipment]
    equipment = {f"{b.building}.{e.id}": _equipment(b, e, context) for b, e in pairs}
    points = tuple(point for b, e in pairs for point in points_of(b, e, context))
    written = {f"{b.building}.{e.id}": e for b, e in pairs}
    _check_parts(equipment, written, log)
    meters = {id_: e.meter for id_, e in written.items() if e.meter is not None}
    check_tree(equipment, meters, log)
    context.owner(keys.owner, log.place(keys, "owner"))
    return Site(
        id=keys.site,
        names=context.names(keys, keys.name),
        version=files.version,
        timezone=keys.timezone,
        country=keys.country,
        currency=keys.currency,
        money=keys.money,
        buildings={b.building: _building(b, context) for b in buildings},
        systems=_systems(buildings, context),
        equipment=equipment,
        points=points,
        gateways=_gateways(keys, context, points, files.templates),
        prices=prices_of(keys, context.zone, log),
        carbon=carbon_of(keys, context.zone, log),
        calendar=_calendar(keys, context),
        worth=_said(keys.worth),
        seasons=seasons_of(keys, log),
        plans=plans_of(keys, equipment, points, context),
        targets=_said(keys.targets),
        open_days=open_days_of(keys, context.zone, log),
    )


def _said(keys: WorthKeys | TargetKeys | None) -> Mapping[str, float]:
    """What the owner says; the rest keeps the default of whoever reckons with it."""
    said = {} if keys is None else msgspec.structs.asdict(keys)
    return {name: value for name, value in said.items() if value is not None}


def _building(keys: BuildingKeys, context: Context) -> Building:
    id_ = keys.building
    spaces = []
    for floor in keys.floors:
        names = context.names(floor, floor.name)
        spaces.append(Space(id=f"{id_}.{floor.id}", names=names, part_of=id_))
        for room in floor.spaces:
            names = context.names(room, room.name)
            spaces.append(Space(id=f"{id_}.{room.id}", names=names, part_of=f"{id_}.{floor.id}"))
    owner = context.site.owner
    if keys.owner is not None:
        owner = context.owner(keys.owner, context.log.place(keys, "owner"))
    return Building(
        id=id_,
        names=context.names(keys, keys.name),
        area_m2=keys.area_m2,
        owner=owner,
        schedule=schedule_of(keys.schedule, context.log),
        spaces=tuple(spaces),
    )


def _owner_of(building: BuildingKeys, context: Context) -> str:
    return context.site.owner if building.owner is None else building.owner


def _systems(buildings: list[BuildingKeys], context: Context) -> Mapping[str, System]:
    return {
        f"{b.building}.{s.id}": System(
            id=f"{b.building}.{s.id}", names=context.names(s, s.name), building=b.building
        )
        for b in buildings
        for s in b.systems
    }


def _equipment(building: BuildingKeys, keys: EquipmentKeys, context: Context) -> Equipment:
    log = context.log
    owner = _owner_of(building, context)
    if keys.owner is not None:
        owner = context.owner(keys.owner, log.place(keys, "owner"))
    parameters.check(keys, log)
    return Equipment(
        id=f"{building.building}.{keys.id}",
        cls=keys.cls,
        names=context.names(keys, keys.name),
        building=building.building,
        location=_location(building, keys, context),
        system=_system(building, keys, context),
        owner=owner,
        part_of=_part_of(building, keys, context),
        feeds=_feeds(building, keys, context),
        parameters=keys.parameters,
        meter=meter_of(building, keys, context),
        schedule=None if keys.schedule is None else schedule_of(keys.schedule, log),
        warranty=_warranty(keys, context),
        contract=keys.contract,
    )


def _warranty(keys: EquipmentKeys, context: Context) -> Warranty | None:
    if keys.warranty is None:
        return None
    place = context.log.place(keys.warranty, "until")
    until = at(keys.warranty.until, context.zone, place, context.log, whole_day=True)
    return Warranty(until=until, by=keys.warranty.by)


def _location(building: BuildingKeys, keys: EquipmentKeys, context: Context) -> str:
    """A space's id where one word stands; several words are for people."""
    if not keys.location or " " in keys.location.strip():
        return keys.location
    place = context.log.place(keys, "location")
    return context.ids.find(keys.location, building.building, place, Kind.SPACE) or ""


def _system(building: BuildingKeys, keys: EquipmentKeys, context: Context) -> str:
    if keys.system is None:
        return ""
    place = context.log.place(keys, "system")
    return context.ids.find(keys.system, building.building, place, Kind.SYSTEM) or ""


def _part_of(building: BuildingKeys, keys: EquipmentKeys, context: Context) -> str | None:
    if keys.part_of is None:
        return None
    place = context.log.place(keys, "part_of")
    return context.ids.find(keys.part_of, building.building, place, Kind.EQUIPMENT)


def _feeds(building: BuildingKeys, keys: EquipmentKeys, context: Context) -> tuple[str, ...]:
    place = context.log.place(keys, "feeds")
    kinds = (Kind.EQUIPMENT, Kind.SPACE)
    found = (context.ids.find(word, building.building, place, *kinds) for word in keys.feeds)
    return tuple(id_ for id_ in found if id_ is not None)


def _check_parts(
    equipment: Mapping[str, Equipment], written: Mapping[str, EquipmentKeys], log: Log
) -> None:
    parts = {id_: [e.part_of] if e.part_of else [] for id_, e in equipment.items()}
    for id_ in circles(parts):
        place = log.place(written[id_], "part_of")
        log.mistake(place, f"'{id_}' is part of itself", "what it is a part of")


def _gateways(
    keys: SiteKeys, context: Context, points: tuple[Point, ...], own: Mapping[str, TemplateKeys]
) -> Mapping[str, Gateway]:
    log = context.log
    options: dict[str, OptionKeys] = {}
    for id_, gateway in keys.gateways.items():
        if gateway.driver not in DRIVERS:
            what, near = f"no driver '{gateway.driver}'", (gateway.driver, DRIVERS)
            log.mistake(log.place(gateway, "driver"), what, " or ".join(DRIVERS), near=near)
        csvmap.check(id_, gateway, points, log)
        options[id_] = devicemap.resolve(id_, gateway, points, own, log)
        foreignmap.check(id_, gateway, points, log)
    foreignmap.check_nodes(keys, log)
    return {
        id_: Gateway(
            id=id_,
            names=context.names(gateway, gateway.name),
            driver=gateway.driver,
            options=foreignmap.filled(options[id_]),
        )
        for id_, gateway in keys.gateways.items()
    }


def _calendar(keys: SiteKeys, context: Context) -> tuple[CalendarEntry, ...]:
    entries = []
    for entry in keys.calendar:
        start = at(entry.start, context.zone, context.log.place(entry, "from"), context.log)
        place = context.log.place(entry, "to")
        end = at(entry.end, context.zone, place, context.log, whole_day=True)
        if end <= start:
            what = f"'{entry.end}' is not after '{entry.start}'"
            context.log.mistake(place, what, "an end after the beginning")
        scope = ""
        if entry.scope:
            place = context.log.place(entry, "scope")
            kinds = (Kind.BUILDING, Kind.EQUIPMENT)
            scope = context.ids.find(entry.scope, "", place, *kinds) or ""
        made = CalendarEntry(mode=entry.mode, start=start, end=end, scope=scope, note=entry.note)
        entries.append(made)
    return tuple(sorted(entries, key=lambda e: (e.start, e.end, e.scope)))
