"""Replays: what a person asked to be tried again, between the records and ingest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.batch import BatchName


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An entry of the quarantine that waits to be tried again.

    Attributes:
        id: Of the entry.
        received: When it came first, run clock: what came later stands. [ms]
    """

    id: int
    gateway: str
    topic: str
    payload: bytes
    reason: str
    received: int
    name: BatchName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of one replay.

    Attributes:
        id: Of the entry.
        stored: Readings of it that are in the store now.
        left: Readings of it that are still refused.
        said: Why, for a person; empty where nothing of it is refused any more.
    """

    id: int
    stored: int
    left: int
    said: str = ""


class Replays(Protocol):
    """Entries that were asked for; they wait here until they were tried, over any restart."""

    def asked(self, most: int) -> Sequence[Held]:
        """The oldest that wait."""
        ...

    def tried(self, results: Sequence[Tried], at: int) -> None:
        """Settle what is stored, give back what is still refused; ``at`` is the run clock. [ms]"""
        ...
