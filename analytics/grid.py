"""Regular intervals of absolute time, stamped at their ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """``count`` intervals of ``step`` that begin at ``start``; half open at the left.

    Attributes:
        start: Start of the first interval, UTC. [ms]
        step: Length of an interval. [ms]
        count: How many.
    """

    start: int
    step: int
    count: int

    @staticmethod
    def covering(start: int, end: int, step: int) -> Grid:
        """The whole steps of absolute time that lie within ``(start, end]``."""
        first = -(-start // step)
        last = end // step
        return Grid(start=first * step, step=step, count=max(0, last - first))

    @property
    def end(self) -> int:
        """End of the last interval. [ms]"""
        return self.start + self.step * self.count

    @property
    def ends(self) -> Ints:
        """Ends of the intervals. (count,) [ms]"""
        return self.start + self.step * np.arange(1, self.count + 1, dtype=np.int64)

    @property
    def hours(self) -> float:
        """Length of an interval. [h]"""
        return self.step / 3_600_000

    def bins(self, at: Ints) -> Ints:
        """Which interval each time falls in; negative or ≥ ``count`` where in none."""
        return (at - self.start - 1) // self.step
