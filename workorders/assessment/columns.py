"""What is assessed, as columns: one row an order, a promise, a hold, an end, a rating. Pure.

Times are UTC ms of events; :data:`NEVER` stands where something has not happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.batch import Bools, Floats, Ints

NEVER = -1
NOBODY = -1
"""Index of a person where there is none."""


@dataclass(frozen=True, slots=True)
class Words:
    """A column of few words: an index into ``known`` a row."""

    code: Ints
    known: Sequence[str]

    def of(self, word: str) -> Bools:
        """Rows that have a word."""
        if word not in self.known:
            return np.zeros(len(self.code), dtype=bool)
        found: Bools = self.code == list(self.known).index(word)
        return found

    def word(self, row: int) -> str:
        """Of one row; empty where it has none."""
        return self.known[self.code[row]] if self.code[row] >= 0 else ""

    def among(self, words: Sequence[str]) -> Bools:
        """Rows that have one of some words."""
        wanted = [i for i, word in enumerate(self.known) if word in words]
        return np.isin(self.code, wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Work orders, one a row.

    Attributes:
        holder: Who has it, an index into :attr:`Work.people`.
        mender: Who said *done* last.
        closer: Who closed or cancelled it: ``system`` where the system did.
        opened: When its clocks began. [ms]
        seen: When the fault began. [ms]
        minutes: Worked on it, as was said. [min]
        effort: Expected. [min]
    """

    id: Sequence[str]
    building: Words
    crew: Words
    origin: Words
    state: Words
    outcome: Words
    reason: Words
    proof: Words
    closer: Words
    holder: Ints
    mender: Ints
    priority: Ints
    attempt: Ints
    opened: Ints
    seen: Ints
    done: Ints
    closed: Ints
    minutes: Ints
    effort: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """Clocks of orders; ``order`` is a row of :class:`Orders`."""

    order: Ints
    kind: Words
    priority: Ints
    started: Ints
    due: Ints
    met: Ints
    breached: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Somebody came to the place; in time order."""

    order: Ints
    at: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Reports of closed orders; ``stars`` 0 is silence, ``left_out`` counts in no average."""

    order: Ints
    stars: Ints
    left_out: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What the ledger has booked of an order in a month, signed. [site currency]"""

    order: Ints
    month: Sequence[str]
    money: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrences:
    """Due dates of planned work that are decided: done in time, or missed for good."""

    order: Ints
    at: Ints
    kept: Bools


@dataclass(frozen=True, slots=True)
class Ended:
    """An order that was over once and was opened again.

    Attributes:
        order: Row of :class:`Orders`.
        at: When it was over. [ms]
        again: When it was opened again. [ms]
        cancelled: It was cancelled, not closed.
        attempt: Which attempt that was.
        mender: Who had said *done*, as an index of people.
    """

    order: int
    at: int
    again: int
    cancelled: bool
    attempt: int
    mender: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """All that one assessment looks at.

    Attributes:
        people: Log-ins.
        names: By log-in.
        firms: Log-ins of contractors.
        holds: Stretches that stop the clock to restore, by order. [ms]
        hands: Who had an order from when on, by order, where it changed hands.
        again: When the same fault came back, by the id of the order that had mended it. [ms]
        weekly: Hours on the roster a week, by log-in and trade. [h]
    """

    orders: Orders
    promises: Promises
    arrivals: Arrivals
    ratings: Ratings
    saved: Saved
    occurrences: Occurrences
    ended: Sequence[Ended] = ()
    people: Sequence[str] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    firms: frozenset[str] = frozenset()
    holds: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)
    hands: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)
    again: Mapping[str, int] = field(default_factory=dict)
    weekly: Mapping[tuple[str, str], float] = field(default_factory=dict)
