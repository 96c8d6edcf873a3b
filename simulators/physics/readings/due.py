"""When points are due: at every whole period, in UTC."""

from __future__ import annotations

from core.batch import Bools, Floats, Ints


class Due:
    """Which minutes of a stretch are due, by the period of a point.

    Args:
        at: Their ends. [ms]
    """

    def __init__(self, at: Ints) -> None:
        self._at = at
        self._by_period: dict[int, tuple[Bools, Ints, bool]] = {}

    def at(self, period_s: int) -> Bools:
        """Whether each is due."""
        return self._found(period_s)[0]

    def of(self, period_s: int, values: Floats) -> tuple[Ints, Floats]:
        """Times [ms] and values of those that are."""
        due, times, every = self._found(period_s)
        return times, values if every else values[due]

    def _found(self, period_s: int) -> tuple[Bools, Ints, bool]:
        found = self._by_period.get(period_s)
        if found is None:
            due = self._at % (period_s * 1000) == 0
            found = self._by_period[period_s] = (due, self._at[due], bool(due.all()))
        return found
