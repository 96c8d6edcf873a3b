"""Service levels: what is promised by priority, and when it falls due. Pure.

A clock runs day and night or in working hours, stands still in pauses, and never runs
backwards. Numbers are those of the table in crews.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.words import HoldReason, Priority

Span = tuple[int, int]
"""From and to, UTC. [ms]"""

MOST_PAUSE_MS = 48 * HOUR_MS
"""Pauses stop a clock no longer than this, or a hold would be the way to play it."""

PAUSING = frozenset({HoldReason.ACCESS, HoldReason.CUSTOMER_DATE})
"""What stops the clock; parts and vendors run on."""


class ClockKind(StrEnum):
    """What is promised."""

    ACKNOWLEDGE = "acknowledge"
    ARRIVE = "arrive"
    RESTORE = "restore"


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
    """One cell of the table: minutes, or workdays of the building's own length."""

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

PROMISES: dict[Priority, tuple[Promise, ...]] = {
    Priority.P1: (
        Promise(kind=_ACK, minutes=3),
        Promise(kind=_ARRIVE, minutes=15),
        Promise(kind=_RESTORE, minutes=4 * 60),
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

LADDER: dict[Priority, tuple[Rung, ...]] = {
    Priority.P1: (Rung(3, Whom.NEXT), Rung(8, Whom.SUPERVISOR), Rung(30, Whom.HEAD)),
    Priority.P2: (Rung(30, Whom.PERSON), Rung(48, Whom.SUPERVISOR), Rung(60, Whom.NEXT)),
    Priority.P3: (Rung(240, Whom.NEXT),),
    Priority.P4: (),
}
"""P2: 50, 80 and 100 % of its hour; P4 has the weekly list alone."""


class Hours(Protocol):
    """When a clock runs."""

    @property
    def day_minutes(self) -> int:
        """Length of one working day. [min]"""
        ...

    def spans(self, start: int) -> Iterator[Span]:
        """Stretches in which it runs, from ``start`` on, in time order, none overlapping."""
        ...


@dataclass(frozen=True, slots=True)
class Always:
    """Day and night."""

    day_minutes: int = 24 * 60

    def spans(self, start: int) -> Iterator[Span]:
        """One stretch that does not end within anybody's lifetime."""
        yield (start, start + 36_500 * DAY_MS)


ALWAYS = Always()


def promises(priority: Priority, *, waste_raised: bool) -> tuple[Promise, ...]:
    """What is promised; an order raised by waste alone keeps working hours."""
    if priority is Priority.P2 and waste_raised:
        return tuple(
            Promise(kind=p.kind, minutes=p.minutes, always=False) for p in PROMISES[priority]
        )
    return PROMISES[priority]


def due(start: int, minutes: int, hours: Hours, pauses: Sequence[Span] = ()) -> int:
    """When so many minutes of the clock have run. [ms]

    Where the hours end for good before that, the rest runs by the wall clock.
    """
    left = minutes * MINUTE_MS
    at = start
    for span in _running(start, hours, pauses):
        length = span[1] - span[0]
        if left <= length:
            return span[0] + left
        left -= length
        at = span[1]
    return at + left


def elapsed(start: int, end: int, hours: Hours, pauses: Sequence[Span] = ()) -> int:
    """How long the clock ran between two times. [ms]"""
    total = 0
    for a, b in _running(start, hours, pauses):
        if a >= end:
            break
        total += min(b, end) - a
    return total


def capped(pauses: Sequence[Span]) -> list[Span]:
    """The pauses in time order, overlaps joined, cut where together they reach 48 h."""
    kept: list[Span] = []
    left = MOST_PAUSE_MS
    for start, end in sorted(pauses):
        begin = max(start, kept[-1][1]) if kept else start
        length = min(end - begin, left)
        if length > 0:
            kept.append((begin, begin + length))
            left -= length
    return kept


def _running(start: int, hours: Hours, pauses: Sequence[Span]) -> Iterator[Span]:
    cuts = capped(pauses)
    for a, b in hours.spans(start):
        at = a
        for stop, go in cuts:
            if go <= at or stop >= b:
                continue
            if stop > at:
                yield (at, stop)
            at = go
        if at < b:
            yield (at, b)
