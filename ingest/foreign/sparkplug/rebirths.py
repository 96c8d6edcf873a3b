"""When a node may be asked for its birth, so that a campus is never asked all at once."""

from __future__ import annotations

import random
import threading

EACH_MS = 60_000
"""Once a minute a node at most (field sheet, Sparkplug B): a birth may hold thousands of metrics,
and a node that does not answer is not mended by being asked more often."""
APART_MS = 100
"""Ten a second at most in all (the same sheet)."""
JITTER_MS = 2_000
"""Spread over two seconds, so that hosts that lost the same broker do not ask in step."""


class Rebirths:
    """Which nodes are to be asked, and when; from any thread. Bounded by the site's nodes.

    Times are of a clock that only runs forward. [ms]
    """

    def __init__(self, seed: random.Random | None = None) -> None:
        self._random = seed or random.SystemRandom()
        self._due: dict[str, float] = {}
        self._asked: dict[str, float] = {}
        self._last = float("-inf")
        self._lock = threading.Lock()

    def want(self, node: str, now: float) -> None:
        """This node's birth is missing."""
        with self._lock:
            if node not in self._due:
                earliest = max(now, self._asked.get(node, float("-inf")) + EACH_MS)
                self._due[node] = earliest + self._random.uniform(0, JITTER_MS)

    def born(self, node: str) -> None:
        """Its birth has come: nothing need be asked."""
        with self._lock:
            self._due.pop(node, None)

    def take(self, now: float) -> str | None:
        """The node to ask now, if one is due and the last was asked long enough ago."""
        with self._lock:
            if now - self._last < APART_MS or not self._due:
                return None
            node = min(self._due, key=lambda name: self._due[name])
            if self._due[node] > now:
                return None
            del self._due[node]
            self._asked[node] = self._last = now
            return node

    def again(self, node: str, now: float) -> None:
        """What was taken could not be sent: it is wanted still, and was not asked."""
        with self._lock:
            self._asked.pop(node, None)
            self._due.setdefault(node, now + JITTER_MS)
