"""A stream of verdicts folded into episodes: held, opened, cleared. Pure.

Gaps never clear an episode, and an unrepaired fault never clears itself: it takes the
clear exposures that would also prove its repair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from analytics.exposures import ClearCount, Persistence, shown_in
from analytics.runs import cut, joined, lasting, wasted
from core.clock import DAY_MS
from core.rulecard import RuleCard
from core.verdict import Run, Verdict
from core.words import Carrier

_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One stay of a target in a fault.

    Attributes:
        onset: Start of the first faulty interval. [ms]
        opened: When the hold was met. [ms]
        cleared: When enough clear exposures were seen, if they were. [ms]
        faults: The FAULT runs, oldest first.
    """

    onset: int
    opened: int
    cleared: int | None
    faults: tuple[Run, ...]

    @property
    def last(self) -> int:
        """End of the last faulty interval. [ms]"""
        return self.faults[-1].end

    def covers(self, onset: int, last: int) -> bool:
        """Whether it overlaps a span."""
        return self.onset < last and onset < self.last


def fold(card: RuleCard, runs: Sequence[Run], until: int) -> list[Episode]:
    """All episodes in a stream that is judged up to ``until``, oldest first."""
    folding = Folding(card)
    for run in runs if card.hold.counted else joined(runs):
        folding.add(run)
    return folding.episodes(until)


@dataclass(slots=True)
class Folding:
    """A fold that has come so far, and goes on when the stream does.

    Attributes:
        end: End of the last run it took. [ms]
    """

    card: RuleCard
    end: int = 0
    _closed: list[Episode] = field(default_factory=list)
    _present: _Present | None = None
    _held: Persistence = field(init=False)

    def __post_init__(self) -> None:
        self._held = Persistence(self.card.hold)

    def add(self, run: Run) -> None:
        """Takes the next run of the stream."""
        self.end = run.end
        cleared = None if self._present is None else self._present.count.proved_at()
        if self._present is not None and cleared is not None and cleared <= run.start:
            self._closed.append(self._present.episode(cleared))
            self._present = None
        if self._present is not None:
            self._present.add(run)
        elif self._held.add(run):
            self._present = _Present.opened(self.card, self._held)
            self._held.reset()

    def episodes(self, until: int) -> list[Episode]:
        """All episodes so far, the present one too."""
        if self._present is None:
            return list(self._closed)
        return [*self._closed, self._present.episode(self._cleared(until))]

    def suspected(self, until: int) -> int | None:
        """Onset of what is open, or may yet open; None where all is well. [ms]

        References look no later than this, or they would learn the fault.
        """
        if self._present is not None:
            return self._present.faults[0].start if self._cleared(until) is None else None
        faults = self._held.faults()
        return faults[0].start if faults else None

    def _cleared(self, until: int) -> int | None:
        cleared = None if self._present is None else self._present.count.proved_at()
        return cleared if cleared is not None and cleared <= until else None


def waste_per_day(episode: Episode, runs: Sequence[Run]) -> dict[Carrier, float]:
    """What a day of the fault loses, by carrier, in its unit.

    The loss in an hour that could be judged, times the hours a day that could be judged in
    the week up to its last sight: a unit that runs ten hours loses ten hours' worth.
    """
    lost = wasted(episode.faults)
    judged = lasting(cut(runs, episode.onset, episode.last), Verdict.FAULT, Verdict.OK)
    if not judged:
        return {}
    known = episode.last - min((run.start for run in runs), default=episode.onset)
    # Whole days alone: half a day would count its working hours as if they came twice.
    days = min(max(known // DAY_MS, 1), _WEEK_DAYS)
    week = cut(runs, episode.last - days * DAY_MS, episode.last)
    a_day = lasting(week, Verdict.FAULT, Verdict.OK) / days
    return {carrier: amount / judged * a_day for carrier, amount in lost.items()}


def confidence(episode: Episode, runs: Sequence[Run]) -> float:
    """How sure it is, 0…1: share of good data × share of its judged time at fault."""
    modes = shown_in(episode.faults)
    here = [run for run in cut(runs, episode.onset, episode.last) if run.mode in modes]
    fault = lasting(here, Verdict.FAULT)
    judged = lasting(here, Verdict.FAULT, Verdict.OK)
    good = sum(run.good * (run.end - run.start) for run in episode.faults) / max(
        lasting(episode.faults, Verdict.FAULT), 1
    )
    return min(0.99, max(0.05, good * fault / max(judged, 1)))


@dataclass(slots=True)
class _Present:
    """The episode that a fold stands in."""

    opened_at: int
    faults: list[Run]
    modes: set[str]
    count: ClearCount

    @staticmethod
    def opened(card: RuleCard, held: Persistence) -> _Present:
        faults = held.faults()
        modes = set(shown_in(faults))
        return _Present(
            opened_at=held.met_at(),
            faults=faults,
            modes=modes,
            count=ClearCount(card=card, modes=modes, since=faults[-1].end),
        )

    def add(self, run: Run) -> None:
        if run.verdict is Verdict.FAULT:
            self.faults.append(run)
            self.modes.add(run.mode)
            self.count.fault(run.end)
        else:
            self.count.add(run)

    def episode(self, cleared: int | None) -> Episode:
        return Episode(
            onset=self.faults[0].start,
            opened=self.opened_at,
            cleared=cleared,
            faults=tuple(self.faults),
        )
