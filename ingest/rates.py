"""How much one gateway may send: a rate of messages and of readings, and a burst of both.

A bound a gateway, so that one that has gone wild takes neither the writer nor the disk from
the others. Of what is above it nothing is lost: a batch of an edge is acknowledged and not
confirmed, so that the edge sends it again; readings that no confirmation covers go to
quarantine, many to an entry, from where they can be replayed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

_STRANGERS = ""
"""Gateways that the site does not have share one allowance: names are free to invent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a gateway may send for good, and at once.

    Attributes:
        messages_per_s: Messages; 0 is no bound. [1/s]
        values_per_s: Readings; 0 is no bound. [1/s]
        burst_s: What was not used of so long a time may come at once: an outbox after an
            outage, a broker after a restart of ingest. [s]
    """

    messages_per_s: float
    values_per_s: float
    burst_s: float = 600.0


@dataclass(slots=True)
class _Allowance:
    messages: float
    values: float
    since: float


class Rates:
    """Allowances by gateway, filled by the machine's time; callable from any thread.

    How many readings a message holds is known once it is read, so an allowance of them may
    go below zero, by what waits in the inbox at the most, and is worked off before the next
    message is let in: over time the rate is kept exactly.

    Args:
        rate: Of each gateway.
        known: Gateways of the site; all others share one allowance.
        unbounded: Of these, those that are never held up: people who enter a list.
        now: Seconds of a monotonic clock.
    """

    def __init__(
        self, rate: Rate, known: Collection[str], *, unbounded: Collection[str] = (),
        now: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._rate, self._now = rate, now
        self._known, self._unbounded = frozenset(known), frozenset(unbounded)
        self._left: dict[str, _Allowance] = {}
        self._lock = threading.Lock()

    def admits(self, gateway: str) -> bool:
        """Whether one more message of it may come now; it is then counted."""
        return self.admitted(gateway, 1) > 0

    def admitted(self, gateway: str, messages: int) -> int:
        """How many of so many messages may come now; those are then counted."""
        if gateway in self._unbounded:
            return messages
        rate = self._rate
        with self._lock:
            left = self._filled(gateway)
            if rate.values_per_s and left.values <= 0.0:
                return 0
            few = min(messages, int(left.messages)) if rate.messages_per_s else messages
            left.messages -= few
            return few

    def charge(self, gateway: str, values: int) -> None:
        """So many readings were in a message that was admitted."""
        if gateway in self._unbounded or not values:
            return
        with self._lock:
            self._filled(gateway).values -= values

    def _filled(self, gateway: str) -> _Allowance:
        key = gateway if gateway in self._known else _STRANGERS
        rate, now = self._rate, self._now()
        messages, values = (r * rate.burst_s for r in (rate.messages_per_s, rate.values_per_s))
        left = self._left.get(key)
        if left is None:
            left = self._left[key] = _Allowance(max(messages, 1.0), values, now)
            return left
        passed = now - left.since
        left.messages = min(max(messages, 1.0), left.messages + passed * rate.messages_per_s)
        left.values = min(values, left.values + passed * rate.values_per_s)
        left.since = now
        return left
