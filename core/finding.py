"""A finding: one episode of one rule on one target, with what it costs and what shows it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.words import Carrier, Text


class FindingState(StrEnum):
    """Where an episode stands."""

    OPEN = "open"
    CLEARED = "cleared"
    WITHDRAWN = "withdrawn"
    """Late data took it back; its order is told."""


class FindingChange(StrEnum):
    """What happened to a finding in one step of the engine."""

    OPENED = "opened"
    CONTINUED = "continued"
    CLEARED = "cleared"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waste:
    """What one carrier loses a day.

    Attributes:
        carrier: Which.
        amount: A day, in the carrier's unit.
        money: A day, in the site's currency; None where the carrier has no price.
        kg_co2: A day. [kgCO₂]; None where it has no factor.
    """

    carrier: Carrier
    amount: float
    money: float | None
    kg_co2: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What to draw: points, a time range, and the shaded windows in it. [ms]"""

    points: tuple[str, ...]
    start: int
    end: int
    windows: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One episode of one rule on one target.

    Attributes:
        id: From rule, target and onset: the same data give the same id.
        revision: Raised whenever the finding changes.
        state: Open, cleared or withdrawn.
        onset: Start of the first faulty interval. [ms]
        opened: When the hold was met. [ms]
        last: End of the last faulty interval. [ms]
        cleared: When it cleared, if it did. [ms]
        mode: The mode that showed it.
        references: What it was judged against, frozen with it, by name.
        waste: A day, by carrier.
        confidence: 0…1.
        title: What an engineer would say.
        explanation: Plain words for the crew.
    """

    id: str
    revision: int
    state: FindingState
    site: str
    building: str
    rule: str
    target: str
    onset: int
    opened: int
    last: int
    cleared: int | None
    mode: str
    severity: int
    references: Mapping[str, float]
    waste: tuple[Waste, ...]
    confidence: float
    evidence: Evidence
    title: Text
    explanation: Text

    @property
    def money_per_day(self) -> float | None:
        """Money wasted a day; None where nothing wasted has a price."""
        priced = [w.money for w in self.waste if w.money is not None]
        return sum(priced) if priced else None

    @property
    def kg_co2_per_day(self) -> float | None:
        """kgCO₂ wasted a day; None where nothing wasted has a factor."""
        known = [w.kg_co2 for w in self.waste if w.kg_co2 is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class FindingEvent:
    """A finding and what happened to it."""

    change: FindingChange
    finding: Finding
    at: int = field(default=0)


def finding_id(rule: str, target: str, onset: int) -> str:
    """The id of an episode, the same for the same data."""
    digest = hashlib.blake2s(f"{rule}|{target}|{onset}".encode(), digest_size=8)
    return digest.hexdigest()
