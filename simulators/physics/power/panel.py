"""What the multifunction meters of a site show besides their registers, and its sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from core.batch import Floats, Ints
from core.site import Equipment
from simulators.physics.plan import Plan
from simulators.physics.power.electrical import Supplied
from simulators.physics.readings.due import Due
from simulators.physics.readings.meter_faults import SOUND, MeterFaults
from simulators.physics.readings.sensing import Ills, Sensors, Stretch
from simulators.physics.streams import fixed

Shown = Callable[[Supplied], Floats]
"""Gives a point's truth by minute."""
_PHASE = {"a": 0, "b": 1, "c": 2}
_BY_PHASE = frozenset(f"{name}_{k}" for name in ("voltage", "current") for k in _PHASE)
_OF_MAIN = _BY_PHASE | {"power_factor", "demand", "neutral_current", "residual_current"}
_SCALED = frozenset({f"current_{k}" for k in _PHASE} | {"demand", "neutral_current"})
"""Roles that come through the current transformers: a wrong ratio makes them wrong too."""
# Instruments of class 0.5: most sit well within.
_CLASS = 0.002


def shows(equipment: Equipment, role: str) -> bool:
    """Whether a point of this role is made here."""
    if equipment.meter is None:
        return role == "power" and any(p in equipment.parameters for p in ("pv_kwp", "ups_kva"))
    return role in _OF_MAIN or role == "cable_temp"


class Panel:
    """All electrical gauges of a site.

    Args:
        plan: Of the site.
        sensors: That read them.
        seed: Of the campus.
    """

    def __init__(self, plan: Plan, sensors: Sensors, seed: int) -> None:
        self._site, self._sensors = plan.site, sensors
        self._gauges: dict[int, Shown] = {}
        self._gain: dict[int, float] = {}
        for index, point in enumerate(plan.site.points):
            equipment, role = plan.site.equipment[point.equipment], point.role.id
            if equipment.building in plan.buildings and shows(equipment, role):
                self._gauges[index] = _gauge(plan, equipment, role)
                exact = role in {"cable_temp", "power_factor"}
                self._gain[index] = 1.0 + (
                    0.0 if exact else fixed(seed, point.id, "class", -_CLASS, _CLASS)
                )

    def read(
        self, supplied: Supplied, at: Ints, when: Stretch,
        meters: Sequence[tuple[slice, Mapping[str, MeterFaults]]], sensors: Ills,
    ) -> dict[int, tuple[Ints, Floats]]:  # fmt: skip
        """Times and values of every gauge that is due in a stretch.

        Args:
            supplied: What the boards saw.
            at: End of each of its minutes, UTC. [ms]
            when: The same minutes.
            meters: Faults of meters by id, in which of these minutes.
            sensors: Faults of points by index.
        """
        truth, points = {}, self._site.points
        for index, gauge in self._gauges.items():
            point = points[index]
            gain, shown = self._gain[index], gauge(supplied)
            if point.role.id in _SCALED:
                counts = [(part, of.get(point.equipment, SOUND).counts) for part, of in meters]
                truth[index] = np.concatenate([shown[part] * (gain * c) for part, c in counts])
            else:
                truth[index] = shown * gain
        return self._sensors.read_all(truth, when, sensors, Due(at))


def _gauge(plan: Plan, equipment: Equipment, role: str) -> Shown:
    id_, b = equipment.id, plan.buildings.index(equipment.building)
    if equipment.meter is None:
        return lambda s: s.solar[id_] if id_ in s.solar else s.supplies[id_]
    if role == "cable_temp":
        return lambda s: s.terminals[id_]
    if role in _BY_PHASE:
        name, _, phase = role.partition("_")
        k, voltage = _PHASE[phase], name == "voltage"
        return lambda s: s.voltage[k, :, b] if voltage else s.current[k, :, b]
    return {
        "power_factor": lambda s: s.factor[:, b],
        "demand": lambda s: s.demand[:, b],
        "neutral_current": lambda s: s.neutral[:, b],
        "residual_current": lambda s: s.residual[:, b],
    }[role]
