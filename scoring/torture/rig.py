"""One installation to be tortured: edge, broker, ingest and store, each a process of its own."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from adapters.records import Records
from core.errors import Fatal
from scoring.torture import outboxes, servers
from scoring.torture.account import Evidence
from scoring.torture.grounds import POISON, Grounds, cut_ledger, make_grounds
from scoring.torture.processes import Program, free_port, wait_until
from scoring.torture.proxy import Proxy
from scoring.torture.relay import Relay
from scoring.torture.servers import Postgres, port_of

StoreKind = Literal["duckdb", "influxdb"]
GATEWAYS = 2
_LONGEST_S = 1800
"""What a ledger holds; a run that takes longer has fallen silent before its end."""
_FIRST_ROW_S = 1.0
_SETTLE_S = 240.0
"""An edge sends again after at most two minutes; with the store back, all is confirmed then."""
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How a rig is built.

    Attributes:
        store: Kind of the store of readings.
        inflight: Messages that the broker hands over unacknowledged.
        workers: Processes of ingest; more than one share a subscription.
        proxied: Whether a proxy stands before the store.
        relayed: Share of batches that a bad line before ingest's broker repeats; None for no line.
        autosave_s: How often the broker saves what it keeps; a SIGKILL forgets the rest. [s]
        embedded: Whether the broker is the one that needs no install, which keeps nothing.
        rated: Whether ingest keeps to its rate a gateway.
        small_mb: Size of the file systems of edge and ingest; None for the machine's own. [MB]
    """

    store: StoreKind
    inflight: int = 1000
    workers: int = 1
    proxied: bool = False
    relayed: float | None = None
    autosave_s: int = 1
    small_mb: int | None = None
    rated: bool = True
    embedded: bool = False


