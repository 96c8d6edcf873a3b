"""Exposures: the separate stays in a fault's mode in which it could have shown again.

One walk over a stream of verdicts counts them, for the proof of a repair and for the
clearing of an episode alike, so that both mean the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise

from analytics.runs import part
from core.clock import DAY_MS, HOUR_MS
from core.rulecard import Hold, RuleCard
from core.verdict import Reason, Run, Verdict

PAUSE_MS = HOUR_MS
"""A gap up to this pauses a short timer; after a longer one it starts again (domain sheet,
gap policy). Longer, and two faults hours apart add up to one; shorter, and every restart
of a gateway starts the count anew."""

GOOD_SHARE = 0.9
"""Least share of good data that makes a stay an exposure (glossary of the design)."""


@dataclass(slots=True)
class Persistence:
    """How much of a hold FAULT has met, without an OK between or n of m when counted."""

    hold: Hold
    runs: list[Run] = field(default_factory=list)
    met_ms: int = 0
    gap_ms: int = 0

    def add(self, run: Run) -> bool:
        """Takes the next run; whether the hold is met by it."""
        return self._counted(run) if self.hold.counted else self._timed(run)

    def met_at(self) -> int:
        """When the hold was met, once :meth:`add` said so. [ms]"""
        if self.hold.counted:
            return self.runs[-1].end
        surplus = self.met_ms - self.hold.ms
        return max(self.runs[-1].end - surplus, self.runs[-1].start)

    def faults(self) -> list[Run]:
        """The FAULT runs that count so far, oldest first."""
        return [run for run in self.runs if run.verdict is Verdict.FAULT]

    def reset(self) -> None:
        """Begins anew."""
        self.runs.clear()
        self.met_ms = self.gap_ms = 0

    def _timed(self, run: Run) -> bool:
        if run.verdict is Verdict.OK:
            self.reset()
        elif run.verdict is Verdict.NOT_EVALUABLE:
            self.gap_ms += run.end - run.start
            if self.gap_ms > PAUSE_MS:
                self.reset()
        else:
            self.gap_ms = 0
            self.runs.append(run)
            self.met_ms += run.end - run.start
        return bool(self.runs) and self.met_ms >= self.hold.ms and run is self.runs[-1]

    def _counted(self, run: Run) -> bool:
        if run.verdict is Verdict.NOT_EVALUABLE:
            return False
        self.runs = [*self.runs, run][-self.hold.of :]
        while self.runs and self.runs[0].verdict is not Verdict.FAULT:
            self.runs.pop(0)
        return run.verdict is Verdict.FAULT and len(self.faults()) >= self.hold.need


@dataclass(slots=True)
class ClearCount:
    """Clear exposures since the last FAULT.

    A day's slot is 24 h from where clear time began: no stay is counted twice in it, and a
    plant that never stops is exposed once in each. A card that asks for service is clear only
    once the plant was seen to give it: behind a shut hand valve a coil leaks no more either.

    Attributes:
        settle_ms: How long after all that a fault of an instrument may still come out. [ms]
    """

    card: RuleCard
    modes: AbstractSet[str]
    since: int
    settle_ms: int = 0
    exposed: list[Run] = field(default_factory=list)
    last_exposure: int = 0
    served_at: int | None = None
    _served_ms: int = 0
    _slot: int = -1
    _in_slot: int = 0
    _stay_ms: int = 0
    _good_ms: float = 0.0
    _gap_ms: int = 0

    @property
    def needed(self) -> int:
        """Exposures that prove it."""
        return max(self.card.exposures, self.card.hold.need)

    @property
    def wait_ms(self) -> int:
        """Least clear time that proves it. [ms]"""
        return max(DAY_MS, self.card.hold.ms)

    def proved_at(self) -> int | None:
        """When enough was seen, or None: exposures, clear time and service."""
        if len(self.exposed) < self.needed or self.unserved:
            return None
        seen = max(self.exposed[self.needed - 1].end, self.served_at or 0)
        return max(seen, self.since + self.wait_ms) + self.settle_ms

    @property
    def unserved(self) -> bool:
        """Whether the plant has yet to be seen in service."""
        return bool(self.card.served_when) and self.served_at is None

    def fault(self, until: int) -> None:
        """A FAULT was seen: the count starts again at its end."""
        self.since = until
        self.exposed.clear()
        self._served_ms, self.served_at = 0, None
        self._slot, self._in_slot = -1, 0
        self._end_stay()

    def add(self, run: Run) -> None:
        """Takes a run without FAULT."""
        if run.reason is Reason.SERVED:
            self._serve(run)
        clear = run.verdict is Verdict.OK and run.reason is Reason.CLEAR
        if not clear or (self.modes and run.mode not in self.modes):
            self.pause(run)
            return
        self._gap_ms = 0
        if self.card.hold.counted:
            self._expose(run, run.good)
            return
        for piece in self._by_slot(run):
            self._stay_in_slot(piece)

    def pause(self, run: Run) -> None:
        """Takes a run that nothing can be read from: a gap, whatever it says."""
        self._gap_ms += run.end - run.start
        if self._gap_ms > PAUSE_MS:
            self._end_stay()

    def _serve(self, run: Run) -> None:
        before, self._served_ms = self._served_ms, self._served_ms + run.end - run.start
        least = max(self.card.hold.ms, 1)
        if before < least <= self._served_ms:
            self.served_at = run.start + least - before

    def _by_slot(self, run: Run) -> list[Run]:
        first = (run.start - self.since) // DAY_MS
        last = (run.end - 1 - self.since) // DAY_MS
        edges = [self.since + slot * DAY_MS for slot in range(first, last + 2)]
        return [part(run, max(run.start, a), min(run.end, b)) for a, b in pairwise(edges)]

    def _stay_in_slot(self, piece: Run) -> None:
        slot = (piece.start - self.since) // DAY_MS
        if slot != self._slot:
            self._slot, self._in_slot = slot, 0
            self._end_stay()
        length = piece.end - piece.start
        before, self._stay_ms = self._stay_ms, self._stay_ms + length
        self._good_ms += piece.good * length
        hold = max(self.card.hold.ms, 1)
        if before < hold <= self._stay_ms and self._in_slot < self.card.exposures_per_day:
            seen = part(piece, piece.start, piece.start + hold - before)
            if self._expose(seen, self._good_ms / self._stay_ms):
                self._in_slot += 1

    def _expose(self, run: Run, good: float) -> bool:
        if good < GOOD_SHARE:
            return False
        self.exposed.append(run)
        self.last_exposure = run.end
        return True

    def _end_stay(self) -> None:
        self._stay_ms, self._good_ms, self._gap_ms = 0, 0.0, 0


def shown_in(runs: Sequence[Run]) -> AbstractSet[str]:
    """The modes in which FAULT was seen; empty where it was not."""
    return {run.mode for run in runs if run.verdict is Verdict.FAULT}
