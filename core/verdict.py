"""What rules say of intervals, and the stream of it that the proof of a repair needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from core.words import Carrier


class Verdict(IntEnum):
    """What a rule says of one interval."""

    NOT_EVALUABLE = 0
    OK = 1
    FAULT = 2


class Reason(StrEnum):
    """Why a verdict is what it is; it reaches the operator."""

    CONDITION = "condition"
    CLEAR = "clear"
    BEYOND_SPAN = "beyond_span"
    NO_POINT = "no_point"
    NO_DATA = "no_data"
    INSUFFICIENT = "insufficient"
    COARSE = "coarse"
    OFF = "off"
    UNOCCUPIED = "unoccupied"
    OCCUPIED = "occupied"
    UNSTEADY = "unsteady"
    OTHER_MODE = "other_mode"
    SMALL_SPREAD = "small_spread"
    EXEMPT = "exempt"
    DECLARED = "declared"
    """A dated entry of the calendar covers it: shutdown, overtime, maintenance."""
    NO_REFERENCE = "no_reference"
    MUTED = "muted"
    """A sensor that the rule leans on is itself at fault."""
    NO_SERVICE = "no_service"
    """The plant or the supply is off: silence proves nothing."""
    SERVED = "served"
    """In a mode that says nothing of the fault, the plant gave what it is there for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Consecutive intervals of one rule and target with one verdict, mode and reason.

    Attributes:
        rule: Rule id.
        target: Id of the equipment or point that is judged.
        start: Start of the first interval, UTC. [ms]
        end: End of the last interval, UTC. [ms]
        verdict: What the rule says.
        mode: The rule's mode (``night``, ``os2``), empty where there is none.
        reason: Why.
        good: Mean share of good data on the rule's points, 0…1.
        waste: Amount wasted in the run, by carrier, in its unit.
        margin: How far beyond the limit, largest in the run, in the rule's own unit.
    """

    rule: str
    target: str
    start: int
    end: int
    verdict: Verdict
    mode: str = ""
    reason: Reason = Reason.CLEAR
    good: float = 1.0
    waste: dict[Carrier, float] = field(default_factory=dict)
    margin: float = 0.0
