"""Defects that data have though nothing is broken: how often, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Ints
from core.clock import DAY_MS, HOUR_MS
from simulators.physics.streams import stream

_BLOCK_MS = 28 * DAY_MS
"""Times are drawn for so long at once: an episode lasts at most that, so that a moment is known
from its block and the one before."""
_YEAR_MS = 365.25 * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """How far from perfect a campus's data are; by itself they are perfect.

    Attributes:
        gaps: How often meters miss hours and days; 1 is as often as the real ones.
        nonsense: How often readers say what cannot be: rows of zeros, a dial that steps back,
            −39.9 °C; 1 is as often as the real ones.
        jitter_s: How late after the full period meters are read at most, less than 60. [s]
        late_min: Mean of the delay on the way. [min]
        duplicates: Share of readings that come twice, 0…1.
    """

    gaps: float = 0.0
    nonsense: float = 0.0
    jitter_s: float = 0.0
    late_min: float = 0.0
    duplicates: float = 0.0


PERFECT = Background()
"""Nothing is missing, late or absurd."""
MILD = Background(nonsense=0.5, jitter_s=10.0)
"""For who looks on: a row of zeros now and then, and no meter read on the dot."""
REAL = Background(gaps=1.0, nonsense=1.0, jitter_s=20.0, late_min=0.05, duplicates=0.0002)
"""As real data are. Gaps and nonsense were measured; a poll that takes some seconds, a delay of
three and a copy in five thousand are chosen: no data at hand say when a reading came."""

Lasting = Callable[[np.random.Generator, int], tuple[Ints, Ints]]
"""Of a number of episodes: starts within a block and how long each lasts. [ms]"""


class Episodes:
    """Times at which one thing goes wrong for a while, again and again, as chance has it.

    Args:
        seed: Of the campus.
        words: Which thing, and what of it.
        per_year: How often.
        lasting: Where in a block they begin, and how long they last.
    """

    def __init__(
        self, seed: int, words: tuple[str, ...], per_year: float, lasting: Lasting
    ) -> None:
        self._seed, self._words, self._lasting = seed, words, lasting
        self._mean = per_year * _BLOCK_MS / _YEAR_MS
        self._known: dict[int, tuple[Ints, Ints]] = {}

    def acting(self, at: Ints) -> Bools:
        """Whether one is there at each of some ascending times [ms]."""
        found = np.zeros(len(at), np.bool_)
        if not len(at):
            return found
        first, last = int(at[0]) // _BLOCK_MS - 1, int(at[-1]) // _BLOCK_MS
        for block in [b for b in self._known if b < first]:
            del self._known[block]
        for block in range(first, last + 1):
            for start, end in zip(*self._of(block), strict=True):
                found |= (at >= start) & (at < end)
        return found

    def _of(self, block: int) -> tuple[Ints, Ints]:
        if block not in self._known:
            rng = stream(self._seed, *self._words, block)
            starts, lasts = self._lasting(rng, int(rng.poisson(self._mean)))
            starts = starts + block * _BLOCK_MS
            self._known[block] = (starts, starts + np.minimum(lasts, _BLOCK_MS))
        return self._known[block]


def some_hours(median_h: float, spread: float, *, least_ms: int = 0) -> Lasting:
    """Any time, log-normally long.

    Args:
        median_h: Of the length. [h]
        spread: Standard deviation of its logarithm.
        least_ms: No shorter than this. [ms]
    """

    def drawn(rng: np.random.Generator, number: int) -> tuple[Ints, Ints]:
        starts = (rng.random(number) * _BLOCK_MS).astype(np.int64)
        hours = median_h * np.exp(spread * rng.standard_normal(number))
        return starts, np.maximum((hours * HOUR_MS).astype(np.int64), least_ms)

    return drawn


def one_reading(period_ms: int, *, lasting: float, median_h: float, spread: float) -> Lasting:
    """One reading of a period; a share ``lasting`` of them as of :func:`some_hours`."""
    longer = some_hours(median_h, spread, least_ms=period_ms)

    def drawn(rng: np.random.Generator, number: int) -> tuple[Ints, Ints]:
        starts, lasts = longer(rng, number)
        return starts, np.where(rng.random(number) < lasting, lasts, period_ms)

    return drawn
