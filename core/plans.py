"""Planned work as a site declares it: what is done to what, how often, and what is asked. Pure.

When it falls due is :mod:`workorders.planned.due`; reading the files is :mod:`adapters.sites`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.words import Licence, Permit, Priority, Trade

Names = Mapping[str, str]


class StepKind(StrEnum):
    """What a step of a checklist asks for."""

    TICK = "tick"
    NUMBER = "number"
    PHOTO = "photo"


class TriggerKind(StrEnum):
    """What makes planned work due."""

    CALENDAR = "calendar"
    RUNNING = "running"
    CONDITION = "condition"
    ADVICE = "advice"
    """A finding that opened no order of its own."""
    SEASON = "season"
    DATES = "dates"


DATED = frozenset({TriggerKind.CALENDAR, TriggerKind.SEASON, TriggerKind.DATES})
"""What is known years ahead; the others are known when they happen."""


class Unit(StrEnum):
    """Of a calendar's step."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """When a season begins and ends every year: month and day. [local]"""

    begins: tuple[int, int]
    ends: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a checklist.

    Attributes:
        id: Short, stable word; answers are kept under it.
        ask: By language.
        unit: Of a number.
        low: A number below it asks for a note.
        high: A number above it does too.
    """

    id: str
    ask: Names
    kind: StepKind = StepKind.TICK
    unit: str = ""
    low: float | None = None
    high: float | None = None

    def within(self, number: float) -> bool:
        """Whether a number lies within the limits, themselves included."""
        above = self.low is None or number >= self.low
        return above and (self.high is None or number <= self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What makes a plan due; of its fields those that its kind needs.

    Attributes:
        every: So many units of the calendar.
        workdays: A day off is moved: after it, before a season.
        hours: Of running, or of a condition that holds. [h]
        point: Role of the point that is counted or watched.
        above: Counted or watched while more than this; canonical unit.
        below: Watched while less than this.
        during: Role of a run status: the condition counts only while that is on.
        rule: Whose findings are meant.
        season: Its name in the site file.
        days_before: Its beginning. [d]
        dates: Declared ones.
    """

    kind: TriggerKind
    every: int = 1
    unit: Unit = Unit.MONTHS
    workdays: bool = True
    hours: float = 0.0
    point: str = ""
    above: float | None = None
    below: float | None = None
    during: str = ""
    rule: str = ""
    season: str = ""
    days_before: int = 0
    dates: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Work that is planned for some assets.

    Attributes:
        assets: Ids of equipment, rooms or buildings; one order each.
        start: First day that counts: the calendar's anchor, the counter's zero.
        lead_days: The order is made so long before it is due; of what is known only when it
            happens, it is due so long after. [d]
        grace_days: Not done so long after it was due, it is missed. [d]
        minutes: Expected work. [min]
        parts: To take along, each by language.
        people: How many it takes.
    """

    id: str
    names: Names
    assets: tuple[str, ...]
    trade: Trade
    priority: Priority
    start: date
    trigger: Trigger
    steps: tuple[Step, ...] = ()
    minutes: int = 60
    lead_days: int = 14
    grace_days: int = 7
    parts: tuple[Names, ...] = ()
    licences: tuple[Licence, ...] = ()
    permits: tuple[Permit, ...] = ()
    people: int = 1
