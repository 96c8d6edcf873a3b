"""Running totals to known differences: what a register counted, and where nobody can know.

Domain sheet, SEN-06 and SEN-07. A difference is used only between two reads that fit each
other; whatever does not fit is unknown, never zero and never the number on the dial. Pure
functions over reads of many registers at once, ordered by point, then time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.batch import Bools, Columns, Floats, Ints
from core.clock import HOUR_MS
from core.meters import Decision
from core.quantity import Kind
from core.site import Site

ROLLOVER_FROM = 0.9
"""Share of the modulus above which a fall can be a rollover (SEN-06)."""
USUAL_FACTOR = 1.5
"""A rollover uses at most this many times the P99 of the register's own use (SEN-06)."""
RATED_FACTOR = 1.2
"""More than this many times what is rated cannot have passed (SEN-07)."""
ROLLOVER_PERIODS = 2.5
"""SEN-06 asks for no gap of more than two periods; the half allows for jitter."""
CONSISTENT = 3
"""Reads that fit each other at a new level make a reset or a swap (SEN-06)."""
MOST_PENDING = 12
"""After as many reads that fit neither the old level nor each other, begin again at the
last one. With fewer, a noisy hour begins a segment in the noise; with no bound, one broken
register makes every later write read its whole past."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is known of each register, by point index; of other points it says nothing.

    Attributes:
        is_register: Which points are registers.
        modulus: Where it starts again from zero.
        quantum: Smallest step.
        rated: The most that can pass; inf where nobody said. [unit/ms]
        period: Nominal time between reads. [ms]
        ids: Of the points.
        buildings: Of the points.
    """

    is_register: Bools
    modulus: Floats
    quantum: Floats
    rated: Floats
    period: Ints
    ids: tuple[str, ...]
    buildings: tuple[str, ...]

    @staticmethod
    def of(site: Site) -> Rules:
        """The rules that the site model states."""
        registers = [p.register for p in site.points]
        return Rules(
            is_register=np.array([p.kind is Kind.REGISTER for p in site.points], dtype=np.bool_),
            modulus=np.array([r.modulus if r else np.inf for r in registers], dtype=np.float64),
            quantum=np.array([r.quantum if r else 0.0 for r in registers], dtype=np.float64),
            rated=np.array(
                [r.rated_per_h / HOUR_MS if r else np.inf for r in registers], dtype=np.float64
            ),
            period=np.array([p.period_s * 1000 for p in site.points], dtype=np.int64),
            ids=tuple(p.id for p in site.points),
            buildings=tuple(p.building for p in site.points),
        )

    def most(self, point: NDArray[np.int32], over: Ints) -> Floats:
        """The most that can pass in a time: what is rated, and a step that was pending."""
        # Nothing passes in no time, also where no rating is known: infinity times zero is none.
        rated = np.where(over > 0, self.rated[point], 0.0)
        return RATED_FACTOR * rated * over + self.quantum[point]


@dataclass(frozen=True, slots=True)
class Links:
    """How each read hangs on the one before it that counts.

    Attributes:
        before: Index of that read; -1 where there is none, or where the read does not count.
        use: Between the two; NaN where unknown. In the register's unit.
        counts: Whether the read belongs to a segment; the others are glitches, or wait
            for a later read to say what they are.
        begins: Whether a new segment begins here (reset or swap).
        owed: How far it still is below the level it ran backwards from: until then it only
            counts again what was counted before. In the register's unit.
        rolled: Whether it rolled over before this read, by the rules' own judgement.
        guessed: Whether the use is a person's estimate: a register was not read off.
    """

    before: NDArray[np.int64]
    use: Floats
    counts: Bools
    begins: Bools
    owed: Floats
    rolled: Bools
    guessed: Bools


Said = Mapping[int, Sequence[Decision]]
"""What people decided of a register's events, by point index, in time order."""
UNSAID: Said = {}


def linked(reads: Columns, rules: Rules, usual: Mapping[int, float], said: Said = UNSAID) -> Links:
    """Tell differences from rollovers, glitches, resets and impossible jumps.

    Args:
        reads: Good reads only, ordered by point, then time, no time twice.
        rules: By point index.
        usual: P99 of a register's own use in one period, where enough of it is known;
            asked only for registers in :func:`near_rollover`.
        said: Stands above what the rules would make of it.
    """
    n = len(reads)
    same = _same_point(reads)
    before = np.where(same, np.arange(n) - 1, -1)
    use = np.where(same, _steps(reads, np.nan), np.nan)
    no = np.zeros(n, np.bool_)
    links = Links(before, use, ~no, no.copy(), np.zeros(n), no.copy(), no.copy())
    troubled = np.union1d(reads.point[same & ~_fits(reads, rules)], np.array([*said], np.int32))
    starts = np.searchsorted(reads.point, troubled, side="left")
    ends = np.searchsorted(reads.point, troubled, side="right")
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if start < end:
            _Register(reads, rules, usual, said, links).walk(start, end)
    return links


def all_fit(reads: Columns, rules: Rules) -> Bools:
    """By read: whether it follows the one before it without any doubt, or is the first."""
    return ~_same_point(reads) | _fits(reads, rules)


def near_rollover(reads: Columns, rules: Rules) -> NDArray[np.int32]:
    """Registers that fell and were near their modulus: whether they rolled over asks their past."""
    fell = reads.point[_same_point(reads) & (_steps(reads) < 0.0)]
    high = reads.point[reads.value >= ROLLOVER_FROM * rules.modulus[reads.point]]
    return np.intersect1d(fell, high)


