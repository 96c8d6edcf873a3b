"""The way of a reading: CSV, edge, broker, ingest, store, and the confirmation back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.mqtt import Session
from adapters.mqtt.embedded import EmbeddedBroker
from adapters.records import Records
from adapters.store import open_store
from core.clock import SteppedClock
from core.ports import ReadingStore
from core.quality import IntervalState, Quality
from core.site import Site
from edge.agent import Agent
from edge.drivers.csv import CsvDriver
from edge.outbox import Outbox
from ingest.service import Ingest
from tests.ingest.places import NOW, QUARTER, RATED, point, site_of
from tests.servers import Influx, Server

POWER, ENERGY = 0, 1
FILE = "time,power,energy\n" + "".join(
    f"{(NOW + i * QUARTER) // 1000},{1000 + i},{i * 2}\n" for i in range(96)
)
CSV = {
    "files": [
        {
            "pattern": "*.csv",
            "time": {"column": "time", "format": "epoch_s"},
            "columns": [
                {"column": "power", "point": "a.m.power", "unit": "W"},
                {"column": "energy", "point": "a.m.energy", "unit": "kWh"},
            ],
        }
    ]
}
END = NOW + 96 * QUARTER


def site() -> Site:
    return site_of(point("a.m.power"), point("a.m.energy", register=RATED), **CSV)


@contextmanager
def ingesting(
    store: ReadingStore, records: Records, port: int, clock: SteppedClock, password: str | None
) -> Iterator[Ingest]:
    user = None if password is None else "ingest"
    session = Session("127.0.0.1", port, "ingest", username=user, password=password)
    ingest = Ingest(
        site(), store, records.receipts, records.quarantine, records.progress, session, clock
    )
    ingest.start()
    try:
        assert session.wait_connected(30)
        yield ingest
    finally:
        ingest.stop()


@contextmanager
def edge(
    folder: Path, port: int, clock: SteppedClock, password: str | None
) -> Iterator[tuple[Agent, Outbox]]:
    (folder / "meter.csv").write_text(FILE)
    user = None if password is None else "gw-a"
    session = Session("127.0.0.1", port, "gw-a", username=user, password=password)
    outbox = Outbox(folder / "outbox.sqlite")
    driver = CsvDriver(site(), "gw-a", folder)
    agent = Agent(site(), "gw-a", driver, outbox, session, clock)
    try:
        yield agent, outbox
    finally:
        agent.stop()
        driver.close()
        outbox.close()


def travel(folder: Path, store: ReadingStore, port: int, password: str | None) -> None:
    """Every row of the file reaches the store, and the outbox forgets it only then."""
    records = Records(f"sqlite:///{folder}/records.sqlite")
    records.upgrade()
    clock = SteppedClock(END)
    with edge(folder, port, clock, password) as (agent, outbox):
        assert agent.step(NOW + 48 * QUARTER) == 2 * 49
        assert not agent.wait_settled(0.5), "nobody has confirmed, so nothing is forgotten"
        assert outbox.depth().readings == 2 * 49
        with ingesting(store, records, port, clock, password) as ingest:
            agent.step(END)
            assert agent.wait_settled(60)
            assert outbox.empty()
            assert ingest.wait_idle(10)
            counts = ingest.counts()
            assert counts["stored"] == 2 * 96
            assert counts["quarantined"] == 0
    stored = store.read([POWER, ENERGY], 0, END).rows
    assert len(stored) == 2 * 96
    assert set(stored.quality.tolist()) == {Quality.GOOD}
    power = stored.value[stored.point == POWER]
    assert power.tolist() == pytest.approx([(1000 + i) / 1000 for i in range(96)])
    use = store.read_intervals([ENERGY], 0, END)
    assert use.value.tolist() == [2.0] * 95
    assert set(use.state.tolist()) == {IntervalState.MEASURED}
    assert records.progress.gateways()["gw-a"].newest == NOW + 95 * QUARTER
    records.close()


def test_a_csv_travels_into_duckdb_and_is_confirmed_back(tmp_path: Path) -> None:
    users = {"ingest": "one", "gw-a": "one"}
    broker = EmbeddedBroker(users=users)
    broker.start()
    store = open_store(f"duckdb:{tmp_path}/readings.duckdb", site())
    try:
        travel(tmp_path, store, broker.port, "one")
    finally:
        store.close()
        broker.stop()


@pytest.mark.mosquitto
def test_a_csv_travels_through_mosquitto_as_through_the_embedded_broker(
    tmp_path: Path, mosquitto: Server
) -> None:
    store = open_store(f"duckdb:{tmp_path}/readings.duckdb", site())
    try:
        travel(tmp_path, store, mosquitto.port, None)
    finally:
        store.close()


@pytest.mark.mosquitto
@pytest.mark.influx2
def test_a_csv_travels_through_mosquitto_into_influxdb(
    tmp_path: Path, mosquitto: Server, influx2: Influx
) -> None:
    port = influx2.server.port
    url = f"influxdb://127.0.0.1:{port}/{influx2.bucket}?org={influx2.org}&version=2&tls=0"
    store = open_store(url, site(), token=influx2.token)
    try:
        travel(tmp_path, store, mosquitto.port, None)
    finally:
        store.close()
