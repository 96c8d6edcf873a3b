"""What rules judge on a site, found by class and role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from analytics.rule import Target
from core.rulecard import RuleCard
from core.site import Equipment, EquipmentClass, MeterRole, Point, Site

_BILLED = frozenset({MeterRole.GATEWAY, MeterRole.TENANT})
"""Meters that money is paid by."""

_CRITICAL = 2
"""Severity of an instrument fault on a safety or billing point (domain sheet, B5)."""


def equipment_targets(
    site: Site, card: RuleCard, parameters: Mapping[str, float]
) -> tuple[Target, ...]:
    """All equipment of the card's classes, with whatever of its roles is there."""
    roles = (*card.roles, *card.optional_roles)
    return tuple(
        equipment_target(site, card, equipment, _points(site, equipment, roles), parameters)
        for equipment in site.of_class(*card.applies_to)
    )


def equipment_target(
    site: Site,
    card: RuleCard,
    equipment: Equipment,
    points: Mapping[str, int],
    parameters: Mapping[str, float],
    less: Sequence[int] = (),
) -> Target:
    """One piece of equipment as a target."""
    local = "oat" in site.points_of(equipment.id)
    return Target(
        id=equipment.id,
        building=equipment.building,
        name=equipment.names["en"],
        equipment=equipment.id,
        points=points,
        less=tuple(less),
        parameters={
            "oat_local": float(local),
            **{name: equipment.number(name, default) for name, default in parameters.items()},
        },
        exempt=any(equipment.declared(flag) for flag in card.exemptions),
        gateways=_gateways(site, (*points.values(), *less)),
    )


def submeters(site: Site, meter: Equipment) -> tuple[Equipment, ...]:
    """The meters directly below one that count the same and enter totals."""
    if meter.meter is None:
        return ()
    return tuple(
        below
        for _, below in sorted(site.equipment.items())
        if below.meter is not None
        and below.meter.parent == meter.id
        and below.meter.carrier is meter.meter.carrier
        and below.meter.role not in {MeterRole.CHECK, MeterRole.VIRTUAL}
    )


def point_target(site: Site, index: int, running: int | None = None) -> Target:
    """One point as a target, with the status that says whether its plant runs."""
    point = site.points[index]
    points = {"value": index} if running is None else {"value": index, "running": running}
    equipment = site.equipment[point.equipment]
    billing = equipment.meter is not None and equipment.meter.role in _BILLED
    return Target(
        id=point.id,
        building=point.building,
        name=f"{equipment.names['en']}: {_spoken(point)}",
        equipment=point.equipment,
        points=points,
        gateways=_gateways(site, points.values()),
        parameters={"period_s": float(point.period_s), "lively": point.lively, "is_gateway": 0.0},
        severity=_CRITICAL if point.safety or billing else 0,
    )


def gateway_targets(site: Site) -> tuple[Target, ...]:
    """Every gateway with points, as a target; its quickest point stands for it."""
    found = []
    for id_, gateway in sorted(site.gateways.items()):
        mine = [i for i, point in enumerate(site.points) if point.gateway == id_]
        if not mine:
            continue
        quickest = min(mine, key=lambda i: site.points[i].period_s)
        found.append(
            Target(
                id=id_,
                building=site.points[mine[0]].building,
                name=gateway.names["en"],
                equipment="",
                points={"value": quickest},
                gateways=frozenset({id_}),
                parameters={
                    "period_s": float(site.points[quickest].period_s),
                    "lively": 0.0,
                    "is_gateway": 1.0,
                },
            )
        )
    return tuple(found)


def _spoken(point: Point) -> str:
    """What a point is, in words: Brick's class without its underscores."""
    return point.role.brick.replace("_", " ").lower()


def running_status(site: Site, equipment_id: str) -> int | None:
    """The point that says whether the plant around some equipment runs; None where none does.

    A zone's plant is the air handler that feeds it.
    """
    equipment = site.equipment[equipment_id]
    if equipment.cls is EquipmentClass.ZONE:
        feeders = [e for _, e in sorted(site.equipment.items()) if equipment_id in e.feeds]
        return running_status(site, feeders[0].id) if feeders else None
    for role in ("fan_status", "boiler_status", "chiller_status", "pump_status"):
        found = site.points_of(equipment_id).get(role)
        if found is not None:
            return found
    return None


def _points(site: Site, equipment: Equipment, roles: Sequence[str]) -> dict[str, int]:
    found = {role: site.find(equipment.id, role) for role in roles}
    return {role: index for role, index in found.items() if index is not None}


def _gateways(site: Site, points: Iterable[int]) -> frozenset[str]:
    return frozenset(site.points[index].gateway for index in points)