def _same_point(reads: Columns) -> Bools:
    same: Bools = np.diff(reads.point, prepend=-1) == 0
    return same


def _fits(reads: Columns, rules: Rules) -> Bools:
    step = _steps(reads)
    most = rules.most(reads.point, np.diff(reads.at, prepend=0))
    # Without a rating anything may pass, but not more than there are numbers for.
    fits: Bools = (step >= 0.0) & (step <= most) & np.isfinite(step)
    return fits


def _steps(reads: Columns, first: float = 0.0) -> Floats:
    """Each read less the one above it; infinite where that is more than there are numbers for."""
    with np.errstate(over="ignore"):
        steps: Floats = np.diff(reads.value, prepend=first)
    return steps


class _Register:
    """One register with trouble, read by read."""

    def __init__(
        self, reads: Columns, rules: Rules, usual: Mapping[int, float], said: Said, links: Links
    ) -> None:
        self._at, self._value, self._point = reads.at, reads.value, reads.point
        self._rules, self._usual, self._said, self._links = rules, usual, said, links

    def walk(self, start: int, end: int) -> None:
        """Fill the links of the reads from ``start`` up to ``end``."""
        links = self._links
        links.before[start:end] = -1
        links.use[start:end] = np.nan
        links.counts[start + 1 : end] = False
        base = start
        run: list[int] = []  # the last reads that fit each other, off the base's level
        pending = 0
        for i in range(start + 1, end):
            use = self._use(base, i)
            if use is not None:
                self._join(base, i, use)
                base, run, pending = i, [], 0
                continue
            run = [*run, i] if run and self._step(run[-1], i) is not None else [i]
            pending += 1
            if len(run) >= CONSISTENT or pending >= MOST_PENDING:
                self._begin(base, run)
                base, run, pending = i, [], 0

    def _begin(self, base: int, run: list[int]) -> None:
        first, links = run[0], self._links
        links.before[first], links.counts[first], links.begins[first] = base, True, True
        links.owed[first] = self._ran_back(base, first)
        for a, b in pairwise(run):
            self._link(a, b, self._step(a, b) or 0.0)

    def _ran_back(self, a: int, b: int) -> float:
        """How far it ran backwards; a fall larger than what passes in a period is another meter."""
        point, rules = int(self._point[a]), self._rules
        most = RATED_FACTOR * float(rules.rated[point] * rules.period[point])
        most = (most if np.isfinite(most) else 0.0) + float(rules.quantum[point])
        fall = float(self._value[a]) + float(self._links.owed[a]) - float(self._value[b])
        return fall if 0.0 < fall <= most else 0.0

    def _join(self, a: int, b: int, use: float) -> None:
        """Link a read that follows, or that lies behind something that is known."""
        happened = [d for d in self._between(a, b) if d.closing is not None]
        if not happened:
            self._link(a, b, use)
            self._links.rolled[b] = bool(self._value[b] < self._value[a])
            return
        links = self._links
        links.before[b], links.counts[b], links.use[b] = a, True, use
        links.guessed[b] = not all(d.exact for d in happened)

    def _link(self, a: int, b: int, use: float) -> None:
        links = self._links
        again = min(use, float(links.owed[a]))
        links.owed[b] = links.owed[a] - again
        links.before[b], links.counts[b], links.use[b] = a, True, use - again

    def _use(self, a: int, b: int) -> float | None:
        said = self._between(a, b)
        happened = [d for d in said if d.closing is not None]
        if happened:
            return self._across(a, b, happened)
        step = self._step(a, b)
        return self._rollover(a, b) if step is None and not said else step

    def _between(self, a: int, b: int) -> list[Decision]:
        said = self._said.get(int(self._point[a]), ())
        return [d for d in said if self._at[a] < d.at <= self._at[b]]

    def _across(self, a: int, b: int, happened: Sequence[Decision]) -> float | None:
        """Use up to the old level's last number, and from the new level's first one on."""
        slack, level, use = float(self._rules.quantum[self._point[a]]), float(self._value[a]), 0.0
        for one in happened:
            part = float(one.closing or 0.0) - level
            if part < -slack and one.exact:
                return None
            use, level = use + max(part, 0.0), one.opening
        part = float(self._value[b]) - level
        use += max(part, 0.0)
        return use if part >= -slack and use <= self._most(a, b) else None

    def _step(self, a: int, b: int) -> float | None:
        step = float(self._value[b]) - float(self._value[a])
        return step if 0.0 <= step <= self._most(a, b) and step < np.inf else None

    def _most(self, a: int, b: int) -> float:
        point, over = int(self._point[a]), int(self._at[b] - self._at[a])
        rules = self._rules
        return float(RATED_FACTOR * rules.rated[point] * over + rules.quantum[point])

    def _rollover(self, a: int, b: int) -> float | None:
        point, over = int(self._point[a]), int(self._at[b] - self._at[a])
        rules = self._rules
        modulus, periods = float(rules.modulus[point]), over / float(rules.period[point])
        fell = self._value[b] < self._value[a] < modulus
        if not fell or self._value[a] < ROLLOVER_FROM * modulus or periods > ROLLOVER_PERIODS:
            return None
        use = float(self._value[b]) - float(self._value[a]) + modulus
        most = self._most(a, b)
        if point in self._usual:
            own = USUAL_FACTOR * self._usual[point] * max(periods, 1.0)
            most = min(most, own + float(rules.quantum[point]))
        # Where neither the rating nor its own past bounds it, nothing makes it plausible.
        return use if np.isfinite(most) and use <= most else None
