"""Kills under load: nothing is lost, and nothing is counted twice.

The edge goes on reading all the time; what it committed to its outbox is what must stand in
the store, each (point, time) once, with the use of every register whole.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from adapters.records import Records
from adapters.store import open_store
from core.quality import IntervalState
from tests.conftest import ROOT
from tests.integration.crash_parts import PERIOD_MS, POINTS, START, site
from tests.servers import Influx, Server, wait_for

KILLS = 10
FOREVER = 4 * 10**12


class Run:
    """One edge and one ingest as processes of their own, on real servers."""

    def __init__(self, folder: Path, port: int, url: str, token: str | None = None) -> None:
        self.folder, self._port, self._url, self._token = folder, port, url, token
        self.records = Records(f"sqlite:///{folder}/records.sqlite")
        self.records.upgrade()
        self._edge: subprocess.Popen[bytes] | None = None
        self._ingest: subprocess.Popen[bytes] | None = None

    def start_edge(self) -> None:
        self._edge = self._started("edge")

    def start_ingest(self) -> None:
        self._ingest = self._started("ingest", self._url)

    def kill_ingest(self) -> None:
        assert self._ingest is not None
        assert self._ingest.poll() is None, (self.folder / "ingest.log").read_text()
        self._ingest.kill()
        self._ingest.wait(10)
        self._ingest = None

    def settled(self) -> int:
        """Batches receipted so far."""
        boots = self.records.receipts.settled().get("gw-a", {})
        return max((boot.seen for boot in boots.values()), default=0)

    def wait_progress(self, batches: int = 3) -> None:
        """Until some more batches are receipted."""
        start = self.settled()
        wait_for(lambda: self.settled() >= start + batches, "progress", timeout_s=60)

    def finish(self) -> dict[str, int]:
        """Let the edge stop reading, and wait for its last confirmation."""
        assert self._edge is not None
        (self.folder / "enough").touch()
        assert self._edge.wait(150) == 0, (self.folder / "edge.log").read_text()
        self._edge = None
        self.kill_ingest()
        said: dict[str, int] = json.loads((self.folder / "edge.json").read_text())
        return said

    def close(self) -> None:
        for process in (self._edge, self._ingest):
            if process is not None:
                process.kill()
                process.wait(10)
        self.records.close()

    def verify(self, said: dict[str, int]) -> None:
        """Compare what stands in the store with what was committed at the edge."""
        assert said["settled"]
        assert said["discarded"] == 0
        minutes = said["minutes"]
        assert said["readings"] == minutes * POINTS
        store = open_store(self._url, site(), token=self._token)
        try:
            rows = store.read(range(POINTS), 0, FOREVER).rows
            use = store.read_intervals(range(1, POINTS, 2), 0, FOREVER)
            counted = store.count()
        finally:
            store.close()
        every = np.arange(1, minutes + 1)
        assert np.array_equal(rows.point, np.repeat(np.arange(POINTS), minutes))
        assert np.array_equal(rows.at, np.tile(START + every * PERIOD_MS, POINTS))
        assert np.array_equal(rows.value, np.tile(every, POINTS))
        assert counted["gauge"] == counted["register"] == minutes * POINTS // 2
        assert len(use) == (minutes - 1) * POINTS // 2
        assert set(use.state.tolist()) == {IntervalState.MEASURED}
        assert set(use.value.tolist()) == {1.0}
        assert self.records.quarantine.counts() == {}

    def _started(self, part: str, *more: str) -> subprocess.Popen[bytes]:
        command = [
            sys.executable, "-m", "tests.integration.crash_parts", part, str(self.folder),
            str(self._port), *more,
        ]  # fmt: skip
        token = {} if self._token is None else {"PLANTROOM_STORE_TOKEN": self._token}
        with (self.folder / f"{part}.log").open("ab") as log:
            return subprocess.Popen(
                command, stdout=log, stderr=log, cwd=ROOT, env={**os.environ, **token}
            )


@contextmanager
def running(folder: Path, port: int, url: str, token: str | None = None) -> Iterator[Run]:
    run = Run(folder, port, url, token)
    try:
        run.start_edge()
        yield run
    finally:
        run.close()


def kill_ten_times(run: Run, disaster: Callable[[], None]) -> None:
    """Kill ingest whenever it has got going; after half of it, something worse."""
    dice = random.Random(8)  # noqa: S311 when to kill, not a secret
    for kill in range(KILLS):
        run.start_ingest()
        run.wait_progress()
        time.sleep(dice.uniform(0.0, 0.4))  # anywhere between two steps of the promise
        run.kill_ingest()
        if kill == KILLS // 2:
            disaster()
    run.start_ingest()
    run.wait_progress()


@pytest.mark.slow
@pytest.mark.mosquitto
def test_ten_kills_of_ingest_on_duckdb(tmp_path: Path, mosquitto: Server) -> None:
    def broker_dies_while_nobody_stores() -> None:
        mosquitto.kill()
        mosquitto.start()

    with running(tmp_path, mosquitto.port, f"duckdb:{tmp_path}/readings.duckdb") as run:
        kill_ten_times(run, broker_dies_while_nobody_stores)
        run.verify(run.finish())


@pytest.mark.slow
@pytest.mark.mosquitto
@pytest.mark.influx2
def test_ten_kills_of_ingest_on_influxdb_and_one_of_the_broker_with_the_store_down(
    tmp_path: Path, mosquitto: Server, influx2: Influx
) -> None:
    url = (
        f"influxdb://127.0.0.1:{influx2.server.port}/{influx2.bucket}"
        f"?org={influx2.org}&version=2&tls=0"
    )
    with running(tmp_path, mosquitto.port, url, influx2.token) as run:

        def broker_dies_while_the_store_is_down() -> None:
            run.start_ingest()
            run.wait_progress()
            influx2.server.kill()
            time.sleep(2.0)  # batches pile up at the broker, none of them durable
            before = run.settled()
            mosquitto.kill()
            mosquitto.start()
            time.sleep(1.0)
            assert run.settled() - before <= 1, "nothing settles without its store"
            influx2.server.start()
            run.wait_progress()
            run.kill_ingest()

        kill_ten_times(run, broker_dies_while_the_store_is_down)
        run.verify(run.finish())
