"""Coils in rooms: reheat behind a box, or a fan coil under a window, by the room's own loops."""

from __future__ import annotations

import numpy as np

from core.batch import Floats
from simulators.physics.air.air_faults import RoomParameters
from simulators.physics.constants import constant
from simulators.physics.plan import Plan
from simulators.physics.rows import Rows

# Valves open over so many kelvins beyond where the box has begun to.
_HEAT_C, _COOL_C, _BAND_K = constant(20.6), constant(23.0), constant(1.5)
# Capacities are stated for 60 °C water in air of 20 °C, and for 7 °C in air of 27 °C.
_HOT_K, _COLD_K = 40.0, 20.0
# Without a fan a coil still gives a tenth, by convection.
_STILL, _BLOWN = constant(0.1), constant(1.0 - 0.1)
_NOUGHT, _ONE = constant(0.0), constant(1.0)


class RoomCoils:
    """Coils of all rooms of all worlds; a room may have either, or none.

    Attributes:
        state: How far the valves of heating and cooling coils are open. (2, rooms)
        given: Heat that they give, and take. (2, rooms) [kW]
        some: Whether there is any at all.
    """

    def __init__(self, plan: Plan, rows: Rows) -> None:
        def sizes(name: str) -> Floats:
            return np.array([z.number(name, 0.0) for z in plan.zones], np.float64)

        self._size = np.stack([
            sizes("heating_capacity") / _HOT_K, sizes("cooling_capacity") / _COLD_K
        ])  # fmt: skip
        self._there = (self._size > 0.0) * 1.0
        self.state, self.given = np.zeros((2, rows.zones)), np.zeros((2, rows.zones))
        self.some = bool(self._size.any())
        self._need, self._on = np.empty((2, rows.zones)), np.empty((2, rows.zones))
        self._valves: tuple[RoomParameters | None, Floats, Floats] = (None, self._size, self._size)

    def step(self, air: Floats, on: Floats, water: Floats, rooms: RoomParameters) -> Floats:
        """Five minutes; gives the heat that the rooms get. (rooms,) [kW]

        Args:
            air: Of the rooms. [°C]
            on: One while the room's air handler runs, else nought.
            water: Hot [°C], whether it flows, cold [°C], whether it flows. (4, rooms)
            rooms: What is wrong with valves and sensors.
        """
        felt = rooms.felt(air)
        if self._valves[0] is not rooms:
            passes = np.stack([rooms.heat_passes, rooms.cool_passes])
            self._valves = (rooms, passes, _ONE - passes)
        state, need, runs = self.state, self._need, self._on
        np.subtract(_HEAT_C, felt, out=need[0])
        np.subtract(felt, _COOL_C, out=need[1])
        need /= _BAND_K
        np.maximum(need, _NOUGHT, out=need)
        np.minimum(need, _ONE, out=need)
        runs[:] = on
        need *= runs
        np.multiply(need, self._there, out=state)
        np.maximum(state[0], rooms.heat_on, out=state[0])
        given = self._valves[1] + self._valves[2] * state
        np.multiply(self._size, given, out=given)
        runs *= _BLOWN
        runs += _STILL
        given *= runs
        given *= water[1::2]
        np.subtract(water[0], air, out=need[0])
        np.subtract(air, water[2], out=need[1])
        given *= need
        np.maximum(given, _NOUGHT, out=self.given)
        heat: Floats = self.given[0] - self.given[1]
        return heat
