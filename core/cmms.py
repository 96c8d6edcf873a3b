"""What a maintenance system of somebody else is told of an order, and what it says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class TicketState(StrEnum):
    """How far a repair is, in the few words that such systems have in common."""

    OPEN = "open"
    ASSIGNED = "assigned"
    WORKING = "working"
    WAITING = "waiting"
    """On hold, or said done and not yet proven."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a ticket says.

    Attributes:
        key: Names the order for good; it stands at the head of the title, where it is looked for.
        title: One line, with the key.
        body: Plain text.
        priority: 1 to 4, as ours.
    """

    key: str
    title: str
    body: str
    priority: int
    state: TicketState


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What stands there.

    Attributes:
        id: Theirs.
        status: In their own word.
        closed: Whether that means that nothing more is to be done.
    """

    id: str
    status: str
    closed: bool


class Cmms(Protocol):
    """A maintenance system; called from one thread at a time.

    Raises :class:`core.errors.Retryable` while it is away, answers with an error of its own or
    wants to be left alone for a while, and :class:`core.errors.Refused` where it will not have
    what it was told: with code ``forbidden`` for who we are, ``invalid`` for what was said.
    """

    @property
    def name(self) -> str:
        """As people call it."""
        ...

    def status_of(self, state: TicketState) -> str:
        """Their word for a state."""
        ...

    def find(self, key: str) -> Ticket | None:
        """The ticket of an order, the oldest where there are several; None where there is none."""
        ...

    def get(self, ticket: str) -> Ticket | None:
        """A ticket as it stands now; None where it is gone."""
        ...

    def open(self, wording: Wording) -> Ticket:
        """Make one. Where this fails it may have been made all the same: look with :meth:`find`."""
        ...

    def update(self, ticket: str, wording: Wording) -> Ticket:
        """Let it say this, state too."""
        ...

    def remark(self, ticket: str, words: str) -> None:
        """Add a remark that people there see."""
        ...

    def leave(self) -> None:
        """End the session; the next call begins another."""
        ...
