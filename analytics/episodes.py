"""A stream of verdicts folded into episodes: held, opened, cleared. Pure.

Gaps never clear an episode, and an unrepaired fault never clears itself: it takes the
clear exposures that would also prove its repair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    episodes: list[Episode] = []
    held = Persistence(card.hold)
    count: ClearCount | None = None
    for run in runs if card.hold.counted else joined(runs):
        if count is not None:
            cleared = count.proved_at()
            if cleared is not None and cleared <= run.start:
                episodes[-1] = replace(episodes[-1], cleared=cleared)
                count = None
        if count is None:
            if held.add(run):
                episodes.append(_opened(held))
                count = _count(card, episodes[-1])
                held.reset()
        elif run.verdict is Verdict.FAULT:
            episodes[-1] = replace(episodes[-1], faults=(*episodes[-1].faults, run))
            count = _count(card, episodes[-1])
        else:
            count.add(run)
    cleared = None if count is None else count.proved_at()
    if cleared is not None and cleared <= until:
        episodes[-1] = replace(episodes[-1], cleared=cleared)
    return episodes


def suspected(card: RuleCard, runs: Sequence[Run], until: int) -> int | None:
    """Onset of an episode that is open at a time, or may yet open; None where all is well.

    References look no later than this, or they would learn the fault.
    """
    before = [run for run in runs if run.end <= until]
    episodes = fold(card, before, until)
    if episodes and episodes[-1].cleared is None:
        return episodes[-1].onset
    held = Persistence(card.hold)
    since = (episodes[-1].cleared or 0) if episodes else 0
    for run in before:
        if run.start >= since:
            held.add(run)
    faults = held.faults()
    return faults[0].start if faults else None


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
    here = [r for r in cut(runs, episode.onset, episode.last) if r.mode in shown_in(episode.faults)]
    fault = lasting(here, Verdict.FAULT)
    judged = lasting(here, Verdict.FAULT, Verdict.OK)
    good = sum(run.good * (run.end - run.start) for run in episode.faults) / max(
        lasting(episode.faults, Verdict.FAULT), 1
    )
    return min(0.99, max(0.05, good * fault / max(judged, 1)))


def _opened(held: Persistence) -> Episode:
    faults = held.faults()
    return Episode(onset=faults[0].start, opened=held.met_at(), cleared=None, faults=tuple(faults))


def _count(card: RuleCard, episode: Episode) -> ClearCount:
    return ClearCount(card=card, modes=shown_in(episode.faults), since=episode.last)
