"""Where each plant point's truth stands in a trace."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from core.batch import Floats, Ints
from core.errors import Misconfigured, Mistake
from core.site import EquipmentClass
from simulators.physics.air.fan_coils import AT as UNIT_ROW
from simulators.physics.drivers import Drivers
from simulators.physics.heating.substation import strapped
from simulators.physics.plan import Plan
from simulators.physics.power.panel import shows
from simulators.physics.readings.meters import known
from simulators.physics.trace import AHU_ROW, BUILDING_ROW, ZONE_ROWS, Trace
from simulators.physics.water.pipes import water_points

Outlet = Callable[[Trace, Drivers, slice | Ints], Floats]
"""Gives a point's truth from the trace of some minutes, the day's drivers, and which these are."""
LOOPED = frozenset({"sat", "rat"})
"""Roles whose trace is what the controller already read."""

_AHU = {
    "sat": ("sat", 1.0), "rat": ("rat", 1.0), "mat": ("mat", 1.0), "hcet": ("mixed", 1.0),
    "hclt": ("after_heat", 1.0), "ccet": ("after_heat", 1.0), "cclt": ("after_cold", 1.0),
    "sat_sp": ("sat_sp", 1.0), "heat_valve": ("heat_valve", 100.0),
    "cool_valve": ("cool_valve", 100.0), "oa_damper": ("oa_damper", 100.0),
    "occupied": ("meant", 1.0), "dsp": ("static", 1.0), "dsp_sp": ("static_sp", 1.0),
    "reheat_mode": ("dries", 1.0),
    "fan_status": ("fan", 1.0), "fan_speed": ("speed", 100.0), "supply_flow": ("flow", 1.0),
}  # fmt: skip
_BUILDING = {
    "hw_leaving": ("hot", 1.0), "hw_entering": ("hot_return", 1.0), "hw_sp": ("hot_sp", 1.0),
    "boiler_cmd": ("heating", 1.0), "boiler_status": ("heating", 1.0),
    "burner_status": ("burner", 1.0), "tank_temp": ("tank", 1.0),
    "primary_leaving": ("primary_sent", 1.0),
    "primary_flow": ("primary_flow", 1.0), "primary_valve": ("primary_valve", 100.0),
    "pump_status": ("pump_speed", 1.0), "pump_speed": ("pump_speed", 100.0),
    "chw_leaving": ("chilled", 1.0), "chw_entering": ("chilled_return", 1.0),
    "chw_flow": ("chilled_flow", 1.0), "cw_to_chiller": ("to_condenser", 1.0),
    "cw_from_chiller": ("from_condenser", 1.0),
}  # fmt: skip
# Where the cooling coil comes first, because what it dries is heated again.
_REHEATED = {"ccet": ("mixed", 1.0), "hcet": ("after_cold", 1.0)}
# What a controlling sensor's element has, where its wires end at another point.
_ELEMENT = {"rat": "returned"}
_ZONE = {
    "zone_temp": "temp", "zone_co2": "co2", "branch_return": "radiator",
    "heat_valve": "heat_valve", "cool_valve": "cool_valve", "zone_rh": "humidity",
}  # fmt: skip
_UNIT = {
    "fan_status": ("fan", 1.0), "fan_speed": ("speed", 100.0), "occupied": ("meant", 1.0),
    "heat_valve": ("heat_valve", 100.0), "cool_valve": ("cool_valve", 100.0),
}  # fmt: skip
_PLANT = {
    EquipmentClass.BOILER, EquipmentClass.SUBSTATION, EquipmentClass.CHILLER, EquipmentClass.PUMP,
}  # fmt: skip


def outlets_of(plan: Plan, gateways: frozenset[str]) -> Mapping[int, Outlet]:
    """By point index, for all points but those of meters and of water.

    Raises:
        Misconfigured: Points of these gateways that nothing here can simulate.
    """
    made: dict[int, Outlet] = {}
    mistakes: list[Mistake] = []
    water = water_points(plan.site)
    for index, point in enumerate(plan.site.points):
        equipment = plan.site.equipment[point.equipment]
        if point.gateway not in gateways or index in water:
            continue
        if equipment.meter is not None and known(point.role.id):
            continue
        if shows(equipment, point.role.id):
            continue
        outlet = _outlet(plan, equipment.id, equipment.cls, point.role.id)
        if outlet is None:
            what = f"the simulator cannot make '{point.id}'"
            mistakes.append(Mistake(file="", line=0, what=what, expected="a role it knows"))
        else:
            made[index] = outlet
    if mistakes:
        raise Misconfigured(mistakes)
    return made


def element_of(plan: Plan, point: int) -> Outlet | None:
    """What the element of a point has, whoever reads it; None where that cannot be said."""
    model = plan.site.points[point]
    ahus = [a.id for a in plan.ahus]
    if model.role.id in _ELEMENT and model.equipment in ahus:
        row = AHU_ROW[_ELEMENT[model.role.id]]
        return _from_ahu(row, ahus.index(model.equipment), 1.0)
    return _outlet(plan, model.equipment, plan.site.equipment[model.equipment].cls, model.role.id)


def _outlet(plan: Plan, equipment: str, cls: EquipmentClass, role: str) -> Outlet | None:
    ahus, zones = [a.id for a in plan.ahus], [z.id for z in plan.zones]
    if role in {"oat", "oah", "irradiance"}:
        return _weather(role)
    if equipment in ahus and role in _AHU:
        index = ahus.index(equipment)
        reheated = _REHEATED if plan.ahus[index].declared("dehumidifies") else {}
        name, factor = reheated.get(role) or _AHU[role]
        return _from_ahu(AHU_ROW[name], index, factor)
    units = [u.id for u in plan.units]
    if equipment in units and role in _UNIT:
        name, factor = _UNIT[role]
        return _from_unit(UNIT_ROW[name], units.index(equipment), factor)
    if equipment in zones and role in _ZONE:
        return _from_zone(ZONE_ROWS.index(_ZONE[role]), zones.index(equipment))
    building = plan.buildings.index(plan.site.equipment[equipment].building)
    if cls is EquipmentClass.SUBSTATION and role == "primary_entering":
        pipe = _from_building(BUILDING_ROW["primary_back"], building, 1.0)
        return lambda trace, drivers, rows: strapped(pipe(trace, drivers, rows))
    if cls is EquipmentClass.CHILLER and role in {"chiller_status", "power"}:
        before = [c.id for c in plan.chilling[building]].index(equipment)
        return _running(building, before) if role == "chiller_status" else _work(building, before)
    if cls in _PLANT and role in _BUILDING:
        name, factor = _BUILDING[role]
        return _from_building(BUILDING_ROW[name], building, factor)
    return None


def _from_ahu(row: int, index: int, factor: float) -> Outlet:
    return lambda trace, _drivers, _rows: trace.ahu[row, :, index] * factor


def _from_zone(row: int, index: int) -> Outlet:
    return lambda trace, _drivers, _rows: trace.zone[row, :, index]


def _from_unit(row: int, index: int, factor: float) -> Outlet:
    return lambda trace, _drivers, _rows: trace.unit[row, :, index] * factor


def _from_building(row: int, index: int, factor: float) -> Outlet:
    return lambda trace, _drivers, _rows: trace.building[row, :, index] * factor


def _running(building: int, before: int) -> Outlet:
    """Whether the machine runs that starts when so many do already."""
    row = BUILDING_ROW["chillers"]

    def runs(trace: Trace, _drivers: Drivers, _rows: slice | Ints) -> Floats:
        return (trace.building[row, :, building] > before).astype(np.float64)

    return runs


def _work(building: int, before: int) -> Outlet:
    """What it takes: machines that run share the work."""
    rows = [BUILDING_ROW["cooling_power"], BUILDING_ROW["chillers"]]

    def power(trace: Trace, _drivers: Drivers, _rows: slice | Ints) -> Floats:
        work, running = trace.building[rows, :, building]
        each: Floats = np.where(running > before, work / np.maximum(running, 1.0), 0.0)
        return each

    return power


def _weather(role: str) -> Outlet:
    if role == "oat":
        return lambda _trace, drivers, rows: drivers.weather.oat[rows]
    if role == "oah":
        return lambda _trace, drivers, rows: drivers.weather.humidity[rows]
    return lambda _trace, drivers, rows: drivers.weather.sun[rows]
