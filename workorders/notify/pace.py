"""How many messages a channel gets a minute, so that none is thrown away at the other side.

WeCom and DingTalk take 20 a minute of one robot and then refuse all for a while. Fifteen leave
room for what a restart has forgotten that it sent, and three of them are a P1's alone.
"""

from __future__ import annotations

from collections import deque

from core.clock import MINUTE_MS

A_MINUTE = 15
"""Of crews.md: below the 20 that robots bear."""
FOR_P1 = 3


class Pace:
    """What one channel was given in the last minute."""

    def __init__(self, a_minute: int) -> None:
        self._most = a_minute
        self._sent: deque[int] = deque(maxlen=max(a_minute, 1))
        self._closed_until = 0

    def free(self, now: int, *, urgent: bool) -> int:
        """How many more it may get now."""
        if now < self._closed_until:
            return 0
        if not self._most:
            return 1_000
        while self._sent and self._sent[0] <= now - MINUTE_MS:
            self._sent.popleft()
        kept = 0 if urgent else min(FOR_P1, self._most - 1)
        return max(0, self._most - kept - len(self._sent))

    def next_at(self, now: int) -> int:
        """When it may get more. [ms]"""
        opens = self._sent[0] + MINUTE_MS if self._sent else now
        return max(opens, self._closed_until, now + 1_000)

    def gave(self, now: int) -> None:
        """It was given one, whether it took it or not."""
        self._sent.append(now)

    def close(self, until: int) -> None:
        """It said itself that it will take none before. [ms]"""
        self._closed_until = max(self._closed_until, until)
