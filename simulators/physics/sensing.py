"""From the truth to what a point says: offset, noise, quantum, and the sensor's own faults."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Floats
from core.site import Site
from simulators.physics.conditions import OPEN_READING
from simulators.physics.faults import FaultKind
from simulators.physics.streams import fixed, stream
from simulators.physics.weather import DAY_MIN


@dataclass(frozen=True, slots=True)
class SensorClass:
    """What healthy sensors of one role do.

    Attributes:
        offset: Fixed error at most, either way.
        noise: Standard deviation of one reading.
        quantum: Smallest step.
    """

    offset: float
    noise: float
    quantum: float


_EXACT = SensorClass(0.0, 0.0, 0.1)
_STATUS = SensorClass(0.0, 0.0, 1.0)
_AIR = SensorClass(0.25, 0.04, 0.05)
_WATER = SensorClass(0.3, 0.08, 0.1)
# Offsets within class: Pt1000 class B with its transmitter, 0.3 K; a mixing box is worse.
CLASSES: dict[str, SensorClass] = {
    "oat": SensorClass(0.25, 0.04, 0.05), "oah": SensorClass(1.5, 0.4, 0.1),
    "irradiance": SensorClass(0.0, 2.0, 1.0), "sat": SensorClass(0.2, 0.0, 0.05),
    "rat": SensorClass(0.25, 0.0, 0.05), "mat": SensorClass(0.35, 0.05, 0.05),
    "ccet": _AIR, "cclt": _AIR, "hcet": _AIR, "hclt": _AIR, "zone_temp": _AIR,
    "zone_co2": SensorClass(25.0, 5.0, 1.0), "sat_sp": _EXACT, "heat_valve": _EXACT,
    "cool_valve": _EXACT, "oa_damper": _EXACT, "fan_speed": _EXACT, "pump_speed": _EXACT,
    "hw_sp": SensorClass(0.0, 0.0, 0.5), "supply_flow": SensorClass(0.0, 0.06, 0.01),
    "fan_status": _STATUS, "occupied": _STATUS, "chiller_status": _STATUS,
    "boiler_cmd": _STATUS, "boiler_status": _STATUS, "pump_status": _STATUS,
    "hw_leaving": _WATER, "hw_entering": _WATER, "chw_leaving": _WATER, "chw_entering": _WATER,
    "pressure": SensorClass(2.0, 1.2, 0.5),
}  # fmt: skip
_NEVER_NEGATIVE = {"irradiance", "supply_flow", "pressure", "zone_co2", "oah"}


class Sensors:
    """All sensors of a site: their fixed errors, and what the frozen ones hold."""

    def __init__(self, site: Site, seed: int) -> None:
        self._site = site
        self._seed = seed
        self._class = [CLASSES.get(p.role.id, _EXACT) for p in site.points]
        self.offset = np.array([
            fixed(seed, p.id, "offset", -c.offset, c.offset) if c.offset > 0.0 else 0.0
            for p, c in zip(site.points, self._class, strict=True)
        ])  # fmt: skip
        self.last = np.full(len(site.points), np.nan)
        self._noise: dict[tuple[int, int], Floats] = {}

    def read(
        self, point: int, truth: Floats, ordinal: int, first: int,
        fault: tuple[FaultKind, float] | None, *, biased: bool = False,
    ) -> Floats:  # fmt: skip
        """What a point said in consecutive minutes.

        Args:
            point: Index.
            truth: What it looks at.
            ordinal: The day, for its noise.
            first: First minute of the day.
            fault: Of this sensor, with its severity.
            biased: Whether ``truth`` is already what the controller read.
        """
        cls = self._class[point]
        seen = truth
        if not biased:
            seen = truth + self.offset[point]
            if cls.noise > 0.0:
                seen = seen + self._noise_of(point, ordinal)[first : first + len(truth)]
            if fault is not None and fault[0] is FaultKind.SENSOR_DRIFT:
                seen = seen + fault[1]
        said = np.round(np.round(seen / cls.quantum) * cls.quantum, 3)
        if self._site.points[point].role.id in _NEVER_NEGATIVE:
            said = np.maximum(said, 0.0)
        said = self._faulty(point, said, fault)
        self.last[point] = said[-1]
        return said

    def forget(self, ordinal: int) -> None:
        """Drops the noise of other days."""
        self._noise = {k: v for k, v in self._noise.items() if k[1] == ordinal}

    def _faulty(self, point: int, said: Floats, fault: tuple[FaultKind, float] | None) -> Floats:
        if fault is None:
            return said
        if fault[0] is FaultKind.SENSOR_OPEN:
            return np.full_like(said, OPEN_READING)
        if fault[0] is FaultKind.SENSOR_STUCK:
            held = self.last[point]
            return np.full_like(said, said[0] if np.isnan(held) else held)
        return said

    def _noise_of(self, point: int, ordinal: int) -> Floats:
        key = (point, ordinal)
        if key not in self._noise:
            rng = stream(self._seed, self._site.points[point].id, "noise", ordinal)
            self._noise[key] = rng.standard_normal(DAY_MIN) * self._class[point].noise
        return self._noise[key]
