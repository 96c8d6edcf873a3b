"""What a stretch of minutes was like in truth, before any sensor looked at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.batch import Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """True values by minute.

    Attributes:
        ahu: By name of :data:`AHU_ROWS`; ``sat`` and ``rat`` as their sensors said, since they
            control; ``returned`` is what the return sensor's element has, ``mat`` mixed air where
            its sensor hangs, ``mixed`` its mean. (names, minutes, air
            handlers)
        zone: By name of :data:`ZONE_ROWS`. (names, minutes, zones)
        building: By name of :data:`BUILDING_ROWS`. (names, minutes, buildings)
        unit: Of fan coils, by name of :data:`simulators.physics.air.fan_coils.NAMES`. (names,
            minutes, units)
    """

    ahu: Floats
    zone: Floats
    building: Floats
    unit: Floats

    def cut(self, part: slice) -> Trace:
        """Some of the minutes."""
        if (part.start, part.stop) == (0, self.building.shape[1]):
            return self
        return Trace(
            ahu=self.ahu[:, part], zone=self.zone[:, part], building=self.building[:, part],
            unit=self.unit[:, part],
        )  # fmt: skip

    def at(self, minutes: Ints) -> Trace:
        """Some of the minutes, by their places."""
        if len(minutes) == self.building.shape[1]:
            return self
        return Trace(
            ahu=self.ahu.take(minutes, axis=1), zone=self.zone.take(minutes, axis=1),
            building=self.building.take(minutes, axis=1), unit=self.unit.take(minutes, axis=1),
        )  # fmt: skip

    @staticmethod
    def joined(parts: Sequence[Trace]) -> Trace:
        """Minutes that follow each other; one part is given back as it is."""
        if len(parts) == 1:
            return parts[0]
        return Trace(
            ahu=np.concatenate([p.ahu for p in parts], axis=1),
            zone=np.concatenate([p.zone for p in parts], axis=1),
            building=np.concatenate([p.building for p in parts], axis=1),
            unit=np.concatenate([p.unit for p in parts], axis=1),
        )


AHU_ROWS = (
    "sat", "rat", "mat", "after_heat", "after_cold", "sat_sp", "heat_valve", "cool_valve",
    "oa_damper", "fan", "speed", "flow", "returned", "static", "static_sp", "meant", "mixed",
    "dries",
)  # fmt: skip
ZONE_ROWS = ("temp", "co2", "radiator", "box", "heat_valve", "cool_valve", "humidity")
BUILDING_ROWS = (
    "hot", "hot_return", "hot_sp", "heating", "fire", "heat", "hot_flow", "pump_speed",
    "chilled", "chilled_return", "cooling", "chillers", "fuel", "heating_power", "burner",
    "boiler_water", "tank", "loop_makeup", "primary_sent", "primary_back", "primary_flow",
    "primary_valve", "heat_lost", "chilled_flow", "cooling_power", "cooling_extra", "rejected",
    "to_condenser", "from_condenser", "tower_evaporates",
)  # fmt: skip
AHU_ROW = {name: i for i, name in enumerate(AHU_ROWS)}
BUILDING_ROW = {name: i for i, name in enumerate(BUILDING_ROWS)}
SMOOTH_ROWS = [
    BUILDING_ROW[name] for name in (
        "hot", "hot_return", "hot_sp", "chilled", "chilled_return", "boiler_water", "tank",
        "primary_sent", "primary_back",
    )
]  # fmt: skip
"""Rows of a building that go straight from one step of its plant to the next, as water does."""
