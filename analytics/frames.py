"""Store to frames: one read for a stretch of time, then every rule's targets in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from analytics.binned import Binned, binned, filled, state_rows, taken
from analytics.calendar import Calendar
from analytics.frame import Frame
from analytics.grid import Grid
from analytics.moves import moves
from analytics.rule import Basis, Rule, Target
from core.batch import Bools, Columns, Floats, Ints
from core.clock import HOUR_MS
from core.site import Site

NEVER = np.iinfo(np.int64).max
"""First seen: not yet."""

Clock = Sequence[tuple[int, int, int]]
"""Of one gateway, in the order of time: since, until, ahead. [ms]"""

Waits = Sequence[tuple[int, int]]
"""Of one register, in the order of time: since when an event waits, and until when. [ms]"""

Spans = Mapping[str, Sequence[tuple[int, int]]]
"""When the sensor behind each point was at fault, by point id; a gateway's clock by its id. [ms]"""


@dataclass
class Scene:
    """What was read for a stretch of time, binned once for all rules of one step.

    Attributes:
        points: Indices that were read, ascending.
        rows: Readings by point and time.
        first_seen: Time of the first reading ever, by point index; :data:`NEVER`. [ms]
        clocks: What gateways' clocks said, by gateway.
        undecided: Since and until when events of registers waited for somebody, by point. [ms]
        heard: What came of gateways, as :func:`_of_gateways` has it.
    """

    site: Site
    calendar: Calendar
    points: Sequence[int]
    rows: Columns
    first_seen: Ints
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    undecided: Mapping[str, Waits] = field(default_factory=dict)
    heard: dict[tuple[frozenset[str], Grid], tuple[Floats, Floats, Floats]] = field(
        default_factory=dict
    )
    _binned: dict[Grid, Binned] = field(default_factory=dict)
    _filled: dict[tuple[Grid, float], Floats] = field(default_factory=dict)
    _masks: dict[tuple[str, Grid], tuple[Bools, Bools]] = field(default_factory=dict)

    def binned(self, grid: Grid) -> Binned:
        """All points on a grid."""
        if grid not in self._binned:
            self._binned[grid] = binned(self.rows, self.points, grid, self.site)
        return self._binned[grid]

    def means(self, grid: Grid, sufficiency: float) -> Floats:
        """Means with enough good data, short gaps filled. (points, times)"""
        key = (grid, sufficiency)  # each rule fills gaps by its own measure
        if key not in self._filled:
            table = self.binned(grid)
            enough = np.where(table.share >= sufficiency, table.mean, np.nan)
            self._filled[key] = filled(enough, grid, state_rows(self.site, self.points))
        return self._filled[key]

    def masks(self, target: Target, grid: Grid) -> tuple[Bools, Bools]:
        """Occupied and excused intervals of some equipment, or of a gateway. (times,)

        What is announced for a building excuses the gateway that reads that building alone.
        """
        equipment = target.equipment
        key = (equipment or target.id, grid)
        if key not in self._masks:
            if equipment:
                of = self.site.equipment[equipment]
                found = (
                    self.calendar.occupied(of, grid.ends),
                    # An hour in which somebody had the sensor in hand is not half an hour.
                    self.calendar.declared(of, grid.ends, width=grid.step),
                )
            else:
                scope = scope_of(target, self.site)
                found = (
                    np.zeros(grid.count, dtype=np.bool_),
                    self.calendar.announced(scope, grid.ends, width=grid.step),
                )
            self._masks[key] = found
        return self._masks[key]


@dataclass(frozen=True, slots=True)
class Layout:
    """What of a rule's frame does not change with time.

    Attributes:
        roles: The rule's roles, needed ones first, then what samples are told by.
        points: Point index, −1 where there is none. (roles, targets)
        needed: How many roles are needed.
        gateways: Rows that are gateways, not points.
        safety: (target row, point index) of needed points that are safety points.
    """

    targets: tuple[Target, ...]
    roles: tuple[str, ...]
    points: Ints
    needed: int
    has: Mapping[str, Bools]
    coarse: Bools
    exempt: Bools
    gateways: tuple[int, ...]
    safety: tuple[tuple[int, int], ...]
    parameters: Mapping[str, Floats]


