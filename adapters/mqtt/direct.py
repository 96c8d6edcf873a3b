"""A client of our own for the one hot path: what ingest receives, by the thousand.

It does what :class:`adapters.mqtt.client.Client` does, without paho: messages are read a socket's
content at a time, handed over together, and acknowledged together. paho takes some 100 µs of
processor time a message, this some 2.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial

from paho.mqtt.client import connack_string, convert_connack_rc_to_reason_code
from paho.mqtt.enums import ConnackCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from adapters.mqtt import packets
from adapters.mqtt.client import POLL_MS, Events, Options, drain, shared_of
from core.ports import Message, Will

_READ_BYTES = 256 * 1024
_FAILURES_FROM = 128
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL
_OLD_VERSION, _OTHER_VERSION = 1, 132
"""Return code of 3.1.1 and reason code of 5: not this version of the protocol."""
_LAST_MID = 65_535
_NO_ACK: Callable[[], None] = lambda: None  # noqa: E731


class _Owed:
    """Acknowledgements owed on one connection; they belong to it and end with it."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._mids: deque[int] = deque()
        self._wake, self._woken = wake, False

    def pay(self, mid: int) -> None:
        """From any thread; sent with others by the one that serves."""
        self._mids.append(mid)
        if not self._woken:
            self._woken = True
            self._wake()

    def take(self) -> list[int]:
        """All that are due."""
        self._woken = False  # before it is looked, so that nothing is left unsaid
        return [self._mids.popleft() for _ in range(len(self._mids))]


