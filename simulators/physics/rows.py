"""Where the assets of all worlds stand in flat arrays: world after world, each in plan order.

Worlds share the weather and nothing else, so that a step over rows is a step of every asset
of every world. Sums go through :func:`numpy.bincount`, which adds in order: a world's sums
are the same to the bit whoever stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.batch import Floats, Ints
from simulators.physics.plan import Plan


class Rows:
    """Rows of a site stepped so many times over.

    Attributes:
        copies: How many worlds.
        ahus: Air handlers of all of them.
        zones: Rooms of all.
        buildings: Buildings of all.
        zone_ahu: Row of the air handler that feeds a room; any, where none does.
        fed: One for rooms that an air handler feeds, else nought.
        zone_building: Row of a room's building.
        ahu_building: Row of an air handler's building.
    """

    def __init__(self, plan: Plan, copies: int) -> None:
        self.copies = copies
        a, z, b = len(plan.ahus), len(plan.zones), len(plan.buildings)
        self.ahus, self.zones, self.buildings = copies * a, copies * z, copies * b
        self.fed = self.repeated((plan.zone_ahu >= 0).astype(np.float64))
        self.zone_ahu = self._shifted(np.maximum(plan.zone_ahu, 0), a)
        self.zone_building = self._shifted(plan.zone_building, b)
        self.ahu_building = self._shifted(plan.ahu_building, b)
        self._bins: dict[tuple[str, int], Ints] = {}

    def repeated(self, of_one: Floats) -> Floats:
        """The same values for every world. (…, assets) to (…, rows)"""
        return np.concatenate([of_one] * self.copies, axis=-1)

    def joined(self, of_each: Sequence[Floats]) -> Floats:
        """Values of each world side by side. (…, assets) each to (…, rows)"""
        return np.ascontiguousarray(np.concatenate(of_each, axis=-1), dtype=np.float64)

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

    def _summed(self, of: str, values: Floats, groups: Ints, size: int) -> Floats:
        many = len(values)
        bins = self._bins.get((of, many))
        if bins is None:
            bins = (np.arange(many)[:, None] * size + groups).ravel()
            self._bins[of, many] = bins
        sums = np.bincount(bins, weights=values.ravel(), minlength=many * size)
        return sums.astype(np.float64, copy=False).reshape(many, size)

    def _shifted(self, of_one: Ints, size: int) -> Ints:
        worlds = np.arange(self.copies)[:, None] * size
        shifted: Ints = (worlds + of_one).ravel().astype(np.int64)
        return shifted
