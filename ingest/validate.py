"""Numbers and times against what can be: refused where unplaceable, suspect where unlikely."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from core.batch import Bools, Columns, Ints
from core.clock import HOUR_MS, MINUTE_MS
from core.quality import Quality
from core.quantity import Kind, Quantity
from core.site import Site

EARLIEST_MS = 946_684_800_000
"""2000-01-01: older times are a clock that was never set. Real archives start later."""
AHEAD_MS = 5 * MINUTE_MS
"""Domain sheet, SEN-09: farther in the future goes to quarantine. With less, a clock that
is merely slow to be corrected loses readings; with more, a watermark could be led astray."""
RATE_OVER_MS = 10 * MINUTE_MS
"""Domain sheet, SEN-04: rates hold over ten minutes. Over one, a single quantum of a sensor
is already too fast."""


class Unplaceable(IntEnum):
    """Why a reading cannot be stored; the lower-case name is the reason in quarantine."""

    NO = 0
    TIME = 1
    DOMAIN = 2


WHY = {
    Unplaceable.TIME: "a time before 2000, or more than 5 min after it was received",
    Unplaceable.DOMAIN: "a state or command must be a whole number, and every number finite",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What validation needs of each point, by index.

    Attributes:
        whole: Whether only whole numbers mean something.
        rate: Fastest physical change; inf where nobody said. [unit/ms]
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    whole: Bools
    rate: NDArray[np.float64]

    @staticmethod
    def of(site: Site) -> Limits:
        """The limits that the site model states."""
        return Limits(
            low=site.span_low,
            high=site.span_high,
            whole=np.array(
                [
                    p.kind in {Kind.STATE, Kind.COMMAND} and p.quantity is not Quantity.PERCENT
                    for p in site.points
                ],
                dtype=np.bool_,
            ),
            rate=np.array(
                [
                    p.max_rate_per_h / HOUR_MS if p.kind is Kind.GAUGE else np.inf
                    for p in site.points
                ],
                dtype=np.float64,
            ),
        )


def unplaceable(rows: Columns, received: Ints, limits: Limits) -> NDArray[np.int8]:
    """Codes of :class:`Unplaceable`, a row each; ``received`` is the run clock. [ms]"""
    why = np.zeros(len(rows), np.int8)
    has_value = ~np.isnan(rows.value)
    with np.errstate(invalid="ignore"):
        broken = np.isinf(rows.value) | (
            limits.whole[rows.point] & (np.rint(rows.value) != rows.value)
        )
    why[has_value & broken] = Unplaceable.DOMAIN
    why[(rows.at < EARLIEST_MS) | (rows.at > received + AHEAD_MS)] = Unplaceable.TIME
    return why


def beyond_span(rows: Columns, limits: Limits) -> Bools:
    """Where the instrument cannot have measured the number (decision 0006)."""
    return (rows.value < limits.low[rows.point]) | (rows.value > limits.high[rows.point])


def with_suspects(rows: Columns, suspect: Bools) -> Columns:
    """The rows with good quality lowered to suspect where true."""
    quality = rows.quality.copy()
    quality[suspect & (quality == Quality.GOOD)] = Quality.SUSPECT
    return Columns(point=rows.point, at=rows.at, value=rows.value, quality=quality)


class Pace:
    """The last two good readings of each point that has a fastest change.

    Two, because the reading after a spike jumps back: it is good when it fits the one
    before the spike. A step that lasts costs one suspect reading.
    """

    def __init__(self, limits: Limits) -> None:
        n = len(limits.rate)
        self._rate = limits.rate
        self._paced = np.isfinite(limits.rate)
        self._at = np.full((n, 2), np.iinfo(np.int64).min // 4, np.int64)
        self._value = np.full((n, 2), np.nan)

    def remember(self, rows: Columns) -> None:
        """Begin from what the store has: the newest reading of each point."""
        good = (rows.quality == Quality.GOOD) & self._paced[rows.point]
        self._at[rows.point[good], 1] = rows.at[good]
        self._value[rows.point[good], 1] = rows.value[good]

    def too_fast(self, rows: Columns) -> Bools:
        """Where a good reading changed faster than the thing it measures can."""
        found = np.zeros(len(rows), np.bool_)
        usable = self._paced[rows.point] & (rows.quality == Quality.GOOD)
        where = np.flatnonzero(usable & (rows.at > self._at[rows.point, 1]))
        if not len(where):
            return found
        where = where[np.lexsort((rows.at[where], rows.point[where]))]
        starts = np.flatnonzero(np.diff(rows.point[where], prepend=-1))
        points = rows.point[where][starts]
        # Each point's readings, behind the two that are remembered of it.
        slots = np.repeat(starts, 2)
        point = np.insert(rows.point[where], slots, np.repeat(points, 2))
        at = np.insert(rows.at[where], slots, self._at[points].ravel())
        value = np.insert(rows.value[where], slots, self._value[points].ravel())
        own = np.insert(np.ones(len(where), np.bool_), slots, np.zeros(len(slots), np.bool_))
        jumped = self._jump(point, at, value, 1)
        back = np.roll(jumped, 1) & ~self._jump(point, at, value, 2)
        found[where] = (jumped & ~back)[own]
        ends = np.append(np.flatnonzero(np.diff(point)), len(point) - 1)
        self._at[points] = np.stack([at[ends - 1], at[ends]], axis=1)
        self._value[points] = np.stack([value[ends - 1], value[ends]], axis=1)
        return found

    def _jump(
        self, point: NDArray[np.int32], at: Ints, value: NDArray[np.float64], back: int
    ) -> Bools:
        jumped = np.zeros(len(point), np.bool_)
        over = np.maximum(at[back:] - at[:-back], RATE_OVER_MS)
        allowed = self._rate[point[back:]] * over
        same = point[back:] == point[:-back]
        # Comparisons with a reading that is not there (NaN) are false: nothing is claimed.
        with np.errstate(over="ignore"):  # more than there are numbers for is too fast as well
            jumped[back:] = same & (np.abs(value[back:] - value[:-back]) > allowed)
        return jumped
