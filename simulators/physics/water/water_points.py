"""Where the truth of water's gauges stands: pressures, the tank's level, the booster."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.batch import Floats
from core.errors import Misconfigured, Mistake
from core.site import Equipment, EquipmentClass
from simulators.physics.plan import Plan, boosts, fills_tank
from simulators.physics.water.pipes import breaks, hangs, pipes_of, reduces, water_points
from simulators.physics.water.water import ROW, Watered

WaterOutlet = Callable[[Watered], Floats]
"""Gives a point's truth by minute."""
_MAIN = {"pressure": ("kpa", 1.0)}
_REDUCER = {"pressure": ("reduced", 1.0)}
_TANK = {"tank_level": ("level", 1.0)}
_ROOF = {"tank_level": ("roof", 1.0)}
_TRANSFER = {"pump_status": ("lifts", 1.0)}
_BOOSTER = {
    "pressure": ("boosted", 1.0), "pump_status": ("pump", 1.0), "pump_speed": ("speed", 100.0),
}  # fmt: skip


def water_outlets(plan: Plan) -> Mapping[int, WaterOutlet]:
    """By point index, for the gauges of water.

    Raises:
        Misconfigured: Points among them that nothing here can simulate.
    """
    made: dict[int, WaterOutlet] = {}
    mistakes: list[Mistake] = []
    below = {plan.water[i].id: i for pipes in pipes_of(plan) for i in pipes.hung}
    for index in sorted(water_points(plan.site)):
        point = plan.site.points[index]
        if point.equipment in below and point.role.id == "pressure":
            made[index] = _below(below[point.equipment])
            continue
        row = _rows_of(plan.site.equipment[point.equipment]).get(point.role.id)
        if row is None:
            what = f"the simulator cannot make '{point.id}'"
            mistakes.append(Mistake(file="", line=0, what=what, expected="a role it knows"))
        else:
            made[index] = _from(ROW[row[0]], plan.buildings.index(point.building), row[1])
    if mistakes:
        raise Misconfigured(mistakes)
    return made


def _rows_of(equipment: Equipment) -> Mapping[str, tuple[str, float]]:
    if boosts(equipment):
        return _BOOSTER
    if hangs(equipment):
        return _ROOF
    if fills_tank(equipment):
        return _TRANSFER
    if breaks(equipment):
        return _TANK
    if reduces(equipment):
        return _REDUCER
    return _MAIN if equipment.cls is EquipmentClass.WATER_METER else {}


def _from(row: int, building: int, factor: float) -> WaterOutlet:
    return lambda watered: watered.building[row, :, building] * factor


def _below(branch: int) -> WaterOutlet:
    """Pressure at the taps of a branch below a roof tank."""
    return lambda watered: watered.hung[:, branch]
