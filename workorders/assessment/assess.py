"""Figures of a period, as a whole or by person, crew, building, contractor and month. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from core.batch import Bools, Floats, Ints
from core.words import OrderState
from workorders.assessment import backlog, facts, promises
from workorders.assessment.columns import NOBODY, Work
from workorders.assessment.ends import Ends, ends
from workorders.assessment.facts import Facts
from workorders.assessment.figures import SORTS, Figure, Kind, figure
from workorders.assessment.period import Period
from workorders.assessment.promises import RESOLVE, RESPOND
from workorders.assessment.targets import Targets

CANCELLED = OrderState.CANCELLED.value
"""How an order ended that has no outcome."""


class By(StrEnum):
    """What figures are split by."""

    ALL = "all"
    PERSON = "person"
    CREW = "crew"
    """The trade that an order was sent to."""
    BUILDING = "building"
    CONTRACTOR = "contractor"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One person, crew, building, contractor or month.

    Attributes:
        key: Log-in, letter of the trade, id, or ``2026-11``; empty for the whole.
        figures: By key, in the order in which they are shown.
    """

    key: str
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One fact behind a figure, for who opens it.

    Attributes:
        order: Id.
        person: Log-in that it is about, or empty.
        at: When it was decided. [ms]
        value: As :class:`workorders.assessment.facts.Facts`; None while it is not decided.
    """

    order: str
    person: str
    at: int
    value: float | None


@dataclass(frozen=True)
class Assessment:
    """Figures of some work in a period; each is made of facts that can be looked at.

    Attributes:
        work: The columns.
        period: Which months.
        now: Run clock. [ms]
        targets: What is asked.
        only: A log-in, where somebody may see nothing but their own.
    """

    work: Work
    period: Period
    now: int
    targets: Targets
    only: str | None = None

    def rows(self, by: By = By.ALL) -> list[Row]:
        """All figures, a row a person, crew, building, contractor or month."""
        keys = self._keys(by)
        made: list[dict[str, Figure]] = [{} for _ in keys]
        busy = np.zeros(len(keys), dtype=bool)
        for sort in SORTS:
            found = self._of(sort.key, by)
            for n, mine in enumerate(_split(found, self._group(found, by), len(keys))):
                busy[n] |= len(mine) > 0
                weekly = self._weekly(by, keys[n]) if sort.kind is Kind.LOAD else None
                made[n][sort.key] = figure(sort.key, mine, self.targets, weekly=weekly)
        always = by in {By.ALL, By.MONTH}
        return [
            Row(key=key, figures=figures)
            for key, figures, shown in zip(keys, made, busy, strict=True)
            if shown or always
        ]

    def behind(self, key: str, by: By = By.ALL, group: str = "") -> list[Counted]:
        """What one figure is made of, the newest first."""
        found = self._of(key, by)
        keys = self._keys(by)
        wanted = keys.index(group) if group in keys else -2
        mine = found.where(self._group(found, by) == wanted)
        newest = np.argsort(-mine.at, kind="stable")
        people, ids = self.work.people, self.work.orders.id
        return [
            Counted(
                order=ids[int(mine.order[n])],
                person=people[int(mine.who[n])] if mine.who[n] != NOBODY else "",
                at=int(mine.at[n]),
                value=None if np.isnan(mine.value[n]) else float(mine.value[n]),
            )
            for n in newest
        ]  # fmt: skip

    def ages(self) -> list[backlog.Age]:
        """How long open orders have waited, at the end of the period."""
        return backlog.ages(self.work, self._moments[-1])

    def proofs(self) -> Mapping[tuple[str, str], int]:
        """How orders ended in the period: by kind of proof and outcome, cancelled too."""
        orders, dropped = self.work.orders, facts.cancelled(self.work)
        inside = (orders.closed >= self.period.start) & self._until(orders.closed)
        found: dict[tuple[str, str], int] = {}
        for row in np.flatnonzero(inside & ~facts.folded(self.work)):
            outcome = CANCELLED if dropped[row] else orders.outcome.word(int(row))
            key = (orders.proof.word(int(row)), outcome)
            found[key] = found.get(key, 0) + 1
        return found

    @cached_property
    def _over(self) -> Ends:
        return ends(self.work, self.now)

    @cached_property
    def _moments(self) -> list[int]:
        """The end of each month, or now where that is earlier. [ms]"""
        return [min(end - 1, self.now) for end in self.period.bounds[1:]]

    @cached_property
    def _facts(self) -> Mapping[str, Facts]:
        work, over = self.work, self._over
        stars = facts.rated(work)
        return {
            "acknowledge": facts.acknowledged(work),
            "arrive": facts.arrived(work),
            "respond": promises.kept(work, RESPOND),
            "respond_urgent": promises.kept(work, RESPOND, urgent=True),
            "repair": facts.mended(work),
            "repair_unheld": facts.mended(work, held=False),
            "resolve": promises.kept(work, RESOLVE),
            "resolve_urgent": promises.kept(work, RESOLVE, urgent=True),
            "first_time": over.first_time(),
            "reopened": over.opened_again(),
            "recurred": over.came_back(),
            "planned": facts.hours_planned(work),
            "planned_on_time": facts.planned_in_time(work),
            "saving": self._saved(),
            "detected": facts.detected(work),
            "rating": stars,
            "response": stars,
        }

    def _saved(self) -> Facts:
        saved = self.work.saved
        begins = dict(zip(self.period.months, self.period.bounds, strict=False))
        at = np.array([begins.get(month, -1) for month in saved.month], dtype=np.int64)
        who = facts.mender(self.work)[saved.order]
        return Facts(saved.order, who, at, saved.money)

    def _of(self, key: str, by: By) -> Facts:
        """Facts of one sort in the period; what waits is looked at when a month ends."""
        if key in {"backlog", "backlog_planned"}:
            moments = self._moments if by is By.MONTH else self._moments[-1:]
            moments = [
                at
                for at, begins in zip(moments, self.period.bounds, strict=False)
                if by is not By.MONTH or begins <= self.now
            ]
            found = _joined([backlog.waiting(self.work, at, plan=key == "backlog_planned")
                             for at in dict.fromkeys(moments)])  # fmt: skip
        else:
            found = self._facts[key]
        inside = (found.at >= self.period.start) & self._until(found.at)
        if self.only is not None:
            mine = list(self.work.people).index(self.only) if self.only in self.work.people else -2
            inside &= found.who == mine
        return found.where(inside)

    def _until(self, at: Ints) -> Bools:
        return (at < self.period.end) & (at <= self.now)

    def _keys(self, by: By) -> Sequence[str]:
        if by is By.MONTH:
            return self.period.months
        if by in {By.PERSON, By.CONTRACTOR}:
            return self.work.people
        if by is By.CREW:
            return self.work.orders.crew.known
        return self.work.orders.building.known if by is By.BUILDING else [""]

    def _group(self, found: Facts, by: By) -> Ints:
        """Index of each fact's row, or less than 0 where it has none."""
        if by is By.MONTH:
            return self.period.month(found.at)
        if by is By.PERSON:
            return found.who
        if by is By.CONTRACTOR:
            firms = np.array([login in self.work.firms for login in self.work.people] + [False])
            return np.where(firms[found.who], found.who, NOBODY)
        if by is By.CREW:
            return self.work.orders.crew.code[found.order]
        if by is By.BUILDING:
            return self.work.orders.building.code[found.order]
        return np.zeros(len(found), dtype=np.int64)

    def _weekly(self, by: By, key: str) -> float | None:
        """Hours of a week in which the work of a row is done; None where nobody can say. [h]"""
        if by in {By.BUILDING, By.CONTRACTOR}:
            return None
        hours = sum(
            some for (login, trade), some in self.work.weekly.items()
            if (by is not By.PERSON or login == key) and (by is not By.CREW or trade == key)
            and self.only in {None, login}
        )  # fmt: skip
        return hours or None


def _split(found: Facts, group: Ints, groups: int) -> Iterator[Facts]:
    """The facts of each group, in its order."""
    by = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[by], np.arange(groups + 1))
    for start, end in itertools.pairwise(edges):
        rows = by[start:end]
        weight = None if found.weight is None else found.weight[rows]
        yield Facts(found.order[rows], found.who[rows], found.at[rows], found.value[rows], weight)


def _joined(parts: Sequence[Facts]) -> Facts:
    none: Ints = np.empty(0, dtype=np.int64)
    empty: Floats = np.empty(0)
    return Facts(
        np.concatenate([none, *(p.order for p in parts)]),
        np.concatenate([none, *(p.who for p in parts)]),
        np.concatenate([none, *(p.at for p in parts)]),
        np.concatenate([empty, *(p.value for p in parts)]),
    )
