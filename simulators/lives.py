"""What a world published by the hour and used by the day, and how two of them differ."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.batch import Bools, Columns, Floats, Ints
from core.clock import DAY_MS, HOUR_MS
from core.quantity import Kind
from core.site import Site
from core.words import Carrier
from simulators.physics.readings.sensing import CLASSES

LEAST_HOURS, LEAST_DAYS = 6, 2
"""A fault counts as visible from so many hours on so many days (of data and safety: any)."""

_DIAL = 0.01  # smallest step of a register whose site says none [kWh, m³]
_ANALOGUE = 0.1  # of points whose class of sensor is not known, in their unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one world has more than another.

    Attributes:
        start: Local midnight of the first day, UTC. [ms]
        hours: Ends of the hours in which what is published shows it, UTC. (n,) int64 [ms]
        days: What it used more by day and carrier, the carriers in the order of
            :class:`Carrier`. (days, carriers) [kWh, m³]
    """

    start: int
    hours: Ints
    days: Floats

    def visible(self, *, any_hour: bool) -> int | None:
        """End of the first hour that shows it; None where too few do. [ms]"""
        enough = len(self.hours) >= LEAST_HOURS and self._days_of(self.hours) >= LEAST_DAYS
        return int(self.hours[0]) if len(self.hours) and (any_hour or enough) else None

    def on_days(self, start: int, end: int) -> int:
        """On how many days of a time it shows. [ms]"""
        inside = self.hours[(self.hours > start) & (self.hours <= end)]
        return self._days_of(inside)

    def _days_of(self, hours: Ints) -> int:
        return len(set(((hours - 1 - self.start) // DAY_MS).tolist()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What one world published by hour and used by day.

    Attributes:
        mean: Of gauges and states the mean, of registers where the dial stood. (points, hours)
        count: Readings that had a value. (points, hours)
        heard: Of them, those that came in the hour, whenever they are of. (points, hours)
        used: By day and carrier. (days, carriers) [kWh, m³]
        dawn: What had been used by the beginning of its last day. (carriers,) [kWh, m³]
    """

    mean: Floats
    count: Ints
    heard: Ints
    used: Floats
    dawn: Floats

    @classmethod
    def unborn(cls, points: int, days: int) -> Life:
        """Of which nothing is written down yet."""
        hours = days * DAY_MS // HOUR_MS
        return cls(
            mean=np.full((points, hours), np.nan), count=np.zeros((points, hours), np.int64),
            heard=np.zeros((points, hours), np.int64), used=np.zeros((days, len(Carrier))),
            dawn=np.zeros(len(Carrier)),
        )  # fmt: skip

    def copy(self) -> Life:
        """Another that begins alike."""
        return Life(
            mean=self.mean.copy(), count=self.count.copy(), heard=self.heard.copy(),
            used=self.used.copy(), dawn=self.dawn.copy(),
        )  # fmt: skip


def note(site: Site, life: Life, rows: Columns, due: Ints, start: int) -> None:
    """Folds readings into their hours; an hour that is cut goes on from what it has.

    ``due`` is when each came [ms]: an hour is heard then, whatever time its readings tell.
    """
    hours = life.mean.shape[1]
    told = (rows.at - 1 - start) // HOUR_MS
    came = told if due is rows.at else (due - 1 - start) // HOUR_MS
    valued = ~np.isnan(rows.value)
    in_time = np.flatnonzero(valued & (came >= 0) & (came < hours))
    if len(in_time):
        span, key, shape = _folded(life, rows.point[in_time], came[in_time])
        life.heard[:, span] += np.bincount(key, minlength=math.prod(shape)).reshape(shape)
    known = np.flatnonzero(valued & (told >= 0) & (told < hours))
    if not len(known):
        return
    known = known[np.argsort(rows.at[known], kind="stable")]
    values = rows.value[known]
    span, key, shape = _folded(life, rows.point[known], told[known])
    size = math.prod(shape)
    counts = np.bincount(key, minlength=size).reshape(shape)
    sums = np.bincount(key, weights=values, minlength=size).reshape(shape)
    dial = np.full(size, np.nan)
    dial[key] = values  # in the order of time: the last one stands
    mean, count, new = life.mean[:, span], life.count[:, span], counts > 0
    register = _registers(site)[:, None] & new
    gauge = ~_registers(site)[:, None] & new
    had = np.where(count > 0, mean * count, 0.0)
    mean[gauge] = ((had + sums) / np.maximum(1, count + counts))[gauge]
    mean[register] = dial.reshape(shape)[register]
    count[new] += counts[new]


def _folded(
    life: Life, points: NDArray[np.int32], hours: Ints
) -> tuple[slice, Ints, tuple[int, int]]:
    """The hours that some readings touch, and each reading's place among points and these."""
    first, last = int(hours.min()), int(hours.max()) + 1
    key = points.astype(np.int64) * (last - first) + (hours - first)
    return slice(first, last), key, (life.mean.shape[0], last - first)


def shown(site: Site, one: Life, other: Life) -> Bools:
    """By point and hour: whether the published values differ by more than noise and quantum.

    Both worlds have drawn the same noise, so that it is gone from their difference.
    """
    apart = np.abs(one.mean - other.mean)
    register = _registers(site)
    used_one, used_other = (np.diff(w.mean[register], axis=1, prepend=np.nan) for w in (one, other))
    apart[register] = np.abs(used_one - used_other)
    silent: Bools = one.heard != other.heard
    differs: Bools = apart > _blur(site)[:, None]  # NaN is no difference, a missing reading is one
    return differs | silent


def _registers(site: Site) -> Bools:
    return np.array([p.kind is Kind.REGISTER for p in site.points])


def _blur(site: Site) -> Floats:
    """By point: its quantum and the standard deviation of its noise, in its unit."""
    found = []
    for point in site.points:
        sensor = CLASSES.get(point.role.id)
        if point.register is not None:
            found.append(point.register.quantum or _DIAL)
        elif sensor is not None:
            found.append(sensor.quantum + sensor.noise)
        else:
            found.append(_ANALOGUE)
    return np.array(found)
