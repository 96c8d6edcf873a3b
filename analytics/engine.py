"""Judges windows as their data completes, and tells what was found.

One step: late readings' windows are judged again, then every rule up to the watermark of
its gateways; verdicts are saved, folded into episodes, and findings saved and published.
A step a day gives the same verdicts as a step an hour.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from analytics.bands import Bands
from analytics.calendar import Calendar
from analytics.episodes import fold
from analytics.found import Sight, changes
from analytics.groups import Group, grouped
from analytics.judging import Judge, Part
from analytics.redo import Stretch, after_mute, differences, stretches, wrong_spans
from analytics.references import LOOKBACK_DAYS, Memory
from analytics.rule import LOOKAHEAD_MS, Basis, Rule, Target
from analytics.rules import RULES
from analytics.runs import cut
from analytics.tails import Key, Tails
from analytics.watermark import LATENESS_MS, watermark
from core.clock import DAY_MS, Clock
from core.finding import Finding, FindingChange, FindingEvent, FindingState
from core.ports import Findings, FindingSink, LateRange, Progress, ReadingStore, Verdicts
from core.site import Site

BACKLOG_MS = 3 * DAY_MS
"""How far back a first start judges. Longer, and it opens old stories; shorter, and holds
of two days and three nights begin from nothing."""

CHUNK_MS = DAY_MS
"""Longest stretch judged at once: bounds memory, not results."""


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
    ) -> None:
        self._site = site
        self._findings, self._progress, self._sink = findings, progress, sink
        self._clock = clock
        self._lateness_ms, self._backlog_ms, self._chunk_ms = lateness_ms, backlog_ms, chunk_ms
        # Sensors first: what they find mutes the others in the same step.
        self._rules = sorted(rules, key=lambda rule: rule.rank)
        self._by_id = {rule.id: rule for rule in rules}
        self._calendar = Calendar(site)
        self._judge = Judge(site, self._calendar, store)
        self._groups = grouped(site, self._calendar, store, self._rules)
        self._targets: dict[Key, tuple[Group, Target]] = {
            (rule, target.id): (group, target)
            for group in self._groups
            for rule, targets in group.targets.items()
            for target in targets
        }
        self._tails = Tails(verdicts, lambda rule: self._by_id[rule].card.hold.counted)
        self._saved = verdicts
        self._known: dict[Key, dict[str, Finding]] = {}
        self._touched: set[Key] = set()
        self._bands = Bands(site, self._calendar, store) if expected else None
        self._started = False
        self._pruned: date | None = None

    def step(self, now: int | None = None) -> list[FindingEvent]:
        """Judges all that can be judged by the run clock; gives back what was told. [ms]"""
        at = self._clock.now() if now is None else now
        repeated = [] if self._started else self._start(at)
        marks = self.watermarks(at)
        late = self._progress.late()
        self._judge_late([change for _, change in late])
        told = self._fold()
        for group in self._groups:
            told += self._advance(group, min(marks[gateway] for gateway in group.gateways))
        self._tails.flush(self._open_keys())
        if told:
            self._findings.save(told)
        if told or repeated:
            self._sink.publish([*repeated, *told])
        if late:
            self._progress.forget_late([id_ for id_, _ in late])
        if self._bands is not None:
            self._bands.write(at, self._all_known())
        self._tidy(at)
        return told

    def finish(self) -> None:
        """Saves the verdicts that wait to be saved together; call before stopping."""
        self._tails.flush()

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
        for group in self._groups:
            for rule, until in group.until.items():
                found[rule] = min(found.get(rule, until), until)
        return found

    def _start(self, now: int) -> list[FindingEvent]:
        """Takes up what was saved; open findings are told again, since nobody may have heard."""
        saved = self._saved.judged_until()
        self._tails.load([key for key in saved if key in self._targets], now)
        for finding in self._findings.open():
            self._known.setdefault((finding.rule, finding.target), {})[finding.id] = finding
        for key in self._tails.faulty_keys():
            since = self._tails.stream(key)[0].start
            self._known.setdefault(key, {}).update(
                {finding.id: finding for finding in self._findings.of(*key, since)}
            )
        for group in self._groups:
            for rule, targets in group.targets.items():
                first = self._first(rule, now)
                ends = [saved.get((rule, target.id)) for target in targets]
                group.until[rule] = min(first if end is None else end for end in ends)
                group.since[rule] = min(first, group.until[rule] - LOOKBACK_DAYS * DAY_MS)
                if not any(ends):
                    group.since[rule] = first
        self._touched = self._tails.faulty_keys()
        self._started = True
        return [
            FindingEvent(FindingChange.CONTINUED, finding, finding.last)
            for finding in self._all_known()
            if finding.state is FindingState.OPEN
        ]

    def _first(self, rule: str, now: int) -> int:
        step = 1 if self._by_id[rule].daily is not None else self._by_id[rule].step_ms
        return (now - self._backlog_ms) // step * step

    def _advance(self, group: Group, mark: int) -> list[FindingEvent]:
        """Judges a group up to its watermark, a chunk at a time; what was found on the way."""
        told: list[FindingEvent] = []
        while True:
            upto = min(mark, min(group.until.values()) + self._chunk_ms)
            self._stretch(group, upto)
            told += self._fold()
            if upto >= mark:
                return told
            self._tails.prune(upto, self._oldest_onset)

    def _stretch(self, group: Group, upto: int) -> None:
        spans = [
            (rule, group.until[rule.id], self._judge.limit(rule, upto))
            for rule in self._rules
            if rule.id in group.targets
        ]
        starts = [start for rule, start, end in spans if end > start and rule.daily is None]
        scene = self._judge.scene(group, min(starts), upto, moving=True) if starts else None
        dirty: list[tuple[str, int, int]] = []
        for rule, start, end in spans:
            if end <= start:
                continue
            group.until[rule.id] = end
            if rule.daily is None and scene is not None:
                parts = self._judge.by_interval(
                    scene, rule, group.targets[rule.id], (start, end), self._muted(rule)
                )
                dirty += self._take(rule, parts)
            elif rule.daily is not None:
                self._windows(group, rule, start, end, None)
        self._judge_muted(dirty, {rule.id: start for rule, start, _ in spans})

    def _windows(
        self, group: Group, rule: Rule, start: int, end: int, only: frozenset[str] | None
    ) -> None:
        """Judges nights or days one after the other: each may look at those before it."""
        past = group.pasts[rule.id]
        windows = self._calendar.windows(start, end, past.daily.within)
        # Whole days of all windows in one read; the last may still be under way.
        past.book.days([day for day, _, _ in windows if past.book.grid(day).end <= end])
        for day, a, b in windows:
            parts = self._judge.by_window(past, day, (a, b), self._muted(rule), self._memory(rule))
            self._take(rule, [p for p in parts if only is None or p.target in only])

    def _take(self, rule: Rule, parts: Iterable[Part]) -> list[tuple[str, int, int]]:
        """Keeps verdicts; gives back where a sensor is now found otherwise than before."""
        dirty = []
        for part in parts:
            key = (rule.id, part.target)
            near = (part.start - rule.mutes_back_ms, part.end + rule.mutes_back_ms)
            before = self._wrong(rule, key, near)
            self._tails.splice(key, part.start, part.end, part.runs)
            self._touched.add(key)
            for start, end in differences(before, self._wrong(rule, key, near)):
                dirty += [(point, start, end) for point in self._accused(rule, key)]
        return dirty

    def _wrong(self, rule: Rule, key: Key, near: tuple[int, int]) -> list[tuple[int, int]]:
        """When a target's points were wrong, around a stretch. [ms]"""
        if not rule.mutes or not self._tails.faulty(key):
            return []
        return wrong_spans(rule, cut(self._tails.stream(key), *near))

    def _judge_late(self, late: Sequence[LateRange]) -> None:
        if not late:
            return
        first, last = min(c.start for c in late), max(c.end for c in late)
        days = (self._calendar.day_of(first + 1), self._calendar.day_of(last) + _NEXT)
        for group in self._groups:
            group.reader.forget()
            group.book.forget(*days)
            for past in group.pasts.values():
                past.forget(*days)
        self._judge.forget({self._site.index.get(change.point, -1) for change in late})
        if self._bands is not None:
            self._bands.forget(*days)
        for group in self._groups:
            for rule in self._rules:
                for stretch in stretches(group, rule, late, self._site, self._calendar):
                    self._judge_muted(self._again(group, rule, stretch), {})

    def _judge_muted(
        self, dirty: Sequence[tuple[str, int, int]], judged: Mapping[str, int]
    ) -> None:
        """Judges again what leaned on sensors that are now found otherwise.

        Args:
            dirty: Point, from, to.
            judged: By rule id: up to where it was judged before these were known; what came
                after has heard of them. [ms]
        """
        more: list[tuple[str, int, int]] = []
        for group in self._groups if dirty else ():
            for rule in self._rules:
                if rule.basis is not Basis.SAMPLES:
                    for stretch in after_mute(group, rule, dirty, self._site):
                        end = min(stretch.end, judged.get(rule.id, stretch.end))
                        if stretch.start < end:
                            more += self._again(group, rule, replace(stretch, end=end))
        if more:
            self._judge_muted(more, judged)

    def _again(self, group: Group, rule: Rule, stretch: Stretch) -> list[tuple[str, int, int]]:
        """Judges targets again over a stretch of the past."""
        for target in stretch.targets:
            self._tails.reach((rule.id, target), stretch.start - 8 * DAY_MS)
        if rule.daily is not None:
            self._windows(group, rule, stretch.start, stretch.end, stretch.targets)
            return []
        targets = [t for t in group.targets.get(rule.id, ()) if t.id in stretch.targets]
        dirty = []
        for start in range(stretch.start, stretch.end, self._chunk_ms):
            end = min(start + self._chunk_ms, stretch.end)
            scene = self._judge.scene(group, start, end + _AHEAD_MS, moving=False)
            parts = self._judge.by_interval(scene, rule, targets, (start, end), self._muted(rule))
            dirty += self._take(rule, parts)
        return dirty

    def _muted(self, rule: Rule) -> Mapping[str, Sequence[tuple[int, int]]]:
        """When which point was wrong, as far as a rule has to heed it."""
        spans: dict[str, list[tuple[int, int]]] = {}
        for key in self._tails.faulty_keys():
            accuser = self._by_id[key[0]]
            if accuser.mutes and accuser.rank < rule.rank:
                wrong = wrong_spans(accuser, self._tails.stream(key))
                for point in self._accused(accuser, key):
                    spans.setdefault(point, []).extend(wrong)
        return spans

    def _accused(self, rule: Rule, key: Key) -> list[str]:
        """Points that a rule's FAULT shows to be wrong."""
        points = self._targets[key][1].points
        return [self._site.points[points[role]].id for role in rule.mutes if role in points]

    def _fold(self) -> list[FindingEvent]:
        """What happened to the findings of every target that was judged."""
        events: list[FindingEvent] = []
        for key in sorted(self._touched):
            known = self._known.get(key, {})
            if not self._tails.faulty(key) and not known:
                continue
            events += self._changes(key, list(known.values()))
        self._touched.clear()
        for event in events:
            finding = event.finding
            self._known.setdefault((finding.rule, finding.target), {})[finding.id] = finding
        return events

    def _changes(self, key: Key, known: Sequence[Finding]) -> list[FindingEvent]:
        group, target = self._targets[key]
        rule, stream = self._by_id[key[0]], self._tails.stream(key)
        until = group.until[rule.id]
        if rule.daily is None:
            episodes = fold(rule.card, stream, until)
        else:
            episodes = self._tails.folding(key, rule.card, until).episodes(until)
        sight = Sight(
            site=self._site,
            rule=rule,
            target=target,
            references=lambda onset: self._references(group, rule, target, onset),
            runs=stream,
        )
        return changes(sight, episodes, known, stream[0].start if stream else 0)

    def _references(self, group: Group, rule: Rule, target: Target, onset: int) -> dict[str, float]:
        """What the target was judged against when it began."""
        past = group.pasts.get(rule.id)
        if past is None:
            return {}
        day = self._calendar.day_of(onset + 1)
        found = past.at(day, self._memory(rule))
        row = past.targets.index(target)
        values = {name: float(found[name][row]) for name in past.daily.frozen}
        return {name: round(v, 6) for name, v in values.items() if math.isfinite(v)}

    def _memory(self, rule: Rule) -> Memory:
        def cases(target: str) -> Sequence[Finding]:
            known = self._known.get((rule.id, target), {})
            return [f for f in known.values() if f.state is not FindingState.WITHDRAWN]

        return Memory(
            stream=lambda target: self._tails.stream((rule.id, target)),
            cases=cases,
            folding=lambda target, until: self._tails.folding((rule.id, target), rule.card, until),
        )

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
        today = self._calendar.day_of(now)
        if today == self._pruned:
            return
        self._pruned = today
        before = today - timedelta(days=LOOKBACK_DAYS + 10)
        for group in self._groups:
            group.book.prune(before)
            for past in group.pasts.values():
                past.prune(before)
        self._tails.prune(now, self._oldest_onset)

    def _oldest_onset(self, key: Key) -> int | None:
        known = self._known.get(key, {}).values()
        return min((f.onset for f in known if f.state is FindingState.OPEN), default=None)


_NEXT = timedelta(days=1)
_AHEAD_MS = max(LOOKAHEAD_MS.values())
