"""What a run did, counted: readings on their way, findings, orders by state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Readings of one run, each counted once.

    Attributes:
        sent: Committed to the outboxes.
        stored: In the store.
        quarantined: Refused, and kept with their reason.
        lost: Neither stored nor quarantined once everything is confirmed.
    """

    sent: int
    stored: int
    quarantined: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What ``--json`` prints."""

    readings: Readings
    findings: Mapping[str, int] = field(default_factory=dict)
    orders: Mapping[str, int] = field(default_factory=dict)
    verified: int = 0
    refused: int = 0
    simulated_until: int = 0
    wall_s: float = 0.0
    console: str = ""

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)
