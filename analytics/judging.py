"""One rule over one stretch of time of one group: verdicts as runs, by target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

import numpy as np

from analytics.calendar import Calendar
from analytics.daybook import DayRows
from analytics.frame import Frame
from analytics.frames import (
    NEVER,
    Clock,
    Layout,
    Scene,
    Spans,
    Waits,
    edges_of,
    layout,
    means_frame,
    moves_frame,
    samples_frame,
)
from analytics.grid import Grid
from analytics.groups import Group
from analytics.judged import Judged
from analytics.lifting import lift_of, lifted
from analytics.references import Memory, Past, Unknown
from analytics.rule import LOOKAHEAD_MS, LOOKBACK_MS, Basis, Rule, Target
from analytics.runs import joined
from analytics.verdict_runs import runs_of, window_runs
from core.batch import Columns, Ints
from core.ports import ReadingStore
from core.site import Site
from core.teaching import Lift
from core.verdict import Run


@dataclass(frozen=True, slots=True)
class Part:
    """Verdicts of ``(start, end]`` of one rule and target."""

    rule: str
    target: str
    start: int
    end: int
    runs: list[Run]


FARTHEST_MS = max(back for basis, back in LOOKBACK_MS.items() if basis is not Basis.DAYS)
"""How far behind an interval readings are read."""


@dataclass
class Judge:
    """Judges stretches; keeps only what it read, and the references it used of late.

    Attributes:
        lifts: Limits that were moved at some targets, by rule id.
    """

    site: Site
    calendar: Calendar
    store: ReadingStore
    first_seen: Ints = field(init=False)
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    undecided: Mapping[str, Waits] = field(default_factory=dict)
    lifts: Mapping[str, Sequence[Lift]] = field(default_factory=dict)
    _layouts: dict[tuple[str, tuple[str, ...]], Layout] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.first_seen = np.full(len(self.site.points), NEVER, dtype=np.int64)

    def scene(self, group: Group, start: int, end: int, *, moving: bool) -> Scene:
        """What is needed to judge ``(start, end]`` of a group.

        Args:
            group: Whose points.
            start: UTC. [ms]
            end: Up to where readings are complete. [ms]
            moving: The next stretch will follow this one.
        """
        first = start - FARTHEST_MS
        if moving:
            rows = group.reader.rows(first, end)
        else:
            rows = _read(self.store, group.points, first, end)
        self._meet(group)
        return Scene(
            self.site, self.calendar, group.points, rows, self.first_seen, self.clocks,
            self.undecided,
        )  # fmt: skip

    def quiet_until(self, group: Group, start: int) -> int:
        """Up to where a stretch from ``start`` finds nothing to read, its look back too. [ms]

        ``start`` itself where there is something; :data:`NEVER` where nothing follows.
        """
        since = start - FARTHEST_MS
        if group.reader.has_after(since):
            return start
        rows = self.store.read_after(group.points, since).rows
        return max(start, int(rows.at.min()) - 1) if len(rows) else NEVER

    def limit(self, rule: Rule, watermark: int) -> int:
        """Up to where a rule can judge, whole intervals only; nights and days by windows."""
        reached = watermark - LOOKAHEAD_MS[rule.basis]
        return reached if rule.daily is not None else reached // rule.step_ms * rule.step_ms

    def by_interval(
        self, scene: Scene, rule: Rule, targets: Sequence[Target], span: tuple[int, int],
        muted: Spans,
    ) -> list[Part]:  # fmt: skip
        """Judges the whole intervals within a span."""
        inner = Grid.covering(*span, rule.step_ms)
        if not inner.count or not targets:
            return []
        # What came too early to be stored, a clock still tells of.
        if len(scene.rows) or any(target.id in scene.clocks for target in targets):
            found = self.each(scene, rule, targets, inner, muted)
        else:
            found = self.alike(scene, rule, targets, inner, muted)
        return [
            Part(rule.id, target, inner.start, inner.end, runs) for target, runs in found.items()
        ]

    def each(
        self, scene: Scene, rule: Rule, targets: Sequence[Target], inner: Grid, muted: Spans
    ) -> dict[str, list[Run]]:
        """Judges every interval of a grid; gives back runs by target."""
        back = LOOKBACK_MS[rule.basis] // rule.step_ms
        grid = Grid(
            start=inner.start - back * inner.step, step=inner.step, count=inner.count + back
        )
        of = self._layout(rule, targets)
        if rule.basis is Basis.MEANS:
            frame = means_frame(scene, rule, of, grid, muted)
        elif rule.basis is Basis.MOVES:
            frame = moves_frame(scene, of, grid, muted)
        else:
            frame = samples_frame(scene, of, grid, muted)
        judged = self._taught(rule, frame.targets, rule.judge(frame), grid.ends)
        return runs_of(rule.card, frame.targets, judged, grid, back)

    def alike(
        self, scene: Scene, rule: Rule, targets: Sequence[Target], inner: Grid, muted: Spans
    ) -> dict[str, list[Run]]:
        """The same runs where nothing was read: one interval speaks for those like it.

        Without a reading only the muting of a sensor, and of a gateway what is announced, tells
        one interval from another.
        """
        found: dict[str, list[Run]] = {target.id: [] for target in targets}
        for start, end in pairwise(edges_of(targets, inner, muted, self.site, self.calendar)):
            one = Grid(start=start, step=inner.step, count=1)
            for target, runs in self.each(scene, rule, targets, one, muted).items():
                found[target] += [replace(run, end=end) for run in runs]
        return {target: joined(runs) for target, runs in found.items()}

    def by_window(
        self, past: Past, day: date, span: tuple[int, int], muted: Spans, memory: Memory
    ) -> list[Part]:
        """Judges one night or day of all the targets."""
        start, end = span
        if end >= past.book.grid(day).end:
            rows = past.book.days([day])[0]
        else:
            rows = past.book.so_far(day, end)
        frame = past.frame(rows, muted, end)
        known = Unknown(len(frame.targets)) if blind(frame, rows) else past.references(day, memory)
        frame = replace(frame, references=known)
        ends = np.array([end], dtype=np.int64)
        judged = self._taught(past.rule, frame.targets, past.rule.judge(frame), ends)
        found = window_runs(past.rule.card, frame.targets, judged, start, end)
        return [Part(past.rule.id, target, start, end, runs) for target, runs in found.items()]

    def forget(self, points: Iterable[int]) -> None:
        """Late readings may be the first of their points."""
        for point in points:
            if point >= 0:
                self.first_seen[point] = NEVER

    def _taught(self, rule: Rule, targets: Sequence[str], judged: Judged, ends: Ints) -> Judged:
        """By the limits that were moved, where any were."""
        by = lift_of(self.lifts.get(rule.id, ()), targets, ends)
        return judged if by is None else lifted(judged, by)

    def _layout(self, rule: Rule, targets: Sequence[Target]) -> Layout:
        key = (rule.id, tuple(target.id for target in targets))
        if key not in self._layouts:
            self._layouts[key] = layout(self.site, rule, targets)
        return self._layouts[key]

    def _meet(self, group: Group) -> None:
        """Notes when points were first heard; asks the store once for those never seen."""
        points = np.array(group.points, dtype=np.int64)
        strangers = points[self.first_seen[points] == NEVER]
        if len(strangers):
            rows = self.store.read_after(strangers.tolist(), 0).rows
            self.first_seen[rows.point] = rows.at


def blind(frame: Frame, rows: DayRows) -> bool:
    """Whether a day is too coarse or empty everywhere: no rule asks for references then."""
    return bool(frame.coarse.all()) or not np.isfinite(rows.rate).any()


def _read(store: ReadingStore, points: Sequence[int], start: int, end: int) -> Columns:
    return store.read(points, start, end).rows if points else Columns.of([], [], [])
