"""Rooms: two temperatures each, the air's and the building's mass, and carbon dioxide.

All rooms of all worlds go five minutes a step. The air follows its exponential, and its mean
on the way is what the mass and the outdoors exchanged heat with, so that energy closes.
"""

from __future__ import annotations

import numpy as np

from core.batch import Floats
from simulators.physics.constants import constant
from simulators.physics.plan import AIR_HEAT, Plan
from simulators.physics.rows import Rows

OUTSIDE_CO2 = constant(420.0)
HEIGHT_M = 3.0
"""Of a room. [m]"""
_FURNITURE = 5.0
_AIR_KWH_M3K = 1.2 * 1.005 / 3600.0
_MASS_KWH_M2K, _MASS_KW_M2K = 0.08, 0.006
# Where a room has one temperature: what of its mass goes along with the air within a day.
_ALONG = 0.3
# Façade and infiltration per floor. [kW/m²/K]
_LOSS_BASE, _LOSS_OUTSIDE = 0.0004, 0.0008
# A person at a desk breathes out 0.0048 L/s (Persily); here ppm·m³ a minute.
_BREATH = 0.0048e-3 * 60.0 * 1e6
SEEPS_PER_MIN = 0.30 / 60.0
"""Of a room's air, through gaps and open doors: office buildings without fans leak 0.1 to 0.6 an
hour (recalled). Of the loss above it is 0.3 W/m²K."""
STEP_MIN = 5
_SEEPS = constant(SEEPS_PER_MIN * STEP_MIN)
_ONE, _AIR_HEAT = constant(1.0), constant(AIR_HEAT)


class Rooms:
    """All rooms of all worlds.

    Attributes:
        air: Temperature of the air, (rooms,) [°C],
        mass: and of what it stands on. [°C]
        co2: Carbon dioxide. [ppm]
        state: These, in this order. (3, rooms)
    """

    def __init__(self, plan: Plan, rows: Rows) -> None:
        outside = np.array([z.number("exterior", 0.5) for z in plan.zones])
        area = plan.area
        self.state = np.empty((3, rows.zones))
        self.air, self.mass, self.co2 = self.state
        self.state[:2], self.co2[:] = 20.0, OUTSIDE_CO2
        self._volume = area * HEIGHT_M
        hours = STEP_MIN / 60.0
        holds = self._volume * _AIR_KWH_M3K * _FURNITURE
        if plan.laws.one_node:
            holds = holds + area * (_ALONG * _MASS_KWH_M2K)
        self._step = hours / holds
        self._loss = area * (_LOSS_BASE + _LOSS_OUTSIDE * outside)
        self._to_mass = area * (0.0 if plan.laws.one_node else _MASS_KW_M2K)
        self._mass_step = constant(hours * _MASS_KW_M2K / _MASS_KWH_M2K)
        self._fixed = self._loss + self._to_mass
        self._per_litre = 60.0 * STEP_MIN / self._volume
        self._breath = _BREATH * STEP_MIN / self._volume
        self._rates = np.empty((2, rows.zones))

    def step(
        self, oat: Floats, gains: Floats, heads: Floats, flow: Floats, warmth: Floats, fresh: Floats
    ) -> None:
        """Five minutes, with what came in meanwhile in the mean.

        Args:
            oat: Outdoors, one for all. [°C]
            gains: Heat of people, lights, sun and what stands in the room. (rooms,) [kW]
            heads: People in each.
            flow: Supply air into each. [m³/s]
            warmth: Its flow times its temperature. [m³/s·°C]
            fresh: Outdoor air in it. [m³/s]
        """
        rate = self._fixed + _AIR_HEAT * flow
        driven = gains + self._loss * oat + self._to_mass * self.mass + _AIR_HEAT * warmth
        rests = driven / rate
        rates = self._rates
        np.multiply(rate, self._step, out=rates[0])
        np.multiply(fresh, self._per_litre, out=rates[1])
        rates[1] += _SEEPS
        kept = np.exp(-rates)
        apart = self.air - rests
        was = (_ONE - kept[0]) / rates[0]  # mean of the exponential on its way
        mean = rests + apart * was
        np.add(rests, apart * kept[0], out=self.air)
        self.mass += self._mass_step * (mean - self.mass)
        settles = self._breath * heads / rates[1] + OUTSIDE_CO2
        np.add(settles, (self.co2 - settles) * kept[1], out=self.co2)
