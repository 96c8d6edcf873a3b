"""Readings between the bus threads and the agent: bounded, and stamped when they are taken."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Iterable

from core.batch import Columns
from core.clock import Clock
from core.quality import Quality

ROWS = 200_000
"""500 points a second for more than six minutes, in about 40 MB: an agent takes them every second,
and one that hangs for longer has a full disk."""
UNSET_BEFORE = 1_767_225_600_000  # 2026-01-01, UTC [ms]
"""A clock that says an earlier time was never set: this was written later."""
_MS_A_NS = 1_000_000


class Buffer:
    """Rows with the monotonic time of their answer.

    Times of the run clock are given when rows are taken: until the clock is set after a boot
    nothing is, and then everything read meanwhile has its right time.

    Args:
        clock: The run clock.
        most: Rows kept; beyond it the oldest go, counted.
    """

    def __init__(self, clock: Clock, most: int = ROWS) -> None:
        self._clock = clock
        self._rows: deque[tuple[int, int, float]] = deque(maxlen=most)
        self._lock = threading.Lock()
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Rows lost since it was made because nobody took them."""
        with self._lock:
            return self._dropped

    @property
    def waiting(self) -> bool:
        """Whether rows are held back because the clock was never set."""
        return self._clock.now() < UNSET_BEFORE

    def put(self, values: Iterable[tuple[int, float]]) -> None:
        """Point index and value, read this moment; NaN where the device has none."""
        at = time.monotonic_ns()
        with self._lock:
            for point, value in values:
                if len(self._rows) == self._rows.maxlen:
                    self._dropped += 1
                self._rows.append((at, point, value))

    def take(self, until: int) -> Columns:
        """All rows read up to a time by the run clock, in time order. [ms]"""
        now, tick = self._clock.now(), time.monotonic_ns()
        if now < UNSET_BEFORE:
            return Columns.of([], [], [])
        points: list[int] = []
        times: list[int] = []
        values: list[float] = []
        with self._lock:
            while self._rows:
                # A row put since the clock was asked is not of the future, but of now.
                at = min(now - (tick - self._rows[0][0]) // _MS_A_NS, now)
                if at > until:
                    break
                _, point, value = self._rows.popleft()
                points.append(point)
                times.append(at)
                values.append(value)
        quality = [Quality.BAD if math.isnan(value) else Quality.GOOD for value in values]
        return Columns.of(points, times, values, quality)
