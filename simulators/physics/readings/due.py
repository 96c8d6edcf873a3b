"""When points are due: at every whole period, in UTC."""

from __future__ import annotations

import numpy as np

from core.batch import Bools, Floats, Ints


class Due:
    """Which minutes of a stretch are due, by the period of a point.

    Attributes:
        ends: Of the minutes. [ms]
    """

    def __init__(self, ends: Ints) -> None:
        self.ends = ends
        self._by_period: dict[int, tuple[Ints, Ints]] = {}

    def at(self, period_s: int) -> Bools:
        """Whether each is due."""
        due: Bools = self.ends % (period_s * 1000) == 0
        return due

    def which(self, period_s: int) -> Ints:
        """Those that are."""
        return self._found(period_s)[0]

    def and_last(self, period_s: int) -> Ints:
        """Those that are and, behind them, the last minute of all where it is not."""
        which, last = self._found(period_s)[0], len(self.ends) - 1
        return which if len(which) and which[-1] == last else np.append(which, last)

    def of(self, period_s: int, values: Floats) -> tuple[Ints, Floats]:
        """Times [ms] and values of those that are."""
        which, times = self._found(period_s)
        return times, values if len(which) == len(values) else values[which]

    def _found(self, period_s: int) -> tuple[Ints, Ints]:
        found = self._by_period.get(period_s)
        if found is None:
            which = np.flatnonzero(self.at(period_s))
            found = self._by_period[period_s] = (which, self.ends[which])
        return found
