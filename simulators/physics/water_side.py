"""One building's boiler, hot-water tank and chiller, a minute at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.batch import Floats
from core.site import Equipment
from simulators.physics.air import Water
from simulators.physics.plan import WATER_HEAT
from simulators.physics.state import PlantState

_MINUTE_H = 1.0 / 60.0
# Warm lockout with hysteresis. [°C]
_LOCK_ABOVE, _UNLOCK_BELOW = 15.5, 14.0
_ASKS = 0.05
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantDay:
    """What drives one building's plant through a stretch, a number a minute.

    Attributes:
        oat: As its controllers read it. [°C]
        hours: Whether heat may be wanted.
        hot_draw: Heat drawn from the tank. [kW]
        latent: Cooling a coil does for each unit it does on the thermometer.
    """

    oat: list[float]
    hours: list[bool]
    hot_draw: list[float]
    latent: list[float]


class Asked(NamedTuple):
    """What the air handlers of the building did this minute.

    Attributes:
        heat: Taken from hot water. [kW]
        cold: Taken from chilled water. [kW]
        heat_valves: Sum of the heating valves' positions.
        wants_heat: Whether any of them is open.
        wants_cold: Whether any cooling valve is.
        fans: Whether any fan runs.
    """

    heat: float
    cold: float
    heat_valves: float
    wants_heat: bool
    wants_cold: bool
    fans: bool


class Plant:
    """Boiler, tank and chiller of one building; either may be missing."""

    def __init__(
        self, boiler: Equipment | None, pump: Equipment | None, chiller: Equipment | None
    ) -> None:
        self.state = PlantState()
        self._boiler = boiler.number("heating_capacity", 200.0) if boiler else 0.0
        self._has_tank = boiler is not None and boiler.declared("makes_hot_water")
        sized = self._boiler / (WATER_HEAT * 11.0)
        self._flow = pump.number("rated_flow", sized) if pump else sized
        self._mass = max(self._boiler, 1.0) * _BOILER_KWH_K
        self._chiller = chiller.number("cooling_capacity", 200.0) if chiller else 0.0
        self._cold_mass = max(self._chiller, 1.0) * _CHILLER_KWH_K
        self._cold_flow = max(self._chiller, 1.0) / (WATER_HEAT * _CHILLER_DT)
        self._rows: list[tuple[float, ...]] = []

    def water(self) -> Water:
        """What the coils get now."""
        state = self.state
        flows = 1.0 if state.cooling_left > 0.0 else 0.0
        return Water(state.hot, state.heating, state.chilled, flows)

    def step(self, day: PlantDay, k: int, asked: Asked, *, lockout_lost: bool) -> None:
        """One minute after the air handlers' one; ``k`` of the stretch."""
        state, oat, hours = self.state, day.oat[k], day.hours[k]
        state.heating = self._enabled(oat, hours=hours, asked=asked.wants_heat, lost=lockout_lost)
        hot = self._heat(day, k, asked)
        cold = self._cool(day, k, asked)
        self._rows.append(hot + cold)

    def written(self) -> Floats:
        """The truth since the last call. (rows, minutes)"""
        rows = np.array(self._rows).T
        self._rows = []
        return rows

    def _enabled(self, oat: float, *, hours: bool, asked: bool, lost: bool) -> float:
        if self._boiler <= 0.0:
            return 0.0
        if self._has_tank or lost:
            return 1.0
        running = self.state.heating > 0.0
        cold = oat < (_LOCK_ABOVE if running else _UNLOCK_BELOW)
        return 1.0 if hours and cold and (asked or running) else 0.0

    def _heat(self, day: PlantDay, k: int, asked: Asked) -> tuple[float, ...]:
        state, on = self.state, self.state.heating
        curve = _CURVE_C - _CURVE_SLOPE * (day.oat[k] - _CURVE_AT)
        wanted = min(max(curve, _TANK_SP if self._has_tank else _CURVE_LOW), _CURVE_HIGH)
        fire = self._fire(wanted)
        charge = self._charge(day.hot_draw[k])
        loop = self._boiler * _BOILER_LOSS * (state.hot - _PLANT_ROOM_C)
        used = asked.heat + charge + loop
        state.hot += _MINUTE_H / self._mass * (fire - used)
        day_speed = _SPEED_DAY if day.hours[k] else 0.0
        speed = on * (_SPEED_NIGHT + day_speed + _SPEED_ASKED * min(asked.heat_valves, 1.0))
        flow = speed * self._flow
        back = state.hot - (used / (WATER_HEAT * flow) if flow > 0.0 else 0.3)
        return state.hot, back, wanted, on, fire, used * on, flow, speed

    def _fire(self, wanted: float) -> float:
        state = self.state
        if state.hot < wanted - _BOILER_BAND_K:
            state.flame = 1.0
        elif state.hot > wanted + _BOILER_BAND_K:
            state.flame = 0.0
        state.flame *= state.heating
        share = min(max(_FIRE_PER_K * (wanted + 2.0 - state.hot), _LEAST_FIRE), 1.0)
        return state.flame * share * self._boiler

    def _charge(self, draw: float) -> float:
        state = self.state
        if not self._has_tank:
            return 0.0
        if state.tank < _TANK_LOW:
            state.charging = 1.0
        elif state.tank > _TANK_HIGH:
            state.charging = 0.0
        can = state.heating > 0.0 and state.hot > state.tank
        charge = state.charging * _TANK_CHARGE_KW if can else 0.0
        state.tank += _MINUTE_H / _TANK_KWH_K * (charge - draw - _TANK_RECIRC_KW)
        return charge

    def _cool(self, day: PlantDay, k: int, asked: Asked) -> tuple[float, ...]:
        state = self.state
        wanted = asked.wants_cold or day.oat[k] > _CHILLER_ABOVE_C
        left = _CHILLER_RUNS_MIN if wanted else max(state.cooling_left - 1.0, 0.0)
        state.cooling_left = left if asked.fans and self._chiller > 0.0 else 0.0
        if state.cooling_left <= 0.0:
            state.chilled += _CHILLED_REST_STEP * (_CHILLED_REST - state.chilled)
            return state.chilled, state.chilled, 0.0, 0.0
        load = day.latent[k] * asked.cold
        pull = self._cold_mass * (state.chilled - _CHILLED_SP) / (_MINUTE_H * _CHILLER_PULL_MIN)
        given = min(max(load + pull, 0.0), self._chiller)
        state.chilled += _MINUTE_H / self._cold_mass * (load - given)
        back = state.chilled + load / (WATER_HEAT * self._cold_flow)
        return state.chilled, back, given, 1.0


def asks(position: float) -> bool:
    """Whether a valve is open enough to ask for water."""
    return position > _ASKS
