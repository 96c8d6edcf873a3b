"""What every part of work orders is told of its house, together."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from adapters.records.base import Scope
from analytics.calendar import Calendar
from core.ports import Forecast
from core.rulecard import RuleCard
from core.service import Levels
from core.site import Site
from workorders.people import Duty
from workorders.priority import Rates
from workorders.symptoms import Graph


class Sessions(Protocol):
    """The records, as far as work orders need them: one transaction a session."""

    def session(self, scope: Scope, *, reading: bool = False) -> AbstractContextManager[Session]:
        """Commits when left, rolls back when left by an error; ``reading`` waits for no writer."""
        ...


@dataclass(frozen=True, kw_only=True)
class Office:
    """Site, rules, people and rates that orders are handled by.

    Attributes:
        cards: By rule id.
        graph: What feeds and holds what.
        levels: What is promised by priority.
        forecast: What outdoor air will be; None where nobody says.
    """

    site: Site
    graph: Graph
    cards: Mapping[str, RuleCard]
    duty: Duty
    calendar: Calendar
    rates: Rates = field(default_factory=Rates)
    levels: Levels = field(default_factory=Levels)
    forecast: Forecast | None = None

    def local(self, at: int) -> str:
        """A time as people at the site say it."""
        moment = datetime.fromtimestamp(at / 1000, UTC).astimezone(self.calendar.zone)
        return moment.strftime("%Y-%m-%d %H:%M")

    def year(self, at: int) -> int:
        """The local year."""
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(self.calendar.zone).year

    def name(self, login: str) -> str:
        """Somebody's name, or their log-in where they are gone."""
        person = self.duty.person(login)
        return person.name if person is not None else login