class Direct:
    """A connection at one protocol version; as :class:`adapters.mqtt.client.Client`."""

    def __init__(
        self, version: MQTTProtocolVersion, options: Options, filters: tuple[str, ...],
        will: Will | None, events: Events,
    ) -> None:  # fmt: skip
        self.version_refused = False
        self.answered = False
        self._five = version is MQTTProtocolVersion.MQTTv5
        self._options, self._filters, self._will, self._events = options, filters, will, events
        self._socket: socket.socket | None = None
        self._out = bytearray()
        self._outgoing = Outgoing(options, five=self._five)
        self._begin()

    def connect(self) -> None:
        """Open the connection and say CONNECT; raises OSError where nobody listens."""
        options = self._options
        self._begin()
        sock = socket.create_connection((options.host, options.port), options.connect_timeout_s)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if options.tls is not None:
                sock = options.tls.wrap_socket(sock, server_hostname=options.host)
            sock.setblocking(False)
        except BaseException:
            sock.close()
            raise
        self._socket = sock
        self._out += packets.connect(
            five=self._five, client_id=options.client_id, clean=options.clean_start,
            keepalive_s=options.keepalive_s, username=options.username,
            password=options.password, will=self._will,
            receive_maximum=options.receive_maximum, expiry_s=options.session_expiry_s,
        )  # fmt: skip

    def serve(
        self, wakeup: socket.socket, has_room: Callable[[], bool], going_on: Callable[[], bool]
    ) -> None:
        """Read and write until the connection ends, ``going_on`` says no, or nobody answers."""
        sock, poll = self._socket, select.poll()
        if sock is None:
            return
        poll.register(wakeup, select.POLLIN)
        answer_until = time.monotonic() + self._options.connect_timeout_s
        while going_on() and not self._ended:
            if not self.answered and time.monotonic() > answer_until:
                return
            room = has_room()
            self._gather()
            reading = select.POLLIN if room else 0
            poll.register(sock, reading | (select.POLLOUT if self._out else 0))
            pending = room and isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
            seen = dict(poll.poll(0 if pending else POLL_MS))
            if seen.get(wakeup.fileno()):
                drain(wakeup)
            mask = seen.get(sock.fileno(), 0)
            if (pending or mask & (reading | _GONE)) and not self._read(sock):
                return
            self._gather()
            if self._out and not self._write(sock):
                return
            # While nothing is read no answer to a ping could be seen either.
            if room and not self._alive():
                return

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> bool:
        """Hand over; False where the queue is full."""
        taken = self._outgoing.add(topic, payload, qos=qos, retain=retain)
        self._events.wake()
        return taken

    def ack(self, mid: int) -> None:
        """Acknowledge a message of QoS 1."""
        self._owed.pay(mid)

    def disconnect(self) -> None:
        """Say goodbye after what waits to be written, and to the group of a shared subscription."""
        self._leaving = True
        self._events.wake()

    def abandon(self) -> None:
        """Cut the connection without a goodbye; the serving thread sees it. From any thread."""
        if self._socket is not None:
            with contextlib.suppress(OSError):  # ended by the other side meanwhile
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End what is left of the connection; by the serving thread."""
        self.abandon()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _begin(self) -> None:
        self.answered = self._leaving = self._ended = False
        self._stream = packets.Stream()
        self._owed = _Owed(self._events.wake)
        self._out.clear()
        self._keepalive_s = float(self._options.keepalive_s)
        self._sent_at = self._pinged_at = self._heard_at = time.monotonic()
        self._ponged = True
        self._session_present = False
        self._subscribing = 0

    def _gather(self) -> None:
        """What has to be said, behind what is being said."""
        if not self.answered:
            return
        mids = self._owed.take()
        if mids:
            self._out += packets.acknowledgements(mids)
        for packet in self._outgoing.due():
            self._out += packet
        if self._leaving:
            shared = shared_of(self._filters)
            if shared:
                mid = self._outgoing.next_mid()
                self._out += packets.unsubscribe(mid, shared, five=self._five)
            self._out += packets.GOODBYE
            self._leaving, self._ended = False, True

    def _write(self, sock: socket.socket) -> bool:
        try:
            # The last word is waited for: nobody comes back to write the rest of it.
            if self._ended:
                sock.settimeout(self._options.connect_timeout_s)
                sock.sendall(self._out)
                self._out.clear()
            else:
                del self._out[: sock.send(self._out)]
            self._sent_at = time.monotonic()
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except OSError:
            return False
        return True

    def _read(self, sock: socket.socket) -> bool:
        """Take what has come; False where the other side has ended it."""
        try:
            data = sock.recv(_READ_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except OSError:
            return False
        if not data:
            return False
        self._heard_at = time.monotonic()
        heard: list[Message] = []
        pay, five = self._owed.pay, self._five
        try:
            for first, buffer, here, end in packets.packets(self._stream, data):
                if first >> 4 == packets.PUBLISH:
                    topic, payload, retain, mid = packets.publication(
                        first, buffer, here, end, five=five
                    )
                    ack = partial(pay, mid) if mid else _NO_ACK
                    heard.append(Message(topic, payload, retain, ack))
                else:
                    self._handle(first >> 4, buffer[here:end])
        finally:
            if heard:
                self._events.messages(heard)
        return True

    def _handle(self, kind: int, body: bytes) -> None:
        if kind == packets.CONNACK:
            self._on_connack(packets.accepted(body, five=self._five))
        elif kind == packets.PUBACK:
            self._outgoing.acknowledged(packets.acknowledged(body))
        elif kind == packets.SUBACK:
            self._on_suback(*packets.subscribed(body, five=self._five))
        elif kind == packets.PINGRESP:
            self._ponged = True
        elif kind == packets.UNSUBACK:
            return  # of a goodbye
        elif kind == packets.DISCONNECT:
            self._ended = True
        else:
            raise packets.Malformed(f"a packet of kind {kind}, which a broker does not send")

    def _on_connack(self, said: packets.Accepted) -> None:
        self.answered = True
        if said.code:
            self.version_refused = said.code in {_OLD_VERSION, _OTHER_VERSION}
            if not self.version_refused:
                self._events.refused(_reason(said.code))
            self._ended = True
            return
        self._session_present = said.session_present
        if said.keepalive_s is not None:
            self._keepalive_s = float(said.keepalive_s)
        self._outgoing.connected(said.receive_maximum)
        if not self._filters:
            self._events.ready(self._session_present)
            return
        self._subscribing = self._outgoing.next_mid()
        self._out += packets.subscribe(self._subscribing, self._filters, five=self._five)

    def _on_suback(self, mid: int, codes: bytes) -> None:
        refused = [f for f, code in zip(self._filters, codes, strict=False)
                   if code >= _FAILURES_FROM]  # fmt: skip
        if refused:
            self._events.refused(f"may not subscribe to {', '.join(refused)}")
        if mid == self._subscribing:
            self._events.ready(self._session_present)

    def _alive(self) -> bool:
        """Ask whether the other side is there, where nothing else was said for a while."""
        now = time.monotonic()
        if not self._keepalive_s or not self.answered:
            return True
        if not self._ponged:
            # Its answer may stand behind much else, as when nothing was read for a while.
            return now - max(self._pinged_at, self._heard_at) < self._keepalive_s
        # Half of it: what is read alone does not keep us alive at the broker.
        if now - self._sent_at >= self._keepalive_s / 2 or (
            now - self._heard_at >= self._keepalive_s
        ):
            self._out += packets.PINGREQ
            self._pinged_at, self._ponged = now, False
        return True


class Outgoing:
    """What we publish: in flight until the broker has acknowledged it, behind it a queue."""

    def __init__(self, options: Options, *, five: bool) -> None:
        self._five = five
        self._most_flying, self._most = options.max_inflight, options.max_queued
        self._window = self._most_flying
        self._lock = threading.Lock()
        self._queue: deque[tuple[str, bytes, int, bool]] = deque()
        self._flying: dict[int, tuple[str, bytes, bool]] = {}
        self._again: list[int] = []
        self._mid = 0

    def add(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> bool:
        """False where the queue is full."""
        with self._lock:
            if len(self._queue) + len(self._flying) >= self._most:
                return False
            self._queue.append((topic, payload, qos, retain))
            return True

    def connected(self, receive_maximum: int) -> None:
        """What was not acknowledged on an earlier connection is due again."""
        with self._lock:
            self._window = min(self._most_flying, receive_maximum)
            self._again = list(self._flying)

    def acknowledged(self, mid: int) -> None:
        """The broker has it."""
        with self._lock:
            self._flying.pop(mid, None)

    def due(self) -> list[bytes]:
        """Packets to be sent now."""
        if not self._queue and not self._again:
            return []
        five, sent = self._five, []
        with self._lock:
            for mid in self._again:
                if mid in self._flying:
                    topic, payload, retain = self._flying[mid]
                    sent.append(packets.publish(
                        topic, payload, mid=mid, retain=retain, again=True, five=five
                    ))  # fmt: skip
            self._again = []
            while self._queue and (not self._queue[0][2] or len(self._flying) < self._window):
                topic, payload, qos, retain = self._queue.popleft()
                mid = self.next_mid() if qos else 0
                if mid:
                    self._flying[mid] = topic, payload, retain
                sent.append(packets.publish(
                    topic, payload, mid=mid, retain=retain, again=False, five=five
                ))  # fmt: skip
        return sent

    def next_mid(self) -> int:
        """An id that nothing in flight has."""
        self._mid = self._mid % _LAST_MID + 1
        while self._mid in self._flying:
            self._mid = self._mid % _LAST_MID + 1
        return self._mid


def _reason(code: int) -> str:
    """What a broker's answer means, in words."""
    if code < _FAILURES_FROM:
        try:
            return str(convert_connack_rc_to_reason_code(ConnackCode(code)))
        except ValueError:
            return connack_string(code)
    try:
        return str(ReasonCode(PacketTypes.CONNACK, identifier=code))
    except KeyError:
        return f"reason code {code}"
