"""Readings that people take: what is kept of each, with who and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class HandReading:
    """One reading as a person entered it.

    Attributes:
        point: Id of the point.
        building: Its building, for scope.
        at: When it was read off, UTC. [ms]
        value: In the point's canonical unit.
        person: Log-in id of who entered it.
        entered: When it was entered, run clock. [ms]
        via: ``console``, ``api`` or ``file``.
        source: File and line, where it came from one.
        note: In the person's words.
        id: Given by the records; 0 where it is not kept yet.
        taken: When ingest had made it durable, or had refused it, run clock. [ms]
        undone: When it was taken back, run clock; it stands no more. [ms]
        undone_by: Log-in id of who took it back.
    """

    point: str
    building: str
    at: int
    value: float
    person: str
    entered: int
    via: str
    source: str = ""
    note: str = ""
    id: int = 0
    taken: int | None = None
    undone: int | None = None
    undone_by: str = ""


class HandReadings(Protocol):
    """Where entered readings last; durable on return."""

    def enter(self, readings: Sequence[HandReading]) -> None:
        """Keep; what one person enters at once is kept together or not at all."""
        ...

    def waiting(self, most: int, *, but: AbstractSet[int] = frozenset()) -> Sequence[HandReading]:
        """Those that ingest has not taken, in the order entered, without these."""
        ...

    def took(self, ids: Sequence[int], at: int) -> None:
        """They are durable in the store or in quarantine."""
        ...

    def newest(self, keys: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], float]:
        """What was entered last for a point and time, where anything was."""
        ...


Key = tuple[str, int]
"""Id of a point, and a device time. [ms]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a device said of a moment of which a person says something else.

    Attributes:
        value: In the point's unit; NaN where it had none. [canonical unit]
        quality: Code of :class:`core.quality.Quality`.
        received: When it came, run clock; None where the device has said nothing. [ms]
    """

    value: float
    quality: int
    received: int | None


class Corrections(Protocol):
    """What people entered, as it stands over what devices send; durable on return."""

    def points(self) -> AbstractSet[str]:
        """Points of which anything was ever entered: nearly always few or none."""
        ...

    def standing(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """What stands for these, where anything does."""
        ...

    def said(self, keys: Sequence[Key]) -> Mapping[Key, Said]:
        """What the devices said, where it is known."""
        ...

    def keep(self, said: Mapping[Key, Said]) -> None:
        """The devices said this; of one key it replaces what was kept."""
        ...

    def taken_back(self, most: int) -> Sequence[HandReading]:
        """The oldest that were taken back and of which ingest has not put back what was."""
        ...

    def gave_back(self, ids: Sequence[int], keys: Sequence[Key], at: int) -> None:
        """It has, for these readings; what the devices said of the keys is forgotten."""
        ...
