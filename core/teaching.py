"""What people taught the rules of one plant: limits that were moved, plans that were entered.

Each holds from the moment an engineer accepted it until a day that was said then; the same windows
judged again, live or from the records, are judged by it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.site import CalendarEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """A limit of one rule that was moved at one target, in ``(since, until]``. [ms]

    Attributes:
        by: How much farther beyond the card's limit is still no fault, in the unit of the
            rule's margin.
    """

    rule: str
    target: str
    by: float
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Lessons:
    """All that was ever accepted, over or not: late readings are judged by what held then."""

    lifts: tuple[Lift, ...] = ()
    calendar: tuple[CalendarEntry, ...] = ()


class Taught(Protocol):
    """Where lessons last."""

    def lessons(self) -> Lessons:
        """All of them."""
        ...
