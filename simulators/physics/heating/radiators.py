"""Radiators of the zones: what they take from the loop and what they give to the air.

EN 442: a radiator gives its nominal output 50 K above the room, and (ΔT / 50)^1.3 of it elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.batch import Floats, Ints
from simulators.physics.constants import constant
from simulators.physics.plan import WATER_HEAT, Plan

_NOMINAL_K, _EXPONENT = constant(50.0), constant(1.3)
# Water and steel of a panel radiator: some 10 L and 20 kg a nominal kilowatt.
_KWH_K_PER_KW = 0.0145
# Flow for each nominal kilowatt: balanced for 10 K across the radiator at full output.
_DESIGN_K = 10.0
# A thermostatic head shuts over two kelvins (EN 215), here about 22 °C; without one it is open.
_HEAD_C, _HEAD_BAND_K = constant(22.0), constant(2.0)
_NOUGHT, _HALF, _ONE = constant(0.0), constant(0.5), constant(1.0)
_CARRIES = constant(WATER_HEAT)


@dataclass(frozen=True, kw_only=True)
class Radiators:
    """Of all zones, or none: arrays by zone.

    Attributes:
        rated: Nominal output, 0 where a zone has none. [kW]
        least: How far the valve stays open whatever the room: 1 without a thermostatic head.
        building: Index of the zone's building.
    """

    rated: Floats
    least: Floats
    building: Ints

    @cached_property
    def design(self) -> Floats:
        """Flow that each is balanced for. [m³/h]"""
        flow: Floats = self.rated / (WATER_HEAT * _DESIGN_K)
        return flow

    @cached_property
    def holds(self) -> Floats:
        """Heat in its water and steel; where there is none, of a kilowatt. [kWh/K]"""
        held: Floats = np.maximum(self.rated * _KWH_K_PER_KW, _KWH_K_PER_KW)
        return held

    def flow(self, air: Floats, shares: Floats) -> Floats:
        """Water through each while the pump runs at full speed. [m³/h]

        Args:
            air: Of the zone. [°C]
            shares: Of its balanced flow that its branch lets through.
        """
        opened = np.maximum(np.minimum((_HEAD_C - air) / _HEAD_BAND_K + _HALF, _ONE), self.least)
        flow: Floats = self.design * opened * shares
        return flow

    def emitted(self, water: Floats, air: Floats) -> Floats:
        """What they give to rooms of ``air`` with ``water`` in them. [kW]"""
        over = np.maximum(water - air, _NOUGHT) / _NOMINAL_K
        given: Floats = self.rated * over**_EXPONENT
        return given

    def warmed(
        self, water: Floats, supply: Floats, flow: Floats, emitted: Floats, hours: float
    ) -> tuple[Floats, Floats]:
        """Their water after a step, and what they took from the loop meanwhile.

        Args:
            water: In them. [°C]
            supply: Of the loop. [°C]
            flow: Through each. [m³/h]
            emitted: Given to the rooms meanwhile. [kW]
            hours: Length of the step. [h]

        Returns:
            Water [°C]; heat taken [kW]. What is taken less what is given is what they store.
        """
        carries, share = _CARRIES * flow, constant(hours) / self.holds
        after = (water + share * (carries * supply - emitted)) / (_ONE + share * carries)
        return after, carries * (supply - after)

    def cooled(self, water: Floats, emitted: Floats, hours: float) -> Floats:
        """Their water after a step in which no pump runs: :meth:`warmed` to the bit. [°C]"""
        after: Floats = water - constant(hours) / self.holds * emitted
        return after

    def stored(self, water: Floats) -> Floats:
        """Heat in their water and steel, from 0 °C. [kWh]"""
        held: Floats = self.holds * water
        return held


def radiators_of(plan: Plan) -> Radiators:
    """Of a plan's zones."""
    return Radiators(
        rated=np.array([z.number("radiator_capacity", 0.0) for z in plan.zones]),
        least=np.array([0.0 if z.declared("thermostatic") else 1.0 for z in plan.zones]),
        building=plan.zone_building,
    )
