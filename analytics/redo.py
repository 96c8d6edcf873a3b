"""What has to be judged again: where late readings fell, and where a sensor was found wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from analytics.calendar import Calendar
from analytics.frames import accusable
from analytics.groups import Group
from analytics.rule import LOOKAHEAD_MS, LOOKBACK_MS, Rule, Target
from core.ports import LateRange
from core.site import Site
from core.verdict import Run, Verdict

_NEAR_MS = 6 * 3_600_000
"""Stretches nearer than this are judged again as one."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A rule's targets that are to be judged again in ``(start, end]``."""

    start: int
    end: int
    targets: frozenset[str]


def merged_late(late: Sequence[LateRange]) -> list[LateRange]:
    """One range for each point and stretch, however many readings came late."""
    merged: list[LateRange] = []
    for change in sorted(late, key=lambda c: (c.point, c.start, c.end)):
        last = merged[-1] if merged else None
        if last is not None and last.point == change.point and change.start <= last.end + _NEAR_MS:
            end = max(last.end, change.end)
            merged[-1] = LateRange(point=last.point, start=last.start, end=end)
        else:
            merged.append(change)
    return merged


def stretches(
    group: Group, rule: Rule, late: Iterable[LateRange], site: Site, calendar: Calendar
) -> list[Stretch]:
    """Where readings that came late change what a rule said, within what it has judged."""
    found = []
    for change in late:
        touched = _leaning(group.targets.get(rule.id, ()), change.point, site)
        if not touched:
            continue
        start, end = _reach(rule, change.start, change.end, calendar)
        found.append(Stretch(start, end, touched))
    return _merged(_within(found, group, rule))


def after_mute(
    group: Group, rule: Rule, points: Iterable[tuple[str, int, int]], site: Site
) -> list[Stretch]:
    """Where a sensor or a gateway, found right or wrong since, changes what a rule said."""
    found = []
    for name, start, end in points:
        touched = frozenset(
            target.id
            for target in group.targets.get(rule.id, ())
            if name in accusable(target, site)
        )
        if touched:
            step = rule.step_ms if rule.daily is None else 1
            found.append(Stretch(start // step * step, -(-end // step) * step, touched))
    return _merged(_within(found, group, rule))


def wrong_spans(rule: Rule, runs: Sequence[Run]) -> list[tuple[int, int]]:
    """When the sensor was wrong, by its own rule: from before the rule could know. [ms]"""
    return [
        (run.start - rule.mutes_back_ms, run.end) for run in runs if run.verdict is Verdict.FAULT
    ]


def differences(
    before: Sequence[tuple[int, int]], after: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Where one set of spans covers what the other does not."""
    edges = sorted({edge for span in (*before, *after) for edge in span})
    return [(a, b) for a, b in pairwise(edges) if _covers(before, a) != _covers(after, a)]


def _covers(spans: Sequence[tuple[int, int]], at: int) -> bool:
    return any(start <= at < end for start, end in spans)


def _leaning(targets: Sequence[Target], point: str, site: Site) -> frozenset[str]:
    index = site.index.get(point, -1)
    gateway = site.points[index].gateway if index >= 0 else ""
    return frozenset(
        target.id
        for target in targets
        if index in target.points.values() or index in target.less or target.id == gateway
    )


def _reach(rule: Rule, start: int, end: int, calendar: Calendar) -> tuple[int, int]:
    if rule.daily is not None:
        first, last = calendar.day_of(start + 1), calendar.day_of(end)
        return calendar.moment(first), calendar.moment(last + timedelta(days=2))
    step = rule.step_ms
    first_ms = start - LOOKAHEAD_MS[rule.basis]
    last_ms = end + LOOKBACK_MS[rule.basis]
    return first_ms // step * step, -(-last_ms // step) * step


def _within(found: Iterable[Stretch], group: Group, rule: Rule) -> list[Stretch]:
    """Only what was judged already; the rest is judged anyway."""
    since, until = group.since.get(rule.id, 0), group.until.get(rule.id, 0)
    clipped = [Stretch(max(s.start, since), min(s.end, until), s.targets) for s in found]
    return [s for s in clipped if s.start < s.end]


def _merged(found: Sequence[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for stretch in sorted(found, key=lambda s: (s.start, s.end)):
        if merged and stretch.start <= merged[-1].end + _NEAR_MS:
            last = merged[-1]
            merged[-1] = Stretch(
                last.start, max(last.end, stretch.end), last.targets | stretch.targets
            )
        else:
            merged.append(stretch)
    return merged
