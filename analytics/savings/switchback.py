"""Switchbacks: a desk fix is put off and on again, and what it saves is off minus on.

What a schedule or a setpoint mends can be undone for a day. Off and on stand in pairs of spells
close to each other, with days of the same types, so that weather and season fall on both alike;
which of a pair comes first is drawn, half of the pairs each way, so that a trend does too. No
model of the building is in it, and no reading from before the repair.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analytics.savings.interval import student

LEAST_PAIRS = 4
"""Three degrees of freedom: fewer pairs say nothing of how pairs differ."""

MOST_PAIRS = 14
LONGEST_SPELL = 7
MOST_GAP = 3
"""Between the spells of a pair, where a weekend or a holiday lies: more, and the weather of one is
not that of the other. [d]"""
MOST_DAYS = 120
"""Within which a schedule has to find its pairs; later it is another season. [d]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Days on end with the fix on, or off.

    Attributes:
        pair: Which two belong together, from 0.
        on: Whether the fix acts.
        days: Whole local days in time order.
        settling: So many of the first ones count nowhere: the building still remembers.
    """

    pair: int
    on: bool
    days: tuple[date, ...]
    settling: int = 0

    @property
    def counted(self) -> tuple[date, ...]:
        """Days that are compared."""
        return self.days[self.settling :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What the fix saves on a day of one type.

    Attributes:
        working: Of working days, else of days off.
        per_day: Off less on. [unit/d]
        u: Half-width, 90 %; all days of the type share it. [unit/d]
        pairs: Of this type that were measured whole.
    """

    working: bool
    per_day: float
    u: float
    pairs: int


def schedule(
    first: date, working: Mapping[date, bool], *, seed: int, pairs: int = LEAST_PAIRS,
    spell: int = 1, settling: int = 0,
) -> tuple[Spell, ...]:  # fmt: skip
    """Pairs of spells from a day on; on days between them, which match none, the fix is on.

    Args:
        first: The first day that may be switched.
        working: Whether each day is a working day, for as far as may be planned.
        seed: Of the draw: the same seed draws the same.
        pairs: Even, so that half of them begin with either. At least four; all of four count the
            same day types, or there is no freedom left to say how pairs differ.
        spell: Length of each. [d]
        settling: Of these the first ones that count nowhere. [d]

    Returns:
        Spells in time order; empty where so many pairs do not fit into the days given.

    Raises:
        ValueError: Numbers that no schedule can have.
    """
    if pairs % 2 or not LEAST_PAIRS <= pairs <= MOST_PAIRS:
        raise ValueError(f"{pairs} pairs: an even number from {LEAST_PAIRS} to {MOST_PAIRS}")
    if not 0 <= settling < spell <= LONGEST_SPELL:
        raise ValueError(f"spells of {spell} days, {settling} of them settling")
    starts = _starts(first, working, pairs, spell, settling)
    if len(starts) < pairs:
        return ()
    begin_on = np.random.default_rng(seed).permutation([True, False] * (pairs // 2))
    found: list[Spell] = []
    for pair, (of, on) in enumerate(zip(starts, begin_on.tolist(), strict=True)):
        for start, acts in zip(of, (on, not on), strict=True):
            days = tuple(start + timedelta(days=n) for n in range(spell))
            found.append(Spell(pair=pair, on=acts, days=days, settling=settling))
    return tuple(found)


def _starts(
    first: date, working: Mapping[date, bool], pairs: int, spell: int, settling: int
) -> list[tuple[date, date]]:
    """First days of both spells of each pair, which count days of the same types."""

    def kinds(start: date) -> list[bool] | None:
        days = [working.get(start + timedelta(days=n)) for n in range(spell)]
        return None if None in days else sorted(map(bool, days[settling:]))

    found: list[tuple[date, date]] = []
    day, wanted = first, None
    while len(found) < pairs and (day - first).days <= MOST_DAYS:
        mine = kinds(day)
        if mine is None:
            break
        nexts = (day + timedelta(days=spell + gap) for gap in range(MOST_GAP + 1))
        second = next((d for d in nexts if kinds(d) == mine), None)
        if second is None or (pairs <= LEAST_PAIRS and mine != (wanted or mine)):
            day += timedelta(days=1)
            continue
        found.append((day, second))
        wanted = mine
        day = second + timedelta(days=spell)
    return found


def estimate(
    spells: Sequence[Spell], use: Mapping[date, float], working: Mapping[date, bool]
) -> tuple[Effect, ...]:
    """What the fix saves a day, by day type, with Student's interval over pairs.

    A pair counts for a type by the means of that type's days on either side; one with a day
    that was not measured is left out whole. How pairs differ among themselves is taken of both
    types together, each about its own mean.

    Args:
        spells: As they were kept.
        use: Of each day; absent or NaN where it was not measured whole. [unit]
        working: Whether each is a working day.

    Returns:
        Of each type that was measured; empty with fewer than four whole pairs of one type and no
        three degrees of freedom left.
    """
    differences: dict[bool, list[float]] = {}
    for pair in sorted({s.pair for s in spells}):
        mine = [s for s in spells if s.pair == pair]
        counted = [day for s in mine for day in s.counted]
        if not all(math.isfinite(use.get(day, math.nan)) for day in counted):
            continue
        for kind in {working[day] for day in counted}:
            means = {
                s.on: float(np.mean([use[d] for d in s.counted if working[d] is kind]))
                for s in mine
            }
            differences.setdefault(kind, []).append(means[False] - means[True])
    return _effects(differences)


def _effects(differences: Mapping[bool, Sequence[float]]) -> tuple[Effect, ...]:
    free = sum(len(of) for of in differences.values()) - len(differences)
    if free < LEAST_PAIRS - 1:
        return ()
    squares = sum(float(((np.array(of) - np.mean(of)) ** 2).sum()) for of in differences.values())
    sd = math.sqrt(squares / free)
    return tuple(
        Effect(working=kind, per_day=float(np.mean(of)), pairs=len(of),
               u=student(free) * sd / math.sqrt(len(of)))
        for kind, of in sorted(differences.items(), reverse=True)
    )  # fmt: skip


def by_draw(
    spells: Sequence[Spell], use: Mapping[date, float], working: Mapping[date, bool]
) -> float | None:
    """How often another draw of the same schedule shows as much by chance; None of no whole pairs.

    The randomisation test: it supposes no law of the noise. All ways in which half of the pairs
    could have begun with the fix on, the drawn one among them.
    """
    signed: list[tuple[bool, float]] = []
    for pair in sorted({s.pair for s in spells}):
        mine = sorted((s for s in spells if s.pair == pair), key=lambda s: s.days[0])
        days = [s.counted for s in mine]
        if not all(math.isfinite(use.get(d, math.nan)) for of in days for d in of):
            continue
        if sorted(working[d] for d in days[0]) != sorted(working[d] for d in days[1]):
            continue
        first, second = (float(np.mean([use[d] for d in of])) for of in days)
        signed.append((mine[0].on, first - second))
    if len(signed) < LEAST_PAIRS:
        return None
    began = sum(on for on, _ in signed)
    drops = np.array([drop for _, drop in signed])
    seen = abs(sum(-drop if on else drop for on, drop in signed))
    masks = np.arange(1 << len(signed))
    bits = (masks[:, None] >> np.arange(len(signed))) & 1
    bits = bits[bits.sum(axis=1) == began]
    others = np.abs(((1 - 2 * bits) * drops).sum(axis=1))
    return float((others >= seen - 1e-9 * max(seen, 1.0)).mean())