def layout(site: Site, rule: Rule, targets: Sequence[Target]) -> Layout:
    """The layout of a rule's frames over some targets."""
    samples = rule.basis is Basis.SAMPLES
    needed = ("value",) if samples else rule.card.roles
    optional = ("running",) if samples else rule.card.optional_roles
    roles = (*needed, *optional)
    points = np.array([point_indices(targets, role) for role in roles], dtype=np.int64)
    return Layout(
        targets=tuple(targets),
        roles=roles,
        points=points,
        needed=len(needed),
        has={role: points[n] >= 0 for n, role in enumerate(roles)},
        coarse=coarse_rows(site, rule.card.longest_period_s, targets),
        exempt=np.array([target.exempt for target in targets], dtype=np.bool_),
        gateways=tuple(row for row, target in enumerate(targets) if not target.equipment),
        safety=tuple(
            (row, int(index))
            for n in range(len(needed))
            for row, index in enumerate(points[n])
            if index >= 0 and site.points[index].safety
        ),
        parameters=parameters_of(targets),
    )


def means_frame(scene: Scene, rule: Rule, of: Layout, grid: Grid, muted: Spans) -> Frame:
    """A frame of means: each role's values, NaN where missing."""
    table = scene.binned(grid)
    rows = table.rows_of(of.points)
    means = taken(scene.means(grid, rule.card.sufficiency), rows)
    shares = np.nan_to_num(taken(table.share, rows[: of.needed]))
    return _frame(
        scene, of, grid, muted,
        values={role: means[n] for n, role in enumerate(of.roles)},
        good=shares.mean(axis=0),
    )  # fmt: skip


def samples_frame(scene: Scene, of: Layout, grid: Grid, muted: Spans) -> Frame:
    """A frame of counts and extremes of one point a target, and whether its plant ran."""
    table = scene.binned(grid)
    value, running = table.rows_of(of.points)
    first = scene.first_seen[of.points[0]]
    for row in of.gateways:
        first[row] = _first_heard(scene, of.targets[row])
    rows, share, came = _of_gateways(scene, table, of.targets, grid)
    values = {
        "rows": taken(table.rows, value),
        "beyond": taken(table.beyond, value),
        "low": taken(table.low, value),
        "high": taken(table.high, value),
        "running": taken(table.low, running),
        "gateway_rows": rows,
        "gateway_share": share,
        "gateway_came": came,
        "known": (grid.ends[None, :] > first[:, None]).astype(np.float64),
        "clock": _clocks(scene, of, grid),
        "undecided": _undecided(scene, of.points[0], grid),
    }
    good = np.nan_to_num(taken(table.share, value))
    return _frame(scene, of, grid, muted, values=values, good=good)


def moves_frame(scene: Scene, of: Layout, grid: Grid, muted: Spans) -> Frame:
    """A frame of how readings move, and between what: ``role.travel``, ``role.low``, …"""
    table = scene.binned(grid)
    points = sorted({int(p) for p in of.points.flat if p >= 0})
    moved = moves(scene.rows, points, grid, scene.site, _most_moves(of, points))
    rows = table.rows_of(of.points)
    of_moved = np.searchsorted(points, np.maximum(of.points, 0))
    of_moved = np.where(of.points >= 0, np.minimum(of_moved, len(points) - 1), -1)
    columns = {
        "travel": taken(moved.travel, of_moved), "turns": taken(moved.turns, of_moved),
        "scatter": taken(moved.scatter, of_moved), "pairs": taken(moved.pairs, of_moved),
        "low": taken(table.low, rows), "high": taken(table.high, rows),
        "mean": taken(table.mean, rows), "beyond": taken(table.beyond, rows),
        "share": np.nan_to_num(taken(table.share, rows)),
    }  # fmt: skip
    return _frame(
        scene, of, grid, muted,
        values={
            f"{role}.{name}": column[n]
            for n, role in enumerate(of.roles) for name, column in columns.items()
        },
        good=columns["share"][: of.needed].mean(axis=0),
    )  # fmt: skip


def _most_moves(of: Layout, points: Sequence[int]) -> Floats | None:
    """What a move counts for at most, by point, where the targets say so. (points,)"""
    if "most_move" not in of.parameters:
        return None
    by_point = np.full(len(points), np.inf)
    for row in of.points:
        by_point[np.searchsorted(points, row[row >= 0])] = of.parameters["most_move"][row >= 0]
    return by_point


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
        for name in accusable(target, site):
            for start, end in spans.get(name, ()):
                result[row] |= (ends > start) & (ends - grid.step < end)
    return result


def accusable(target: Target, site: Site) -> tuple[str, ...]:
    """What may be found wrong of a target: its points by id; of a gateway only itself.

    A gateway passes a stuck sensor's readings on as well as any: its own line is not in doubt.
    """
    if not target.equipment:
        return (target.id,)
    return tuple(site.points[index].id for index in (*target.points.values(), *target.less))


