"""One air handler and the rooms it feeds, a minute at a time.

Coils follow an effectiveness, valves an equal-percentage law of rangeability 30; the
heating coil comes first, the fan last.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import NamedTuple

import numpy as np

from core.batch import Floats
from core.site import Equipment
from simulators.physics import control
from simulators.physics.conditions import AirFaults
from simulators.physics.plan import AIR_HEAT
from simulators.physics.rooms import Room
from simulators.physics.state import AirState

_RANGE, _RANGE_LN = 30.0, log(30.0)
# A coil gives most of its heat at little water: φ(1+b)/(φ+b).
_COIL_BEND = 0.25
_COIL_KEEPS, _SENSOR_KEEPS = 1.0 - exp(-60.0 / 150.0), 1.0 - exp(-60.0 / 100.0)
_MIX_KEEPS, _STILL_KEEPS = 1.0 - exp(-1.0), 1.0 / 40.0
_FAN_RISE_K = 0.9
_OPEN_SPAN = 0.95
# Outdoor air that finds its way into a standing unit.
_STILL_OUTDOOR = 0.25


class Water(NamedTuple):
    """Water at the coils now: temperatures [°C], and whether it flows."""

    hot: float
    hot_flows: float
    cold: float
    cold_flows: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AirDay:
    """What drives one air handler through a stretch, a number a minute."""

    oat: list[float]
    oat_read: list[float]
    meant: list[bool]
    wander: list[float]
    speed_wander: list[float]
    noise: list[tuple[float, float]]
    gains: list[list[float]]
    heads: list[list[float]]


class AirHandler:
    """One air handler with its rooms."""

    def __init__(self, ahu: Equipment, rooms: list[Room], unmixed: float) -> None:
        self.state = AirState()
        self.rooms = rooms
        self._flow = ahu.number("design_air_flow", 6.0)
        self._least = ahu.number("oa_min", 0.2)
        self._unmixed = unmixed
        per_k = AIR_HEAT * self._flow
        # Sized for water at 60 °C against air at 10 °C, and for 7 °C against 27 °C with a
        # quarter of the work latent and 15 % in hand.
        self._warms = min(ahu.number("heating_capacity", 70.0) / (per_k * 50.0), 0.8)
        cooling = ahu.number("cooling_capacity", 110.0)
        self._cools = min(0.75 * 1.15 * cooling / (per_k * 20.0), 0.85)
        self._rows: list[tuple[float, ...]] = []
        self._room_rows: list[tuple[float, ...]] = []

    def step(self, day: AirDay, now: AirFaults, k: int, water: Water) -> tuple[float, float]:
        """One minute, ``k`` of the stretch; what the coils took. [kW]"""
        if now.fan_off or not (day.meant[k] or now.fan_on):
            self.rest(day, now, k)
            return 0.0, 0.0
        state, oat = self.state, day.oat[k]
        control.sense(state, now, day.noise[k])
        control.aim(state, now, day.speed_wander[k])
        least = self._least if day.meant[k] else 0.0
        wanted = control.command(state, now, day.oat_read[k], least)
        heat, cool, damper = control.actuate(state, now, wanted)
        total, returned = self._returned()
        outdoor = damper * _OPEN_SPAN
        mixed = returned + (outdoor + self._unmixed) * (oat - returned)
        state.mixed += _MIX_KEEPS * (mixed - state.mixed)
        self._coils(heat, cool, water)
        flow = self._flow * state.speed
        blown = state.mixed + state.coil_heat - state.coil_cold
        blown += _FAN_RISE_K * state.speed + day.wander[k]
        state.supply += _MIX_KEEPS * (blown - state.supply)
        state.felt_supply += _SENSOR_KEEPS * (state.supply - state.felt_supply)
        state.felt_return += _SENSOR_KEEPS * (returned - state.felt_return)
        gains, heads, each = day.gains[k], day.heads[k], flow / total
        for r, room in enumerate(self.rooms):
            room.step(oat, gains[r], heads[r], each * room.opened, outdoor, state.supply)
        self._write(wanted, 1.0, flow)
        per_k = AIR_HEAT * flow
        return per_k * state.coil_heat, per_k * state.coil_cold

    def written(self) -> tuple[Floats, Floats]:
        """The truth since the last call: (rows, minutes) of its own, then of its rooms."""
        own, rooms = np.array(self._rows).T, np.array(self._room_rows).T
        self._rows, self._room_rows = [], []
        return own, rooms

    def rest(self, day: AirDay, now: AirFaults, k: int, minutes: int = 1) -> None:
        """Some minutes with the fan standing: everything drifts to the rooms."""
        state, oat = self.state, day.oat[k]
        _, returned = self._returned()
        control.sense(state, now, day.noise[k])
        wanted = (now.heat_held or 0.0, 0.0, 0.0)
        control.actuate(state, now, wanted)
        still = minutes * _STILL_KEEPS
        state.speed = state.integral = 0.0
        state.coil_heat -= still * state.coil_heat
        state.coil_cold -= still * state.coil_cold
        mixed = returned + _STILL_OUTDOOR * (oat - returned)
        state.mixed += still * (mixed - state.mixed)
        state.supply += still * (returned - state.supply)
        state.felt_supply += _SENSOR_KEEPS * (state.supply - state.felt_supply)
        state.felt_return += _SENSOR_KEEPS * (returned - state.felt_return)
        gains, heads = day.gains[k], day.heads[k]
        for r, room in enumerate(self.rooms):
            room.drift(oat, gains[r], heads[r], minutes)
        for _ in range(minutes):
            self._write(wanted, 0.0, 0.0)

    def _returned(self) -> tuple[float, float]:
        """Sum of the rooms' claims on the flow, and the air that comes back from them."""
        total = weighted = 0.0
        for room in self.rooms:
            opened = room.opening()
            total += opened
            weighted += opened * room.state.air
        return total, weighted / total

    def _coils(self, heat: float, cool: float, water: Water) -> None:
        state = self.state
        rise = self._warms * _strength(heat) * water.hot_flows * (water.hot - state.mixed)
        state.coil_heat += _COIL_KEEPS * (rise - state.coil_heat)
        warmed = state.mixed + state.coil_heat
        drop = self._cools * _strength(cool) * water.cold_flows * (warmed - water.cold)
        state.coil_cold += _COIL_KEEPS * (drop - state.coil_cold)

    def _write(self, wanted: tuple[float, float, float], fan: float, flow: float) -> None:
        state = self.state
        warmed = state.mixed + state.coil_heat
        self._rows.append((
            state.said_supply, state.said_return, state.mixed, warmed, warmed - state.coil_cold,
            state.setpoint, *wanted, fan, state.speed, flow, state.felt_return,
        ))  # fmt: skip
        rooms = [room.state for room in self.rooms]
        self._room_rows.append((*[r.air for r in rooms], *[r.co2 for r in rooms]))


def _strength(opened: float) -> float:
    """Share of a coil's full work that a valve opened so far gives."""
    if opened <= 0.0:
        return 0.0
    water = (exp(_RANGE_LN * opened) - 1.0) / (_RANGE - 1.0)
    return water * (1.0 + _COIL_BEND) / (water + _COIL_BEND)
