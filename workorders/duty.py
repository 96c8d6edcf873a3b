"""Duty by the records: people and rosters, asked at the site's own time of day."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from core.words import Licence, Trade
from workorders.people import Duty, Person


class Roster(Protocol):
    """People and their shifts: :class:`adapters.records.people.People`."""

    def get(self, login: str) -> Person | None:
        """Somebody active, by log-in."""
        ...

    def on_call(
        self, trade: Trade, building: str, weekday: int, minute: int, *, at: int | None = None
    ) -> Sequence[str]:
        """Log-ins on call on a weekday (Monday is 1) at a minute of the local day, not on leave."""
        ...

    def supervisors(self, building: str) -> Sequence[str]:
        """Who leads in a building."""
        ...

    def on_leave(self, login: str, at: int) -> bool:
        """Whether somebody is on leave at a time. [ms]"""
        ...


class Licensing(Protocol):
    """Who may do what the law asks a licence for: :class:`adapters.records.staff.Staff`."""

    def held(self, login: str, at: int) -> AbstractSet[Licence]:
        """Licences of somebody at a time. [ms]"""
        ...


class RosterDuty:
    """Implements :class:`workorders.people.Duty`.

    Args:
        roster: People and shifts.
        timezone: In which shifts are written.
        licensing: Licences; without it nobody holds any.
    """

    def __init__(self, roster: Roster, timezone: str, licensing: Licensing | None = None) -> None:
        self._roster = roster
        self._licensing = licensing
        self._zone = ZoneInfo(timezone)

    def on_call(self, trade: Trade, building: str, at: int) -> Sequence[str]:
        """Log-ins on call at a time, first to be called first."""
        local = datetime.fromtimestamp(at / 1000, UTC).astimezone(self._zone)
        return self._roster.on_call(
            trade, building, local.isoweekday(), local.hour * 60 + local.minute, at=at
        )

    def person(self, login: str) -> Person | None:
        """Somebody active, by log-in."""
        return self._roster.get(login)

    def supervisors(self, building: str) -> Sequence[str]:
        """Who leads in a building."""
        return self._roster.supervisors(building)

    def away(self, login: str, at: int) -> bool:
        """Whether somebody is on leave at a time. [ms]"""
        return self._roster.on_leave(login, at)

    def licences(self, login: str, at: int) -> AbstractSet[Licence]:
        """What somebody is licensed for at a time. [ms]"""
        return self._licensing.held(login, at) if self._licensing is not None else frozenset()


class Remembered:
    """Asks each question once: for the length of one transaction people do not change."""

    def __init__(self, duty: Duty) -> None:
        self._duty = duty
        self._people: dict[str, Person | None] = {}
        self._heads: dict[str, Sequence[str]] = {}
        self._calls: dict[tuple[Trade, str, int], Sequence[str]] = {}
        self._away: dict[tuple[str, int], bool] = {}
        self._held: dict[tuple[str, int], AbstractSet[Licence]] = {}

    def on_call(self, trade: Trade, building: str, at: int) -> Sequence[str]:
        """Log-ins on call at a time, first to be called first."""
        key = (trade, building, at)
        if key not in self._calls:
            self._calls[key] = self._duty.on_call(trade, building, at)
        return self._calls[key]

    def person(self, login: str) -> Person | None:
        """Somebody active, by log-in."""
        if login not in self._people:
            self._people[login] = self._duty.person(login)
        return self._people[login]

    def supervisors(self, building: str) -> Sequence[str]:
        """Who leads in a building."""
        if building not in self._heads:
            self._heads[building] = self._duty.supervisors(building)
        return self._heads[building]

    def away(self, login: str, at: int) -> bool:
        """Whether somebody is on leave at a time. [ms]"""
        if (login, at) not in self._away:
            self._away[(login, at)] = self._duty.away(login, at)
        return self._away[(login, at)]

    def licences(self, login: str, at: int) -> AbstractSet[Licence]:
        """What somebody is licensed for at a time. [ms]"""
        if (login, at) not in self._held:
            self._held[(login, at)] = self._duty.licences(login, at)
        return self._held[(login, at)]
