"""How long a device may take: learnt from its answers, so that a dead one costs little."""

from __future__ import annotations

from collections.abc import Iterable

_FIRST_S = 1.0
"""Before anything was observed: slower than any wired meter met, short enough for a first round."""
_LEAST_S = 0.25
"""Below it the pauses of a busy box look like silence: at 0.1 s and a load of nine on two cores one
of ten good answers came too late. A dead device costs its neighbours this once a minute."""
_MARGIN_S = 0.05
_SMOOTH = 1 / 8  # as TCP takes its round trips (RFC 6298): mean by 1/8, deviation by 1/4
_SMOOTH_DEVIATION = 1 / 4
_DEVIATIONS = 4
_SILENCE = 2.0
"""A late answer had its time-out already; after twice the longest answer none was seen."""
_LEAST_SILENCE_S = 0.3
"""A meter that answers in 10 ms was late by 100 ms, once; the neighbours pay this once a minute."""
_BACKOFF = 2.0
_UNKNOWN = 3.0
"""Devices of one bus are of a kind: one that takes thrice as long as all others is none of it."""


class Pace:
    """The adaptive time-out of one device, as TCP has it for a connection (RFC 6298).

    Args:
        most_s: The longest that it is waited for, however slow it was. [s]
        neighbours: The paces of its bus: one that never answered is waited for as long as
            they would be, thrice over.
    """

    def __init__(self, most_s: float, neighbours: Iterable[Pace] = ()) -> None:
        self._most_s = most_s
        self._neighbours = neighbours
        self._mean_s: float | None = None
        self._deviation_s = 0.0
        self._longest_s: float | None = None
        self._missed = False

    @property
    def timeout_s(self) -> float:
        """How long the next question waits. [s]"""
        expected = self.expected_s
        if expected is None:
            known = [s for other in self._neighbours if (s := other.expected_s) is not None]
            expected = min(_FIRST_S, _UNKNOWN * max(known)) if known else _FIRST_S
        return min(self._most_s, max(expected, _LEAST_S) * (_BACKOFF if self._missed else 1.0))

    @property
    def silence_s(self) -> float:
        """How long a line is left alone after a time-out: twice the longest answer seen. [s]"""
        seen = [s for other in (self, *self._neighbours) if (s := other.longest_s) is not None]
        first_s = min(_FIRST_S, self._most_s)
        longest = self._longest_s if self._longest_s is not None else max(seen, default=first_s)
        return max(_SILENCE * longest, _LEAST_SILENCE_S)

    @property
    def longest_s(self) -> float | None:
        """The longest that an answer took; None before the first. [s]"""
        return self._longest_s

    def answered(self, took_s: float) -> None:
        """An answer came after so long. [s]"""
        self._missed = False
        self._longest_s = max(took_s, self._longest_s or 0.0)
        if self._mean_s is None:
            self._mean_s, self._deviation_s = took_s, took_s / 2
            return
        off = abs(took_s - self._mean_s)
        self._deviation_s += _SMOOTH_DEVIATION * (off - self._deviation_s)
        self._mean_s += _SMOOTH * (took_s - self._mean_s)

    def missed(self) -> None:
        """None came: the next question waits twice as long, since it may have become slower.

        Not longer: the neighbours of a dead device would pay for it.
        """
        self._missed = True

    @property
    def expected_s(self) -> float | None:
        """The longest that its answers are expected to take; None before the first. [s]"""
        if self._mean_s is None:
            return None
        return self._mean_s + _DEVIATIONS * self._deviation_s + _MARGIN_S
