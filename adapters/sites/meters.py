"""The meter tree: each meter below one of its own carrier, none below itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from adapters.sites.context import Context
from adapters.sites.ids import Kind
from adapters.sites.keys import BuildingKeys, EquipmentKeys, MeterKeys
from adapters.sites.log import Log
from core.codebook import CODEBOOKS, items_of
from core.site import Equipment, EquipmentClass, Meter, MeterRole
from core.words import Carrier

CARRIERS: Mapping[EquipmentClass, frozenset[Carrier]] = {
    EquipmentClass.ELECTRIC_METER: frozenset({Carrier.ELECTRICITY}),
    EquipmentClass.WATER_METER: frozenset({Carrier.WATER}),
    EquipmentClass.GAS_METER: frozenset({Carrier.GAS}),
    EquipmentClass.HEAT_METER: frozenset({Carrier.HEAT, Carrier.COOLING}),
}
_BELOW = frozenset({MeterRole.BRANCH, MeterRole.TENANT, MeterRole.CHECK})
"""Roles that mean nothing without the meter above."""


def meter_of(building: BuildingKeys, equipment: EquipmentKeys, context: Context) -> Meter | None:
    """What makes a piece of equipment a meter, with its references resolved."""
    keys, log = equipment.meter, context.log
    carriers = CARRIERS.get(equipment.cls)
    if keys is None:
        if carriers is not None and not log.has(equipment, "meter"):
            what = f"the meter '{equipment.id}' does not say what it counts"
            log.mistake(log.place(equipment, "class"), what, "meter: {role, carrier}")
        return None
    _check_class(equipment, keys, log)
    _check_item(keys, context)
    _check_role(keys, log)
    return Meter(
        role=keys.role,
        carrier=keys.carrier,
        item=keys.item,
        codebook=context.site.codebook if keys.item else "",
        parent=_find(keys, "parent", building, context, Kind.METER),
        measures=_find(
            keys, "measures", building, context, Kind.BUILDING, Kind.SPACE, Kind.EQUIPMENT
        ),
        expression=_expression(keys, building, context),
        always_on=keys.always_on,
    )


def check_tree(equipment: Mapping[str, Equipment], written: Mapping[str, MeterKeys], log: Log) -> None:  # noqa: E501 # fmt: skip
    """Parents of the same carrier, and no circle by parents or by expressions."""
    meters = {id_: e.meter for id_, e in equipment.items() if e.meter is not None}
    for id_, meter in meters.items():
        keys = written[id_]
        above = [(meter.parent, "parent")] if meter.parent else []
        for other, key in [*above, *((part, "expression") for part in meter.expression)]:
            if other in meters and meters[other].carrier is not meter.carrier:
                what = f"'{other}' counts {meters[other].carrier}, '{id_}' {meter.carrier}"
                log.mistake(log.place(keys, key), what, f"a meter of {meter.carrier}")
    parents = {i: [m.parent] if m.parent else [] for i, m in meters.items()}
    for id_ in circles(parents):
        what = f"the meter '{id_}' is below itself"
        log.mistake(log.place(written[id_], "parent"), what, "a tree")
    for id_ in circles({i: list(m.expression) for i, m in meters.items()}):
        what = f"the meter '{id_}' is computed from itself"
        log.mistake(log.place(written[id_], "expression"), what, "an expression of others")


def circles(arrows: Mapping[str, Iterable[str]]) -> list[str]:
    """Everything from which its own arrows lead back to itself."""
    return [start for start in arrows if start in _reached(start, arrows)]


def _reached(start: str, arrows: Mapping[str, Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(arrows[start])
    while waiting:
        at = waiting.pop()
        if at not in reached:
            reached.add(at)
            waiting.extend(arrows.get(at, ()))
    return reached


def _check_class(equipment: EquipmentKeys, keys: MeterKeys, log: Log) -> None:
    carriers = CARRIERS.get(equipment.cls)
    if carriers is None:
        what = f"a {equipment.cls} is no meter"
        log.mistake(log.place(equipment, "meter"), what, f"class: {' or '.join(CARRIERS)}")
    elif keys.carrier not in carriers:
        what = f"a {equipment.cls} does not count {keys.carrier}"
        log.mistake(log.place(keys, "carrier"), what, " or ".join(sorted(carriers)))


def _check_item(keys: MeterKeys, context: Context) -> None:
    codebook = context.site.codebook
    if not keys.item or codebook not in CODEBOOKS:
        return
    known = items_of(codebook, keys.carrier)
    if keys.item not in known:
        context.log.mistake(
            context.log.place(keys, "item"),
            f"'{keys.item}' is no {keys.carrier} item of codebook {codebook}",
            "five characters of docs/nomenclature.md",
            near=(keys.item, known),
        )


def _check_role(keys: MeterKeys, log: Log) -> None:
    if keys.role in _BELOW and not log.has(keys, "parent"):
        what = f"a {keys.role} meter without a parent"
        log.mistake(log.place(keys, "role"), what, "parent: the meter above it")
    virtual = keys.role is MeterRole.VIRTUAL
    if virtual and not log.has(keys, "expression"):
        what = "a virtual meter without an expression"
        log.mistake(log.place(keys, "role"), what, "expression: {meter: factor}")
    if not virtual and keys.expression:
        what = f"a {keys.role} meter is read, not computed"
        log.mistake(log.place(keys, "expression"), what, "it only with role: virtual")


def _find(
    keys: MeterKeys, key: str, building: BuildingKeys, context: Context, *kinds: Kind
) -> str | None:
    reference = keys.parent if key == "parent" else keys.measures
    if reference is None:
        return None
    place = context.log.place(keys, key)
    return context.ids.find(reference, building.building, place, *kinds)


def _expression(keys: MeterKeys, building: BuildingKeys, context: Context) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for reference, factor in keys.expression.items():
        place = context.log.place(keys.expression, reference)
        id_ = context.ids.find(reference, building.building, place, Kind.METER)
        if id_ is not None:
            found[id_] = factor
    return found
