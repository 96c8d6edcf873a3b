"""Readings a CPU-second through decode, resolve, validate, registers and each store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from adapters.records import Records
from adapters.store import open_store
from benchmarks import plain
from benchmarks.load import NOW, PERIOD_MS, START, messages, readings, site
from benchmarks.measured import Result, cpu_s
from core.clock import SteppedClock
from core.ports import Message, Will
from ingest.service import Ingest
from tests.servers import CACHE, Influx, make_influx1, make_influx2

ROUNDS = 3
MINUTES = {"duckdb": 1000, "influx1": 400, "influx2": 400}
"""Of readings a round: some seconds each; fewer on servers that take longer."""
_IDLE_S = 120.0
_PROGRAMS = {"influx1": "influxd-1.8.10", "influx2": "influxd-2.7.12"}


class Handed:
    """A broker in memory: what it is handed is delivered, what is published is dropped."""

    def __init__(self) -> None:
        self.deliver: Callable[[Message], None] = lambda _message: None

    def listen(
        self, filters: Sequence[str], on_message: Callable[[Message], None],
        on_connected: Callable[[bool], None] | None = None, *, will: Will | None = None,
    ) -> None:  # fmt: skip
        """See :class:`core.ports.Broker`, as all below."""
        del filters, on_connected, will
        self.deliver = on_message

    def start(self) -> None:
        """It always is."""

    def wait_connected(self, timeout_s: float) -> bool:
        return timeout_s >= 0

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        return bool(topic and payload) and (retain or qos >= 0)

    def stop(self) -> None:
        """It never does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A store to fill: its address, and the processor time of its server so far. [s]"""

    name: str
    url: Callable[[int], str]
    token: str | None = None
    server_s: Callable[[], float] = lambda: 0.0


def measure(folder: Path) -> list[Result]:
    """A result for each store that is here."""
    results = []
    for name in MINUTES:
        if name == "duckdb" or (CACHE / _PROGRAMS[name]).exists():
            with _place(name, folder) as place:
                results.append(_measure(place, folder))
    return results


def _measure(place: Place, folder: Path) -> Result:
    minutes = MINUTES[place.name]
    ours, bare, served = [], [], []
    for number in range(ROUNDS):
        start = START + number * minutes * PERIOD_MS
        sent = messages(readings(minutes, start), f"boot{number}")
        count = minutes * len(site().points)
        before = place.server_s()
        took = travel_s(place, number, folder, sent, count)
        served.append(place.server_s() - before)
        ours.append(count / took)
        payloads = [payload for _, payload in sent]
        table = folder / f"plain-{place.name}{number}.sqlite"
        bare.append(count / cpu_s(partial(plain.ingest, table, payloads)))
    server = max(served)
    return Result(
        name=f"ingest into {place.name}", unit="readings a CPU-second", ours=ours, plain=bare,
        baseline="json.loads and executemany into SQLite; believes everything",
        note=f"{minutes} batches a round" + (
            f"; the server itself took {min(served):.1f} … {server:.1f} CPU-seconds more a round"
            if server else ""
        ),
    )  # fmt: skip


def travel_s(
    place: Place, number: int, folder: Path, sent: Sequence[tuple[str, bytes]], count: int
) -> float:
    """Processor time until every message is stored, confirmed and acknowledged. [s]

    Raises:
        RuntimeError: Not every reading was stored: the time is of something else.
    """
    store = open_store(place.url(number), site(), token=place.token)
    records = Records(f"sqlite:///{folder}/records-{place.name}{number}.sqlite")
    records.upgrade()
    broker, clock = Handed(), SteppedClock(NOW)
    ingest = Ingest(
        site(), store, records.receipts, records.quarantine, records.progress, broker, clock
    )
    ingest.start()

    def work() -> None:
        for topic, payload in sent:
            broker.deliver(Message(topic, payload, False, _acknowledged))
        ingest.wait_idle(_IDLE_S)

    took = cpu_s(work)
    stored = ingest.counts()["stored"]
    ingest.stop()
    store.close()
    records.close()
    if stored != count:
        raise RuntimeError(f"{stored} readings stored of {count}")
    return took


def _acknowledged() -> None:
    """Nobody waits for it."""


@contextmanager
def _place(name: str, folder: Path) -> Iterator[Place]:
    if name == "duckdb":
        yield Place(name=name, url=lambda number: f"duckdb:{folder}/bench{number}.duckdb")
        return
    influx = {"influx1": make_influx1, "influx2": make_influx2}[name](folder / name)
    try:
        yield Place(
            name=name, url=lambda _: _url(influx), token=influx.token,
            server_s=lambda: _cpu_of(influx),
        )  # fmt: skip
    finally:
        influx.server.stop()


def _url(influx: Influx) -> str:
    where = f"influxdb://127.0.0.1:{influx.server.port}/{influx.bucket}"
    return f"{where}?org={influx.org}&version={influx.version}&tls=0"


def _cpu_of(influx: Influx) -> float:
    """What a server's process has used. [s]"""
    process = influx.server.process
    stat = Path(f"/proc/{process.pid if process else 0}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
