"""What a session has received and not yet handed over; bounded in messages and bytes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.ports import Message


@dataclass(frozen=True, slots=True)
class Connected:
    """The subscriptions of a new connection stand."""

    session_present: bool


class Inbox:
    """Hands events from the network thread to the session's own, in their order.

    The network thread never waits here: it asks :meth:`has_room` and otherwise leaves
    what comes in the socket, so that pings, acknowledgements and publishing go on while
    ``on_message`` blocks.
    """

    def __init__(self, most: int, most_bytes: int, on_room: Callable[[], None]) -> None:
        self._most, self._most_bytes, self._on_room = most, most_bytes, on_room
        self._events: deque[Message | Connected] = deque()
        self._bytes = 0
        self._connected = 0  # events that are no messages
        self._handed = self._handed_bytes = 0
        self._closed = False
        self._changed = threading.Condition()

    def has_room(self) -> bool:
        """Whether one more message may be read from the socket."""
        return (
            len(self._events) + self._handed < self._most
            and self._bytes + self._handed_bytes < self._most_bytes
        )

    def put(self, event: Message | Connected) -> None:
        """Add; over the bound by what one read of the socket holds, never refused."""
        with self._changed:
            self._events.append(event)
            if isinstance(event, Message):
                self._bytes += len(event.payload)
            else:
                self._connected += 1
            self._changed.notify()

    def take(self) -> Message | Connected | None:
        """Wait for the next event; None when closed."""
        with self._changed:
            while not self._events and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            was_full = not self.has_room()
            event = self._events.popleft()
            if isinstance(event, Message):
                self._bytes -= len(event.payload)
            else:
                self._connected -= 1
        if was_full:
            self._on_room()
        return event

    def put_all(self, messages: Sequence[Message]) -> None:
        """Add many that came together."""
        size = sum([len(message.payload) for message in messages])
        with self._changed:
            self._events.extend(messages)
            self._bytes += size
            self._changed.notify()

    def take_all(self) -> list[Message] | Connected | None:
        """Wait for the next events: messages that follow each other, at once; None when closed.

        What was taken counts as here until the next call, so that what is handed over is within
        the bound too.
        """
        with self._changed:
            was_full = not self.has_room()
            self._handed = self._handed_bytes = 0
            if was_full and self.has_room():
                self._on_room()
            while not self._events and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            if isinstance(first := self._events[0], Connected):
                self._events.popleft()
                self._connected -= 1
                return first
            return self._messages()

    def _messages(self) -> list[Message]:
        events, taken, held = self._events, list[Message](), self._bytes
        if not self._connected:
            taken.extend(events)  # type: ignore[arg-type] # nothing else is among them
            events.clear()
            self._bytes = 0
        while events and isinstance(message := events[0], Message):
            taken.append(message)
            self._bytes -= len(message.payload)
            events.popleft()
        self._handed, self._handed_bytes = len(taken), held - self._bytes
        return taken

    def close(self) -> None:
        """Forget what waits (unacknowledged, so it comes again) and end :meth:`take`."""
        with self._changed:
            self._closed = True
            self._events.clear()
            self._bytes = self._connected = 0
            self._changed.notify_all()
