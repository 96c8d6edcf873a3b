"""Store to frames: one read for a stretch of time, then every rule's targets in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analytics.binned import Binned, binned, filled, state_rows
from analytics.calendar import Calendar
from analytics.frame import Frame
from analytics.grid import Grid
from analytics.rule import Rule, Target
from core.batch import Bools, Columns, Floats, Ints
from core.site import Site

Spans = Mapping[str, Sequence[tuple[int, int]]]
"""When the sensor behind each point was at fault, by point id. [ms]"""


@dataclass
class Scene:
    """What was read for a stretch of time, binned once for all rules of one step.

    Attributes:
        points: Indices that were read, ascending.
        rows: Readings by point and time.
        first_seen: Time of the first reading ever, by point index. [ms]
    """

    site: Site
    calendar: Calendar
    points: Sequence[int]
    rows: Columns
    first_seen: Mapping[int, int] = field(default_factory=dict)
    _binned: dict[Grid, Binned] = field(default_factory=dict)
    _filled: dict[Grid, Floats] = field(default_factory=dict)
    _masks: dict[tuple[str, Grid], tuple[Bools, Bools]] = field(default_factory=dict)

    def binned(self, grid: Grid) -> Binned:
        """All points on a grid."""
        if grid not in self._binned:
            self._binned[grid] = binned(self.rows, self.points, grid, self.site)
        return self._binned[grid]

    def means(self, grid: Grid, sufficiency: float) -> Floats:
        """Means with enough good data, short gaps filled. (points, times)"""
        if grid not in self._filled:
            table = self.binned(grid)
            enough = np.where(table.share >= sufficiency, table.mean, np.nan)
            self._filled[grid] = filled(enough, grid, state_rows(self.site, self.points))
        return self._filled[grid]

    def masks(self, equipment: str, grid: Grid) -> tuple[Bools, Bools]:
        """Occupied and excused intervals of some equipment. (times,)"""
        key = (equipment, grid)
        if key not in self._masks:
            if equipment:
                of = self.site.equipment[equipment]
                found = (
                    self.calendar.occupied(of, grid.ends),
                    self.calendar.declared(of, grid.ends),
                )
            else:
                nothing = np.zeros(grid.count, dtype=np.bool_)
                found = (nothing, nothing)
            self._masks[key] = found
        return self._masks[key]


def means_frame(
    scene: Scene, rule: Rule, targets: Sequence[Target], grid: Grid, muted: Spans
) -> Frame:
    """A frame of means: each role's values, NaN where missing."""
    table = scene.binned(grid)
    means = scene.means(grid, rule.card.sufficiency)
    roles = (*rule.card.roles, *rule.card.optional_roles)
    indices = {role: point_indices(targets, role) for role in roles}
    return _frame(
        scene, rule, targets, grid, muted,
        values={role: table.take(means, index) for role, index in indices.items()},
        good=_good(table, [indices[role] for role in rule.card.roles]),
    )  # fmt: skip


def samples_frame(
    scene: Scene, rule: Rule, targets: Sequence[Target], grid: Grid, muted: Spans
) -> Frame:
    """A frame of counts and extremes of one point a target, and whether its plant ran."""
    table = scene.binned(grid)
    index, running = point_indices(targets, "value"), point_indices(targets, "running")
    first = np.array(
        [scene.first_seen.get(int(i), np.iinfo(np.int64).max) for i in index], dtype=np.int64
    )
    values = {
        "rows": table.take(table.rows, index),
        "beyond": table.take(table.beyond, index),
        "low": table.take(table.low, index),
        "high": table.take(table.high, index),
        "running": table.take(table.low, running),
        "gateway_rows": _gateway_rows(scene, table, targets),
        "known": (grid.ends[None, :] > first[:, None]).astype(np.float64),
    }
    return _frame(
        scene, rule, targets, grid, muted, values=values,
        good=np.nan_to_num(table.take(table.share, index)),
    )  # fmt: skip


