"""How much memory ingest takes with a great many messages waiting for it at the broker."""

from __future__ import annotations

import socket
import struct
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from core import topics
from core.errors import Fatal
from scoring.torture import servers
from scoring.torture.grounds import PLAIN, POISON, SITE
from scoring.torture.processes import HOST, wait_until
from scoring.torture.rig import Rig, Wishes, build
from scoring.torture.servers import port_of

_PIECE = 2000
"""Messages in one write to the socket."""
_AHEAD = 50_000
"""Published and not yet acknowledged: below the 65,535 ids that MQTT has."""
_CONNECT, _PUBLISH_QOS1 = 0x10, 0x32
_CONNACK_BYTES = _PUBACK_BYTES = 4
_KEEP_ALIVE_S = 600
_FLOOD_S = 600.0
_SEVEN_BITS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What was seen.

    Attributes:
        waiting: Messages at the broker when ingest started, one value each.
        seconds: How long ingest was watched.
        stored: Of them, in the store when the watching ended.
        started_mb: Memory of ingest before anything came. [MB]
        most_mb: The most that it ever took. [MB]
    """

    waiting: int
    seconds: float
    stored: int
    started_mb: float
    most_mb: float


def backlog(folder: Path, messages: int, seconds: float) -> Backlog:
    """Let messages wait at the broker, start ingest, and watch its memory while it drains them.

    Args:
        folder: New.
        messages: How many.
        seconds: The longest that is watched.
    """
    database = servers.postgres(folder / "postgres")
    rig: Rig | None = None
    try:
        # Saving a million messages every second would be all that the broker does.
        wishes = Wishes(store="influxdb", autosave_s=3600, rated=False)
        rig = build(folder / "rig", wishes, 1, database)
        rig.broker.start()
        rig.ingest.start()
        started = _peak_mb(rig.ingest.pid)
        rig.ingest.stop()  # its session stays, so the broker keeps what comes
        _flood(port_of(rig.broker), messages)
        rig.ingest.start()
        begun = time.monotonic()
        most, stored = 0.0, 0
        while time.monotonic() - begun < seconds and stored < messages:
            time.sleep(1.0)
            rig.ingest.check()
            most = max(most, _peak_mb(rig.ingest.pid))
            stored = _stored(rig)
        return Backlog(
            waiting=messages, seconds=time.monotonic() - begun, stored=stored,
            started_mb=started, most_mb=most,
        )  # fmt: skip
    finally:
        if rig is not None:
            rig.close()
        database.stop()


def _peak_mb(pid: int) -> float:
    """Most memory that a process ever held. [MB]"""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise Fatal("this system does not tell how much memory a process takes")


def _stored(rig: Rig) -> int:
    """Values of the flood in the store, asked in its own language."""
    assert rig.influx is not None  # noqa: S101 for the type checker
    answer = httpx.post(
        f"http://{HOST}:{port_of(rig.influx)}/query", params={"db": servers.BUCKET},
        data={"q": f"SELECT count(\"value\") FROM gauge WHERE point = '{PLAIN}'"},  # noqa: S608
        headers={"Authorization": f"Token {servers.TOKEN}"}, timeout=60, trust_env=False,
    )  # fmt: skip
    answer.raise_for_status()
    series = answer.json()["results"][0].get("series")
    return int(series[0]["values"][0][1]) if series else 0


def _flood(port: int, messages: int) -> None:
    """Publish values at QoS 1 as fast as the broker takes them, by packets made here.

    Raises:
        Fatal: The broker does not take them.
    """
    with socket.create_connection((HOST, port), timeout=30) as broker:
        broker.sendall(_connect())
        if len(broker.recv(_CONNACK_BYTES)) != _CONNACK_BYTES:
            raise Fatal("the broker does not answer")
        acknowledged = _Acknowledged(broker)
        begin = int(time.time() * 1000) - messages
        topic = topics.value_topic(SITE, POISON, PLAIN).encode()
        for start in range(0, messages, _PIECE):
            acknowledged.wait(start - _AHEAD)
            end = min(start + _PIECE, messages)
            broker.sendall(b"".join(_publish(topic, n, begin + n) for n in range(start, end)))
        acknowledged.wait(messages)


class _Acknowledged:
    """Counts what the broker acknowledges, in a thread of its own."""

    def __init__(self, broker: socket.socket) -> None:
        self.count = 0
        self._broker, self._bytes = broker, 0
        threading.Thread(target=self._read, name="torture-flood", daemon=True).start()

    def wait(self, least: int) -> None:
        """Until so many are.

        Raises:
            Fatal: The broker acknowledges nothing more.
        """
        wait_until(lambda: self.count >= least, "an acknowledgement of the broker", _FLOOD_S)

    def _read(self) -> None:
        try:
            while piece := self._broker.recv(65_536):
                self._bytes += len(piece)
                self.count = self._bytes // _PUBACK_BYTES
        except OSError:  # closed: all was counted
            return


def _connect() -> bytes:
    name = b"torture-flood"
    body = b"\x00\x04MQTT\x04\x02" + struct.pack("!HH", _KEEP_ALIVE_S, len(name)) + name
    return bytes([_CONNECT]) + _length(len(body)) + body


def _publish(topic: bytes, number: int, at: int) -> bytes:
    payload = b'{"value":%d,"unit":"kW","at":%d}' % (number % 10_000, at)
    head = struct.pack("!H", len(topic)) + topic + struct.pack("!H", number % 65_535 + 1)
    return bytes([_PUBLISH_QOS1]) + _length(len(head) + len(payload)) + head + payload


def _length(size: int) -> bytes:
    encoded = bytearray()
    while True:
        size, digit = divmod(size, _SEVEN_BITS)
        encoded.append(digit | (_SEVEN_BITS if size else 0))
        if not size:
            return bytes(encoded)
