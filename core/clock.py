"""The run clock: the system's time, or one that all parts of a fast run share.

Event time (watermarks) judges windows; the run clock drives service levels, silence and
rosters; system time stays with log-in sessions, retries and certificates.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000


class Clock(Protocol):
    """Tells the time of this run. UTC. [ms]"""

    def now(self) -> int:
        """The present moment, never earlier than the last answer."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> int:
        """UTC now. [ms]"""
        return time.time_ns() // 1_000_000


class SteppedClock:
    """A clock that stands still until every part has finished the step.

    Never rate × system time: a stall of 0.1 s at 8,640 × would be a quarter of an hour
    and raise false silence and clock faults.
    """

    def __init__(self, start: int) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> int:
        """The time of the present step. [ms]"""
        with self._lock:
            return self._now

    def advance(self, to: int) -> None:
        """Moves on to a later step; an earlier one is ignored, time never runs back."""
        with self._lock:
            self._now = max(self._now, to)
