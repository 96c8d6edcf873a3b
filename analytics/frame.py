"""What a rule sees: its targets × time, in columns by role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analytics.grid import Grid
from core.batch import Bools, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """All targets of one rule on one grid; what is missing is NaN, never held.

    Attributes:
        grid: The intervals.
        targets: Ids, in order of the rows.
        values: By role or derived name; NaN where missing. (targets, times)
        has: Whether the target has a point in the role. (targets,)
        good: Mean share of good data on the points that the rule needs. (targets, times)
        coarse: Whether a needed point is sampled too coarsely. (targets,)
        exempt: Whether a declaration exempts it. (targets,)
        beyond: A safety point read beyond its span in the interval. (targets, times)
        muted: A sensor that the rule leans on is at fault. (targets, times)
        occupied: Inside the target's hours, by its calendar. (targets, times)
        declared: Covered by a dated entry that excuses it. (targets, times)
        parameters: Numbers declared of each target, defaults filled in. (targets,)
        references: What it is judged against, for rules that have references. (targets,)
    """

    grid: Grid
    targets: tuple[str, ...]
    values: Mapping[str, Floats]
    has: Mapping[str, Bools]
    good: Floats
    coarse: Bools
    exempt: Bools
    beyond: Bools
    muted: Bools
    occupied: Bools
    declared: Bools
    parameters: Mapping[str, Floats] = field(default_factory=dict)
    references: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """Targets, times."""
        return len(self.targets), self.grid.count

    def value(self, role: str) -> Floats:
        """A role's values; all NaN where no target has it."""
        found = self.values.get(role)
        return np.full(self.shape, np.nan) if found is None else found

    def has_role(self, role: str) -> Bools:
        """Which targets have the role, as a column to broadcast. (targets, 1)"""
        found = self.has.get(role)
        none = np.zeros(len(self.targets), dtype=np.bool_)
        return (none if found is None else found)[:, None]

    def parameter(self, name: str) -> Floats:
        """A declared number of each target, as a column to broadcast. (targets, 1)"""
        return self.parameters[name][:, None]

    def reference(self, name: str) -> Floats:
        """A reference of each target, as a column to broadcast. (targets, 1)"""
        return self.references[name][:, None]
