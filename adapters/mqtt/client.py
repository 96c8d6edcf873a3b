"""One paho client, driven by the thread of its session instead of one of its own.

A client outlives its connections, so what the broker has not acknowledged is sent again
by paho; it is made anew only where the protocol version changes.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from core.ports import Message, Will

_UNSUPPORTED_VERSION = 132  # MQTT 5 reason code; paho translates the 3.1.1 code to it
_FAILURES_FROM = 128
POLL_MS = 500
_SHARED = "$share/"
"""What the filter of a shared subscription begins with (MQTT 5, 4.8.2)."""
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to connect. Durations in seconds."""

    host: str
    port: int
    client_id: str
    username: str | None
    password: str | None
    tls: ssl.SSLContext | None
    clean_start: bool
    receive_maximum: int
    max_inflight: int
    max_queued: int
    keepalive_s: int
    session_expiry_s: int
    connect_timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Whom a client tells; all of it from the thread that serves it.

    Attributes:
        ready: The subscriptions stand: ``ready(session_present)``.
        refused: The broker said why it will not have us.
        message: ``message(topic, payload, retain, qos, mid)``.
        messages: The same of many at once, each with its acknowledgement.
        wake: The serving thread should look for something to write.
    """

    ready: Callable[[bool], None]
    refused: Callable[[str], None]
    message: Callable[[str, bytes, bool, int, int], None]
    messages: Callable[[list[Message]], None]
    wake: Callable[[], None]


class Client:
    """A connection to the broker at one protocol version."""

    def __init__(
        self,
        version: MQTTProtocolVersion,
        options: Options,
        filters: tuple[str, ...],
        will: Will | None,
        events: Events,
    ) -> None:
        self.version_refused = False
        self.answered = False
        self._filters, self._events = filters, events
        self._answer_s = options.connect_timeout_s
        self._session_present = False
        self._subscribing: int | None = None
        self._paho = _make(version, options, will)
        self._paho.on_connect = self._on_connect
        self._paho.on_subscribe = self._on_subscribe
        self._paho.on_message = self._on_message
        self._paho.on_socket_open = _no_delay
        self._paho.on_socket_register_write = lambda *_: events.wake()
        self._paho.on_socket_unregister_write = lambda *_: None

    def connect(self) -> None:
        """Open the connection and say CONNECT; raises OSError where nobody listens."""
        self.answered = False
        self._paho.reconnect()

    def serve(
        self, wakeup: socket.socket, has_room: Callable[[], bool], going_on: Callable[[], bool]
    ) -> None:
        """Read and write until the connection ends, ``going_on`` says no, or nobody answers."""
        poll = select.poll()
        poll.register(wakeup, select.POLLIN)
        answer_until = time.monotonic() + self._answer_s
        while going_on():
            if not self.answered and time.monotonic() > answer_until:
                return
            sock = self._paho.socket()
            if not isinstance(sock, socket.socket):
                return
            room = has_room()
            reading = select.POLLIN if room else 0
            writing = select.POLLOUT if self._paho.want_write() else 0
            poll.register(sock, reading | writing)
            pending = room and isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
            seen = dict(poll.poll(0 if pending else POLL_MS))
            if seen.get(wakeup.fileno()):
                drain(wakeup)
            mask = seen.get(sock.fileno(), 0)
            poll.unregister(sock)
            if pending or mask & (reading | _GONE):
                self._paho.loop_read()
            if mask & select.POLLOUT:
                self._paho.loop_write()
            if room:
                # While nothing is read no answer to a ping could be seen either.
                self._paho.loop_misc()

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> bool:
        """Hand over to paho; False where its queue is full."""
        info = self._paho.publish(topic, payload, qos=qos, retain=retain)
        return info.rc in {MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN}

    def ack(self, mid: int) -> None:
        """Acknowledge a message of QoS 1."""
        self._paho.ack(mid, 1)

    def disconnect(self) -> None:
        """Say goodbye after what waits to be written, and to the group of a shared subscription."""
        shared = shared_of(self._filters)
        if shared:
            self._paho.unsubscribe(shared)
        self._paho.disconnect()

    def abandon(self) -> None:
        """Cut the connection without a goodbye; the serving thread sees it. From any thread."""
        sock = self._paho.socket()
        if isinstance(sock, socket.socket):
            with contextlib.suppress(OSError):  # ended by the other side meanwhile
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End what is left of the connection; by the serving thread."""
        self.abandon()
        while self._paho.socket() is not None:
            # What was read half is of no more use, and may be what cannot be read.
            with contextlib.suppress(Exception):
                self._paho.loop_read()

    def _on_connect(
        self, client: paho.Client, _data: object, flags: paho.ConnectFlags,
        reason: ReasonCode, _properties: Properties | None,
    ) -> None:  # fmt: skip
        self.answered = True
        if reason.is_failure:
            self.version_refused = reason.value == _UNSUPPORTED_VERSION
            if not self.version_refused:
                self._events.refused(str(reason))
            return
        self._session_present = flags.session_present
        if not self._filters:
            self._events.ready(self._session_present)
            return
        self._subscribing = client.subscribe([(f, 1) for f in self._filters])[1]

    def _on_subscribe(
        self, _client: paho.Client, _data: object, mid: int, reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:  # fmt: skip
        refused = [f for f, r in zip(self._filters, reasons, strict=False)
                   if r.value >= _FAILURES_FROM]  # fmt: skip
        if refused:
            self._events.refused(f"may not subscribe to {', '.join(refused)}")
        if mid == self._subscribing:
            self._events.ready(self._session_present)

    def _on_message(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        self._events.message(
            message.topic, bytes(message.payload), message.retain, message.qos, message.mid
        )


def _make(version: MQTTProtocolVersion, options: Options, will: Will | None) -> paho.Client:
    five = version is MQTTProtocolVersion.MQTTv5
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=options.client_id,
        clean_session=None if five else options.clean_start,
        protocol=version,
        reconnect_on_failure=False,  # the session does that, with jitter
        manual_ack=True,
    )
    client.connect_timeout = options.connect_timeout_s
    client.max_inflight_messages_set(options.max_inflight)
    client.max_queued_messages_set(options.max_queued)
    if options.username is not None:
        client.username_pw_set(options.username, options.password)
    if options.tls is not None:
        client.tls_set_context(options.tls)
    if will is not None:
        client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
    if five:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = options.receive_maximum
        properties.SessionExpiryInterval = 0 if options.clean_start else options.session_expiry_s
        client.connect_async(
            options.host, options.port, options.keepalive_s,
            clean_start=options.clean_start, properties=properties,
        )  # fmt: skip
    else:
        client.connect_async(options.host, options.port, options.keepalive_s)
    return client


def _no_delay(_client: paho.Client, _data: object, sock: object) -> None:
    # A batch of several packets would otherwise wait for the other side's delayed ACK.
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def shared_of(filters: Sequence[str]) -> list[str]:
    """Those of a group, left with a goodbye.

    A broker goes on giving its share to a member that is away, as long as it keeps its session.
    """
    return [f for f in filters if f.startswith(_SHARED)]


def drain(wakeup: socket.socket) -> None:
    """Empty the socket that only wakes."""
    try:
        while wakeup.recv(4096):
            pass
    except BlockingIOError:
        return
