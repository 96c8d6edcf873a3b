"""How often a rule is right: counts, a share and how low it may really be. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.clock import DAY_MS

WINDOW_MS = 90 * DAY_MS
"""Orders of so long are counted, by when their findings opened."""

LEAST_PRECISION = 0.6
"""Below it a rule costs crews more ways than it saves."""

LEAST_JUDGED = 5
"""Fewer say too little: of five alarms of a rule that is right four times in five, three are false
one time in seventeen; of four, two are one time in six."""

_Z = 1.645
"""One-sided, 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One closed order of a rule, and what people said of its alarm.

    Attributes:
        opened: When its finding opened, event time. [ms]
        true: Whether the alarm was right; None where nobody said.
        cause: Why it was false, as :class:`core.words.FalseCause`; empty where nobody said.
        action: What was done.
        ended: How it ended: an outcome, or the reason of a cancel.
        note: What was said with it.
        people: Who closed it, did it or entered it: they decide nothing that follows from it.
        spans: From onset to the last fault of each of its findings. [ms]
    """

    order: str
    rule: str
    target: str
    asset: str
    building: str
    opened: int
    true: bool | None
    cause: str
    action: str
    ended: str
    note: str
    people: frozenset[str]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """Of one rule, or of one rule at one asset.

    Attributes:
        right: True alarms.
        judged: True and false ones.
        unjudged: Orders of which nobody said what they were.
    """

    right: int = 0
    judged: int = 0
    unjudged: int = 0

    @property
    def share(self) -> float | None:
        """Right of the judged; None where none was."""
        return self.right / self.judged if self.judged else None

    @property
    def low(self) -> float:
        """No lower than this with 95 % (Wilson): of few it is far below the share."""
        return wilson_low(self.right, self.judged)

    @property
    def poor(self) -> bool:
        """Whether enough were judged, and too few were right."""
        return self.judged >= LEAST_JUDGED and self.right < LEAST_PRECISION * self.judged


def wilson_low(right: int, judged: int) -> float:
    """Lower bound of a share, one-sided 95 %; 0 of none."""
    if not judged:
        return 0.0
    p, z2 = right / judged, _Z * _Z
    middle = p + z2 / (2 * judged)
    half = _Z * math.sqrt(p * (1 - p) / judged + z2 / (4 * judged * judged))
    return max(0.0, (middle - half) / (1 + z2 / judged))


def counted(cases: Iterable[Case]) -> Precision:
    """What some cases say together."""
    said = [case.true for case in cases]
    judged = [true for true in said if true is not None]
    return Precision(right=sum(judged), judged=len(judged), unjudged=len(said) - len(judged))


def by_rule(cases: Iterable[Case], since: Mapping[str, int] | None = None) -> dict[str, Precision]:
    """By rule id; of some rules only what opened after a time. [ms]"""
    after = since or {}
    kept: dict[str, list[Case]] = {}
    for case in cases:
        if case.opened > after.get(case.rule, 0):
            kept.setdefault(case.rule, []).append(case)
    return {rule: counted(mine) for rule, mine in sorted(kept.items())}
