"""What a building buys, and how what it makes itself becomes that: the conversion node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.clock import DAY_MS
from core.ports import ReadingStore
from core.quality import IntervalState
from core.quantity import Kind
from core.site import Equipment, EquipmentClass, MeterRole, Site
from core.words import Carrier

MEASURED_DAYS = 30
"""Over which a boiler's efficiency is measured: a month of both meters. [d]"""

_PLAUSIBLE = (5.0, 11.5)
"""Heat from a cubic metre of gas; outside it one of the meters is wrong. [kWh/m³]"""

_GAS_KWH = 9.86
_LEAST_GAS = 10.0
"""Burnt in the month; less, and the ratio is two meters' pulses. [m³]"""

MEASURED, NAMEPLATE = 0.03, 0.10
"""Half-width of a measured and of a declared efficiency, 90 %. [1]"""

_PLANT, _TERMINALS = "01B1", "01B2"
"""Item codes of chillers with their pumps, and of air handlers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Heat as the gas it was made of.

    Attributes:
        per_unit: Gas for a unit of heat. [m³/kWh]
        share: Half-width of it, 90 %. [1]
    """

    per_unit: float
    share: float


def main_meter(site: Site, building: str, carrier: Carrier) -> Equipment | None:
    """The meter that a building's carrier is bought by."""
    for meter in site.equipment.values():
        of = meter.meter
        if of is None or meter.building != building or of.carrier is not carrier:
            continue
        if of.role in {MeterRole.BUILDING, MeterRole.GATEWAY} and of.parent is None:
            return meter
    return None


def makes_heat_of_gas(site: Site, building: str) -> bool:
    """Whether its heat comes from a boiler that burns gas."""
    heat = main_meter(site, building, Carrier.HEAT)
    gas = main_meter(site, building, Carrier.GAS)
    if gas is None:
        return False
    boilers = [e for e in site.of_class(EquipmentClass.BOILER) if e.building == building]
    return bool(boilers) and (heat is None or heat.system == gas.system)


def bought(site: Site, building: str) -> frozenset[Carrier]:
    """Carriers that a building pays for."""
    of = {c for c in Carrier if main_meter(site, building, c) is not None}
    return frozenset(of - ({Carrier.HEAT} if makes_heat_of_gas(site, building) else set()))


def conversion(site: Site, store: ReadingStore, building: str, until: int) -> Conversion | None:
    """Gas for heat, measured over the month before where both meters tell; None without boiler.

    Args:
        site: Meters and boilers.
        store: Their use.
        building: Whose.
        until: The end of the month, UTC. [ms]
    """
    if not makes_heat_of_gas(site, building):
        return None
    start = until - MEASURED_DAYS * DAY_MS
    heat = use(site, store, main_meter(site, building, Carrier.HEAT), start, until)
    gas = use(site, store, main_meter(site, building, Carrier.GAS), start, until)
    if heat and gas >= _LEAST_GAS and _PLAUSIBLE[0] <= heat / gas <= _PLAUSIBLE[1]:
        return Conversion(per_unit=gas / heat, share=MEASURED)
    boilers = [e for e in site.of_class(EquipmentClass.BOILER) if e.building == building]
    efficiency = float(np.mean([b.number("efficiency", 0.9) for b in boilers]))
    return Conversion(per_unit=1.0 / (efficiency * _GAS_KWH), share=NAMEPLATE)


def use(site: Site, store: ReadingStore, meter: Equipment | None, start: int, end: int) -> float:
    """What a meter measured in a time; 0 where there is none. [kWh, m³]"""
    points = registers(site, meter)
    if not points:
        return 0.0
    found = store.read_intervals(points, start, end)
    good = (found.state == IntervalState.MEASURED) & np.isfinite(found.value)
    return float(found.value[good].sum())


def registers(site: Site, meter: Equipment | None) -> Sequence[int]:
    """Points of the register that a meter counts its carrier by."""
    if meter is None or meter.meter is None:
        return ()
    wanted = _REGISTER.get(meter.meter.carrier, "")
    index = site.points_of(meter.id).get(wanted)
    if index is None or site.points[index].kind is not Kind.REGISTER:
        return ()
    return (index,)


def cell_of(site: Site, target: str, family: str, carrier: Carrier) -> str:
    """The meter whose use a saving of a carrier comes out of; empty where none measures it.

    The nearest: a target that is a meter itself, the plant's branch for what a chiller uses, the
    terminals' for fans, else the building's main.
    """
    equipment = site.equipment.get(target)
    if equipment is None:
        return ""
    if equipment.meter is not None and equipment.meter.carrier is carrier:
        return equipment.id
    main = main_meter(site, equipment.building, carrier)
    if carrier is Carrier.ELECTRICITY:
        code = _TERMINALS if family == "ahu_off_schedule" else _PLANT
        for meter in site.equipment.values():
            of = meter.meter
            if (of is not None and meter.building == equipment.building
                    and of.carrier is carrier and of.item.startswith(code)):  # fmt: skip
                return meter.id
    return main.id if main is not None else ""


def above(site: Site, meter: str) -> list[str]:
    """A meter and every one above it."""
    found: list[str] = []
    at: str | None = meter
    while at is not None and at in site.equipment and at not in found:
        found.append(at)
        of = site.equipment[at].meter
        at = of.parent if of is not None else None
    return found


_REGISTER: Mapping[Carrier, str] = {
    Carrier.ELECTRICITY: "energy",
    Carrier.WATER: "volume",
    Carrier.GAS: "gas_volume",
    Carrier.HEAT: "heat",
    Carrier.COOLING: "cooling",
}