@dataclass(kw_only=True)
class Rig:
    """Everything that runs, and where it stands. Made by :func:`build`, ended by :meth:`close`."""

    wishes: Wishes
    folder: Path
    grounds: Grounds
    dice: random.Random
    broker: Program
    edge: Program
    workers: list[Program]
    environment: Mapping[str, str]
    store_url: str
    records_url: str
    influx: Program | None = None
    proxy: Proxy | None = None
    relay: Relay | None = None
    postgres: Postgres | None = None
    near_broker: Program | None = None
    mounts: list[Path] = field(default_factory=list)

    @property
    def ingest(self) -> Program:
        """The first worker."""
        return self.workers[0]

    @property
    def edge_broker(self) -> Program:
        """The broker that edges speak to."""
        return self.near_broker or self.broker

    def outbox(self, gateway: str) -> Path:
        """File of a gateway's outbox."""
        return self.folder / "edge" / "outbox" / f"{gateway}.sqlite"

    def start(self) -> None:
        """Sinks first."""
        self.edge_broker.start()
        if self.near_broker is not None:
            self.broker.start()
        if self.relay is not None:
            self.relay.start()
        for worker in self.workers:
            worker.start()
        self.edge.start()

    def refused(self) -> int:
        """Entries in quarantine."""
        records = Records(self.records_url)
        try:
            return sum(entries for entries, _ in records.quarantine.counts().values())
        finally:
            records.close()

    def broker_loses_all(self) -> None:
        """SIGKILL, and nothing that it kept is there at its next start."""
        self.broker.kill()
        for kept in (self.folder / "broker").glob("mosquitto.db*"):
            kept.unlink()
        self.broker.start()

    def progress(self) -> int:
        """Batches confirmed and kept at the edges."""
        paths = [self.outbox(gateway) for gateway in self.grounds.gateways]
        return sum(outboxes.confirmed(path) for path in paths if path.exists())

    def wait_progress(self, batches: int = 2, seconds: float = 90.0) -> None:
        """Until some more batches are confirmed."""
        before = self.progress()

        def goes_on() -> bool:
            for program in (self.edge, *self.workers):
                program.check()
            return self.progress() >= before + batches

        wait_until(goes_on, "progress", seconds)

    def pause(self, low: float, high: float) -> None:
        """Some time by the seed. [s]"""
        time.sleep(self.dice.uniform(low, high))

    def finish(self) -> None:
        """Let devices fall silent, wait until all is confirmed, end edge and ingest politely.

        Raises:
            Fatal: What was committed is not confirmed in time.
        """
        self.edge.stop()
        for gateway in self.grounds.gateways:
            cut_ledger(self.grounds, gateway, outboxes.read_until(self.outbox(gateway)))
        self.edge.start()
        wait_until(self._settled, "the last confirmation", _SETTLE_S)
        self.edge.stop()
        for worker in self.workers:
            worker.check()
            worker.stop()

    def command(self, *words: str, edge: bool = False) -> str:
        """What ``plantroom`` says to some words, in the environment of ingest or of the edge.

        Raises:
            Fatal: It failed.
        """
        program = self.edge if edge else self.ingest
        done = subprocess.run(  # noqa: S603 our own program
            [sys.executable, "-m", "plantroom", *words], cwd=program.cwd, capture_output=True,
            text=True, env={**os.environ, **program.environment}, timeout=120, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Fatal(f"plantroom {' '.join(words)}: {done.stderr}")
        return done.stdout

    def evidence(self) -> Evidence:
        """Where what became of every reading can be seen, after :meth:`finish`."""
        return Evidence(
            grounds=self.grounds, store_url=self.store_url, token=servers.TOKEN,
            records_url=self.records_url,
            outboxes={gateway: self.outbox(gateway) for gateway in self.grounds.gateways},
        )  # fmt: skip

    def waits(self) -> str:
        """How often edge and ingest said that they wait, for the account of a run."""
        ours = self.edge.log.read_text(errors="replace").count("edge waits")
        theirs = [worker.log.read_text(errors="replace") for worker in self.workers]
        again = sum(text.count("will try again") for text in theirs)
        return f"ingest tried again {again} times, the edge waited {ours} times"

    def close(self) -> None:
        """End everything that runs, and let go of the file systems."""
        if self.relay is not None:
            self.relay.stop()
        ours = (self.edge, *self.workers, self.broker, self.near_broker, self.influx)
        for program in ours:
            if program is not None and program.runs:
                program.kill()
        if self.proxy is not None:
            self.proxy.stop()
        for mount in self.mounts:
            subprocess.run(["umount", "-l", str(mount)], check=False, capture_output=True)  # noqa: S603, S607

    def _settled(self) -> bool:
        for program in (self.edge, *self.workers):
            program.check()
        return not any(outboxes.waiting(self.outbox(g)) for g in self.grounds.gateways)


def build(folder: Path, wishes: Wishes, seed: int, postgres: Postgres | None) -> Rig:
    """Everything made and nothing started but the store.

    Args:
        folder: New, of this rig alone.
        wishes: How it is built.
        seed: Of what happens to it.
        postgres: Where ingest runs alone; it is emptied.

    Raises:
        Misconfigured: A server is missing.
    """
    folder.mkdir(parents=True)
    mounts = _small(folder, wishes.small_mb)
    start = int((time.time() + _FIRST_ROW_S) * 1000)
    grounds = make_grounds(folder, gateways=GATEWAYS, start=start, rows=_LONGEST_S * 10)
    broker = _broker(folder / "broker", wishes, grounds.gateways)
    near = servers.mosquitto(folder / "near-broker") if wishes.relayed is not None else None
    influx, proxy = None, None
    if wishes.store == "influxdb":
        influx = servers.influxd(folder / "influx")
        proxy = Proxy(port_of(influx)) if wishes.proxied else None
        url = servers.influx_url(port_of(influx) if proxy is None else proxy.port)
    else:
        url = f"duckdb:{folder}/ingest/readings.duckdb"
    records = f"sqlite:///{folder}/ingest/records.sqlite"
    if wishes.store == "influxdb" and postgres is not None:
        postgres.empty()
        records = postgres.url
    common = {
        "PLANTROOM_SITE": str(grounds.site), "PLANTROOM_BROKER_PORT": str(port_of(broker)),
        "PLANTROOM_LOG_LEVEL": "warning", "PYTHONUNBUFFERED": "1", "NO_COLOR": "1",
        "PYTHONPATH": str(_ROOT),
    }  # fmt: skip
    ingest = {
        **common, "PLANTROOM_VAR": str(folder / "ingest"), "PLANTROOM_STORE": url,
        "PLANTROOM_RECORDS": records, "PLANTROOM_INFLUX_TOKEN": servers.TOKEN,
        "PLANTROOM_HTTP_PORT": str(free_port()),
    }  # fmt: skip
    if not wishes.rated:
        ingest |= {"PLANTROOM_RATE_MESSAGES": "0", "PLANTROOM_RATE_VALUES": "0"}
    edge = {
        **common, "PLANTROOM_VAR": str(folder / "edge"),
        "PLANTROOM_BROKER_PORT": str(port_of(near or broker)),
    }  # fmt: skip
    relay = None
    if near is not None and wishes.relayed is not None:
        relay = Relay(port_of(near), port_of(broker), seed, wishes.relayed)
    direct = url if influx is None else servers.influx_url(port_of(influx))
    return Rig(
        wishes=wishes, folder=folder, grounds=grounds, dice=random.Random(seed),  # noqa: S311
        broker=broker, near_broker=near, relay=relay, influx=influx, proxy=proxy,
        postgres=postgres, environment=ingest, store_url=direct, records_url=records,
        mounts=mounts, edge=_part("edge", ["edge"], folder, edge, grounds.data),
        workers=_workers(wishes, folder, ingest),
    )  # fmt: skip


def _broker(folder: Path, wishes: Wishes, users: Sequence[str]) -> Program:
    if wishes.embedded:
        return servers.amqtt(folder, ["ingest", POISON, *users])
    return servers.mosquitto(folder, inflight=wishes.inflight, autosave_s=wishes.autosave_s)


def _workers(wishes: Wishes, folder: Path, environment: Mapping[str, str]) -> list[Program]:
    """DuckDB serves one process, so there the whole of it is killed; else ingest alone."""
    parts = ["ingest"] if wishes.store == "influxdb" else ["ingest", "analytics", "api"]
    if wishes.workers == 1:
        return [_part("ingest", parts, folder, environment)]
    return [
        _part(f"ingest-{n}", parts, folder, {
            **environment, "PLANTROOM_INGEST_WORKER": str(n),
            "PLANTROOM_VAR": f"{environment['PLANTROOM_VAR']}-{n}",
        })
        for n in range(1, wishes.workers + 1)
    ]  # fmt: skip


def _part(
    name: str, parts: Sequence[str], folder: Path, environment: Mapping[str, str],
    cwd: Path | None = None,
) -> Program:  # fmt: skip
    log = folder / f"{name}.log"
    program = Program(
        name=name, command=[sys.executable, "-m", "plantroom", "run", *parts], log=log,
        environment=environment, cwd=cwd or folder,
    )  # fmt: skip
    # The first part to run is the one that is tortured; the others may still be starting.
    program.ready = lambda: program.said(f"{parts[0]} runs")
    return program


def _small(folder: Path, megabytes: int | None) -> list[Path]:
    """File systems of a size for edge and ingest.

    Raises:
        Fatal: This process may not mount any.
    """
    if megabytes is None:
        return []
    mounts = []
    for name in ("edge", "ingest", "influx"):
        where = folder / name
        where.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(where)]
        if (
            shutil.which("mount") is None
            or subprocess.run(  # noqa: S603
                command, capture_output=True, check=False
            ).returncode
        ):
            raise Fatal("a file system of a size cannot be mounted here: it takes root")
        mounts.append(where)
    return mounts
