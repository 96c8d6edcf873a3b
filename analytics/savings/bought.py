"""What a building buys, and how what it makes itself becomes that: the conversion node."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.savings.interval import student
from core.batch import Floats
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
_LEAST_DAYS = 10
"""That must be known for a slope. [d]"""
_WHOLE = 0.95
"""Of a day's intervals. [1]"""
_LEAST_GAS = 10.0
"""Burnt in the month; less, and the slope is two meters' pulses. [m³]"""

MEASURED, NAMEPLATE = 0.03, 0.10
"""Half-width of a measured, at the least, and of a declared efficiency, 90 %. [1]"""

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
    days = [until - n * DAY_MS for n in range(MEASURED_DAYS, -1, -1)]
    heat, gas = (
        _by_day(site, store, main_meter(site, building, carrier), days)
        for carrier in (Carrier.HEAT, Carrier.GAS)
    )
    measured = one_more(heat, gas)
    if measured is not None and gas[np.isfinite(gas)].sum() >= _LEAST_GAS:
        return measured
    boilers = [e for e in site.of_class(EquipmentClass.BOILER) if e.building == building]
    efficiency = float(np.mean([b.number("efficiency", 0.9) for b in boilers]))
    return Conversion(per_unit=1.0 / (efficiency * _GAS_KWH), share=NAMEPLATE)


def one_more(heat: Floats, gas: Floats) -> Conversion | None:
    """Gas for one more unit of heat, by days; None where they do not tell it to a tenth.

    The slope and not the mean: what a boiler loses standing warm it loses with the fault and
    without. In a mild month the mean is half as much again.

    Args:
        heat: Of each day; NaN unmeasured. (n,) [kWh]
        gas: The same. (n,) [m³]
    """
    known = np.isfinite(heat) & np.isfinite(gas)
    x, y = heat[known], gas[known]
    if len(x) < _LEAST_DAYS or np.ptp(x) <= 0:
        return None
    off = x - x.mean()
    slope = float((off @ y) / (off @ off))
    rest = y - y.mean() - slope * off
    error = math.sqrt(float(rest @ rest) / (len(x) - 2) / float(off @ off))
    if slope <= 0 or not _PLAUSIBLE[0] <= 1 / slope <= _PLAUSIBLE[1]:
        return None
    share = student(len(x) - 2) * error / slope
    return Conversion(per_unit=slope, share=max(MEASURED, share)) if share <= NAMEPLATE else None


def _by_day(
    site: Site, store: ReadingStore, meter: Equipment | None, edges: Sequence[int]
) -> Floats:
    """What a meter measured between moments a day apart; NaN where it missed much. [kWh, m³]"""
    points = registers(site, meter)
    found = np.full(len(edges) - 1, np.nan)
    if not points:
        return found
    use = store.read_intervals(points, edges[0], edges[-1])
    good = (use.state == IntervalState.MEASURED) & np.isfinite(use.value)
    place = (use.at[good] - 1 - edges[0]) // DAY_MS
    counts = np.bincount(place, minlength=len(found))
    sums = np.bincount(place, weights=use.value[good], minlength=len(found))
    whole = counts >= _WHOLE * max(int(counts.max(initial=0)), 1)
    found[whole] = sums[whole]
    return found


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
