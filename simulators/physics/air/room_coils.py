"""Coils in rooms: reheat behind a box, or a fan coil under a window, by the room's own loops."""

from __future__ import annotations

import numpy as np

from core.batch import Floats
from simulators.physics.air.air_faults import RoomParameters
from simulators.physics.plan import Plan
from simulators.physics.rows import Rows

# Valves open over so many kelvins beyond where the box has begun to.
_HEAT_C, _COOL_C, _BAND_K = 20.6, 23.0, 1.5
# Capacities are stated for 60 °C water in air of 20 °C, and for 7 °C in air of 27 °C.
_HOT_K, _COLD_K = 40.0, 20.0
# Without a fan a coil still gives a tenth, by convection.
_STILL = 0.1


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

    def step(self, air: Floats, on: Floats, water: Floats, rooms: RoomParameters) -> Floats:
        """Five minutes; gives the heat that the rooms get. (rooms,) [kW]

        Args:
            air: Of the rooms. [°C]
            on: One while the room's air handler runs, else nought.
            water: Hot [°C], whether it flows, cold [°C], whether it flows. (4, rooms)
            rooms: What is wrong with valves and sensors.
        """
        felt = air + rooms.bias
        if rooms.lies is not None:
            np.copyto(felt, rooms.says, where=rooms.lies)
        need = np.stack([(_HEAT_C - felt) / _BAND_K, (felt - _COOL_C) / _BAND_K])
        self.state[:] = np.minimum(np.maximum(need, 0.0), 1.0) * on * self._there
        np.maximum(self.state[0], rooms.heat_on, out=self.state[0])
        passes = np.stack([rooms.heat_passes, rooms.cool_passes])
        opened = passes + (1.0 - passes) * self.state
        moved = _STILL + (1.0 - _STILL) * on
        apart = np.stack([water[0] - air, air - water[2]])
        self.given[:] = np.maximum(self._size * opened * moved * water[1::2] * apart, 0.0)
        heat: Floats = self.given[0] - self.given[1]
        return heat
