"""Pressure at a node of a building's pipes, and what runs away through holes there.

A node hangs at the end of a pipe: p = p₀ − k·Q² (Darcy-Weisbach, turbulent). A hole lets through
C·(p/p_ref)^N1: 0.5 for an orifice that keeps its shape, near 1 over pipes of mixed material, 1.5
for cracks that open with pressure (fixed and variable areas, May 1994; the practice of N1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.batch import Floats
from simulators.physics.water.demand import STREET_KPA

REFERENCE_KPA = STREET_KPA
"""Pressure at which the size of a hole is stated."""
MIXED, ORIFICE = 1.0, 0.5
LEAST_KPA = 20.0
"""A main that is drained still has the height of its own water."""
MAIN_K = 1.1
"""Of a building's connection, meter and riser: 28 kPa at 5 m³/h; chosen. [kPa/(m³/h)²]"""
_HALVINGS = 40  # some hundred kPa halved so often are below the last bit that a sensor could see

Lost = Callable[[Floats], Floats]
"""What runs away at a pressure [kPa]. [m³/h]"""


@dataclass(frozen=True, slots=True)
class Holes:
    """What runs away at a place at the reference pressure: mixed holes, orifices. [m³/h]"""

    mixed: float
    orifice: float

    @property
    def tight(self) -> bool:
        """Whether nothing runs away."""
        return self.mixed == 0.0 and self.orifice == 0.0

    def at(self, kpa: Floats) -> Floats:
        """What runs away at a pressure. [m³/h]"""
        ratio = np.maximum(kpa, 0.0) / REFERENCE_KPA
        lost: Floats = self.mixed * ratio**MIXED + self.orifice * ratio**ORIFICE
        return lost


def node(supply: Floats, k: float, drawn: Floats, lost: Lost | None = None) -> Floats:
    """Pressure at the end of a pipe that feeds draws and holes. [kPa]

    Args:
        supply: At its beginning. [kPa]
        k: Of the pipe. [kPa/(m³/h)²]
        drawn: What is drawn at its end, whatever the pressure; no loss where it runs back. [m³/h]
        lost: Of the holes behind it; None where all is tight.
    """
    drawn = np.maximum(drawn, 0.0)
    if lost is None:
        return np.maximum(supply - k * drawn**2, LEAST_KPA)
    low = np.full_like(supply, LEAST_KPA)
    high = np.maximum(supply, LEAST_KPA)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        holds = supply - k * (drawn + lost(middle)) ** 2 > middle
        low, high = np.where(holds, middle, low), np.where(holds, high, middle)
    return low


def tap(kpa: Floats, nominal: float) -> Floats:
    """Share of its nominal flow that an open tap gives: an orifice. [1]"""
    share: Floats = np.sqrt(np.maximum(kpa, 0.0) / nominal)
    return share
