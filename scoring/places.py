"""Which equipment counts as the right place, and which is one loop away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from core.site import Equipment, EquipmentClass, MeterRole, Site

_ROOTS = {MeterRole.BUILDING, MeterRole.GATEWAY}
# A meter's circuit and the machines it may feed lie one loop apart.
_MACHINES = {
    EquipmentClass.AHU, EquipmentClass.BOILER, EquipmentClass.CHILLER, EquipmentClass.PUMP,
    EquipmentClass.COOLING_TOWER, EquipmentClass.FAN_COIL, EquipmentClass.FRESH_AIR_UNIT,
    EquipmentClass.SUBSTATION, EquipmentClass.TANK, EquipmentClass.MACHINE,
}  # fmt: skip


@dataclass(frozen=True)
class Places:
    """Neighbours by asset; whoever is not named has none.

    Attributes:
        parts: Direct parts and direct parent in one loop: an order there is as good.
        loops: One loop away: where the symptom of a fault is seen.
    """

    parts: Mapping[str, frozenset[str]]
    loops: Mapping[str, frozenset[str]]

    def credited(self, alarmed: str, asset: str) -> bool:
        """Whether an order on one asset may be credited for a fault of another."""
        return alarmed == asset or alarmed in self.parts.get(asset, frozenset())

    def near(self, alarmed: str, asset: str) -> bool:
        """Whether it is a symptom one loop away."""
        return alarmed in self.loops.get(asset, frozenset())


def places_of(site: Site) -> Places:
    """The neighbours of a site's equipment and gateways.

    A building's main meter, the root, is nobody's parent here: an order on it is credited for
    a fault of its own alone, or blind orders on it would find everything.
    """
    parts, loops = _pairs(_parts(site)), _pairs(_loops(site))
    for asset in site.equipment:
        # Two steps of feeding or metering are no longer one loop; parts are already credited.
        loops[asset] = loops.get(asset, frozenset()) - parts.get(asset, frozenset()) - {asset}
    return Places(parts=parts, loops=loops)


def _pairs(both: Iterator[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for a, b in both:
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return {asset: frozenset(others) for asset, others in found.items()}


def _parts(site: Site) -> Iterator[tuple[str, str]]:
    for equipment in site.equipment.values():
        if equipment.part_of is not None:
            yield equipment.id, equipment.part_of
        parent = _metered_by(site, equipment)
        if parent is not None and not _root(parent):
            yield equipment.id, parent.id


def _loops(site: Site) -> Iterator[tuple[str, str]]:
    for equipment in site.equipment.values():
        for fed in equipment.feeds:
            yield equipment.id, fed
        parent = _metered_by(site, equipment)
        if parent is not None:
            yield equipment.id, parent.id
        if equipment.meter is not None:
            same = (e for e in site.equipment.values() if e.building == equipment.building)
            yield from ((equipment.id, e.id) for e in same if e.cls in _MACHINES)
    for members in _systems(site).values():
        yield from pairwise(members)
    for point in site.points:
        yield point.gateway, point.equipment


def _systems(site: Site) -> dict[str, list[str]]:
    """Machines of one system in order; a system of many is a chain, not one loop."""
    found: dict[str, list[str]] = {}
    for equipment in site.of_class(*_MACHINES):
        found.setdefault(equipment.system, []).append(equipment.id)
    return {system: members for system, members in found.items() if len(members) == 2}  # noqa: PLR2004


def _metered_by(site: Site, equipment: Equipment) -> Equipment | None:
    parent = equipment.meter.parent if equipment.meter is not None else None
    return site.equipment.get(parent) if parent is not None else None


def _root(equipment: Equipment) -> bool:
    return equipment.meter is not None and equipment.meter.role in _ROOTS
