"""A broker within one process: the wire's topics and payloads without a socket.

For runs that are scored: edge and ingest are the real ones, and what lies between them is as
short as it can be. Every session is spoken to from a thread of its own, as by a real client.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from core.ports import Message, Will

_STOP = None


class Loop:
    """Hands every message to the sessions whose filters match; keeps retained ones."""

    def __init__(self) -> None:
        self._sessions: list[LoopSession] = []
        self._retained: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._held: list[tuple[str, bytes, bool]] | None = None

    def session(self) -> LoopSession:
        """A session, not yet started."""
        return LoopSession(self)

    def join(self, session: LoopSession) -> None:
        """The session is spoken to from now on; first it hears what was retained."""
        with self._lock:
            self._sessions.append(session)
            kept = dict(self._retained)
        for topic, payload in kept.items():
            if session.wants(topic):
                session.hear(topic, payload, retain=True)

    def leave(self, session: LoopSession) -> None:
        """It hears nothing any more."""
        with self._lock:
            self._sessions = [s for s in self._sessions if s is not session]

    @contextmanager
    def held(self) -> Iterator[None]:
        """What is published inside is heard after it, in its order and without a pause.

        Many small messages then make few large writes of whoever listens.
        """
        with self._lock:
            self._held = []
        try:
            yield
        finally:
            with self._lock:
                waiting, self._held = self._held or [], None
            for topic, payload, retain in waiting:
                self.publish(topic, payload, retain=retain)

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """To everybody whose filters match."""
        with self._lock:
            if self._held is not None:
                self._held.append((topic, payload, retain))
                return
            if retain:
                self._retained[topic] = payload
            hearers = [s for s in self._sessions if s.wants(topic)]
        for session in hearers:
            session.hear(topic, payload, retain=False)


class LoopSession:
    """Implements :class:`core.ports.Broker`; nothing is lost, so acknowledging does nothing."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._filters: tuple[tuple[str, ...], ...] = ()
        self._on_message: Callable[[Message], None] | None = None
        self._on_connected: Callable[[bool], None] | None = None
        self._waiting: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._speak, name="loop", daemon=True)
        self._connected = threading.Event()

    def listen(
        self,
        filters: Sequence[str],
        on_message: Callable[[Message], None],
        on_connected: Callable[[bool], None] | None = None,
        *,
        will: Will | None = None,
    ) -> None:
        """See the port; a will is never needed, since no session is ever cut."""
        del will
        self._filters = tuple(tuple(f.split("/")) for f in filters)
        self._on_message, self._on_connected = on_message, on_connected

    def start(self) -> None:
        """See the port."""
        self._thread.start()

    def wait_connected(self, timeout_s: float) -> bool:
        """See the port."""
        return self._connected.wait(timeout_s)

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        """See the port."""
        del qos
        if not self._connected.is_set():
            return False
        self._loop.publish(topic, payload, retain=retain)
        return True

    def stop(self) -> None:
        """See the port."""
        self._loop.leave(self)
        self._connected.clear()
        if self._thread.ident is not None:
            self._waiting.put(_STOP)
            self._thread.join()

    def wants(self, topic: str) -> bool:
        """Whether one of its filters matches (MQTT 5, 4.7)."""
        parts = tuple(topic.split("/"))
        return any(_matches(f, parts) for f in self._filters)

    def hear(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """What was published waits for the session's own thread."""
        self._waiting.put(Message(topic=topic, payload=payload, retain=retain, ack=_nothing))

    def _speak(self) -> None:
        self._loop.join(self)
        self._connected.set()
        if self._on_connected is not None:
            self._on_connected(False)
        while (message := self._waiting.get()) is not None:
            if self._on_message is not None:
                self._on_message(message)


def _matches(filter_: tuple[str, ...], topic: tuple[str, ...]) -> bool:
    for i, word in enumerate(filter_):
        if word == "#":
            return True
        if i >= len(topic) or word not in {"+", topic[i]}:
            return False
    return len(filter_) == len(topic)


def _nothing() -> None:
    return
