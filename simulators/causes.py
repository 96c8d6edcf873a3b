"""What a crew finds where it is sent: the fault itself, or the one behind the symptom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.site import EquipmentClass, Site
from core.words import Carrier
from simulators.physics.faults import Fault

_AIR = (EquipmentClass.AHU,)
_PLANT = (EquipmentClass.BOILER, EquipmentClass.CHILLER, *_AIR)
# Which machines a branch of electricity feeds, by the first letters of its item code.
_FED = {"01B1": _PLANT, "01B2": _AIR, "01C2": (EquipmentClass.WATER_METER,)}


def causes_of(site: Site, active: Sequence[Fault], target: str) -> tuple[Fault, ...]:
    """The active faults nearest to a target: its own, else those of what it is made of or fed by.

    Args:
        site: Where.
        active: Faults that are there now.
        target: Id of equipment, a point or a gateway.
    """
    for place in _places(site, target):
        found = tuple(f for f in active if place in {f.target, f.asset})
        if found:
            return found
    return ()


def _places(site: Site, target: str) -> Iterator[str]:
    """The target, then what stands behind it, nearest first."""
    yield target
    equipment = target
    if target in site.index:
        point = site.points[site.index[target]]
        equipment = point.equipment
        yield from (equipment, point.gateway)
    if equipment not in site.equipment:
        return
    yield from sorted(e.id for e in site.equipment.values() if e.part_of == equipment)
    yield from _above(site, equipment)
    yield from _behind_meter(site, equipment)
    yield from sorted({site.points[i].gateway for i in site.points_of(equipment).values()})


def _above(site: Site, equipment: str) -> Iterator[str]:
    part_of = site.equipment[equipment].part_of
    if part_of is not None:
        yield part_of
    yield from sorted(e.id for e in site.equipment.values() if equipment in e.feeds)


def _behind_meter(site: Site, equipment: str) -> Iterator[str]:
    """Meters below a meter, then the machines that it feeds."""
    here = site.equipment[equipment]
    if here.meter is None:
        return
    below = sorted(e.id for e in site.equipment.values() if e.meter and e.meter.parent == equipment)
    yield from below
    if here.meter.carrier is Carrier.ELECTRICITY:
        fed: tuple[EquipmentClass, ...] = _FED.get(here.meter.item[:4], ())
    elif here.meter.carrier in {Carrier.GAS, Carrier.HEAT}:
        fed = (EquipmentClass.BOILER,)
    else:
        fed = ()
    yield from (e.id for e in site.of_class(*fed) if e.building == here.building)
    for meter in below:
        yield from _behind_meter(site, meter)
