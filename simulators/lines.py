"""What a gateway's line does to readings for a time: its faults as parameters of the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.clock import HOUR_MS
from simulators.physics.faults import Fault, FaultKind

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What happens between the devices of one gateway and the edge.

    Attributes:
        down: Whether nothing comes through. What was measured comes when it is up again, as far
            as the devices remember it.
        loss: Share of readings that never come, 0…1.
        duplicates: Share that comes twice, 0…1.
        late_min: Mean of an exponential delay, so that readings overtake each other. [min]
        clock_s: How far the clock that dates them is ahead. [s]
    """

    down: bool = False
    loss: float = 0.0
    duplicates: float = 0.0
    late_min: float = 0.0
    clock_s: float = 0.0

    def beside(self, other: Line) -> Line:
        """Both at once: chances are of their own, delays and clocks add up."""
        return Line(
            down=self.down or other.down,
            loss=_either(self.loss, other.loss),
            duplicates=_either(self.duplicates, other.duplicates),
            late_min=self.late_min + other.late_min,
            clock_s=self.clock_s + other.clock_s,
        )


CLEAR = Line()
"""A line without trouble."""
_KINDS = frozenset({
    FaultKind.GATEWAY_CUT_OFF, FaultKind.READINGS_LOST, FaultKind.READINGS_REPEATED,
    FaultKind.READINGS_LATE, FaultKind.CLOCK_OFF, FaultKind.TIME_ZONE_WRONG,
})  # fmt: skip


def on_line(fault: Fault) -> bool:
    """Whether it acts between devices and edge, and not in the plant or on its instruments."""
    return fault.kind in _KINDS


def lines_of(active: Sequence[Fault], at: int) -> dict[str, Line]:
    """By gateway, those that have a fault; severities as of the hour that ``at`` [ms] is in.

    Of the hour, so that one that grows is the same however time is cut.
    """
    made: dict[str, Line] = {}
    for fault in active:
        line = _line(fault, fault.severity_at(at - at % HOUR_MS))
        if line != CLEAR:
            made[fault.asset] = made.get(fault.asset, CLEAR).beside(line)
    return made


def _line(fault: Fault, severity: float) -> Line:
    kind = fault.kind
    if kind is FaultKind.GATEWAY_CUT_OFF:
        return replace(CLEAR, down=severity > 0.0)
    if kind is FaultKind.READINGS_LOST:
        return replace(CLEAR, loss=severity)
    if kind is FaultKind.READINGS_REPEATED:
        return replace(CLEAR, duplicates=severity)
    if kind is FaultKind.READINGS_LATE:
        return replace(CLEAR, late_min=severity)
    if kind is FaultKind.CLOCK_OFF:
        return replace(CLEAR, clock_s=severity)
    if kind is FaultKind.TIME_ZONE_WRONG:
        return replace(CLEAR, clock_s=round(severity) * _HOUR_S)
    return CLEAR


def _either(one: float, other: float) -> float:
    return 1.0 - (1.0 - one) * (1.0 - other) if one and other else one + other
