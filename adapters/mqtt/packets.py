"""MQTT packets to bytes and back, as far as a session at QoS 0 and 1 needs them: 3.1.1 and 5.

What comes by the thousand is read here by hand; properties of the few others are paho's to read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from core.ports import Will

CONNACK, PUBLISH, PUBACK, SUBACK, UNSUBACK, PINGRESP, DISCONNECT = 2, 3, 4, 9, 11, 13, 14
PINGREQ = b"\xc0\x00"
GOODBYE = b"\xe0\x00"
_MORE, _SEVEN = 0x80, 0x7F
_LENGTH_BYTES = 4
_QOS1 = 1


class Malformed(Exception):
    """The other side does not speak MQTT, or what we never asked for."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A CONNACK.

    Attributes:
        code: 0 where we are let in; a reason code of MQTT 5, or a return code of 3.1.1.
        receive_maximum: Most of ours that may be unacknowledged.
        keepalive_s: Where the broker wants another than ours. [s]
    """

    session_present: bool
    code: int
    receive_maximum: int = 65_535
    keepalive_s: int | None = None


@dataclass(slots=True)
class Stream:
    """Bytes as they come off a socket, to whole packets."""

    _parts: list[bytes] = field(default_factory=list)
    _have: int = 0
    _need: int = 2

    def feed(self, data: bytes) -> bytes:
        """What is there so far; empty until another packet is whole.

        What is not used of it has to be given back by :meth:`rest`.
        """
        self._parts.append(data)
        self._have += len(data)
        if self._have < self._need:
            return b""
        whole = b"".join(self._parts) if len(self._parts) > 1 else data
        self._parts, self._have = [], 0
        return whole

    def rest(self, data: bytes, need: int) -> None:
        """The beginning of a packet that will have so many bytes, as far as is known."""
        self._parts, self._have, self._need = [data] if data else [], len(data), need


def packets(stream: Stream, data: bytes) -> Iterator[tuple[int, bytes, int, int]]:
    """First byte, buffer, begin and end of each packet's body that is whole.

    Raises:
        Malformed: A length of more than four bytes.
    """
    buffer = stream.feed(data)
    here, end, need = 0, len(buffer), 2
    while end - here >= 2:  # noqa: PLR2004 the least packet
        body, length = here + 2, buffer[here + 1]
        if length & _MORE:
            length, body = _length(buffer, here + 1)
            if not body:
                need = end - here + 1
                break
        if body + length > end:
            need = body + length - here
            break
        yield buffer[here], buffer, body, body + length
        here = body + length
    if buffer:
        stream.rest(buffer[here:], need)


def _length(buffer: bytes, here: int) -> tuple[int, int]:
    """A length of several bytes and what follows it; 0 where it is not whole."""
    length = 0
    for n in range(_LENGTH_BYTES):
        if here + n >= len(buffer):
            return 0, 0
        digit = buffer[here + n]
        length |= (digit & _SEVEN) << (7 * n)
        if not digit & _MORE:
            return length, here + n + 1
    raise Malformed("a length of more than four bytes")


def publication(
    first: int, buffer: bytes, here: int, end: int, *, five: bool
) -> tuple[str, bytes, bool, int]:
    """Topic, payload, retained, and the id that is owed an acknowledgement (0: none).

    Raises:
        Malformed: It is not whole, or of a QoS that was not asked for.
    """
    qos = first >> 1 & 3
    body = here + 2 + (buffer[here] << 8 | buffer[here + 1]) if end - here > 1 else end + 1
    after = body + 2 if qos else body
    if qos > _QOS1 or after + five > end:
        raise Malformed("a publication that is not whole, or of QoS 2")
    mid = buffer[body] << 8 | buffer[body + 1] if qos else 0
    if qos and not mid:
        raise Malformed("a publication of QoS 1 without an id")
    if five:
        skipped, properties = buffer[after], after + 1
        if skipped & _MORE:
            skipped, properties = _length(buffer[:end], after)
        after = properties + skipped
        if not properties or after > end:
            raise Malformed("properties that are not whole")
    try:
        topic = buffer[here + 2 : body].decode()
    except UnicodeDecodeError as error:
        raise Malformed("a topic that is not UTF-8") from error
    if not topic:
        raise Malformed("a publication without a topic")
    return topic, buffer[after:end], bool(first & 1), mid


def accepted(body: bytes, *, five: bool) -> Accepted:
    """Read a CONNACK; a broker of 3.1.1 may answer MQTT 5 with its own.

    Raises:
        Malformed: It is none.
    """
    if len(body) < 2:  # noqa: PLR2004 flags and code
        raise Malformed("a CONNACK that is not whole")
    present, code = bool(body[0] & 1), body[1]
    if not five or len(body) == 2:  # noqa: PLR2004 flags and code
        return Accepted(present, code)
    properties = Properties(PacketTypes.CONNACK)  # type: ignore[no-untyped-call]
    try:
        properties.unpack(body[2:])  # type: ignore[no-untyped-call]
    except Exception as error:  # paho's reader has no one way to say that bytes make no sense
        raise Malformed("properties that cannot be read") from error
    return Accepted(
        present, code, getattr(properties, "ReceiveMaximum", 65_535),
        getattr(properties, "ServerKeepAlive", None),
    )  # fmt: skip


def acknowledged(body: bytes) -> int:
    """Id of a PUBACK or SUBACK.

    Raises:
        Malformed: It is not whole.
    """
    if len(body) < 2:  # noqa: PLR2004 an id
        raise Malformed("an acknowledgement that is not whole")
    return int.from_bytes(body[:2], "big")


def subscribed(body: bytes, *, five: bool) -> tuple[int, bytes]:
    """Id and a code for each filter of a SUBACK.

    Raises:
        Malformed: It is not whole.
    """
    mid, rest = acknowledged(body), body[2:]
    if five:
        skipped, after = _length(rest, 0)
        if not after:
            raise Malformed("properties that are not whole")
        rest = rest[after + skipped :]
    return mid, rest


def connect(
    *, five: bool, client_id: str, clean: bool, keepalive_s: int, username: str | None,
    password: str | None, will: Will | None, receive_maximum: int, expiry_s: int,
) -> bytes:  # fmt: skip
    """A CONNECT."""
    flags = 2 * clean
    body = _text(client_id)
    if will is not None:
        flags |= 4 | _QOS1 << 3 | will.retain << 5
        body += (b"\0" if five else b"") + _text(will.topic) + _sized(will.payload)
    if username is not None:
        flags |= 0x80
        body += _text(username)
        if password is not None:
            flags |= 0x40
            body += _text(password)
    head = _text("MQTT") + bytes([5 if five else 4, flags]) + keepalive_s.to_bytes(2, "big")
    if five:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = receive_maximum
        properties.SessionExpiryInterval = 0 if clean else expiry_s
        head += properties.pack()  # type: ignore[no-untyped-call]
    return _packet(0x10, head + body)


def subscribe(mid: int, filters: Sequence[str], *, five: bool) -> bytes:
    """A SUBSCRIBE at QoS 1."""
    body = mid.to_bytes(2, "big") + (b"\0" if five else b"")
    return _packet(0x82, body + b"".join(_text(f) + bytes([_QOS1]) for f in filters))


def unsubscribe(mid: int, filters: Sequence[str], *, five: bool) -> bytes:
    """An UNSUBSCRIBE."""
    body = mid.to_bytes(2, "big") + (b"\0" if five else b"")
    return _packet(0xA2, body + b"".join(_text(f) for f in filters))


def publish(
    topic: str, payload: bytes, *, mid: int, retain: bool, again: bool, five: bool
) -> bytes:  # fmt: skip
    """A PUBLISH: at QoS 1 where it has an id, else at QoS 0."""
    first = 0x30 | retain | (2 if mid else 0) | (8 if again else 0)
    name = _text(topic) + (mid.to_bytes(2, "big") if mid else b"") + (b"\0" if five else b"")
    return _packet(first, name + payload)


def acknowledgements(mids: Sequence[int]) -> bytes:
    """A PUBACK for each id, in one piece."""
    pairs = np.empty((len(mids), 2), ">u2")
    pairs[:, 0], pairs[:, 1] = 0x4002, mids
    return pairs.tobytes()


def _packet(first: int, body: bytes) -> bytes:
    left, length = len(body), bytearray()
    while True:
        left, digit = left >> 7, left & _SEVEN
        length.append(digit | (_MORE if left else 0))
        if not left:
            return bytes([first]) + bytes(length) + body


def _text(word: str) -> bytes:
    return _sized(word.encode())


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data
