"""The bench: all targets of all rules, their verdicts so far, and the judging of stretches.

What finds an instrument wrong is judged before what leans on it; where it is found out only
later, or where readings come late, the stretch is judged again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from analytics.calendar import Calendar
from analytics.frames import NEVER, Clock, Scene
from analytics.groups import Group, Together, abreast, grouped
from analytics.judging import FARTHEST_MS, Judge, Part
from analytics.redo import Stretch, after_mute, differences, merged_late, stretches, wrong_spans
from analytics.references import Memory
from analytics.rule import LOOKAHEAD_MS, LOOKBACK_MS, Basis, Rule, Target
from analytics.runs import cut
from analytics.tails import Key, Tails
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.finding import Finding
from core.meters import Undecided
from core.ports import ClockSeen, LateRange, ReadingStore, Verdicts
from core.site import Site
from core.teaching import Lessons, Lift

Dirty = list[tuple[str, int, int]]
"""Point, from, to: where it is now found otherwise than before. [ms]"""

_AHEAD_MS = max(LOOKAHEAD_MS.values())
_BEHIND_MS = 8 * DAY_MS
"""Verdicts wanted before a stretch that is judged again: a week and a day for its fold."""


_MOST = 1_000_000
"""Readings that stay for the next rule while stretches are judged again: some 20 MB."""

_WRONG_MS, _ZONE_MS = 5 * MINUTE_MS, 13 * HOUR_MS
"""A clock is wrong beyond the first (SEN-09); set by a zone it is off by twelve hours at most."""


def _nearer(rule: Rule) -> int:
    """How much less far behind a rule looks than the farthest: long intervals need no more. [ms]"""
    return FARTHEST_MS - LOOKBACK_MS[rule.basis] if rule.basis is Basis.MOVES else 0


class Bench:
    """Judges stretches of groups and keeps the verdicts.

    Args:
        site: The model.
        store: Where readings are read.
        verdicts: Where verdicts last.
        rules: What judges.
        chunk_ms: Longest stretch judged again at once. [ms]
        cases: Findings of a rule and target, open and cleared.

    Attributes:
        touched: Rules and targets with new verdicts, until somebody takes them.
    """

    def __init__(
        self,
        site: Site,
        store: ReadingStore,
        verdicts: Verdicts,
        *,
        rules: Sequence[Rule],
        chunk_ms: int,
        cases: Callable[[Key], Sequence[Finding]],
    ) -> None:
        self._site, self._cases, self._chunk_ms = site, cases, chunk_ms
        self.rules = sorted(rules, key=lambda rule: rule.rank)
        self.by_id = {rule.id: rule for rule in rules}
        self.calendar = Calendar(site)
        self._judge = Judge(site, self.calendar, store)
        self.groups = grouped(site, self.calendar, store, self.rules)
        self._together = Together(store)
        self._place = {
            (rule, target.id): place
            for place, group in enumerate(self.groups)
            for rule, targets in group.targets.items()
            for target in targets
        }
        self.targets: dict[Key, tuple[Group, Target]] = {
            (rule, target.id): (group, target)
            for group in self.groups
            for rule, targets in group.targets.items()
            for target in targets
        }
        self.tails = Tails(verdicts, lambda rule: self.by_id[rule].card.hold.counted)
        self.touched: set[Key] = set()
        self._scenes: dict[tuple[int, int, int], Scene] = {}
        self._mutes: dict[int, Mapping[str, Sequence[tuple[int, int]]]] = {}

    def hear(self, clocks: Sequence[ClockSeen], undecided: Sequence[Undecided]) -> None:
        """What ingest saw of gateways' clocks and of registers, as far back as any is judged."""
        found: dict[str, list[tuple[int, int, int]]] = {}
        for one in clocks:
            found.setdefault(one.gateway, []).append((one.since, one.until, one.ahead))
        waits: dict[str, list[tuple[int, int]]] = {}
        for event in undecided:
            if not self._announced(event) and not self._dated_wrongly(event, found):
                waits.setdefault(event.point, []).append((event.at, event.until or NEVER))
        self._judge.clocks, self._judge.undecided = found, waits
        self._scenes.clear()
        self._mutes.clear()

    def learn(self, lessons: Lessons) -> None:
        """What was taught holds from now on for every window that is judged."""
        by_rule: dict[str, list[Lift]] = {}
        for lift in lessons.lifts:
            by_rule.setdefault(lift.rule, []).append(lift)
        self._judge.lifts = by_rule
        if self.calendar.learn(lessons.calendar):
            for group in self.groups:
                for past in group.pasts.values():
                    past.relearn()

    def _dated_wrongly(self, event: Undecided, clocks: Mapping[str, Clock]) -> bool:
        """Whether its gateway's clock was wrong about then: its reads only lie elsewhere in time.

        Half a day on either side: a clock that is set by a zone writes over what was right.
        """
        gateway = self._site.points[self._site.index[event.point]].gateway
        return any(
            abs(ahead) > _WRONG_MS and since - _ZONE_MS < event.at <= until + _ZONE_MS
            for since, until, ahead in clocks.get(gateway, ())
        )

    def _announced(self, event: Undecided) -> bool:
        """Whether it fell into declared works on its meter: then somebody has said why."""
        index = self._site.index.get(event.point)
        if index is None:
            return True
        scope, ends = self._site.points[index].equipment, np.array([event.at], np.int64)
        width = event.at - event.before_at
        return bool(self.calendar.announced(scope, ends, width=width)[0])

    def reach(self, group: Group, mark: int) -> int:
        """Up to where a group is judged in one go: a chunk, or as long as nothing was read. [ms]

        Rules that count nights or days keep their chunks: each day is a run of its own.
        """
        start = min(group.until.values())
        near = start + self._chunk_ms
        if near >= mark or group.pasts:
            return min(near, mark)
        return min(max(near, self._judge.quiet_until(group, start)), mark)

    def side_by_side(self, marks: Mapping[str, int]) -> list[tuple[list[Group], int]]:
        """Groups that can be judged in one go up to their common watermark, with it. [ms]

        What is a chunk or more behind goes alone: it may have a long way to go.
        """
        found: list[tuple[list[Group], int]] = []
        for group in self.groups:
            mark = min(marks[gateway] for gateway in group.gateways)
            near = min(group.until.values()) + self._chunk_ms >= mark
            for others, common in found if near else ():
                if common == mark and all(abreast(group, other) for other in others):
                    others.append(group)
                    break
            else:
                found.append(([group], mark))
        return found

    def in_order(self) -> list[Key]:
        """What was touched, group by group."""
        return sorted(self.touched, key=lambda key: (self._place[key], key))

    def stretch(self, groups: Sequence[Group], upto: int) -> None:
        """Judges rules of groups that stand abreast up to a time, each in one call for all."""
        self._scenes.clear()
        self._mutes.clear()
        whole = self._together.of(groups)
        spans = [
            (rule, whole.until[rule.id], self._judge.limit(rule, upto))
            for rule in self.rules
            if rule.id in whole.targets
        ]
        starts = [
            start + _nearer(rule)
            for rule, start, end in spans
            if end > start and rule.daily is None
        ]
        scene = self._judge.scene(whole, min(starts), upto, moving=True) if starts else None
        dirty: Dirty = []
        for rule, start, end in spans:
            if end <= start:
                continue
            if rule.daily is None and scene is not None:
                parts = self._judge.by_interval(
                    scene, rule, whole.targets[rule.id], (start, end), self._muted(rule)
                )
                dirty += self._take(rule, parts)
            for group in groups:
                if rule.id in group.targets:
                    if rule.daily is not None:
                        self._windows(group, rule, start, end, None)
                    group.until[rule.id] = end
        self._judge_muted(dirty, {rule.id: start for rule, start, _ in spans})
        self._scenes.clear()

    def judge_late(self, late: Sequence[LateRange]) -> None:
        """Judges again what late readings change, within what was judged."""
        late = merged_late(late)
        self._scenes.clear()
        first, last = self.days_of(late)
        self._together.forget()
        for group in self.groups:
            group.reader.forget()
            group.book.forget(first, last)
            for past in group.pasts.values():
                past.forget(first, last)
        self._judge.forget({self._site.index.get(change.point, -1) for change in late})
        for group in self.groups:
            for rule in self.rules:
                for stretch in stretches(group, rule, late, self._site, self.calendar):
                    self._judge_muted(self._again(group, rule, stretch), {})
        self._scenes.clear()

    def days_of(self, late: Sequence[LateRange]) -> tuple[date, date]:
        """The local days that late readings touch, first and last."""
        return (
            self.calendar.day_of(min(change.start for change in late) + 1),
            self.calendar.day_of(max(change.end for change in late)) + timedelta(days=1),
        )

    def memory(self, rule: Rule) -> Memory:
        """What is known of a rule's targets."""
        return Memory(
            stream=lambda target: self.tails.stream((rule.id, target)),
            cases=lambda target: self._cases((rule.id, target)),
            folding=lambda target, until: self.tails.folding((rule.id, target), rule.card, until),
        )

    def prune(self, now: int, before: date, onset_of: Callable[[Key], int | None]) -> None:
        """Forgets what nothing looks back to."""
        for group in self.groups:
            group.book.prune(before)
            for past in group.pasts.values():
                past.prune(before)
        self.tails.prune(now, onset_of)
        self._mutes.clear()

    def _windows(
        self, group: Group, rule: Rule, start: int, end: int, only: frozenset[str] | None
    ) -> None:
        """Judges nights or days one after the other: each may look at those before it."""
        past = group.pasts[rule.id]
        windows = self.calendar.windows(start, end, past.daily.within)
        # Whole days of all windows in one read; the last may still be under way.
        past.book.days([day for day, _, _ in windows if past.book.grid(day).end <= end])
        for day, a, b in windows:
            parts = self._judge.by_window(past, day, (a, b), self._muted(rule), self.memory(rule))
            self._take(rule, [p for p in parts if only is None or p.target in only])

    def _take(self, rule: Rule, parts: Iterable[Part]) -> Dirty:
        """Keeps verdicts; gives back where a sensor is now found otherwise than before."""
        dirty = []
        for part in parts:
            key = (rule.id, part.target)
            near = (part.start - rule.mutes_back_ms, part.end + rule.mutes_back_ms)
            before = self._wrong(rule, key, near)
            self.tails.splice(key, part.start, part.end, part.runs)
            if rule.mutes:
                self._mutes.clear()
            self.touched.add(key)
            for start, end in differences(before, self._wrong(rule, key, near)):
                dirty += [(point, start, end) for point in self._accused(rule, key)]
        return dirty

    def _wrong(self, rule: Rule, key: Key, near: tuple[int, int]) -> list[tuple[int, int]]:
        """When a target's points were wrong, around a stretch. [ms]"""
        if not rule.mutes or not self.tails.faulty(key):
            return []
        return wrong_spans(rule, cut(self.tails.stream(key), *near))

    def _judge_muted(self, dirty: Dirty, judged: Mapping[str, int]) -> None:
        """Judges again what leaned on sensors that are now found otherwise.

        Args:
            dirty: Point, from, to.
            judged: By rule id: up to where it was judged before these were known; what came
                after has heard of them. [ms]
        """
        more: Dirty = []
        for group in self.groups if dirty else ():
            for rule in self.rules:
                if rule.rank:  # what is judged first heeds nobody
                    for stretch in after_mute(group, rule, dirty, self._site):
                        end = min(stretch.end, judged.get(rule.id, stretch.end))
                        if stretch.start < end:
                            more += self._again(group, rule, replace(stretch, end=end))
        if more:
            self._judge_muted(more, judged)

    def _again(self, group: Group, rule: Rule, stretch: Stretch) -> Dirty:
        """Judges targets again over a stretch of the past."""
        for target in stretch.targets:
            self.tails.reach((rule.id, target), stretch.start - _BEHIND_MS)
        self._mutes.clear()
        if rule.daily is not None:
            self._windows(group, rule, stretch.start, stretch.end, stretch.targets)
            return []
        targets = [t for t in group.targets.get(rule.id, ()) if t.id in stretch.targets]
        dirty = []
        for start in range(stretch.start, stretch.end, self._chunk_ms):
            end = min(start + self._chunk_ms, stretch.end)
            scene = self._scene(group, start, end + _AHEAD_MS)
            parts = self._judge.by_interval(scene, rule, targets, (start, end), self._muted(rule))
            dirty += self._take(rule, parts)
        return dirty

    def _scene(self, group: Group, start: int, end: int) -> Scene:
        """What was read lately stays for the next rule, which judges the same again."""
        key = (id(group), start, end)
        scene = self._scenes.pop(key, None)
        if scene is None:
            scene = self._judge.scene(group, start, end, moving=False)
        self._scenes[key] = scene
        while len(self._scenes) > 1 and sum(len(s.rows) for s in self._scenes.values()) > _MOST:
            del self._scenes[next(iter(self._scenes))]
        return scene

    def _muted(self, rule: Rule) -> Mapping[str, Sequence[tuple[int, int]]]:
        """When which point was wrong, as far as a rule has to heed it; the same for its rank."""
        known = self._mutes.get(rule.rank)
        if known is not None:
            return known
        spans: dict[str, list[tuple[int, int]]] = {}
        for key in self.tails.faulty_keys():
            accuser = self.by_id[key[0]]
            if accuser.mutes and accuser.rank < rule.rank:
                wrong = wrong_spans(accuser, self.tails.stream(key))
                for point in self._accused(accuser, key):
                    spans.setdefault(point, []).extend(wrong)
        self._mutes[rule.rank] = spans
        return spans

    def _accused(self, rule: Rule, key: Key) -> list[str]:
        """Points that a rule's FAULT shows to be wrong; of a gateway itself and all it sends."""
        target = self.targets[key][1]
        points = target.points
        if rule.mutes and not target.equipment:
            sent = [point.id for point in self._site.points if point.gateway == target.id]
            return [target.id, *sent]
        return [self._site.points[points[role]].id for role in rule.mutes if role in points]
