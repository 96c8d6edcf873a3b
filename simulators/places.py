"""Where on a site a kind of fault can be at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from core.site import Equipment, EquipmentClass, MeterRole, Site
from core.words import Carrier
from simulators.physics.faults import PAIRS, FaultKind, Seat
from simulators.physics.kinds.catalogue import FAULT_KINDS
from simulators.physics.plan import boosts, fills_tank
from simulators.physics.water.pipes import Use, breaks, hangs, reduces, serves

_SOCKETS = "01A1"
_REGISTERS = ("energy", "volume", "gas_volume", "heat")
_LIT = ("01A1", "01A2")
"""Item codes of circuits with lights, by their first letters."""
_TEMPERATURES = frozenset({
    "oat", "sat", "rat", "mat", "ccet", "cclt", "hcet", "hclt", "zone_temp", "hw_leaving",
    "hw_entering", "chw_leaving", "chw_entering", "primary_leaving", "primary_entering",
    "branch_return", "tank_temp", "cw_to_chiller", "cw_from_chiller",
})  # fmt: skip
_PLANT = {
    Seat.BOILER: (EquipmentClass.BOILER,),
    Seat.STATION: (EquipmentClass.SUBSTATION,),
    Seat.HEATING_PLANT: (EquipmentClass.BOILER, EquipmentClass.SUBSTATION),
    Seat.HOT_WATER_TANK: (EquipmentClass.BOILER,),
    Seat.BRANCH: (EquipmentClass.ZONE,),
    Seat.CHILLER: (EquipmentClass.CHILLER,),
    Seat.COOLING_TOWER: (EquipmentClass.COOLING_TOWER,),
    Seat.FAN: (EquipmentClass.AHU, EquipmentClass.FRESH_AIR_UNIT),
}
_POINT_SEATS = frozenset({
    Seat.TEMPERATURE, Seat.OUTDOOR_TEMPERATURE, Seat.PAIR, Seat.SENSOR, Seat.POINT,
})  # fmt: skip
_WATER_SEATS: Mapping[Seat, Callable[[Equipment], bool]] = {
    Seat.TOILETS: partial(serves, use=Use.TOILETS),
    Seat.IRRIGATION: partial(serves, use=Use.IRRIGATION),
    Seat.TOWER_WATER: partial(serves, use=Use.TOWER),
    Seat.TANK: breaks,
    Seat.REDUCER: reduces,
    Seat.BOOSTER: boosts,
    Seat.ROOF_TANK: hangs,
    Seat.TRANSFER_PUMP: fills_tank,
}
_DECLARED: Mapping[Seat, str] = {Seat.SOLAR_PLANT: "pv_kwp", Seat.UPS: "ups_kva"}
"""Parameter that makes equipment what a seat is."""
_ROOM_SEATS: Mapping[Seat, str] = {
    Seat.BOX: "", Seat.ROOM_HEATING: "heating_capacity", Seat.ROOM_COOLING: "cooling_capacity",
}  # fmt: skip
"""Seats in rooms, and the parameter of the coil that each needs."""
_SENSED = _TEMPERATURES | {
    "oah", "irradiance", "zone_co2", "zone_rh", "supply_flow", "pressure",
}  # fmt: skip


def places(site: Site, kind: FaultKind) -> list[tuple[str, str]]:
    """All places that can have this kind, in order of id.

    Args:
        site: Where.
        kind: Of fault.

    Returns:
        Pairs of the asset (equipment, or a gateway) and the role of its point, empty where the
        fault is the asset's own: what :class:`simulators.physics.faults.Fault` asks for.
    """
    return sorted(_seats(site, FAULT_KINDS[kind].seat))


def _seats(site: Site, seat: Seat) -> Iterator[tuple[str, str]]:
    if seat is Seat.GATEWAY:
        yield from ((gateway, "") for gateway in site.gateways)
    elif seat in _POINT_SEATS:
        yield from _points(site, seat)
    elif seat in _WATER_SEATS:
        fits = _WATER_SEATS[seat]
        yield from ((e.id, "") for e in site.equipment.values() if fits(e))
    elif seat in _DECLARED:
        name = _DECLARED[seat]
        yield from ((e.id, "") for e in site.equipment.values() if name in e.parameters)
    elif seat in _ROOM_SEATS:
        yield from _rooms(site, seat)
    elif seat is Seat.FAN_COIL:
        yield from ((u.id, "") for u in site.of_class(EquipmentClass.FAN_COIL) if u.feeds)
    elif seat in {Seat.AIR_HANDLER, Seat.BOILER_LOCKED_OUT}:
        yield from _machines(site, seat)
    elif seat in _PLANT:
        yield from _plant(site, seat)
    else:
        yield from _meters(site, seat)


def _points(site: Site, seat: Seat) -> Iterator[tuple[str, str]]:
    for point in site.points:
        metered = site.equipment[point.equipment].meter is not None
        role = point.role.id
        sensed = role in _SENSED and (not metered or role == "pressure")
        fits = {
            Seat.TEMPERATURE: sensed and role in _TEMPERATURES,
            Seat.OUTDOOR_TEMPERATURE: role == "oat",
            # One of the two names the pair.
            Seat.PAIR: role < PAIRS.get(role, "") in site.points_of(point.equipment),
            Seat.SENSOR: sensed,
            Seat.POINT: True,
        }
        if fits[seat]:
            yield point.equipment, role


def _rooms(site: Site, seat: Seat) -> Iterator[tuple[str, str]]:
    """Rooms that an air handler feeds, and that have the coil."""
    fed = {zone for ahu in site.of_class(EquipmentClass.AHU) for zone in ahu.feeds}
    for zone in site.of_class(EquipmentClass.ZONE):
        capacity = _ROOM_SEATS[seat]
        if zone.id in fed and (not capacity or zone.number(capacity, 0.0) > 0.0):
            yield zone.id, ""


def _machines(site: Site, seat: Seat) -> Iterator[tuple[str, str]]:
    if seat is Seat.AIR_HANDLER:
        yield from ((ahu.id, "") for ahu in site.of_class(EquipmentClass.AHU))
    else:
        # A boiler that makes hot water has no lockout to lose: it works all year.
        boilers = site.of_class(EquipmentClass.BOILER)
        yield from ((b.id, "") for b in boilers if not b.declared("makes_hot_water"))


def _plant(site: Site, seat: Seat) -> Iterator[tuple[str, str]]:
    for cls in _PLANT[seat]:
        for machine in site.of_class(cls):
            if seat is Seat.HOT_WATER_TANK and not machine.declared("makes_hot_water"):
                continue
            # Thermostatic heads make up for a neighbour's flow; without them balance matters.
            open_valve = machine.number("radiator_capacity", 0.0) > 0.0 and not machine.declared(
                "thermostatic"
            )
            if seat is not Seat.BRANCH or open_valve:
                yield machine.id, ""


def _meters(site: Site, seat: Seat) -> Iterator[tuple[str, str]]:
    for equipment in site.equipment.values():
        meter = equipment.meter
        if meter is None:
            continue
        electric = meter.carrier is Carrier.ELECTRICITY
        branch, points = meter.role is MeterRole.BRANCH, site.points_of(equipment.id)
        board = electric and meter.role is MeterRole.BUILDING
        fits = {
            Seat.LIT_CIRCUIT: electric and branch and meter.item[:4] in _LIT,
            Seat.SOCKET_CIRCUIT: electric and branch and meter.item[:4] == _SOCKETS,
            Seat.MAIN_BOARD: board,
            Seat.EARTHED_BOARD: board and "residual_current" in points,
            Seat.TERMINAL: electric and (branch or board) and "cable_temp" in points,
            Seat.METER: any(role in points for role in _REGISTERS),
            Seat.ELECTRIC_METER: electric,
            Seat.WATER_METER: meter.carrier is Carrier.WATER
            and meter.role in {MeterRole.BRANCH, MeterRole.BUILDING},
        }
        if fits[seat]:
            yield equipment.id, ""
