"""Judges windows as their data completes, and tells what was found.

One step: late readings' windows are judged again, then every rule up to the watermark of
its gateways; verdicts are saved, folded into episodes, and findings saved and published.
A step a day gives the same verdicts as a step an hour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

from analytics.bands import Bands
from analytics.bench import Bench
from analytics.episodes import fold
from analytics.found import Sight, changes
from analytics.groups import Group
from analytics.references import LOOKBACK_DAYS
from analytics.rule import Rule, Target
from analytics.rules import RULES
from analytics.tails import KEPT_DAYS_MS, Key
from analytics.watermark import LATENESS_MS, watermark
from core.clock import DAY_MS, Clock
from core.finding import Finding, FindingChange, FindingEvent, FindingState
from core.ports import Findings, FindingSink, LateRange, Progress, ReadingStore, Verdicts
from core.site import Site
from core.teaching import Taught

BACKLOG_MS = 3 * DAY_MS
"""How far back a first start judges. Longer, and it opens old stories; shorter, and holds
of two days and three nights begin from nothing."""

_TOLD_BACK_MS = 10 * DAY_MS
"""How far back clocks and events of registers are known: late readings of a week are judged again
with them."""

CHUNK_MS = DAY_MS
"""Longest stretch with readings that is judged at once: bounds memory, not results."""


class Engine:
    """Judges one site.

    Args:
        site: The model.
        store: Where readings are read.
        verdicts: Where verdicts last; this engine alone writes them.
        findings: Where findings last.
        progress: How far data goes, and where it changed behind.
        sink: Who is told.
        clock: Run clock.
        rules: What judges; sensor rules that mute others come first.
        lateness_ms: Longest wait for late readings. [ms]
        backlog_ms: How far back a first start judges. [ms]
        chunk_ms: Longest stretch judged at once. [ms]
        expected: Whether to write what is expected of each day.
        taught: Limits and plans that people taught; without it the cards alone judge.
    """

    def __init__(
        self,
        site: Site,
        store: ReadingStore,
        verdicts: Verdicts,
        findings: Findings,
        progress: Progress,
        sink: FindingSink,
        clock: Clock,
        *,
        rules: Sequence[Rule] = RULES,
        lateness_ms: int = LATENESS_MS,
        backlog_ms: int = BACKLOG_MS,
        chunk_ms: int = CHUNK_MS,
        expected: bool = True,
        taught: Taught | None = None,
    ) -> None:
        self._site = site
        self._findings, self._progress, self._sink = findings, progress, sink
        self._clock = clock
        self._taught = taught
        self._lateness_ms, self._backlog_ms = lateness_ms, backlog_ms
        self._saved = verdicts
        self._known: dict[Key, dict[str, Finding]] = {}
        self._untold: list[FindingEvent] = []
        self._bench = Bench(
            site, store, verdicts, rules=rules, chunk_ms=chunk_ms, cases=self._cases
        )
        self._bands = Bands(site, self._bench.calendar, store) if expected else None
        self._started = False
        self._pruned: date | None = None

    def step(self, now: int | None = None) -> list[FindingEvent]:
        """Judges all that can be judged by the run clock; gives back what was told. [ms]"""
        at = self._clock.now() if now is None else now
        repeated = [] if self._started else self._start(at)
        marks = self.watermarks(at)
        undecided = self._progress.undecided(at - _TOLD_BACK_MS)
        # A clock that was wrong explains a jump for as long as that waits.
        since = min([at - _TOLD_BACK_MS, *(event.at - DAY_MS for event in undecided)])
        self._bench.hear(self._progress.clocks(since), undecided)
        if self._taught is not None:
            self._bench.learn(self._taught.lessons())
        late = self._progress.late()
        if late:
            self._judge_late([change for _, change in late])
        for groups, mark in self._bench.side_by_side(marks):
            self._advance(groups, mark)
        self._bench.tails.flush(self._open_keys())
        told = self._tell(repeated)
        if late:
            self._progress.forget_late([id_ for id_, _ in late])
        if self._bands is not None:
            self._bands.write(at, self._all_known())
        self._tidy(at)
        return told

    def finish(self) -> None:
        """Saves the verdicts that wait to be saved together; call before stopping."""
        self._bench.tails.flush()

    def watermarks(self, now: int) -> dict[str, int]:
        """By gateway: up to which time its readings are taken as complete. [ms]"""
        known = self._progress.gateways()
        return {
            gateway: watermark(known.get(gateway), now, self._lateness_ms)
            for gateway in self._site.gateways
        }

    def judged_until(self) -> dict[str, int]:
        """By rule id: up to where all its targets are judged. [ms]"""
        found: dict[str, int] = {}
        for group in self._bench.groups:
            for rule, until in group.until.items():
                found[rule] = min(found.get(rule, until), until)
        return found

    def _start(self, now: int) -> list[FindingEvent]:
        """Takes up what was saved; open findings are told again, since nobody may have heard."""
        saved = self._saved.judged_until()
        self._bench.tails.load([key for key in saved if key in self._bench.targets], now)
        for finding in self._findings.open():
            self._known.setdefault((finding.rule, finding.target), {})[finding.id] = finding
        for key in self._bench.tails.faulty_keys():
            since = self._bench.tails.stream(key)[0].start
            self._known.setdefault(key, {}).update(
                {finding.id: finding for finding in self._findings.of(*key, since)}
            )
        for group in self._bench.groups:
            for rule, targets in group.targets.items():
                first = self._first(rule, now)
                ends = [saved.get((rule, target.id)) for target in targets]
                group.until[rule] = min(first if end is None else end for end in ends)
                group.since[rule] = min(first, group.until[rule] - LOOKBACK_DAYS * DAY_MS)
                if not any(ends):
                    group.since[rule] = first
        self._bench.touched = self._bench.tails.faulty_keys()
        self._started = True
        return [
            FindingEvent(FindingChange.CONTINUED, finding, finding.last)
            for finding in self._all_known()
            if finding.state is FindingState.OPEN
        ]

    def _tell(self, repeated: Sequence[FindingEvent]) -> list[FindingEvent]:
        """Saves and publishes; what could not be is told in the next step."""
        told = _lasting(self._untold)
        if told:
            self._findings.save(told)
        if told or repeated:
            self._sink.publish([*repeated, *told])
        self._untold = []
        return told

    def _judge_late(self, late: Sequence[LateRange]) -> None:
        if self._bands is not None:
            self._bands.forget(*self._bench.days_of(late))
        self._bench.judge_late(late)
        self._fold()

    def _first(self, rule: str, now: int) -> int:
        step = 1 if self._bench.by_id[rule].daily is not None else self._bench.by_id[rule].step_ms
        return (now - self._backlog_ms) // step * step

    def _advance(self, groups: Sequence[Group], mark: int) -> None:
        """Judges groups up to their watermark, a chunk or an empty stretch at a time.

        Several stand abreast within a chunk of it, so that one stretch is all.
        """
        while True:
            upto = mark if len(groups) > 1 else self._bench.reach(groups[0], mark)
            self._bench.stretch(groups, upto)
            self._fold()
            if upto >= mark:
                return
            self._bench.tails.prune(upto, self._oldest_onset)

    def _fold(self) -> None:
        """What happened to the findings of every target that was judged."""
        for key in self._bench.in_order():
            known = self._known.get(key, {})
            if known or self._bench.tails.faulty(key):
                for event in self._changes(key, list(known.values())):
                    self._known.setdefault(key, {})[event.finding.id] = event.finding
                    self._untold.append(event)
        self._bench.touched.clear()

    def _changes(self, key: Key, known: Sequence[Finding]) -> list[FindingEvent]:
        group, target = self._bench.targets[key]
        rule, stream = self._bench.by_id[key[0]], self._bench.tails.stream(key)
        until = group.until[rule.id]
        if rule.daily is None:
            episodes = fold(rule.card, stream, until)
        else:
            episodes = self._bench.tails.folding(key, rule.card, until).episodes(until)
        since = stream[0].start if stream else 0
        # A fold remembers longer than verdicts are kept, and what ended before is long told.
        episodes = [episode for episode in episodes if episode.last > since]
        sight = Sight(
            site=self._site,
            rule=rule,
            target=target,
            references=lambda onset: self._references(group, rule, target, onset),
            runs=stream,
        )
        return changes(sight, episodes, known, since)

    def _references(self, group: Group, rule: Rule, target: Target, onset: int) -> dict[str, float]:
        """What the target was judged against when it began."""
        past = group.pasts.get(rule.id)
        if past is None:
            return {}
        day = self._bench.calendar.day_of(onset + 1)
        found = past.at(day, self._bench.memory(rule))
        row = past.targets.index(target)
        values = {name: float(found[name][row]) for name in past.daily.frozen}
        return {name: round(v, 6) for name, v in values.items() if math.isfinite(v)}

    def _cases(self, key: Key) -> Sequence[Finding]:
        known = self._known.get(key, {}).values()
        return [finding for finding in known if finding.state is not FindingState.WITHDRAWN]

    def _all_known(self) -> list[Finding]:
        return [finding for known in self._known.values() for finding in known.values()]

    def _open_keys(self) -> list[Key]:
        return [
            key
            for key, known in self._known.items()
            if any(finding.state is FindingState.OPEN for finding in known.values())
        ]

    def _tidy(self, now: int) -> None:
        """Once a day: forgets what nothing looks back to."""
        today = self._bench.calendar.day_of(now)
        if today == self._pruned:
            return
        self._pruned = today
        self._bench.prune(now, today - timedelta(days=LOOKBACK_DAYS + 10), self._oldest_onset)
        for key, known in self._known.items():
            # What the verdicts still show must stay known, or it would be told as new.
            stream = self._bench.tails.stream(key)
            before = min(now - KEPT_DAYS_MS, stream[0].start if stream else now)
            closed = [f for f in known.values() if f.state is not FindingState.OPEN]
            for finding in closed:
                if finding.last < before:
                    del known[finding.id]

    def _oldest_onset(self, key: Key) -> int | None:
        known = self._known.get(key, {}).values()
        return min((f.onset for f in known if f.state is FindingState.OPEN), default=None)


def _lasting(events: Sequence[FindingEvent]) -> list[FindingEvent]:
    """Without what was opened and withdrawn before anybody was told: nobody need know."""
    opened = {e.finding.id for e in events if e.change is FindingChange.OPENED}
    last = {e.finding.id: e.finding.state for e in events}
    gone = {id_ for id_ in opened if last[id_] is FindingState.WITHDRAWN}
    return [event for event in events if event.finding.id not in gone]
