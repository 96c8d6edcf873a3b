"""Faults of meters as the parameters that the meter stage counts and shows with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from simulators.physics.faults import Fault, FaultKind

_KINDS = frozenset({
    FaultKind.METER_RATIO, FaultKind.METER_CT_OPEN, FaultKind.METER_UNIT, FaultKind.METER_RESET,
    FaultKind.METER_SWAPPED, FaultKind.METER_FLOAT_AS_INTEGER, FaultKind.METER_ONE_WORD,
})  # fmt: skip


class Misread(StrEnum):
    """How the bytes of a reading are taken wrongly.

    ``INTEGER``: those of a single-precision float as a whole number of 32 bits. ``WORD``: of a
    count of 32 bits only the lower 16, so that it starts again every 65,536 steps.
    """

    INTEGER = "integer"
    WORD = "word"


@dataclass(slots=True, kw_only=True)
class MeterFaults:
    """What is wrong with one meter.

    Attributes:
        counts: What it counts of what passes; 1 but for its class error while it is sound.
        event: When its dial jumped, 0 for never; each onset is one jump. [ms]
        swapped: Whether another meter hangs there since, else its dial went back to nothing.
        unit: Whether its values are sent in another unit: W, Wh and L, or GJ of heat.
        misread: How the bytes of its values are taken wrongly; None while they are not.
    """

    counts: float = 1.0
    event: int = 0
    swapped: bool = False
    unit: bool = False
    misread: Misread | None = None

    def changed(self, at: int) -> MeterFaults:
        """The same where somebody has hung another meter by plan, at a time [ms].

        Its dial is another one from then on, and stays when this is no longer told.
        """
        return replace(self, event=at, swapped=True) if at >= self.event else self


SOUND = MeterFaults()
"""A meter without faults; nobody changes it."""


def meter_faults_of(active: Sequence[Fault], at: int) -> dict[str, MeterFaults]:
    """By id of the meter, those that have one; severities as of ``at`` [ms], nothing is health."""
    made: dict[str, MeterFaults] = {}
    for fault in active:
        severity = fault.severity_at(at)
        if fault.kind in _KINDS and severity != 0.0:
            _apply(made.setdefault(fault.asset, MeterFaults()), fault, severity)
    return made


def _apply(meter: MeterFaults, fault: Fault, severity: float) -> None:
    if fault.kind is FaultKind.METER_RATIO:
        meter.counts *= severity
    elif fault.kind is FaultKind.METER_CT_OPEN:
        meter.counts *= 1.0 - severity
    elif fault.kind is FaultKind.METER_UNIT:
        meter.unit = True
    elif fault.kind is FaultKind.METER_FLOAT_AS_INTEGER:
        meter.misread = Misread.INTEGER
    elif fault.kind is FaultKind.METER_ONE_WORD:
        meter.misread = Misread.WORD
    elif fault.onset >= meter.event:
        meter.event, meter.swapped = fault.onset, fault.kind is FaultKind.METER_SWAPPED
