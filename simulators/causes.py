"""What a crew finds where it is sent: the fault itself, or the one behind the symptom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.site import Equipment, EquipmentClass, MeterRole, Site
from core.words import Carrier
from simulators.physics.faults import Fault
from simulators.physics.plan import boosts, fills_tank
from simulators.physics.water.pipes import breaks, hangs, reduces

_AIR = (EquipmentClass.AHU, EquipmentClass.FRESH_AIR_UNIT, EquipmentClass.FAN_COIL)
_PLANT = (EquipmentClass.BOILER, EquipmentClass.CHILLER, *_AIR)
# Which machines a branch of electricity feeds, by the first letters of its item code.
_LIFTED = "01C2"
_FED = {"01B1": _PLANT, "01B2": _AIR, _LIFTED: (EquipmentClass.WATER_METER,)}


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
    if here.meter.role is MeterRole.BUILDING or here.meter.item[:4] == _LIFTED:
        yield from _waterworks(site, here)
    for meter in below:
        yield from _behind_meter(site, meter)


def _waterworks(site: Site, meter: Equipment) -> Iterator[str]:
    """Tank, reducer and booster behind a building's water meter; of the pumps' circuit the last."""
    if meter.meter is None:
        return
    kinds = [boosts, fills_tank, hangs] if meter.meter.item[:4] == _LIFTED else []
    if meter.meter.carrier is Carrier.WATER:
        kinds = [breaks, reduces, boosts, fills_tank, hangs]
    for _, machine in sorted(site.equipment.items()):
        if machine.building == meter.building and any(of(machine) for of in kinds):
            yield machine.id
