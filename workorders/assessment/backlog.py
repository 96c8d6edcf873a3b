"""Work that waits: hours of open orders against the hours of a week, and their age. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from core.batch import Bools
from core.clock import DAY_MS
from workorders.assessment.columns import NEVER, Work
from workorders.assessment.facts import MENDED, Facts, planned

WEEK_MIN = 7 * 24 * 60
AGES_D = (7, 30, 90)
"""Bounds of the buckets of age. [d]"""


@dataclass(frozen=True, slots=True)
class Shift:
    """A line of the roster: from and to [min from midnight], on weekdays 1…7."""

    login: str
    trade: str
    start: int
    end: int
    weekdays: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """Orders that wait for as long.

    Attributes:
        above: At least so long. [d]
        below: And less than that; None for the oldest. [d]
        hours: Of expected work. [h]
    """

    above: int
    below: int | None
    orders: int
    hours: float


def waiting(work: Work, at: int, *, plan: bool) -> Facts:
    """Hours of expected work of orders that were open at a time, and not said to be done.

    Args:
        work: The columns.
        at: Of which moment. [ms]
        plan: Of planned orders, else of all others.
    """
    rows = np.flatnonzero(_open(work, at) & (planned(work) if plan else ~planned(work)))
    hours = work.orders.effort[rows] / 60.0
    return Facts(rows, work.orders.holder[rows], np.full(len(rows), at), hours)


def ages(work: Work, at: int) -> list[Age]:
    """Open orders of every kind by how long ago their clocks began."""
    rows = np.flatnonzero(_open(work, at))
    days = (at - work.orders.opened[rows]) / DAY_MS
    hours = work.orders.effort[rows] / 60.0
    found = []
    for above, below in zip((0, *AGES_D), (*AGES_D, None), strict=True):
        inside = (days >= above) & (days < (np.inf if below is None else below))
        found.append(Age(above=above, below=below, orders=int(inside.sum()),
                         hours=float(hours[inside].sum())))  # fmt: skip
    return found


def weekly_hours(shifts: Iterable[Shift], most_h: float) -> Mapping[tuple[str, str], float]:
    """Hours a week by log-in and trade.

    Lines that overlap count once. Who is on call longer than anybody works has ``most_h``
    shared among their trades by the hours that they are on call for each.
    """
    minutes: dict[tuple[str, str], Bools] = {}
    for one in shifts:
        week = minutes.setdefault((one.login, one.trade), np.zeros(WEEK_MIN, dtype=bool))
        length = one.end - one.start if one.end > one.start else one.end - one.start + 1440
        for day in one.weekdays:
            begin = (int(day) - 1) * 1440 + one.start
            week[np.arange(begin, begin + length) % WEEK_MIN] = True
    hours = {key: float(week.sum()) / 60.0 for key, week in minutes.items()}
    total: dict[str, float] = {}
    for (login, _), some in hours.items():
        total[login] = total.get(login, 0.0) + some
    return {key: some * min(1.0, most_h / total[key[0]]) for key, some in hours.items() if some > 0}


def _open(work: Work, at: int) -> Bools:
    orders = work.orders
    over = (orders.closed != NEVER) & (orders.closed <= at)
    done = orders.state.among(MENDED) & (orders.done != NEVER) & (orders.done <= at)
    found: Bools = (orders.opened <= at) & ~over & ~done
    return found
