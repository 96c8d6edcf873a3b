"""Faults of sensors as the parameters that the sensor stage and the controllers read with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.site import Site
from simulators.physics.faults import PAIRS, Fault, FaultKind

OPEN_READING = 850.0
"""An open platinum element reads the top of its transmitter's scale, far outside the air's."""


@dataclass(slots=True, kw_only=True)
class SensorFaults:
    """What is wrong with one sensor, in the order in which it changes the reading.

    Attributes:
        partner: Index of the point whose element is wired here; None for its own.
        bias: Constant error. [the point's unit]
        sun: Error in full sun, 1,000 W/m². [K]
        noise: Factor on its noise.
        spikes: Readings far off. [1/d]
        fahrenheit: Whether °F are sent as °C.
        stuck: Whether it says what it said last.
        broken: Whether its wire is open.
    """

    partner: int | None = None
    bias: float = 0.0
    sun: float = 0.0
    noise: float = 1.0
    spikes: float = 0.0
    fahrenheit: bool = False
    stuck: bool = False
    broken: bool = False


SOUND = SensorFaults()
"""A sensor without faults; nobody changes it."""


def sensor_faults_of(site: Site, active: Sequence[Fault], at: int) -> dict[int, SensorFaults]:
    """By point index, those that have one; severities as of ``at`` [ms], nothing is health."""
    made: dict[int, SensorFaults] = {}
    for fault in active:
        index = site.points_of(fault.asset).get(fault.point)
        if index is None or fault.severity_at(at) == 0.0:
            continue
        if fault.kind is FaultKind.SENSOR_SWAPPED:
            _swap(site, made, fault)
        else:
            _apply(made.setdefault(index, SensorFaults()), fault, fault.severity_at(at))
    return made


def _apply(sensor: SensorFaults, fault: Fault, severity: float) -> None:
    kind = fault.kind
    if kind in {FaultKind.SENSOR_OFFSET, FaultKind.SENSOR_DRIFT}:
        sensor.bias += severity
    elif kind is FaultKind.SENSOR_SUNLIT:
        sensor.sun += severity
    elif kind is FaultKind.SENSOR_NOISY:
        sensor.noise *= severity
    elif kind is FaultKind.SENSOR_SPIKES:
        sensor.spikes += severity
    elif kind is FaultKind.SENSOR_UNIT:
        sensor.fahrenheit = True
    elif kind is FaultKind.SENSOR_STUCK:
        sensor.stuck = True
    elif kind is FaultKind.SENSOR_OPEN:
        sensor.broken = True


def _swap(site: Site, made: dict[int, SensorFaults], fault: Fault) -> None:
    points = site.points_of(fault.asset)
    one, other = points[fault.point], points[PAIRS[fault.point]]
    made.setdefault(one, SensorFaults()).partner = other
    made.setdefault(other, SensorFaults()).partner = one
