"""The whole meter: what it would have used, and whether it can have seen all that was booked.

Option C. With a daily CV of 13 % and ρ 0.7 a repair must save 15 % of a meter in 28 days to be
seen on it: so it only reconciles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.savings.interval import LEAST_BLOCKS, student
from core.batch import Bools, Floats

LEAST_DAYS = 28
"""Four weeks: fewer know no week from another. [d]"""

_BALANCE_C = (14.0, 18.0, 22.0)
"""Balance points that are tried for heating below, cooling above. [°C]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Daily use by day type and outdoor air.

    Attributes:
        weights: Working day, day off, a kelvin below and above the balance point. (4,)
        balance: Its balance point. [°C]
        design: Drivers of each day it was made of, in time order. (n, 4)
        use: Of each. (n,) [unit]
    """

    weights: Floats
    balance: float
    design: Floats
    use: Floats

    def expected(self, working: Bools, oat: Floats) -> Floats:
        """Use of days. (m,) [unit]"""
        found: Floats = _design(working, oat, self.balance) @ self.weights
        return np.maximum(found, 0.0)

    def of_sum(self, days: int) -> float | None:
        """Half-width of the sum of so many days, 90 %; None with fewer than four blocks.

        Blocks of the reporting length, each foretold by a baseline that was made without it; a
        reporting time longer than a quarter of the baseline is put together from such quarters,
        which stay as dependent as they were: added linearly.
        """
        length = min(days, len(self.use) // LEAST_BLOCKS)
        if length < 1:
            return None
        count = len(self.use) // length
        first = len(self.use) - count * length
        errors = np.array([self._missed(first + n * length, length) for n in range(count)])
        sd = math.sqrt(float((errors**2).sum()) / (count - 1))
        return student(count - 1) * sd * max(1.0, days / length)

    def _missed(self, start: int, length: int) -> float:
        """Sum of a block less what the others foretell of it. [unit]"""
        out = np.zeros(len(self.use), dtype=np.bool_)
        out[start : start + length] = True
        weights = np.linalg.lstsq(self.design[~out], self.use[~out], rcond=None)[0]
        return float((self.use[out] - self.design[out] @ weights).sum())


def baseline(use: Floats, working: Bools, oat: Floats) -> Baseline | None:
    """Fitted by least squares; None with too few days.

    Args:
        use: Of each day; NaN where it was not measured. (n,) [unit]
        working: Working days. (n,)
        oat: Mean outdoor air; NaN where unknown, which is then no driver. (n,) [°C]
    """
    air = oat if np.isfinite(oat).mean() > LEAST_SHARE else np.zeros_like(oat)
    known = np.isfinite(use) & np.isfinite(air)
    if known.sum() < LEAST_DAYS:
        return None
    y, days, out = use[known], working[known], air[known]
    best: tuple[float, Baseline] | None = None
    for balance in _BALANCE_C:
        design = _design(days, out, balance)
        weights = np.linalg.lstsq(design, y, rcond=None)[0].astype(np.float64)
        error = float(((y - design @ weights) ** 2).sum())
        if best is None or error < best[0] - 1e-9:
            best = error, Baseline(weights=weights, balance=balance, design=design, use=y)
    return best[1] if best is not None else None


LEAST_SHARE = 0.9
"""Of days with outdoor air, for it to drive anything. [1]"""


def _design(working: Bools, oat: Floats, balance: float) -> Floats:
    air = np.nan_to_num(oat, nan=balance)
    return np.column_stack([
        working.astype(float), (~working).astype(float),
        np.maximum(balance - air, 0.0), np.maximum(air - balance, 0.0),
    ])  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One repaired fault as a meter above may have seen it.

    Attributes:
        began: First whole day of it, as an index into the days.
        mended: First day after it.
        days: Booked.
        booked: Σ of them. [unit]
    """

    began: int
    mended: int
    days: int
    booked: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """One meter against what is booked below it, from the first day on.

    Attributes:
        booked: Σ of what the meter can tell. [unit]
        drop: What it used more while the faults lasted, over the booked days. [unit]
        u: Half-width of the drop, 90 %; infinite where it cannot be told. [unit]
    """

    booked: float
    drop: float
    u: float

    @property
    def excess(self) -> float:
        """Booked beyond what the meter can have seen; never of a single day. [unit]"""
        return max(0.0, self.booked - self.drop - self.u) if math.isfinite(self.u) else 0.0

    @property
    def state(self) -> str:
        """``agrees``, ``disputed`` or ``unknown``."""
        if not math.isfinite(self.u):
            return "unknown"
        return "disputed" if self.excess > 0 else "agrees"


def reconcile(use: Floats, working: Bools, oat: Floats, faults: Sequence[Fault]) -> Reconciled:
    """Cumulative: all booked days together.

    How much more the meter used in each fault's days than before it and after it, at the same day
    type and weather, all faults at once; times the booked days. A repair that did nothing leaves
    the meter where it was, and the drop is small. A fault that was found and mended between two
    midnights is on no meter's day: it is left out on both sides.

    Args:
        use: Of each day, from twelve weeks before the first fault; NaN unmeasured. (n,) [unit]
        working: Working days. (n,)
        oat: Mean outdoor air. (n,) [°C]
        faults: Repaired ones below the meter.
    """
    seen = [f for f in faults if np.isfinite(use[f.began : f.mended]).any()]
    if not seen:
        return Reconciled(booked=0.0, drop=0.0, u=math.inf)
    first = min(f.began for f in seen)
    calm = baseline(use[:first], working[:first], oat[:first])
    booked = sum(f.booked for f in seen)
    if calm is None:
        return Reconciled(booked=booked, drop=0.0, u=math.inf)
    steps = np.zeros((len(use), len(seen)))
    for n, fault in enumerate(seen):
        steps[fault.began : fault.mended, n] = 1.0
    known = np.isfinite(use)
    design = np.column_stack([_design(working, oat, calm.balance), steps])
    more = np.linalg.lstsq(design[known], use[known], rcond=None)[0][-len(seen) :]
    drop = sum(float(m) * f.days for m, f in zip(more, seen, strict=True))
    return Reconciled(booked=booked, drop=drop, u=_width(calm, use, seen))


def _width(calm: Baseline, use: Floats, seen: Sequence[Fault]) -> float:
    """Of all drops: each as well known as the mean of so many days of the calm meter."""
    total = 0.0
    for fault in seen:
        days = int(np.isfinite(use[fault.began : fault.mended]).sum())
        width = calm.of_sum(days)
        if width is None:
            return math.inf
        total += (width / days * fault.days) ** 2
    return math.sqrt(total)
