"""Coils of air handlers: how large they are, what is left of fouled ones, what lags behind them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.batch import Floats
from core.site import Equipment
from simulators.physics.air.air_faults import AirParameters
from simulators.physics.plan import AHU_DESIGN_FLOW, AIR_HEAT, Plan

BEND_SHARE = 0.25
"""A coil gives most of its heat at little water: φ(1+b)/(φ+b)."""
_EFFECTIVE_MOST = 0.95


class Followers:
    """What lags behind its targets, a share of the way each minute.

    Attributes:
        keeps: That share, nought where it stands.
    """

    def __init__(self, lags: Floats, targets: Floats) -> None:
        self._lags, self._targets, self._way = lags, targets, np.empty_like(lags)
        self.keeps = np.zeros_like(lags)

    def follow(self) -> None:
        """Goes a minute on."""
        way = self._way
        np.subtract(self._targets, self._lags, way)
        np.multiply(way, self.keeps, way)
        np.add(self._lags, way, self._lags)


def left_of_fouled(size: Floats, now: AirParameters) -> Floats:
    """Share of a coil's work that is left of it fouled: effectiveness by NTU, 1 − e^−NTU."""
    full = np.minimum(size / (1.0 + BEND_SHARE), _EFFECTIVE_MOST)
    kept: Floats = (1.0 - (1.0 - full) ** (1.0 - now.coil_fouled)) / full
    return kept


def numbers(equipment: Sequence[Equipment], name: str, other: float) -> Floats:
    """A parameter of each, or another number where it has none."""
    return np.array([e.number(name, other) for e in equipment], np.float64)


def coil_sizes(plan: Plan) -> Floats:
    """Full work of heating and cooling coils, a share of the difference to the water. (2, ahus)"""
    per_k = AIR_HEAT * numbers(plan.ahus, "design_air_flow", AHU_DESIGN_FLOW)
    # Sized for water at 60 °C against air at 10 °C, and for 7 °C against 27 °C with a
    # quarter of the work latent and 15 % in hand.
    warms = np.minimum(numbers(plan.ahus, "heating_capacity", 70.0) / (per_k * 50.0), 0.8)
    cools = numbers(plan.ahus, "cooling_capacity", 110.0)
    cools = np.minimum(0.75 * 1.15 * cools / (per_k * 20.0), 0.85)
    return (1.0 + BEND_SHARE) * np.stack([warms, cools])
