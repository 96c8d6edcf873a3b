"""Who can be sent: what work orders need to know of people and rosters."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from core.words import Licence, Role, Trade


class Person(Protocol):
    """Somebody with a log-in."""

    @property
    def login(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def role(self) -> Role: ...

    @property
    def trades(self) -> AbstractSet[Trade]: ...

    @property
    def buildings(self) -> frozenset[str] | None:
        """Where they work; None is the whole campus."""
        ...

    @property
    def language(self) -> str: ...

    @property
    def mail(self) -> str: ...

    @property
    def phone(self) -> str: ...

    @property
    def firm(self) -> bool:
        """A contractor: sent by a link to one order."""
        ...


class PersonOf(Protocol):
    """Finds people."""

    def person(self, login: str) -> Person | None:
        """Somebody by log-in; None where nobody (any more) has it."""
        ...


class Duty(Protocol):
    """People and who of them is on duty; leave and substitutes are already seen to."""

    def on_call(self, trade: Trade, building: str, at: int) -> Sequence[str]:
        """Log-ins on call for a trade and building at a time, first to be called first."""
        ...

    def person(self, login: str) -> Person | None:
        """Somebody by log-in; None where nobody (any more) has it."""
        ...

    def supervisors(self, building: str) -> Sequence[str]:
        """Log-ins of the supervisors of a building."""
        ...

    def away(self, login: str, at: int) -> bool:
        """Whether somebody is on leave at a time. [ms]"""
        ...

    def licences(self, login: str, at: int) -> AbstractSet[Licence]:
        """What somebody is licensed for at a time. [ms]"""
        ...


def serves(person: Person, trade: Trade, building: str) -> bool:
    """Whether somebody has the skill, and the building is theirs to work in."""
    here = person.buildings is None or building in person.buildings
    return trade in person.trades and here
