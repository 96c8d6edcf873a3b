"""Hours of running and conditions that held, from what was read. Pure.

A reading speaks for the time before it, up to the reading before it but no longer than it may
be late: what nobody read is unknown, never idle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from core.batch import Bools, Floats, Ints
from core.clock import HOUR_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Readings of one point in order of time, some from before and after what is asked.

    Attributes:
        at: (n,) [ms]
        value: (n,)
        good: Whether each is a measurement. (n,)
        most_ms: The longest time that one reading speaks for. [ms]
    """

    at: Ints
    value: Floats
    good: Bools
    most_ms: int

    def spans(self, start: int, end: int) -> tuple[Ints, Ints]:
        """Beginning and end of what each reading speaks for, within a stretch. (n,) [ms]"""
        before = np.concatenate([[np.iinfo(np.int64).min // 2], self.at[:-1]]).astype(np.int64)
        begin = np.maximum(before, self.at - self.most_ms)
        begins = np.clip(begin, start, end)
        return begins, np.maximum(np.clip(self.at, start, end), begins)


@dataclass(frozen=True, slots=True)
class Ran:
    """Time that something ran, and time that nobody read. [ms]"""

    ran_ms: int
    unknown_ms: int


def ran(read: Read, start: int, end: int, above: float) -> Ran:
    """How long a point was above a value within ``(start, end]``; adds up over any cuts."""
    if not len(read.at):
        return Ran(0, end - start)
    begin, stop = read.spans(start, end)
    long = np.where(read.good, stop - begin, 0)
    on = read.good & (read.value > above)
    return Ran(int(long[on].sum()), end - start - int(long.sum()))


def crossed(
    read: Read, beyond: Bools, during: Read | None, start: int, end: int, need_ms: int
) -> int | None:
    """When a condition had first held long enough, in ``(start, end]``; None where it had not.

    Time off, and time that nobody read, neither counts nor breaks it; a reading in running
    that is not beyond does. Readings from before ``start`` count towards it.

    Args:
        read: What is watched, with what came before.
        beyond: Whether each reading is beyond the value. (n,)
        during: A run status; without it all time counts.
        start: [ms]
        end: [ms]
        need_ms: So long. [ms]
    """
    if not len(read.at):
        return None
    begin, stop = read.spans(int(read.at[0]) - read.most_ms, end)
    on = _on(during, read.at) if during is not None else np.ones(len(read.at), np.bool_)
    held = 0
    for i in np.flatnonzero(read.good & on):
        if not beyond[i]:
            held = 0
            continue
        long = int(stop[i] - begin[i])
        if held < need_ms <= held + long:
            at = int(begin[i]) + need_ms - held
            if start < at <= end:
                return at
        held += long
    return None


def _on(during: Read, at: Ints) -> Bools:
    """Whether it ran at some times, by the first status at or after each. (n,)"""
    if not len(during.at):
        return np.zeros(len(at), np.bool_)
    index = np.minimum(np.searchsorted(during.at, at, side="left"), len(during.at) - 1)
    near = np.abs(during.at[index] - at) <= during.most_ms
    on: Bools = near & during.good[index] & (during.value[index] > 0.5)  # noqa: PLR2004
    return on


@dataclass(frozen=True, slots=True)
class Crossing:
    """The day by whose end the hours were full for the n-th time.

    Attributes:
        hours: Counted by then. [h]
    """

    n: int
    day: date
    hours: float


def fillings(days: Sequence[tuple[date, int]], need_h: float, since: date) -> list[Crossing]:
    """Each time that the hours were full, from days in order with what each ran. [ms]

    What was full before the plan was first seen here is one, on that day.
    """
    found: list[Crossing] = []
    total, done = 0, 0
    for day, ran_ms in days:
        total += ran_ms
        full = int(total / HOUR_MS // need_h)
        while done < full:
            done += 1
            found.append(Crossing(done, day, total / HOUR_MS))
    before = [one for one in found if one.day < since]
    after = [one for one in found if one.day >= since]
    return [*(Crossing(one.n, since, one.hours) for one in before[-1:]), *after]
