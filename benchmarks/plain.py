"""The baselines: the least that does the same work, without any of the promises."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.brokers import PASSWORD
from core.batch import Columns

_TABLE = "CREATE TABLE reading (point TEXT, at INTEGER, value REAL, PRIMARY KEY (point, at))"
_TOGETHER = 256


def database(path: Path) -> sqlite3.Connection:
    """A file with a table of readings."""
    opened = sqlite3.connect(path, check_same_thread=False)
    opened.execute("PRAGMA journal_mode=WAL")
    opened.execute("PRAGMA synchronous=NORMAL")
    opened.execute(_TABLE)
    return opened


def rows_of(payload: bytes) -> list[tuple[str, int, float]]:
    """A batch's readings, believed as they are."""
    said = json.loads(payload)
    names, t0 = [p[0] for p in said["points"]], said["t0"]
    return [
        (names[p], t0 + dt, x) for p, dt, x in zip(said["p"], said["dt"], said["x"], strict=True)
    ]


def keep(opened: sqlite3.Connection, rows: Sequence[tuple[str, int, float]]) -> None:
    """Write them in one transaction."""
    with opened:
        opened.executemany("INSERT OR REPLACE INTO reading VALUES (?, ?, ?)", rows)


def ingest(path: Path, payloads: Sequence[bytes]) -> None:
    """``json.loads`` and ``executemany``, as many messages at a time as ingest takes."""
    opened = database(path)
    for first in range(0, len(payloads), _TOGETHER):
        keep(opened, [r for p in payloads[first : first + _TOGETHER] for r in rows_of(p)])
    opened.close()


def client(port: int, name: str) -> mqtt.Client:
    """A connection of paho's, running."""
    made = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name)
    made.username_pw_set("plain", PASSWORD)
    made.connect("127.0.0.1", port)
    made.loop_start()
    return made


def edge(parts: Sequence[Columns], names: Sequence[str], port: int) -> None:
    """``json.dumps`` and a raw publish at QoS 1 a minute; nothing lasts."""
    publisher = client(port, "plain")
    for part in parts:
        body = {
            "points": names, "p": part.point.tolist(), "at": part.at.tolist(),
            "x": part.value.tolist(),
        }  # fmt: skip
        publisher.publish("plain/batch", json.dumps(body), qos=1).wait_for_publish(10)
    publisher.disconnect()
    publisher.loop_stop()


class Way:
    """Paho to paho into SQLite: how long until a message is in the table."""

    def __init__(self, port: int, path: Path) -> None:
        self._stored = threading.Event()
        self._table = database(path)
        ready = threading.Event()
        self._reader, self._writer = client(port, "plain-in"), client(port, "plain-out")
        self._reader.on_subscribe = lambda *_: ready.set()
        self._reader.on_message = self._on_message
        self._reader.subscribe("plain/way", qos=1)
        ready.wait(10)

    def send(self, payload: bytes) -> None:
        """Publish, and return when it can be queried."""
        self._stored.clear()
        self._writer.publish("plain/way", payload, qos=1)
        self._stored.wait(10)

    def close(self) -> None:
        """End both connections."""
        for one in (self._reader, self._writer):
            one.disconnect()
            one.loop_stop()
        self._table.close()

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        keep(self._table, rows_of(bytes(message.payload)))
        self._stored.set()