def edges_of(
    targets: Sequence[Target], grid: Grid, spans: Spans, site: Site, calendar: Calendar
) -> list[int]:
    """Where on a grid without readings a verdict may change, with its start and end. [ms]

    Where :func:`mask_of` does; and, since a gateway is due even where nothing comes, where what
    is announced for it begins and ends.
    """
    found = {grid.start, grid.end}
    for target in targets:
        known = [spans.get(name, ()) for name in accusable(target, site)] if spans else []
        if not target.equipment:
            known.append(calendar.spans(scope_of(target, site)))
        for start, end in chain.from_iterable(known):
            found |= {start // grid.step * grid.step, -(-end // grid.step) * grid.step}
    return sorted(edge for edge in found if grid.start <= edge <= grid.end)


def scope_of(gateway: Target, site: Site) -> str:
    """The one building that a gateway reads; empty where it reads several."""
    read = {point.building for point in site.points if point.gateway in gateway.gateways}
    return read.pop() if len(read) == 1 else ""


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
    of: Layout,
    grid: Grid,
    muted: Spans,
    *,
    values: Mapping[str, Floats],
    good: Floats,
) -> Frame:
    masks = [scene.masks(target, grid) for target in of.targets]
    shape = (len(of.targets), grid.count)
    return Frame(
        grid=grid,
        targets=tuple(target.id for target in of.targets),
        values=values,
        has=of.has,
        good=good,
        coarse=of.coarse,
        exempt=of.exempt,
        beyond=_beyond(scene, of, grid),
        muted=mask_of(of.targets, grid, muted, scene.site),
        occupied=np.array([mask[0] for mask in masks]).reshape(shape),
        declared=np.array([mask[1] for mask in masks]).reshape(shape),
        parameters=of.parameters,
    )


def _clocks(scene: Scene, of: Layout, grid: Grid) -> Floats:
    """What each gateway's clock was last seen ahead in an interval; NaN where it was not. [s]"""
    found = np.full((len(of.targets), grid.count), np.nan)
    for row in of.gateways:
        for since, until, ahead in scene.clocks.get(of.targets[row].id, ()):
            found[row, (grid.ends > since) & (grid.ends - grid.step < until)] = ahead / 1000.0
    return found


def _undecided(scene: Scene, points: Ints, grid: Grid) -> Floats:
    """How long the oldest event of each register has waited at the end of an interval. [h]"""
    found = np.zeros((len(points), grid.count))
    for row, point in enumerate(points.tolist() if scene.undecided else ()):
        waits = scene.undecided.get(scene.site.points[point].id, ()) if point >= 0 else ()
        for since, until in waits:
            inside = (grid.ends > since) & (grid.ends - grid.step < until)
            hours = np.where(inside, (grid.ends - since) / HOUR_MS, 0.0)
            np.maximum(found[row], hours, out=found[row])
    return found


def _of_gateways(
    scene: Scene, table: Binned, targets: Sequence[Target], grid: Grid
) -> tuple[Floats, Floats, Floats]:
    """Readings of each target's gateway, and two shares of those due: best point, points heard.

    The best says whether the gateway was there, the mean of those heard what its line loses; NaN
    where none was.

    One that speaks for some minutes of an interval is heard in it, and says nothing of points
    that were due in the rest.
    """
    for gateways in {target.gateways for target in targets}:
        if (gateways, grid) not in scene.heard:
            points = scene.site.points
            mine = [p for p in scene.points if points[p].gateway in gateways]
            due = [max(grid.step / (1000.0 * points[p].period_s), 1.0) for p in mine]
            rows = table.rows[[table.row[p] for p in mine]]
            share = np.minimum(rows / np.array(due)[:, None], 1.0)
            scene.heard[gateways, grid] = (rows.sum(axis=0), share.max(axis=0), _came(share))
    found = [scene.heard[target.gateways, grid] for target in targets]
    heard, best, came = (np.array([one[i] for one in found]) for i in range(3))
    return heard, best, came


def _came(share: Floats) -> Floats:
    """Mean share of what was due over the points that were heard; NaN where none was. (times,)"""
    heard = share > 0
    count = heard.sum(axis=0)
    return np.where(count > 0, share.sum(axis=0) / np.maximum(count, 1), np.nan)


def _first_heard(scene: Scene, gateway: Target) -> int:
    """When any point of a gateway was first heard. [ms]"""
    points = scene.site.points
    mine = [p for p in scene.points if points[p].gateway in gateway.gateways]
    return int(scene.first_seen[mine].min())


def _beyond(scene: Scene, of: Layout, grid: Grid) -> Bools:
    """Safety points beyond their span, at the rule's needed roles."""
    result = np.zeros((len(of.targets), grid.count), dtype=np.bool_)
    table = scene.binned(grid)
    for row, index in of.safety:
        result[row] |= table.beyond[table.row[index]] > 0
    return result
