"""Events of registers: rollover, reset and swap, as ingest finds them and people decide them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Happening(StrEnum):
    """What can have happened to a register that does not go on from where it was."""

    ROLLOVER = "rollover"
    RESET = "reset"
    SWAP = "swap"


class EventState(StrEnum):
    """How far an event is.

    ``accepted`` is what the rules are sure of by themselves, ``withdrawn`` what later
    readings explained otherwise.
    """

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Two reads of a register between which something happened.

    Attributes:
        point: Whose.
        building: Of the point, for scope.
        kind: What it looks like.
        accepted: Whether the rules count it without being asked.
        before_at: Time of the last read at the old level. [ms]
        before: That read, in the point's unit.
        at: Time of the first read at the new level. [ms]
        first: That read.
        evidence: What speaks for it, by name (docs/meter-events.md).
    """

    point: str
    building: str
    kind: Happening
    accepted: bool
    before_at: int
    before: float
    at: int
    first: float
    evidence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Where a register was looked at anew: what is found there is all that is there."""

    point: str
    after: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person said of one event: it happened so, or it did not happen.

    Attributes:
        at: Reads from this time on are of the new level. [ms]
        closing: Last number of the old level; None where it did not happen.
        opening: First number of the new level.
        exact: Whether both were read off; otherwise the use across it is an estimate.
    """

    at: int
    closing: float | None
    opening: float = 0.0
    exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A decision that the use of its register does not show yet.

    Attributes:
        id: Of the event.
        version: Of the event; a newer one waits again.
        at: Of the event: use across it may change. [ms]
    """

    id: int
    version: int
    point: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A reset or swap that nobody had told of, for as long as nobody decided it.

    Attributes:
        point: The register.
        before_at: Last read of the old level. [ms]
        at: First read of the new level. [ms]
        until: When somebody decided it, run clock; None while it waits. [ms]
    """

    point: str
    before_at: int
    at: int
    until: int | None = None


class MeterEvents(Protocol):
    """Where events of registers last; ingest finds them, people decide them."""

    def found(self, crossings: Sequence[Crossing], looked: Sequence[Looked]) -> None:
        """Propose what is new; withdraw proposals that nothing speaks for any more."""
        ...

    def decided(self, points: Sequence[str] | None = None) -> Mapping[str, Sequence[Decision]]:
        """What people said, by point, in time order; of all points where none are named."""
        ...

    def waiting(self, most: int) -> Sequence[Waiting]:
        """Decisions that are to be counted."""
        ...

    def counted(self, done: Sequence[Waiting]) -> None:
        """The use shows these now."""
        ...
