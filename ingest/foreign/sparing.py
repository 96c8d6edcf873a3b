"""Keeping the quarantine readable where strangers talk all day."""

from __future__ import annotations

from collections import OrderedDict

EACH_MS = 60_000
"""Of one device, one message a minute is kept: every message of a meter that reports each
quarter of an hour, and not every word of a switch that chatters."""
ALL = 60
"""Kept in all in a minute, whoever speaks: a network of strangers fills no disk in a night."""
KNOWN = 1_000
"""Devices told apart; beyond it the one heard longest ago is forgotten."""


class Sparing:
    """Says which of many like messages are kept; the others are counted.

    For messages that nobody has mapped. What a mapped device sends wrongly is always kept.
    """

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[str, ...], int] = OrderedDict()
        self._minute = 0
        self._kept = 0

    def keeps(self, who: tuple[str, ...], now: int) -> bool:
        """Whether to keep this one. [ms, run clock]"""
        if now - self._minute >= EACH_MS or now < self._minute:
            self._minute, self._kept = now, 0
        last = self._last.get(who)
        if self._kept >= ALL or (last is not None and 0 <= now - last < EACH_MS):
            return False
        self._last[who] = now
        self._last.move_to_end(who)
        while len(self._last) > KNOWN:
            self._last.popitem(last=False)
        self._kept += 1
        return True
