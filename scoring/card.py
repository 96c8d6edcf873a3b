"""The committed score, and what has become worse since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Card = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """By how much a figure may be worse than the card before a change fails.

    Attributes:
        path: Of the figure in the card.
        by: How much.
        less_is_better: Whether a smaller value is the better one.
    """

    path: tuple[str, ...]
    by: float
    less_is_better: bool = False


TOLERANCES = (
    Tolerance(("precision_strict",), 0.02),
    Tolerance(("recall",), 0.03),
    Tolerance(("recall_within_reach",), 0.03),
    Tolerance(("orders_per_fault",), 0.05, less_is_better=True),
    Tolerance(("verification_right",), 0.02),
    Tolerance(("distractors_alarmed",), 0.0, less_is_better=True),
    Tolerance(("readings", "lost"), 0.0, less_is_better=True),
    Tolerance(("readings", "duplicated"), 0.0, less_is_better=True),
    Tolerance(("readings", "invented"), 0.0, less_is_better=True),
)


def worsened(card: Card, now: Card) -> list[str]:
    """A sentence for each figure that is worse than the card by more than its tolerance.

    A figure that the card has and the run has not is worse; the other way round is none.
    """
    found = []
    for tolerance in TOLERANCES:
        before, after = _at(card, tolerance.path), _at(now, tolerance.path)
        if before is None:
            continue
        name = " ".join(tolerance.path)
        if after is None:
            found.append(f"{name}: {before:g} before, nothing to judge by now")
            continue
        worse = after - before if tolerance.less_is_better else before - after
        if worse > tolerance.by + 1e-9:
            found.append(f"{name}: {before:g} before, {after:g} now, {tolerance.by:g} allowed")
    return found


OVERFITTED = 0.05
"""F1 by which sealed seeds may be worse than those that rules were tuned on. A choice; with five
seeds each, less is within what chance does."""


def overfitted(tuned: Card, sealed: Card) -> str | None:
    """A sentence where sealed seeds score worse than the tuned ones by more than that."""
    before, after = _at(tuned, ("f1",)), _at(sealed, ("f1",))
    if before is None or after is None or before - after <= OVERFITTED + 1e-9:
        return None
    return f"f1: {before:g} where it was tuned, {after:g} here, {OVERFITTED:g} apart allowed"


def _at(card: Card, path: tuple[str, ...]) -> float | None:
    value: Any = card
    for word in path:
        value = value.get(word) if isinstance(value, Mapping) else None
    return None if value is None else float(value)
