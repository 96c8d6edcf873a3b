"""What has come and is not yet durable: bounded by number and by bytes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

from ingest.arrival import Arrival


class Inbox:
    """A queue between the session's thread and the writer.

    Full, :meth:`put` blocks, and that is the back-pressure: the broker keeps what is not
    acknowledged. What was taken counts as here until :meth:`finished`.
    """

    def __init__(self, *, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._waiting: deque[Arrival] = deque()
        self._bytes = 0
        self._taken = 0
        self._closed = False
        self._nudged = False
        self._change = threading.Condition()

    def put(self, arrival: Arrival) -> bool:
        """Add, waiting for room; False once closed: then the message stays the broker's."""
        with self._change:
            self._change.wait_for(lambda: self._closed or self._room_for(arrival))
            if self._closed:
                return False
            self._waiting.append(arrival)
            self._bytes += len(arrival.payload)
            self._change.notify_all()
            return True

    def put_all(self, arrivals: Sequence[Arrival]) -> int:
        """Add what came together, waiting for room as :meth:`put`; how many before it closed."""
        done, size = 0, sum([len(arrival.payload) for arrival in arrivals])
        with self._change:
            if not self._closed and self._fits(len(arrivals), size):
                self._waiting.extend(arrivals)
                self._bytes += size
                self._change.notify_all()
                return len(arrivals)
            while done < len(arrivals):
                first = arrivals[done]
                self._change.wait_for(lambda: self._closed or self._room_for(first))  # noqa: B023 called at once
                if self._closed:
                    break
                while done < len(arrivals) and self._room_for(arrivals[done]):
                    self._waiting.append(arrivals[done])
                    self._bytes += len(arrivals[done].payload)
                    done += 1
                self._change.notify_all()
        return done

    def take(self, most: int, most_bytes: int) -> list[Arrival]:
        """Whatever has come, at least one; nothing after a nudge or once closed and empty."""
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._closed or self._nudged)
            self._nudged = False
            taken: list[Arrival] = []
            size = 0
            while self._waiting and len(taken) < most:
                size += len(self._waiting[0].payload)
                if taken and size > most_bytes:
                    break
                taken.append(self._waiting.popleft())
            self._bytes -= sum(len(arrival.payload) for arrival in taken)
            self._taken = len(taken)
            self._change.notify_all()
            return taken

    def take_only(
        self, which: Callable[[Arrival], bool], most: int, room: int, cost: Callable[[Arrival], int]
    ) -> list[Arrival]:
        """The first messages of those asked for, up to one for which there is no room."""
        with self._change:
            taken: list[Arrival] = []
            for arrival in self._waiting:
                if which(arrival):
                    room -= cost(arrival)
                    if room < 0 or len(taken) == most:
                        break
                    taken.append(arrival)
            gone = set(map(id, taken))
            self._waiting = deque(a for a in self._waiting if id(a) not in gone)
            self._bytes -= sum(len(arrival.payload) for arrival in taken)
            self._change.notify_all()
            return taken

    def put_back(self, arrivals: Sequence[Arrival]) -> None:
        """Return to the head what was taken by :meth:`take_only` and could not be kept."""
        with self._change:
            self._waiting.extendleft(reversed(arrivals))
            self._bytes += sum(len(arrival.payload) for arrival in arrivals)
            self._change.notify_all()

    def count(self, which: Callable[[Arrival], bool]) -> int:
        """Messages of those asked for that wait."""
        with self._change:
            return sum(which(arrival) for arrival in self._waiting)

    def finished(self) -> None:
        """What was taken last is settled and acknowledged."""
        with self._change:
            self._taken = 0
            self._change.notify_all()

    def nudge(self) -> None:
        """Let :meth:`take` return, since there is something else to do."""
        with self._change:
            self._nudged = True
            self._change.notify_all()

    def close(self) -> None:
        """Accept nothing more; what is waiting can still be taken."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    @property
    def closed(self) -> bool:
        """Whether nothing more is accepted."""
        return self._closed

    def depth(self) -> tuple[int, int]:
        """Messages and bytes that wait."""
        with self._change:
            return len(self._waiting), self._bytes

    def idle(self) -> bool:
        """Whether nothing waits and nothing is being worked on."""
        with self._change:
            return self._empty()

    def wait_idle(self, timeout_s: float) -> bool:
        """Whether it became idle within the time."""
        with self._change:
            self._change.wait_for(lambda: self._empty() or self._closed, timeout_s)
            return self._empty()

    def _empty(self) -> bool:
        return not self._waiting and not self._taken

    def _fits(self, messages: int, size: int) -> bool:
        many = len(self._waiting) + messages <= self._most
        return many and self._bytes + size <= self._most_bytes

    def _room_for(self, arrival: Arrival) -> bool:
        # One message larger than all the room is still let in alone, or it would wait for ever.
        fits = self._bytes + len(arrival.payload) <= self._most_bytes
        return not self._waiting or (len(self._waiting) < self._most and fits)
