"""What a channel is to the notifier, and how it says that it did not take something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.errors import Retryable
from workorders.notify.letter import Letter


class Throttled(Retryable):
    """Too many at once: the channel is well, and takes more after a while."""


class NoSuchAddress(Retryable):
    """This address takes nothing; the channel is well."""


class Sender(Protocol):
    """One channel as it is installed here."""

    @property
    def name(self) -> str:
        """In the outbox, beside each message that it took."""
        ...

    @property
    def most_bytes(self) -> int:
        """Longest text that it takes. [bytes]"""
        ...

    @property
    def a_minute(self) -> int:
        """Most messages a minute; 0 where there is no bound."""
        ...

    def send(self, address: str, letter: Letter) -> None:
        """Returns once the other side has taken it.

        Raises:
            Retryable: It was not taken; :class:`Throttled` or :class:`NoSuchAddress` where
                the channel itself is well.
        """
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """One address of somebody at one channel."""

    sender: Sender
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Many who listen at one place, and hear of everything once.

    Attributes:
        name: As written beside its messages; never its address, which is a secret.
        language: That they read.
    """

    name: str
    sender: Sender
    language: str = "en"


class Ways(Protocol):
    """How everybody can be reached here."""

    @property
    def groups(self) -> Sequence[Group]:
        """Hear of everything."""
        ...

    def of(self, login: str, mail: str, phone: str) -> Sequence[Way]:
        """Somebody's written ways, the first to be tried first."""
        ...

    def ringing(self, login: str, mail: str, phone: str) -> Sequence[Way]:
        """Their telephones."""
        ...
