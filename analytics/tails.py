"""The newest verdicts of every rule and target, in memory, and what of them is not saved yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from analytics.episodes import Folding
from analytics.runs import joined, spliced
from core.clock import DAY_MS, HOUR_MS
from core.ports import Verdicts
from core.rulecard import RuleCard
from core.verdict import Run, Verdict

Key = tuple[str, str]
"""Rule id and target id."""

BORING_MS = 6 * HOUR_MS
"""A target without a fault is written this often: a restart judges at most so much again,
and a campus of healthy points does not write a row a point an hour."""

KEPT_MS = 18 * DAY_MS
"""Verdicts kept of rules by the minute: a week before an onset, and the hold's days."""

KEPT_DAYS_MS = 100 * DAY_MS
"""Verdicts kept of rules by night or day: as far as references look."""

_BEFORE_ONSET_MS = 8 * DAY_MS


@dataclass(frozen=True, slots=True)
class _Part:
    """Verdicts of ``(start, end]`` that are not saved."""

    start: int
    end: int
    runs: list[Run]


@dataclass
class Tails:
    """Streams by rule and target; the only writer of verdicts.

    Attributes:
        counted: Whether a rule counts nights or days, whose runs are never joined.
    """

    verdicts: Verdicts
    counted: Callable[[str], bool]
    _streams: dict[Key, list[Run]] = field(default_factory=dict)
    _unsaved: dict[Key, list[_Part]] = field(default_factory=dict)
    _faulty: set[Key] = field(default_factory=set)
    _foldings: dict[Key, Folding] = field(default_factory=dict)
    _sought: dict[Key, int] = field(default_factory=dict)

    def load(self, keys: Iterable[Key], until: int) -> None:
        """Reads the streams as they were saved."""
        for key in keys:
            runs = self.verdicts.runs(*key, until - self._kept(key[0]))
            self._streams[key] = self._joined(key, runs)
            self._sought.pop(key, None)
            self._note(key)

    def stream(self, key: Key) -> Sequence[Run]:
        """Verdicts of one target, oldest first."""
        return self._streams.get(key, [])

    def faulty(self, key: Key) -> bool:
        """Whether FAULT was seen as far back as verdicts are kept."""
        return key in self._faulty

    def faulty_keys(self) -> set[Key]:
        """All of which FAULT was seen."""
        return set(self._faulty)

    def splice(self, key: Key, start: int, end: int, runs: Sequence[Run]) -> None:
        """``(start, end]`` now reads so."""
        before = self._streams.get(key, [])
        if before and before[-1].end <= start:
            self._streams[key] = [*before[:-1], *self._joined(key, [before[-1], *runs])]
        else:
            self._streams[key] = self._joined(key, spliced(before, start, end, runs))
            self._foldings.pop(key, None)
        if any(run.verdict is Verdict.FAULT for run in runs):
            self._faulty.add(key)
        parts = self._unsaved.setdefault(key, [])
        if parts and parts[-1].end == start:
            last = parts.pop()
            parts.append(_Part(last.start, end, [*last.runs, *runs]))
        else:
            parts.append(_Part(start, end, list(runs)))

    def folding(self, key: Key, card: RuleCard, until: int) -> Folding:
        """The fold of a counted rule's stream up to a time; goes on from where it was."""
        known = self._foldings.get(key)
        if known is None or known.end > until:
            known = self._foldings[key] = Folding(card)
        fresh = []
        for run in reversed(self._streams.get(key, [])):
            if run.start < known.end:
                break
            if run.end <= until:
                fresh.append(run)
        for run in reversed(fresh):
            known.add(run)
        return known

    def reach(self, key: Key, since: int) -> None:
        """Reaches further back, for late data from before what is kept."""
        stream = self._streams.get(key, [])
        # Who has looked so far back already has all that there is; nobody else writes verdicts.
        if stream and stream[0].start > since < self._sought.get(key, stream[0].start):
            self._sought[key] = since
            older = self.verdicts.runs(*key, since, stream[0].start)
            kept = [run for run in older if run.end <= stream[0].start]
            self._streams[key] = self._joined(key, [*kept, *stream])
            self._foldings.pop(key, None)
            self._note(key)

    def flush(self, interesting: Iterable[Key] | None = None) -> None:
        """Saves what is not saved: these and what has waited long, or everything."""
        wanted = None if interesting is None else set(interesting)
        due = [
            key
            for key, parts in self._unsaved.items()
            if wanted is None
            or key in wanted
            or key in self._faulty
            or parts[-1].end - parts[0].start >= BORING_MS
            or len(parts) > 1
        ]
        parts = [
            (*key, part.start, part.end, self._joined(key, part.runs))
            for key in due
            for part in self._unsaved[key]
        ]
        if parts:
            self.verdicts.replace_all(parts)
        for key in due:
            del self._unsaved[key]

    def prune(self, until: int, onset_of: Callable[[Key], int | None]) -> None:
        """Forgets what no fold or reference looks back to; the records keep it."""
        for key, stream in self._streams.items():
            since = until - self._kept(key[0])
            onset = onset_of(key)
            since = since if onset is None else min(since, onset - _BEFORE_ONSET_MS)
            if stream and stream[0].end <= since:
                self._streams[key] = [run for run in stream if run.end > since]
                self._sought.pop(key, None)
                self._note(key)

    def _joined(self, key: Key, runs: Sequence[Run]) -> list[Run]:
        return list(runs) if self.counted(key[0]) else joined(runs)

    def _note(self, key: Key) -> None:
        if any(run.verdict is Verdict.FAULT for run in self._streams[key]):
            self._faulty.add(key)
        else:
            self._faulty.discard(key)

    def _kept(self, rule: str) -> int:
        return KEPT_DAYS_MS if self.counted(rule) else KEPT_MS
