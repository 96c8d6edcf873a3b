"""Rooms: two temperatures each, the air's and the building's mass, and carbon dioxide."""

from __future__ import annotations

from core.site import Equipment
from simulators.physics.plan import AIR_HEAT
from simulators.physics.state import OUTSIDE_CO2, RoomState

_HEIGHT_M, _FURNITURE = 3.0, 5.0
_AIR_KWH_M3K = 1.2 * 1.005 / 3600.0
_MASS_KWH_M2K, _MASS_KW_M2K = 0.08, 0.006
# Façade and infiltration per floor. [kW/m²/K]
_LOSS_BASE, _LOSS_OUTSIDE = 0.0004, 0.0008
# A person at a desk breathes out 0.0048 L/s (Persily); here ppm·m³ a minute.
_BREATH = 0.0048e-3 * 60.0 * 1e6
_SEEPS_PER_MIN = 0.15 / 60.0
_MINUTE_H = 1.0 / 60.0
# Terminal boxes give warmer rooms more air.
_BOX_AT, _BOX_BASE, _BOX_SLOPE, _BOX_LOW, _BOX_HIGH = 21.5, 0.6, 0.25, 0.3, 1.5


class Room:
    """One zone."""

    def __init__(self, zone: Equipment) -> None:
        area, outside = zone.number("area_m2", 800.0), zone.number("exterior", 0.5)
        self.state = RoomState()
        self.opened = area
        # Of the sensor that its box looks at: error, and what it says instead. [K], [°C]
        self.bias = 0.0
        self.says: float | None = None
        self._area = area
        self._volume = area * _HEIGHT_M
        self._air_step = _MINUTE_H / (self._volume * _AIR_KWH_M3K * _FURNITURE)
        self._loss = area * (_LOSS_BASE + _LOSS_OUTSIDE * outside)
        self._to_mass = area * _MASS_KW_M2K
        self._mass_step = _MINUTE_H * _MASS_KW_M2K / _MASS_KWH_M2K

    def opening(self) -> float:
        """How wide its box is open, by floor: its claim on the air handler's flow."""
        felt = self.state.air + self.bias if self.says is None else self.says
        wide = _BOX_BASE + _BOX_SLOPE * (felt - _BOX_AT)
        if wide < _BOX_LOW:
            wide = _BOX_LOW
        elif wide > _BOX_HIGH:
            wide = _BOX_HIGH
        self.opened = self._area * wide
        return self.opened

    def step(
        self, oat: float, gains: float, heads: float, flow: float, outdoor: float, supply: float
    ) -> None:
        """One minute with supply air.

        Args:
            oat: Outdoors. [°C]
            gains: Heat of people, lights and sun. [kW]
            heads: People in it.
            flow: Supply air into it. [m³/s]
            outdoor: Share of outdoor air in that.
            supply: Its temperature. [°C]
        """
        state = self.state
        between = state.mass - state.air
        heat = (
            gains
            + self._loss * (oat - state.air)
            + self._to_mass * between
            + AIR_HEAT * flow * (supply - state.air)
        )
        state.air += self._air_step * heat
        state.mass -= self._mass_step * between
        fresh = flow * outdoor * 60.0 / self._volume + _SEEPS_PER_MIN
        state.co2 += _BREATH * heads / self._volume - fresh * (state.co2 - OUTSIDE_CO2)

    def drift(self, oat: float, gains: float, heads: float, minutes: float) -> None:
        """Some minutes without; arguments as of :meth:`step`."""
        state = self.state
        between = state.mass - state.air
        heat = gains + self._loss * (oat - state.air) + self._to_mass * between
        state.air += minutes * self._air_step * heat
        state.mass -= minutes * self._mass_step * between
        state.co2 += minutes * (
            _BREATH * heads / self._volume - _SEEPS_PER_MIN * (state.co2 - OUTSIDE_CO2)
        )
