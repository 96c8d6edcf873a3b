"""When what was promised falls due. Pure; what is promised stands in :mod:`core.service`.

A clock runs day and night or in working hours, stands still in pauses, and never runs
backwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.service import ClockKind, Promise, Rung, Whom
from core.words import HoldReason

__all__ = [
    "ALWAYS",
    "MOST_PAUSE_MS",
    "PAUSING",
    "Always",
    "ClockKind",
    "Hours",
    "Promise",
    "Rung",
    "Span",
    "Whom",
    "capped",
    "due",
    "elapsed",
]  # fmt: skip

Span = tuple[int, int]
"""From and to, UTC. [ms]"""

MOST_PAUSE_MS = 48 * HOUR_MS
"""Pauses stop a clock no longer than this, or a hold would be the way to play it."""

PAUSING = frozenset({HoldReason.ACCESS, HoldReason.CUSTOMER_DATE})
"""What stops the clock; parts and vendors run on."""


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
