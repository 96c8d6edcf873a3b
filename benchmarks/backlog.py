"""A backlog at a broker for two programs: the same readings, each in the payload that suits it.

Ten gateways of a hundred points, in the mix of the sample campus (17 registers, 9 states), a
reading a point each minute.
"""

from __future__ import annotations

import itertools
import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from core import topics, wire
from core.batch import BatchName, Columns
from core.quantity import Kind
from core.roles import ROLES
from core.site import DIALECTS, Gateway, Point, Register, Site

GATEWAYS, PERIOD_MS = 10, 60_000
POINTS = 100
"""Of a gateway, and readings of a batch."""
_MIX = (("zone_temp", 37), ("power", 37), ("energy", 17), ("fan_status", 9))
_PACED_PER_H = 60.0
"""Fastest change of the temperatures, so that the check of it has work. [K/h]"""
_SEED = 1
_TOGETHER = 200
"""Messages sent before their acknowledgements are read; with many more both sides would wait for
each other."""
_CONNECT = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01b"
_CONNACK, _PUBACK = 4, 4
THEIRS = "bench"
"""What Telegraf's topics begin with."""

Sent = Sequence[tuple[str, bytes]]


def site(*, foreign: bool = False) -> Site:
    """Ten gateways of a hundred points; foreign ones speak as Telegraf is spoken to."""
    gateways = [f"gw-{n}" for n in range(GATEWAYS)]
    roles = [role for role, count in _MIX for _ in range(count)]
    points = tuple(_point(g, n, role) for g in gateways for n, role in enumerate(roles))
    return Site(
        id="bench", names={"en": "Benchmark"}, version="1", timezone="UTC", country="",
        currency="EUR", money="€", buildings={}, systems={}, equipment={},
        points=points,
        gateways={
            g: Gateway(
                id=g, names={"en": g}, driver=DIALECTS if foreign else "simulated",
                options={"mqtt": [_shape(g, points)]} if foreign else {},
            )
            for g in gateways
        },
        prices={}, carbon={},
    )  # fmt: skip


def _shape(gateway: str, points: Sequence[Point]) -> dict[str, object]:
    """What a site's file says of :func:`their_singles`."""
    return {
        "topic": f"{THEIRS}/{gateway}/{{device}}",
        "time": {"path": "at", "format": "epoch_ms"},
        "devices": [
            {"device": p.id, "values": [{"path": "value", "point": p.id, "unit": p.unit}]}
            for p in points if p.gateway == gateway
        ],
    }  # fmt: skip


