"""Faults of meters as the parameters that the meter stage counts and shows with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulators.physics.faults import Fault, FaultKind

_KINDS = frozenset({
    FaultKind.METER_RATIO, FaultKind.METER_CT_OPEN, FaultKind.METER_UNIT, FaultKind.METER_RESET,
    FaultKind.METER_SWAPPED,
})  # fmt: skip


@dataclass(slots=True, kw_only=True)
class MeterFaults:
    """What is wrong with one meter.

    Attributes:
        counts: What it counts of what passes; 1 but for its class error while it is sound.
        event: When its dial jumped, 0 for never; each onset is one jump. [ms]
        swapped: Whether another meter hangs there since, else its dial went back to nothing.
        unit: Whether its values are sent in another unit: W, Wh and L, or GJ of heat.
    """

    counts: float = 1.0
    event: int = 0
    swapped: bool = False
    unit: bool = False


SOUND = MeterFaults()
"""A meter without faults; nobody changes it."""


def meter_faults_of(active: Sequence[Fault], at: int) -> dict[str, MeterFaults]:
    """By id of the meter, those that have one; severities as of ``at`` [ms]."""
    made: dict[str, MeterFaults] = {}
    for fault in active:
        if fault.kind in _KINDS:
            _apply(made.setdefault(fault.asset, MeterFaults()), fault, fault.severity_at(at))
    return made


def _apply(meter: MeterFaults, fault: Fault, severity: float) -> None:
    if fault.kind is FaultKind.METER_RATIO:
        meter.counts *= severity or 1.0  # a severity of nothing is health
    elif fault.kind is FaultKind.METER_CT_OPEN:
        meter.counts *= 1.0 - severity
    elif fault.kind is FaultKind.METER_UNIT:
        meter.unit = True
    elif fault.onset >= meter.event:
        meter.event, meter.swapped = fault.onset, fault.kind is FaultKind.METER_SWAPPED
