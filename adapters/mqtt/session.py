"""An MQTT session over paho: the port that edge and ingest speak through."""

from __future__ import annotations

import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from enum import Enum, auto
from functools import partial

import structlog
from paho.mqtt.enums import MQTTProtocolVersion

from adapters.mqtt.client import Client, Events, Options
from adapters.mqtt.direct import Direct
from adapters.mqtt.inbox import Connected, Inbox
from core.ports import Message, Will

_log = structlog.get_logger(__name__)
_random = random.SystemRandom()
_BUFFER_BYTES = 64 * 2**20
"""Received and not yet handed over: some dozens of the largest payloads."""


class _End(Enum):
    """How one connection ended."""

    LOST = auto()
    REFUSED = auto()
    OTHER_VERSION = auto()


class Session:
    """A persistent session that reconnects by itself; implements :class:`core.ports.Broker`.

    MQTT 5 first; 3.1.1 where the broker refuses it or hangs up on it. Two threads: one
    talks to the network and never blocks in a callback, one calls ``on_message`` and
    ``on_connected``, which may block.

    Args:
        host: Of the broker.
        port: Of the broker.
        client_id: The session's name at the broker; two sessions of one name end each other.
        username: Where the broker wants one (the embedded broker always does).
        password: With it.
        tls: Where the connection is encrypted.
        clean_start: True where the broker should keep nothing for us.
        receive_maximum: Most messages unacknowledged here, and most waiting for ``on_message``.
        max_inflight: Most messages handed over and unacknowledged by the broker.
        max_queued: Most messages behind those; then :meth:`publish` says False.
        keepalive_s: Longest silence. [s]
        session_expiry_s: How long the broker keeps an absent session (MQTT 5). [s]
        connect_timeout_s: Longest wait for a connection. [s]
        reconnect_cap_s: Longest pause between attempts; they begin at 1 s, with jitter. [s]
        direct: Whether to speak MQTT by a client of our own instead of paho: for who receives
            thousands of messages a second.
    """

    def __init__(
        self,
        host: str,
        port: int,
        client_id: str,
        *,
        username: str | None = None,
        password: str | None = None,
        tls: ssl.SSLContext | None = None,
        clean_start: bool = False,
        receive_maximum: int = 1000,
        max_inflight: int = 200,
        max_queued: int = 1000,
        keepalive_s: int = 60,
        session_expiry_s: int = 86_400,
        connect_timeout_s: float = 5.0,
        reconnect_cap_s: float = 30.0,
        direct: bool = False,
    ) -> None:
        self._options = Options(
            host=host, port=port, client_id=client_id, username=username, password=password,
            tls=tls, clean_start=clean_start, receive_maximum=receive_maximum,
            max_inflight=max_inflight, max_queued=max_queued + max_inflight,
            keepalive_s=keepalive_s, session_expiry_s=session_expiry_s,
            connect_timeout_s=connect_timeout_s,
        )  # fmt: skip
        self._cap_s = reconnect_cap_s
        self._kind: type[Client | Direct] = Direct if direct else Client
        self._on_messages: Callable[[Sequence[Message]], None] | None = None
        self._filters: tuple[str, ...] = ()
        self._will: Will | None = None
        self._on_message: Callable[[Message], None] = _unheard
        self._on_connected: Callable[[bool], None] | None = None
        self._inbox = Inbox(receive_maximum, _BUFFER_BYTES, self._wake)
        self._lock = threading.Lock()
        self._generation = 0
        self._client: Client | Direct | None = None
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._goodbye_until = 0.0
        self._wakers: tuple[socket.socket, socket.socket] | None = None
        self._threads: tuple[threading.Thread, ...] = ()
        self.refusal: str | None = None
        """Why the broker or TLS last refused, for health pages; None while connected."""

    def listen(
        self,
        filters: Sequence[str],
        on_message: Callable[[Message], None],
        on_connected: Callable[[bool], None] | None = None,
        *,
        will: Will | None = None,
    ) -> None:
        self._filters, self._will = tuple(filters), will
        self._on_message, self._on_connected = on_message, on_connected

    def listen_many(
        self,
        filters: Sequence[str],
        on_messages: Callable[[Sequence[Message]], None],
        on_connected: Callable[[bool], None] | None = None,
        *,
        will: Will | None = None,
    ) -> None:
        self._filters, self._will = tuple(filters), will
        self._on_messages, self._on_connected = on_messages, on_connected

    def start(self) -> None:
        if self._threads:
            return
        self._wakers = socket.socketpair()
        for waker in self._wakers:
            waker.setblocking(False)
        name = self._options.client_id
        self._threads = (
            threading.Thread(
                target=self._connect_forever,
                args=(self._wakers[0],),
                name=f"mqtt-{name}",
                daemon=True,
            ),
            threading.Thread(target=self._hand_over, name=f"mqtt-{name}-calls", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    @property
    def connected(self) -> bool:
        """Whether the session stands just now."""
        return self._ready.is_set()

    def wait_connected(self, timeout_s: float) -> bool:
        return self._ready.wait(timeout_s)

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        client = self._client
        if client is None or not self._ready.is_set():
            return False
        return client.publish(topic, payload, qos=qos, retain=retain)

    def stop(self, timeout_s: float = 2.0) -> None:
        """Write what waits, say goodbye, end the threads; an unreachable broker is left after."""
        if not self._threads or self._stopping.is_set():
            return
        self._goodbye_until = time.monotonic() + timeout_s
        client = self._client
        # Before the subscriptions stand there may be acknowledgements to write already.
        stood = self._ready.is_set() or (client is not None and client.answered)
        self._stopping.set()
        if client is not None and stood:
            client.disconnect()
        else:
            self._goodbye_until = 0.0
        self._wake()
        self._inbox.close()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout_s + self._options.connect_timeout_s)
        if self._wakers is not None and not self._threads[0].is_alive():
            wakers, self._wakers = self._wakers, None
            for waker in wakers:
                waker.close()

    def _connect_forever(self, wakeup: socket.socket) -> None:
        version = MQTTProtocolVersion.MQTTv5
        client = self._new_client(version)
        attempt = 0
        while not self._stopping.is_set():
            end = self._connect_once(client, wakeup)
            if end is _End.OTHER_VERSION:
                version = _other(version)
                client = self._new_client(version)
            if end is _End.OTHER_VERSION and attempt == 0:
                attempt = 1  # the other version is tried at once, but never in a tight loop
                continue
            attempt = 0 if end is _End.LOST else attempt + 1
            pause = min(self._cap_s, 2.0 ** min(attempt, 16))
            self._stopping.wait(_random.uniform(pause / 2, pause))

    def _connect_once(self, client: Client | Direct, wakeup: socket.socket) -> _End:
        """One connection from its beginning to its end."""
        with self._lock:
            self._generation += 1
        try:
            client.connect()
        except ssl.SSLError as error:
            reason = f"TLS: {getattr(error, 'verify_message', '') or error}"
            if reason != self.refusal:  # said once, not at every attempt
                self._was_refused(reason)
            return _End.REFUSED
        except OSError as error:
            _log.debug("mqtt unreachable", client=self._options.client_id, error=str(error))
            return _End.REFUSED
        try:
            client.serve(wakeup, self._inbox.has_room, self._going_on)
        except Exception:  # noqa: BLE001
            # A packet that paho cannot read must cost a connection, not the session.
            _log.exception("mqtt connection failed", client=self._options.client_id)
        with self._lock:
            self._generation += 1
            stood = self._ready.is_set()
            self._ready.clear()
        client.close()
        if stood:
            if not self._stopping.is_set():
                _log.info("mqtt connection lost", client=self._options.client_id)
            return _End.LOST
        # Some brokers hang up on MQTT 5, or say nothing, instead of refusing it.
        other = client.version_refused or not client.answered
        return _End.OTHER_VERSION if other else _End.REFUSED

    def _new_client(self, version: MQTTProtocolVersion) -> Client | Direct:
        events = Events(
            ready=self._became_ready, refused=self._was_refused,
            message=self._received, messages=self._inbox.put_all, wake=self._wake,
        )  # fmt: skip
        client = self._kind(version, self._options, self._filters, self._will, events)
        self._client = client
        return client

    def _going_on(self) -> bool:
        return not self._stopping.is_set() or time.monotonic() < self._goodbye_until

    def _became_ready(self, session_present: bool) -> None:  # noqa: FBT001 as in the port
        self.refusal = None
        self._ready.set()
        self._inbox.put(Connected(session_present))

    def _was_refused(self, reason: str) -> None:
        self.refusal = reason
        _log.warning("mqtt refused", client=self._options.client_id, reason=reason)

    def _received(self, topic: str, payload: bytes, retain: bool, qos: int, mid: int) -> None:  # noqa: FBT001
        ack = partial(self._ack, self._generation, mid) if qos else _nothing
        self._inbox.put(Message(topic, payload, retain, ack))

    def _ack(self, generation: int, mid: int) -> None:
        with self._lock:
            if generation == self._generation and self._client is not None:
                self._client.ack(mid)

    def _hand_over(self) -> None:
        if self._on_messages is None:
            self._hand_over_each()
            return
        while (events := self._inbox.take_all()) is not None:
            try:
                if isinstance(events, list):
                    self._on_messages(events)
                elif self._on_connected is not None:
                    self._on_connected(events.session_present)
            except Exception:  # noqa: BLE001
                # As for one of them: unacknowledged, they come again.
                _log.exception("mqtt callback failed", client=self._options.client_id)

    def _hand_over_each(self) -> None:
        while (event := self._inbox.take()) is not None:
            try:
                if isinstance(event, Message):
                    self._on_message(event)
                elif self._on_connected is not None:
                    self._on_connected(event.session_present)
            except Exception:  # noqa: BLE001
                # Unacknowledged, so it comes again; one bad message must not end the session.
                _log.exception("mqtt callback failed", client=self._options.client_id)

    def _wake(self) -> None:
        wakers = self._wakers
        if wakers is None:
            return
        try:
            wakers[1].send(b"\0")
        except (BlockingIOError, OSError):
            return


def _other(version: MQTTProtocolVersion) -> MQTTProtocolVersion:
    if version is MQTTProtocolVersion.MQTTv5:
        return MQTTProtocolVersion.MQTTv311
    return MQTTProtocolVersion.MQTTv5


def _unheard(message: Message) -> None:
    message.ack()


def _nothing() -> None:
    return
