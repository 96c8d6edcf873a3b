"""Service levels: what is promised by priority, and who hears of a promise not kept. Pure.

The defaults are those of the campus's table of times; a site's ``service.csv`` and
``escalation.csv`` replace them by priority.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.words import Priority


class ClockKind(StrEnum):
    """What is promised."""

    ACKNOWLEDGE = "acknowledge"
    ARRIVE = "arrive"
    SAFE = "safe"
    """Nothing gets worse any more: the valve is shut, the circuit dead."""
    RESTORE = "restore"
    """People have what they need again, if by a bypass."""
    PERMANENT = "permanent"
    """Mended for good."""


class Whom(StrEnum):
    """Who hears of an order that nobody acknowledged."""

    PERSON = "person"
    NEXT = "next"
    """It is given to the next on call."""
    SUPERVISOR = "supervisor"
    HEAD = "head"
    """Of the building: its owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One cell of the table: minutes, or workdays of the building's own length.

    Attributes:
        always: Its clock runs day and night; else by the work calendar.
    """

    kind: ClockKind
    minutes: int = 0
    workdays: int = 0
    always: bool = True


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of an escalation, minutes of the clock after its start."""

    minutes: int
    whom: Whom


_ACK, _ARRIVE, _RESTORE = ClockKind.ACKNOWLEDGE, ClockKind.ARRIVE, ClockKind.RESTORE

PROMISES: Mapping[Priority, tuple[Promise, ...]] = {
    Priority.P1: (
        Promise(kind=_ACK, minutes=3),
        Promise(kind=_ARRIVE, minutes=15),
        Promise(kind=ClockKind.SAFE, minutes=60),
        Promise(kind=_RESTORE, minutes=4 * 60),
        Promise(kind=ClockKind.PERMANENT, workdays=3, always=False),
    ),
    Priority.P2: (Promise(kind=_ACK, minutes=60), Promise(kind=_RESTORE, minutes=24 * 60)),
    Priority.P3: (
        Promise(kind=_ACK, minutes=4 * 60, always=False),
        Promise(kind=_RESTORE, workdays=10, always=False),
    ),
    Priority.P4: (
        Promise(kind=_ACK, workdays=1, always=False),
        Promise(kind=_RESTORE, minutes=30 * 24 * 60),
    ),
}

LADDER: Mapping[Priority, tuple[Rung, ...]] = {
    Priority.P1: (Rung(3, Whom.NEXT), Rung(8, Whom.SUPERVISOR), Rung(30, Whom.HEAD)),
    Priority.P2: (Rung(30, Whom.PERSON), Rung(48, Whom.SUPERVISOR), Rung(60, Whom.NEXT)),
    Priority.P3: (Rung(240, Whom.NEXT),),
    Priority.P4: (),
}
"""P2: 50, 80 and 100 % of its hour; P4 has the weekly list alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What a site promises, by priority."""

    promises: Mapping[Priority, tuple[Promise, ...]] = field(default_factory=lambda: PROMISES)
    ladder: Mapping[Priority, tuple[Rung, ...]] = field(default_factory=lambda: LADDER)

    def promised(self, priority: Priority, *, waste_raised: bool) -> tuple[Promise, ...]:
        """What is promised; an order that waste alone raised to P2 keeps working hours."""
        found = self.promises[priority]
        if priority is Priority.P2 and waste_raised:
            return tuple(replace(promise, always=False) for promise in found)
        return found
