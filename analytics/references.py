"""What nights and days are judged against. References do not learn the fault.

They are made of the days before, without those on which the rule said FAULT or a case was
open, and end where a fault began: while it lasts they stand still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from analytics.calendar import Calendar
from analytics.daybook import Daybook, DayRows
from analytics.episodes import Folding
from analytics.frame import Frame
from analytics.frames import (
    Spans,
    coarse_rows,
    mask_of,
    parameters_of,
    point_indices,
)
from analytics.grid import Grid
from analytics.quantiles import quantiles
from analytics.rule import Daily, Rule, Target
from core.batch import Bools, Floats
from core.clock import DAY_MS
from core.finding import Finding
from core.site import Site
from core.verdict import Run, Verdict

LOOKBACK_DAYS = 90
"""Nights that references look back (domain sheet). Fewer, and a season's change is a fault;
more, and last winter's habits hide this summer's leak."""

_COUNTED = ("rate", "pressure", "own")
"""Roles that meters are counted by."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of a rule's targets from the days before, by target id.

    Attributes:
        stream: Verdicts, as far back as references look.
        cases: Findings, open and cleared.
        folding: The fold of the verdicts up to a time. [ms]
    """

    stream: Callable[[str], Sequence[Run]]
    cases: Callable[[str], Sequence[Finding]]
    folding: Callable[[str, int], Folding]


@dataclass(frozen=True, slots=True)
class Unknown(Mapping[str, Floats]):
    """References of a day without readings: unknown under any name, since none is asked for.

    Attributes:
        targets: How many.
    """

    targets: int

    def __getitem__(self, name: str) -> Floats:
        """NaN for every target."""
        return np.full(self.targets, np.nan)

    def __iter__(self) -> Iterator[str]:
        """No name is known."""
        return iter(())

    def __len__(self) -> int:
        """No name is known."""
        return 0


@dataclass
class Past:
    """The days behind one daily rule's targets, in digests."""

    site: Site
    calendar: Calendar
    book: Daybook
    rule: Rule
    daily: Daily
    targets: Sequence[Target]
    _digests: dict[date, Mapping[str, Floats]] = field(default_factory=dict)
    _given: dict[date, Mapping[str, Floats]] = field(default_factory=dict)
    _workdays: dict[date, Bools] = field(default_factory=dict)
    _masks: dict[date, tuple[Bools, Bools]] = field(default_factory=dict)

    def frame(self, rows: DayRows, muted: Spans, until: int) -> Frame:
        """A day, or its part up to a time, as a frame of rates."""
        grid = rows.grid
        count = min(grid.count, max(0, (until - grid.start) // grid.step))
        day = self.calendar.day_of(grid.start + 1)
        part = Grid(start=grid.start, step=grid.step, count=count)
        rates = rows.rate[:, :count]
        rate, pressure = self._cells(rates), self._role(rates, "pressure")
        occupied, declared = self._masks_of(day, grid)
        shape = (len(self.targets), count)
        return Frame(
            grid=part,
            targets=tuple(target.id for target in self.targets),
            values={
                "rate": rate, "total": self._role(rates, "rate"), "pressure": pressure,
                "own": self._role(rates, "own"),
                **{role: self._role(rates, role) for role in self._others},
            },
            has={
                role: point_indices(self.targets, role) >= 0
                for role in (*_COUNTED, *self._others)
            },
            good=np.isfinite(rate).astype(np.float64),
            coarse=coarse_rows(self.site, self.rule.card.longest_period_s, self.targets),
            exempt=np.array([target.exempt for target in self.targets], dtype=np.bool_),
            beyond=np.zeros(shape, dtype=np.bool_),
            muted=mask_of(self.targets, part, muted, self.site),
            occupied=occupied[:, :count],
            declared=declared[:, :count],
            parameters=parameters_of(self.targets)
            | {"workday": self._working_on(day).astype(np.float64)},
        )  # fmt: skip

    @cached_property
    def _others(self) -> tuple[str, ...]:
        """Roles besides those that meters are counted by."""
        roles = {role for target in self.targets for role in target.points}
        return tuple(sorted(roles - set(_COUNTED)))

    def references(self, day: date, memory: Memory) -> Mapping[str, Floats]:
        """What each target is judged against on a day. (targets,) by name

        Where a fault began earlier and lasts, or may, this is what it began against.
        """
        if self.daily.digest is None or self.daily.references is None:
            return {}
        days = [day - timedelta(days=n) for n in range(LOOKBACK_DAYS, 0, -1)]
        digests = self._digested(days, self.daily.digest)
        stacked = {name: np.array([d[name] for d in digests]) for name in digests[0]}
        sound, onsets = self._sound(day, days, memory)
        working = np.array([self._working_on(d) for d in days])
        found = dict(self.daily.references(stacked, working, sound))
        for column, onset in onsets.items():
            if onset < day:
                self._keep(found, column, self.at(onset, memory))
        self._freeze(found, day, memory)
        self._given[day] = found
        return found

    def at(self, day: date, memory: Memory) -> Mapping[str, Floats]:
        """What was judged against on a day, from memory or made anew to the same values."""
        return self._given[day] if day in self._given else self.references(day, memory)

    def _keep(self, found: dict[str, Floats], column: int, began: Mapping[str, Floats]) -> None:
        for name in self.daily.frozen:
            found[name][column] = began[name][column]

    def relearn(self) -> None:
        """The calendar changed: hours and plans of every day are looked up again."""
        self._masks.clear()
        self._workdays.clear()

    def forget(self, first: date, last: date) -> None:
        """These days changed."""
        for day in [d for d in self._digests if first <= d <= last]:
            del self._digests[day]
        for day in [d for d in self._given if d >= first]:
            del self._given[day]

    def prune(self, before: date) -> None:
        """Days that nothing looks back to any more."""
        for kept in (self._digests, self._given, self._workdays, self._masks):
            for day in [d for d in kept if d < before]:
                del kept[day]

    def _digested(
        self, days: Sequence[date], digest: Callable[[Frame], Mapping[str, Floats]]
    ) -> list[Mapping[str, Floats]]:
        missing = [day for day in days if day not in self._digests]
        for day, rows in zip(missing, self.book.days(missing), strict=True):
            self._digests[day] = digest(self.frame(rows, {}, rows.grid.end))
        return [self._digests[day] for day in days]

    def _sound(
        self, day: date, days: Sequence[date], memory: Memory
    ) -> tuple[Bools, dict[int, date]]:
        """Days that references are made of (days, targets), and where a fault began before."""
        sound = np.ones((len(days), len(self.targets)), dtype=np.bool_)
        starts = np.array([self.calendar.moment(d) for d in days], dtype=np.int64)
        now = self.calendar.moment(day)
        onsets = {}
        for column, target in enumerate(self.targets):
            faults = [
                run.start
                for run in memory.stream(target.id)
                if run.verdict is Verdict.FAULT and run.end <= now
            ]
            if not faults:
                continue
            folding = memory.folding(target.id, now)
            onset = folding.suspected(now)
            if onset is not None:
                onsets[column] = self.calendar.day_of(onset + 1)
                sound[:, column] &= starts + DAY_MS <= onset
            for episode in folding.episodes(now):
                end = now if episode.cleared is None else episode.cleared
                sound[:, column] &= (starts >= end) | (starts + DAY_MS <= episode.onset)
            of_day = np.searchsorted(starts, np.array(faults), side="right") - 1
            sound[of_day[of_day >= 0], column] = False
        return sound, onsets

    def _freeze(self, found: dict[str, Floats], day: date, memory: Memory) -> None:
        now = self.calendar.moment(day)
        for column, target in enumerate(self.targets):
            for finding in memory.cases(target.id):
                over = finding.cleared if finding.cleared is not None else now + 1
                if finding.onset < now + DAY_MS and over > now:
                    for name in self.daily.frozen:
                        if name in finding.references:
                            found[name][column] = finding.references[name]

    def _cells(self, rates: Floats) -> Floats:
        """Each meter less the meters below it, or where they are unknown, unknown."""
        own = self._role(rates, "rate")
        for row, target in enumerate(self.targets):
            for index in target.less:
                own[row] -= rates[self.book.row[index]]
        return own

    def _role(self, rates: Floats, role: str) -> Floats:
        indices = point_indices(self.targets, role)
        rows = np.array([self.book.row.get(int(i), -1) for i in indices], dtype=np.int64)
        return np.where((rows >= 0)[:, None], rates[np.maximum(rows, 0)], np.nan)

    def _masks_of(self, day: date, grid: Grid) -> tuple[Bools, Bools]:
        """Occupied and excused quarter-hours of a whole day. (targets, quarters)"""
        if day not in self._masks:
            ends, shape = grid.ends, (len(self.targets), grid.count)
            equipment = [self.site.equipment[target.equipment] for target in self.targets]
            self._masks[day] = (
                np.array([self.calendar.occupied(e, ends) for e in equipment]).reshape(shape),
                np.array(
                    [self.calendar.declared(e, ends, width=grid.step) for e in equipment]
                ).reshape(shape),
            )
        return self._masks[day]

    def _working_on(self, day: date) -> Bools:
        if day not in self._workdays:
            self._workdays[day] = np.array(
                [self.calendar.workday(day, target.equipment) for target in self.targets],
                dtype=np.bool_,
            )
        return self._workdays[day]


def percentile(table: Floats, sound: Bools, share: float, least: int) -> Floats:
    """A percentile over the sound days of each target; NaN below ``least`` of them.

    Args:
        table: (days, targets).
        sound: (days, targets).
        share: 0…100.
        least: Fewest days that make a reference.
    """
    return quantiles(np.where(sound, table, np.nan), (share / 100.0,), least)[0]
