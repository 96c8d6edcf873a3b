"""Replays: what a person asked to be tried again, and mended first, between records and ingest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.batch import BatchName

ROWS = frozenset({"unknown_point", "identity", "unit", "time", "domain", "store", "rate"})
"""Reasons whose payload is a batch of the refused rows: readings that can be mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """What a person said that readings of an entry should have been.

    The payload stays as it came; this is applied to it at each replay.

    Attributes:
        point: Id as it stands in the entry; empty is every point of it.
        to: The point that it is; empty where its name is right.
        unit: What the values are in, whatever the payload says; empty where that is right.
        factor: What the values have to be multiplied by, as a forgotten CT ratio.
    """

    point: str = ""
    to: str = ""
    unit: str = ""
    factor: float = 1.0

    def __str__(self) -> str:
        words = [f"{self.point or 'every point'} is {self.to}"] if self.to else []
        words += [f"values of {self.point or 'every point'} are in {self.unit}"] * bool(self.unit)
        words += [f"times {self.factor:g}"] * (self.factor != 1.0)
        return ", ".join(words) or f"{self.point or 'every point'} is as it came"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An entry of the quarantine that waits to be tried again.

    Attributes:
        id: Of the entry.
        received: When it came first, run clock: what came later stands. [ms]
        mends: What was said of it, in that order; of two on one point the later stands.
    """

    id: int
    gateway: str
    topic: str
    payload: bytes
    reason: str
    received: int
    name: BatchName | None = None
    mends: tuple[Mending, ...] = ()


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
