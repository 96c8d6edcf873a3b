"""Where the assets of all worlds stand in flat arrays: world after world, each in plan order.

Worlds share the weather and nothing else, so that a step over rows is a step of every asset
of every world. Sums go through :func:`numpy.bincount`, which adds in order: a world's sums
are the same to the bit whoever stands beside it.
"""

from __future__ import annotations

import numpy as np

from core.batch import Floats, Ints
from simulators.physics.plan import Plan


class Rows:
    """Rows of a plan, or of several side by side.

    Attributes:
        ahus: Air handlers of all of them.
        zones: Rooms of all.
        buildings: Buildings of all.
        zone_ahu: Row of the air handler that feeds a room; any, where none does.
        fed: One for rooms that an air handler feeds, else nought.
        zone_building: Row of a room's building.
        ahu_building: Row of an air handler's building.
    """

    def __init__(self, plan: Plan) -> None:
        self.ahus, self.zones = len(plan.ahus), len(plan.zones)
        self.buildings = len(plan.buildings)
        self.fed = (plan.zone_ahu >= 0).astype(np.float64)
        self.zone_ahu = plan.zone_blown
        self.zone_building = plan.zone_building
        self.ahu_building = plan.ahu_building
        self._bins: dict[tuple[str, int], Ints] = {}

    def to_ahus(self, of_zones: Floats) -> Floats:
        """Sums over each air handler's rooms. (n, zones) to (n, air handlers)"""
        return self._summed("zones", of_zones, self.zone_ahu, self.ahus)

    def to_buildings(self, of_ahus: Floats) -> Floats:
        """Sums over each building's air handlers. (n, air handlers) to (n, buildings)"""
        return self._summed("ahus", of_ahus, self.ahu_building, self.buildings)

    def rooms_to_buildings(self, of_zones: Floats) -> Floats:
        """Sums over each building's rooms. (n, zones) to (n, buildings)"""
        return self._summed("rooms", of_zones, self.zone_building, self.buildings)

    def from_ahus(self, of_ahus: Floats) -> Floats:
        """What each room's air handler has. (n, air handlers) to (n, zones)"""
        if not self.ahus:
            return np.zeros((len(of_ahus), self.zones))
        return of_ahus.take(self.zone_ahu, axis=1)

    def at_rooms(self, of_ahus: Floats) -> Floats:
        """The same of one number. (air handlers,) to (zones,)"""
        return of_ahus.take(self.zone_ahu) if self.ahus else np.zeros(self.zones)

    def _summed(self, of: str, values: Floats, groups: Ints, size: int) -> Floats:
        many = len(values)
        bins = self._bins.get((of, many))
        if bins is None:
            bins = (np.arange(many)[:, None] * size + groups).ravel()
            self._bins[of, many] = bins
        sums = np.bincount(bins, weights=values.ravel(), minlength=many * size)
        return np.asarray(sums, np.float64).reshape(many, size)
