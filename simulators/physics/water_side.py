"""Boilers, hot-water tanks and chillers of all buildings of all worlds, five minutes a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.batch import Bools, Floats
from core.site import Equipment
from simulators.physics.conditions import Conditions
from simulators.physics.plan import WATER_HEAT, Plan

# Warm lockout with hysteresis. [°C]
_LOCK_ABOVE, _UNLOCK_BELOW = 15.5, 14.0
# Supply by outdoor temperature: 62 °C at 5 °C, 1.4 K less for each warmer.
_CURVE_C, _CURVE_AT, _CURVE_SLOPE, _CURVE_LOW, _CURVE_HIGH = 62.0, 5.0, 1.4, 48.0, 75.0
_BOILER_BAND_K, _LEAST_FIRE, _FIRE_PER_K = 4.0, 0.25, 0.12
# Water and iron for each kilowatt of boiler, and what the loop loses to the plant room.
_BOILER_KWH_K, _BOILER_LOSS, _PLANT_ROOM_C = 0.012, 0.0005, 20.0
_TANK_KWH_K, _TANK_LOW, _TANK_HIGH, _TANK_CHARGE_KW, _TANK_RECIRC_KW = 2.3, 52.0, 58.0, 40.0, 1.0
_TANK_SP = 62.0
_SPEED_NIGHT, _SPEED_DAY, _SPEED_ASKED = 0.6, 0.25, 0.1
_CHILLED_SP, _CHILLED_REST, _CHILLED_REST_STEP = 7.0, 20.0, 1.0 / 240.0
_CHILLER_KWH_K, _CHILLER_DT, _CHILLER_PULL_MIN = 0.008, 5.0, 5.0
_CHILLER_RUNS_MIN, _CHILLER_ABOVE_C = 60.0, 15.0
_STATE = ("hot", "flame", "heating", "tank", "charging", "chilled", "cooling_left")
_START = (40.0, 0.0, 0.0, 55.0, 0.0, 18.0, 0.0)


class Water(NamedTuple):
    """Water at the coils now, by building: temperatures [°C], and whether it flows."""

    hot: Floats
    hot_flows: Floats
    cold: Floats
    cold_flows: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantDay:
    """What drives the plants through a stretch. (minutes, buildings)

    Attributes:
        oat: As their controllers read it. [°C]
        hours: Whether heat may be wanted.
        hot_draw: Heat drawn from the tank. [kW]
        latent: Cooling a coil does for each unit it does on the thermometer.
    """

    oat: Floats
    hours: Bools
    hot_draw: Floats
    latent: Floats


class Asked(NamedTuple):
    """What the air handlers of each building did in the mean of the last five minutes.

    Attributes:
        heat: Taken from hot water. [kW]
        cold: Taken from chilled water. [kW]
        heat_valves: Sum of the heating valves' positions.
        wants_heat: Whether any of them is open.
        wants_cold: Whether any cooling valve is.
        fans: Whether any fan ran.
    """

    heat: Floats
    cold: Floats
    heat_valves: Floats
    wants_heat: Bools
    wants_cold: Bools
    fans: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantFaults:
    """Parameters of plants that faults change, by building of all worlds.

    Attributes:
        lockout_lost: Whether the boiler is left in hand.
    """

    lockout_lost: Bools


def plant_faults_of(plan: Plan, worlds: Sequence[Conditions]) -> PlantFaults:
    """The parameters while these conditions last, world after world."""
    lost = [b in now.lockout_lost for now in worlds for b in plan.buildings]
    return PlantFaults(lockout_lost=np.array(lost, np.bool_))


class Plants:
    """Boiler, tank and chiller of every building of every world; any may be missing.

    Attributes:
        state: What they remember. (numbers, buildings)
    """

    def __init__(self, plan: Plan, copies: int) -> None:
        def each(of: Sequence[Equipment | None], name: str, other: float) -> Floats:
            values = [e.number(name, other) if e is not None else 0.0 for e in of]
            return np.tile(np.array(values), copies)

        self._boiler = each(plan.boilers, "heating_capacity", 200.0)
        self._has_boiler = self._boiler > 0.0
        self._has_tank = np.tile(plan.makes_hot_water, copies)
        rated = each(plan.pumps, "rated_flow", 0.0)
        self._flow = np.where(rated > 0.0, rated, self._boiler / (WATER_HEAT * 11.0))
        self._mass = np.maximum(self._boiler, 1.0) * _BOILER_KWH_K
        self._least = np.where(self._has_tank, _TANK_SP, _CURVE_LOW)
        self._chiller = each(plan.chillers, "cooling_capacity", 200.0)
        self._has_chiller = self._chiller > 0.0
        self._cold_mass = np.maximum(self._chiller, 1.0) * _CHILLER_KWH_K
        self._cold_flow = np.maximum(self._chiller, 1.0) / (WATER_HEAT * _CHILLER_DT)
        size = len(self._boiler)
        self.state = np.repeat(np.array(_START)[:, None], size, axis=1)
        self._hot, self._flame, self._heating, self._tank, self._charging = self.state[:5]
        self._chilled, self._left = self.state[5:]
        self._rows: list[Floats] = [np.zeros(size)] * 12

    def water(self) -> Water:
        """What the coils get now."""
        return Water(self._hot, self._heating, self._chilled, (self._left > 0.0) * 1.0)

    def emitted(self, zone_air: Floats) -> Floats:
        """Heat that radiators and fan coils give to each room. (zones,) [kW]"""
        return np.zeros_like(zone_air)

    def step(self, day: PlantDay, k: int, asked: Asked, faults: PlantFaults, minutes: int) -> None:
        """Some minutes after the air handlers' last ones.

        Args:
            day: What drives it.
            k: First minute of the stretch.
            asked: What the air handlers took.
            faults: Parameters.
            minutes: How many.
        """
        self._enable(day.oat[k], day.hours[k], asked.wants_heat, faults.lockout_lost)
        hours = minutes / 60.0
        self._rows = [*self._heat(day, k, asked, hours), *self._cool(day, k, asked, minutes)]

    def written(self) -> Floats:
        """What the last step was like. (:data:`simulators.physics.trace.BUILDING_ROWS`, buildings)

        Temperatures as at its end, the rest as in its mean.
        """
        return np.stack(self._rows)

    def _enable(self, oat: Floats, hours: Bools, asked: Bools, lost: Bools) -> None:
        running = self._heating > 0.0
        cold = oat < np.where(running, _LOCK_ABOVE, _UNLOCK_BELOW)
        wanted = self._has_tank | lost | (hours & cold & (asked | running))
        self._heating[:] = wanted & self._has_boiler

    def _heat(self, day: PlantDay, k: int, asked: Asked, hours: float) -> tuple[Floats, ...]:
        hot, on = self._hot, self._heating
        curve = _CURVE_C - _CURVE_SLOPE * (day.oat[k] - _CURVE_AT)
        wanted = np.minimum(np.maximum(curve, self._least), _CURVE_HIGH)
        fire = self._fire(wanted)
        charge = self._charge(day.hot_draw[k], hours)
        used = asked.heat + charge + self._boiler * _BOILER_LOSS * (hot - _PLANT_ROOM_C)
        hot += hours / self._mass * (fire - used)
        speed = np.minimum(asked.heat_valves, 1.0) * _SPEED_ASKED + _SPEED_NIGHT
        speed = on * (speed + _SPEED_DAY * day.hours[k])
        flow = speed * self._flow
        falls = used / np.maximum(WATER_HEAT * flow, 1e-9)
        back = hot - np.where(flow > 0.0, falls, 0.3)
        return hot.copy(), back, wanted, on.copy(), fire, used * on, flow, speed

    def _fire(self, wanted: Floats) -> Floats:
        low, high = self._hot < wanted - _BOILER_BAND_K, self._hot > wanted + _BOILER_BAND_K
        self._flame[:] = ((self._flame > 0.0) | low) & ~high & (self._heating > 0.0)
        share = _FIRE_PER_K * (wanted + 2.0 - self._hot)
        share = np.minimum(np.maximum(share, _LEAST_FIRE), 1.0)
        fire: Floats = self._flame * share * self._boiler
        return fire

    def _charge(self, draw: Floats, hours: float) -> Floats:
        low, high = self._tank < _TANK_LOW, self._tank > _TANK_HIGH
        self._charging[:] = ((self._charging > 0.0) | low) & ~high
        can = self._has_tank & (self._heating > 0.0) & (self._hot > self._tank)
        charge: Floats = self._charging * _TANK_CHARGE_KW * can
        self._tank += self._has_tank * (hours / _TANK_KWH_K * (charge - draw - _TANK_RECIRC_KW))
        return charge

    def _cool(self, day: PlantDay, k: int, asked: Asked, minutes: int) -> tuple[Floats, ...]:
        wanted = asked.wants_cold | (day.oat[k] > _CHILLER_ABOVE_C)
        left = np.where(wanted, _CHILLER_RUNS_MIN, np.maximum(self._left - minutes, 0.0))
        self._left[:] = left * (asked.fans & self._has_chiller)
        runs = self._left > 0.0
        load = day.latent[k] * asked.cold * runs
        mass = self._cold_mass * 60.0
        pull = mass * (self._chilled - _CHILLED_SP) / _CHILLER_PULL_MIN
        given = np.minimum(np.maximum(load + pull, 0.0), self._chiller) * runs
        rises = minutes / mass * (load - given)
        warms = minutes * _CHILLED_REST_STEP * (_CHILLED_REST - self._chilled)
        self._chilled += np.where(runs, rises, warms)
        back = self._chilled + load / (WATER_HEAT * self._cold_flow)
        return self._chilled.copy(), back, given, runs * 1.0