def _point(gateway: str, number: int, role: str) -> Point:
    equipment = f"{gateway}.e{number}"
    return Point(
        id=f"{equipment}.{role}", role=ROLES[role], building="a", equipment=equipment,
        gateway=gateway, period_s=60, span=ROLES[role].span,
        max_rate_per_h=_PACED_PER_H if role == "zone_temp" else np.inf,
        register=Register(modulus=1e9, rated_per_h=1000.0) if role == "energy" else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Readings:
    """What all points measured, a row a minute.

    Attributes:
        start: Before the first minute. [ms]
        value: (minutes, points of the site)
    """

    start: int
    value: np.ndarray[tuple[int, int], np.dtype[np.float64]]

    def __len__(self) -> int:
        return int(self.value.size)

    @property
    def end(self) -> int:
        """The last minute. [ms]"""
        return self.at(len(self.value) - 1)

    def first(self, minutes: int) -> Readings:
        """Its beginning."""
        return Readings(self.start, self.value[:minutes])

    def at(self, minute: int) -> int:
        """When a row was measured. [ms]"""
        return self.start + (minute + 1) * PERIOD_MS


def readings(model: Site, minutes: int, start: int) -> Readings:
    """Values that wander, registers that only count up, states that change at times."""
    chance, columns = np.random.default_rng(_SEED), []
    for point in model.points:
        steps = chance.normal(0.0, 0.02, minutes)
        if point.kind is Kind.REGISTER:
            begun = 1000.0 + 0.05 * start / PERIOD_MS  # later rounds go on above the earlier ones
            columns.append(np.round(begun + np.abs(steps).cumsum(), 2))
        elif point.kind is Kind.STATE:
            columns.append((steps > 0.0).astype(np.float64))
        else:
            columns.append(np.round(21.0 + steps.cumsum(), 2))
    return Readings(start, np.stack(columns, axis=1))


def our_batches(model: Site, told: Readings, boot: str) -> Iterator[tuple[str, bytes]]:
    """In our wire's columns, a hundred readings a message."""
    points = [(p.id, p.unit) for p in model.points]
    for minute, row in enumerate(told.value):
        at = told.at(minute)
        for n in range(GATEWAYS):
            own = np.arange(n * POINTS, (n + 1) * POINTS, dtype=np.int32)
            rows = Columns.of(own, np.full(POINTS, at), row[own])
            name = BatchName(f"gw-{n}", boot, minute + 1)
            message = wire.batch_message(rows, points, sent_at=at)
            yield topics.batch_topic(model.id, name), wire.encode(message)


def our_singles(model: Site, told: Readings) -> Iterator[tuple[str, bytes]]:
    """In our wire's form of a single value, JSON."""
    where = [(topics.value_topic(model.id, p.gateway, p.id), p.unit) for p in model.points]
    for minute, row in enumerate(told.value):
        at = told.at(minute)
        for (topic, unit), value in zip(where, row.tolist(), strict=True):
            yield topic, wire.encode(wire.ValueMessage(value=value, unit=unit, at=at))


def their_batches(model: Site, told: Readings) -> Iterator[tuple[str, bytes]]:
    """An array of a hundred objects a message, as Telegraf's json_v2 reads them."""
    ids = [p.id for p in model.points]
    for minute, row in enumerate(told.value):
        at, values = told.at(minute), row.tolist()
        for n in range(GATEWAYS):
            own = range(n * POINTS, (n + 1) * POINTS)
            body = [{"point": ids[i], "value": values[i], "at": at} for i in own]
            yield f"{THEIRS}/gw-{n}", json.dumps(body, separators=(",", ":")).encode()


def their_singles(model: Site, told: Readings) -> Iterator[tuple[str, bytes]]:
    """One object a message."""
    for minute, row in enumerate(told.value):
        at = told.at(minute)
        for point, value in zip(model.points, row.tolist(), strict=True):
            body = {"point": point.id, "value": value, "at": at}
            topic = f"{THEIRS}/{point.gateway}/{point.id}"
            yield topic, json.dumps(body, separators=(",", ":")).encode()


def publish(port: int, sent: Iterator[tuple[str, bytes]]) -> int:
    """Publish at QoS 1 until the broker has acknowledged all; how many there were.

    By hand, since a client takes longer for a hundred thousand messages than what is measured.
    """
    count = 0
    with connected(port) as broker:
        while part := list(itertools.islice(sent, _TOGETHER)):
            handed(broker, part)
            count += len(part)
    return count


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """A connection to publish by."""
    with socket.create_connection(("127.0.0.1", port), timeout=60.0) as broker:
        broker.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        broker.sendall(_CONNECT)
        _read(broker, _CONNACK)
        yield broker
        broker.sendall(b"\xe0\x00")


def handed(broker: socket.socket, messages: Sequence[tuple[str, bytes]]) -> None:
    """Publish, and wait until the broker has acknowledged all."""
    packets = [_packet(*message, n) for n, message in enumerate(messages, start=1)]
    broker.sendall(b"".join(packets))
    _read(broker, _PUBACK * len(packets))


def _packet(topic: str, payload: bytes, mid: int) -> bytes:
    name = topic.encode()
    left, length = len(name) + len(payload) + 4, bytearray()
    while True:
        left, digit = left >> 7, left & 127
        length.append(digit | (128 if left else 0))
        if not left:
            break
    head = bytes([0x32]) + bytes(length) + len(name).to_bytes(2, "big")
    return head + name + mid.to_bytes(2, "big") + payload


def _read(broker: socket.socket, size: int) -> None:
    while size:
        got = broker.recv(min(size, 65_536))
        if not got:
            raise ConnectionError("the broker hung up")
        size -= len(got)
