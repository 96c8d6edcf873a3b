"""Electricity of each branch by the minute: what people and hours ask, and what plant takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Floats
from core.site import Equipment, EquipmentClass
from simulators.physics.air.fan_coils import AT as UNIT_ROW
from simulators.physics.air.fan_coils import fan_ratings
from simulators.physics.conditions import Conditions
from simulators.physics.drivers import Drivers
from simulators.physics.people.changes import Changes
from simulators.physics.plan import Plan
from simulators.physics.power.circuits import CORRIDORS_KW_M2, SOCKETS_KW_M2, item_of
from simulators.physics.power.electrical import Grid, Network
from simulators.physics.power.profiles import SHAPES, Circuit, opens, rhythm_of, steady
from simulators.physics.streams import fixed, stream, wander
from simulators.physics.trace import AHU_ROW, BUILDING_ROW, Trace
from simulators.physics.weather.weather import DAY_MIN

_LIFTS = 0.0010  # [kW/m²]
# What sockets and lights keep at night: standby, servers under desks, what nobody switches off.
# Of 33 real buildings 70 % keep over 0.35 of their workday's use at night, 55 % over 0.5.
_SOCKETS_NIGHT = (0.20, 0.60)
# A head: cooking, boiled water (an element of 9 kW for sixty), split units (1 kW for three). [kW]
_KITCHEN_KW, _BOILED_KW, _SPLIT_KW = 0.05, 0.15, 0.33
_RATED = frozenset({"01B3", "01C4"})  # their level is a rating, which they seldom reach
_BRANCH_SD, _BRANCH_MIN = 0.03, 120.0
_FAN_EXPONENT = 2.5
_PUMP_BASE_KW = 0.35  # sumps and what circulates hot water
# Ratings leave room above what a circuit usually carries; a water pump is made for so much flow.
_SPARE, _PUMPED_M3_H = 1.4, 6.0
_PUMP_KWH_M3, _CHILLED_PUMPS = 0.45, 0.03


@dataclass(frozen=True, slots=True)
class Asked:
    """What people and hours ask of one day's circuits, plant apart. (minutes, branches) [kW]

    ``changes`` is what happens on that day.
    """

    power: Floats
    grid: Grid
    changes: Changes | None = None


class Loads:
    """Electricity of all branches of a site."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._seed = seed
        self._of = np.array([plan.buildings.index(m.building) for m in plan.electric], np.int64)
        self._level = np.array([self._day_level(m) for m in plan.electric])
        self._night = np.array([
            m.number("night_share", fixed(seed, m.id, "night", *_SOCKETS_NIGHT))
            for m in plan.electric
        ])  # fmt: skip
        self._items = [item_of(m) for m in plan.electric]
        self._area = np.array([plan.area_of(m.building) for m in plan.electric])
        self._fan_kw = np.array([a.number("fan_power", 8.0) for a in plan.ahus])
        self._unit_kw = fan_ratings(plan)
        self.network = Network(
            plan, seed, np.array([self._rating(i) for i in range(len(self._of))])
        )

    def asked(self, drivers: Drivers) -> Asked:
        """The day's circuits that do not depend on plant."""
        power = np.zeros((DAY_MIN, len(self._plan.electric)))
        ordinal = drivers.day.toordinal()
        rhythms = [rhythm_of(self._seed, b, drivers.day) for b in self._plan.buildings]
        for i, meter in enumerate(self._plan.electric):
            shape = SHAPES.get(self._items[i], steady)
            schedule = self._plan.site.buildings[meter.building].schedule
            rhythm, workday = rhythms[self._of[i]], drivers.workday[self._of[i]]
            rng = stream(self._seed, meter.id, "load", ordinal)
            profile = shape(Circuit(
                people=drivers.people[:, self._of[i]], oat=drivers.weather.oat, rng=rng,
                rhythm=rhythm, night=float(self._night[i]), hours=opens(
                    schedule.workday if workday else schedule.offday,
                    0.0 if drivers.changes is None else float(drivers.changes.until[self._of[i]]),
                ),
            ))  # fmt: skip
            varies = rhythm.hours * (1.0 + wander(rng, DAY_MIN, _BRANCH_MIN, _BRANCH_SD))
            always = meter.meter.always_on if meter.meter is not None else 0.0
            power[:, i] = 0.93 * always * rhythm.base * varies + np.maximum(
                self._level[i] * profile * varies, 0.0
            )
        changed = drivers.changes
        crooked = (changed.crooked(), changed.magnetised()) if changed is not None else ()
        return Asked(power, self.network.grid(ordinal, *crooked), changed)

    def power(
        self, asked: Asked, now: Conditions, minutes: tuple[int, int], trace: Trace,
        pumped: Floats,
    ) -> Floats:  # fmt: skip
        """What each branch asks for at 230 V. (minutes, branches) [kW]

        Args:
            asked: Of the day.
            now: Faults as parameters.
            minutes: From and to, minutes of the day.
            trace: What the plant did in them.
            pumped: What lifts each building's water. (minutes, buildings) [kW]
        """
        power: Floats = np.maximum(asked.power[slice(*minutes)], now.lights * self._level)
        power = power + now.power.plugs * self._area / 1000.0
        if now.power.latched.any():
            power = power + self._latched(power, now.power.latched)
        plant = {"01B1": self._plant(trace), "01B2": self._terminals(trace),
                 "01C2": _PUMP_BASE_KW + pumped}  # fmt: skip
        for i, item in enumerate(self._items):
            if item in plant:
                power[:, i] = plant[item][:, self._of[i]]
        return power if asked.changes is None else asked.changes.metered(power, minutes)

    def _latched(self, power: Floats, shares: Floats) -> Floats:
        """What lights that cannot be switched off take where they would be off. [kW]"""
        same = self._of[:, None] == self._of[None, :]
        steady = np.array([item not in _RATED for item in self._items])
        stuck = shares * (same @ (self._level * steady))
        off = np.maximum(1.0 - power / np.maximum(self._level, 1e-9), 0.0)
        more: Floats = stuck * off
        return more

    def _rating(self, i: int) -> float:
        """What a branch is made for. [kW]"""
        meter, b = self._plan.electric[i], self._of[i]
        always = meter.meter.always_on if meter.meter is not None else 0.0
        plant = {
            "01B1": self._plant_kw(meter.building),
            "01B2": float(
                self._plan.ahus_of_building[b] @ self._fan_kw
                + self._plan.units_of_building[b] @ self._unit_kw
            ),
            "01C2": _PUMP_BASE_KW + _PUMP_KWH_M3 * _PUMPED_M3_H,
        }.get(self._items[i], 0.0)
        return float(_SPARE * max(self._level[i] + always + plant, 1.0))

    def _plant_kw(self, building: str) -> float:
        """What a building's machines are rated for. [kW]"""
        site = self._plan.site
        machines = [e for e in site.of_class(EquipmentClass.CHILLER) if e.building == building]
        pumps = [e for e in site.of_class(EquipmentClass.PUMP) if e.building == building]
        cold = sum(
            m.number("cooling_capacity", 200.0) * (1.0 / m.number("cop", 4.0) + _CHILLED_PUMPS)
            for m in machines
        )
        return cold + sum(p.number("rated_power", 0.0) for p in pumps)

    def _plant(self, trace: Trace) -> Floats:
        row = {name: trace.building[i] for name, i in BUILDING_ROW.items()}
        total: Floats = row["cooling_power"] + row["cooling_extra"] + row["heating_power"] + 0.15
        return total

    def _terminals(self, trace: Trace) -> Floats:
        fans = trace.ahu[AHU_ROW["fan"]] * self._fan_kw
        fans = fans * trace.ahu[AHU_ROW["speed"]] ** _FAN_EXPONENT
        total: Floats = fans @ self._plan.ahus_of_building.T + 0.2
        if len(self._unit_kw):
            total += trace.unit[UNIT_ROW["power"]] @ self._plan.units_of_building.T
        return total

    def _day_level(self, meter: Equipment) -> float:
        area, heads = self._plan.area_of(meter.building), self._plan.people_of(meter.building)
        level = {
            "01A1": area * SOCKETS_KW_M2, "01A2": area * CORRIDORS_KW_M2, "01C1": area * _LIFTS,
            "01D1": 0.0, "01D3": heads * _KITCHEN_KW, "01C4": heads * _BOILED_KW,
            "01B3": heads * _SPLIT_KW,
        }.get(item_of(meter), 0.0)  # fmt: skip
        return level * fixed(self._seed, meter.id, "size", 0.92, 1.08)
