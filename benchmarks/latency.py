"""From publish until a query finds the reading, end to end, on each broker."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from adapters.mqtt import Session
from adapters.records import Records
from adapters.store import open_store
from benchmarks import plain
from benchmarks.brokers import PASSWORD, broker, names
from benchmarks.load import GATEWAY, NOW, PERIOD_MS, START, messages, readings, site
from benchmarks.measured import Result
from core.clock import SteppedClock
from core.ports import ReadingStore
from ingest.service import Ingest

SAMPLES = 200
_PAUSE_S = 0.02
_POLL_S = 0.0005
_CONNECT_S = 20.0
_LOST_S = 20.0


def measure(folder: Path) -> list[Result]:
    """p50 and p99 on each broker that is here."""
    return [result for name in names() for result in _measure(name, folder)]


def _measure(name: str, folder: Path) -> list[Result]:
    sent = messages(readings(SAMPLES + 1), "boot")
    with broker(name, folder) as port:
        ours = _ours(port, folder / f"latency-{name}", sent)
        way = plain.Way(port, folder / f"latency-{name}.sqlite")
        bare = [_timed(partial(way.send, payload)) for _, payload in sent]
        way.close()
    return [
        Result(
            name=f"latency at {name}, p{share}", unit="ms",
            ours=[float(np.percentile(ours[1:], share))],
            plain=[float(np.percentile(bare[1:], share))],
            baseline="paho to paho, json.loads, one insert into SQLite",
            note=f"{SAMPLES} batches of 100 readings, one after another, into DuckDB",
        )
        for share in (50, 99)
    ]  # fmt: skip


def _ours(port: int, folder: Path, sent: Sequence[tuple[str, bytes]]) -> list[float]:
    folder.mkdir()
    store = open_store(f"duckdb:{folder}/store.duckdb", site())
    records = Records(f"sqlite:///{folder}/records.sqlite")
    records.upgrade()
    session = Session("127.0.0.1", port, "ingest", username="ingest", password=PASSWORD)
    ingest = Ingest(
        site(), store, records.receipts, records.quarantine, records.progress, session,
        SteppedClock(NOW),
    )  # fmt: skip
    heard = Session("127.0.0.1", port, GATEWAY, username=GATEWAY, password=PASSWORD)
    heard.listen([], lambda message: message.ack())
    ingest.start()
    heard.start()
    try:
        if not heard.wait_connected(_CONNECT_S):
            raise TimeoutError("no connection to the broker")
        _first(heard, store, sent[0])
        return [
            _timed(partial(_arrives, heard, store, one, n))
            for n, one in enumerate(sent[1:], start=2)
        ]
    finally:
        heard.stop()
        ingest.stop()
        store.close()
        records.close()


def _first(session: Session, store: ReadingStore, one: tuple[str, bytes]) -> None:
    """Sent until it arrives: whether ingest has subscribed is not for a publisher to know."""
    until = time.monotonic() + _CONNECT_S
    while not _stored(store, 1):
        if time.monotonic() > until:
            raise TimeoutError("the first batch did not arrive")
        session.publish(*one)
        time.sleep(0.2)


def _arrives(session: Session, store: ReadingStore, one: tuple[str, bytes], minute: int) -> None:
    if not session.publish(*one):
        raise TimeoutError("the connection to the broker is gone")
    until = time.monotonic() + _LOST_S
    while not _stored(store, minute):
        if time.monotonic() > until:
            raise TimeoutError("a batch did not arrive")
        time.sleep(_POLL_S)


def _stored(store: ReadingStore, minute: int) -> bool:
    at = START + minute * PERIOD_MS
    return len(store.read([0], at - 1, at).rows) == 1


def _timed(work: Callable[[], object]) -> float:
    """Milliseconds, after a pause that lets the last one's tail end."""
    time.sleep(_PAUSE_S)
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000
