"""Which batches are published and unconfirmed, and when they are sent again.

Pure: the time is an argument. At most a window of them, so the broker never holds more;
live readings and backlog share it, and neither can take the other's reserve.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from core.settled import Settled
from edge.limits import Limits
from edge.outbox import Entry

_HOLE_S = 1.0
"""A batch named as a hole is sent again this long after its last sending: its confirmation
may be on its way from another worker, which sees another half."""


@dataclass(slots=True, kw_only=True)
class Flight:
    """A batch under way. Times are seconds of a monotonic clock."""

    entry: Entry
    live: bool
    sent: float
    due: float
    sendings: int = 1
    lost: bool = False


class Window:
    """Batches under way, by row id.

    Args:
        limits: Size, pauses.
        jitter: A number from 0 to 1 at each call, so that gateways do not send in step.
    """

    def __init__(self, limits: Limits, jitter: Callable[[], float]) -> None:
        self._limits, self._jitter = limits, jitter
        self._flights: dict[int, Flight] = {}
        self._rest_until = float("-inf")

    def __len__(self) -> int:
        return len(self._flights)

    @property
    def ids(self) -> Collection[int]:
        """Rows under way."""
        return self._flights.keys()

    @property
    def handed_over(self) -> Collection[int]:
        """Rows under way of which nobody knows that they are lost."""
        return {row for row, flight in self._flights.items() if not flight.lost}

    def room(self, *, live: bool, contended: bool) -> int:
        """How many more may be sent of one kind.

        Args:
            live: Readings sent as they were read; else backlog.
            contended: The other kind wants places too. Backlog always leaves its reserve.
        """
        free = self._limits.window - len(self._flights)
        if live and not contended:
            return free
        mine = sum(1 for flight in self._flights.values() if flight.live is live)
        return min(free, self._limits.window - self._limits.reserve - mine)

    def sent(self, entry: Entry, *, live: bool, now: float) -> None:
        """A batch was handed over for the first time."""
        due = now + self._pause(1)
        self._flights[entry.id] = Flight(entry=entry, live=live, sent=now, due=due)

    def sent_again(self, row: int, now: float) -> None:
        """A batch was handed over once more."""
        flight = self._flights.get(row)
        if flight is None:
            return  # the outbox dropped it meanwhile
        flight.sendings += 1
        flight.sent, flight.lost = now, False
        flight.due = now + self._pause(flight.sendings)

    def due(self, now: float) -> list[Entry]:
        """What should be sent again, oldest first; nothing while ingest asks for rest."""
        if now < self._rest_until:
            return []
        ready = [f.entry for f in self._flights.values() if f.due <= now]
        return sorted(ready, key=lambda entry: entry.id)

    def next_due(self) -> float | None:
        """When to look again."""
        first = min((flight.due for flight in self._flights.values()), default=None)
        return None if first is None else max(first, self._rest_until)

    def settle(self, boots: Mapping[str, Settled]) -> int:
        """Free what is covered, hurry what is named as a hole; how many were freed."""
        covered = []
        for row, flight in self._flights.items():
            settled, seq = boots.get(flight.entry.boot), flight.entry.seq
            if settled is None:
                continue
            if settled.covers(seq):
                covered.append(row)
            elif seq <= settled.seen:
                flight.due = min(flight.due, flight.sent + _HOLE_S)
        self.drop(covered)
        return len(covered)

    def rest(self, until: float) -> None:
        """Let the timer rest; an earlier time ends the rest."""
        self._rest_until = until

    def all_lost(self, now: float) -> None:
        """The broker kept nothing of us: everything under way is due."""
        for flight in self._flights.values():
            flight.lost, flight.due = True, now

    def drop(self, rows: Collection[int]) -> None:
        """Forget rows that are not waiting any more."""
        for row in rows:
            self._flights.pop(row, None)

    def _pause(self, sendings: int) -> float:
        pause = min(self._limits.resend_cap_s, self._limits.resend_s * 2.0 ** min(sendings - 1, 16))
        return pause * (0.75 + 0.5 * self._jitter())