def point_indices(targets: Sequence[Target], role: str) -> Ints:
    """Point index of a role by target; −1 where it has none."""
    return np.array([target.points.get(role, -1) for target in targets], dtype=np.int64)


def mask_of(targets: Sequence[Target], grid: Grid, spans: Spans, site: Site) -> Bools:
    """Intervals in which a point of the target is at fault. (targets, times)"""
    result = np.zeros((len(targets), grid.count), dtype=np.bool_)
    if not spans:
        return result
    ends = grid.ends
    for row, target in enumerate(targets):
        for index in (*target.points.values(), *target.less):
            for start, end in spans.get(site.points[index].id, ()):
                result[row] |= (ends > start) & (ends - grid.step < end)
    return result


def coarse_rows(site: Site, card_longest_s: int, targets: Sequence[Target]) -> Bools:
    """Which targets have a point that is sampled more coarsely than the rule bears."""
    return np.array(
        [
            any(site.points[index].period_s > card_longest_s for index in target.points.values())
            for target in targets
        ],
        dtype=np.bool_,
    )


def parameters_of(targets: Sequence[Target]) -> dict[str, Floats]:
    """Declared numbers by name, a row a target."""
    names = {name for target in targets for name in target.parameters}
    return {
        name: np.array([t.parameters.get(name, np.nan) for t in targets], dtype=np.float64)
        for name in sorted(names)
    }


def _frame(
    scene: Scene,
    rule: Rule,
    targets: Sequence[Target],
    grid: Grid,
    muted: Spans,
    *,
    values: Mapping[str, Floats],
    good: Floats,
) -> Frame:
    masks = [scene.masks(target.equipment, grid) for target in targets]
    shape = (len(targets), grid.count)
    has = {role: point_indices(targets, role) >= 0 for role in _roles(rule)}
    return Frame(
        grid=grid,
        targets=tuple(target.id for target in targets),
        values=values,
        has=has,
        good=good,
        coarse=coarse_rows(scene.site, rule.card.longest_period_s, targets),
        exempt=np.array([target.exempt for target in targets], dtype=np.bool_),
        beyond=_beyond(scene, rule, targets, grid),
        muted=mask_of(targets, grid, muted, scene.site),
        occupied=np.array([mask[0] for mask in masks]).reshape(shape),
        declared=np.array([mask[1] for mask in masks]).reshape(shape),
        parameters=parameters_of(targets),
    )


def _gateway_rows(scene: Scene, table: Binned, targets: Sequence[Target]) -> Floats:
    """Readings of all points of each target's gateway."""
    by_gateway: dict[frozenset[str], Floats] = {}
    for target in targets:
        if target.gateways not in by_gateway:
            mine = [
                table.row[p]
                for p in scene.points
                if scene.site.points[p].gateway in target.gateways
            ]
            by_gateway[target.gateways] = table.rows[mine].sum(axis=0)
    return np.array([by_gateway[target.gateways] for target in targets])


def _roles(rule: Rule) -> tuple[str, ...]:
    return (*rule.card.roles, *rule.card.optional_roles, "value", "running")


def _beyond(scene: Scene, rule: Rule, targets: Sequence[Target], grid: Grid) -> Bools:
    """Safety points beyond their span, at the rule's needed roles."""
    result = np.zeros((len(targets), grid.count), dtype=np.bool_)
    table = scene.binned(grid)
    for row, target in enumerate(targets):
        for role in (*rule.card.roles, "value"):
            index = target.points.get(role, -1)
            if index >= 0 and scene.site.points[index].safety:
                result[row] |= table.beyond[table.row[index]] > 0
    return result


def _good(table: Binned, indices: Sequence[Ints]) -> Floats:
    shares = [np.nan_to_num(table.take(table.share, index)) for index in indices]
    return np.mean(shares, axis=0) if shares else np.ones((0, table.grid.count))
