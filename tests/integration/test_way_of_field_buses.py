"""The way of meters on two field buses into InfluxDB: edge, broker, two workers, each a process."""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from adapters.records import Records
from adapters.store import open_store
from core.clock import SystemClock
from core.site import Site
from scoring.torture import outboxes
from scoring.torture.processes import Program
from simulators.devices.dlt645 import dlt645_bus
from simulators.devices.modbus import ModbusServer
from simulators.devices.modbus_registers import ModbusRegisters
from tests.edge.fieldbus import METER, site_of, template_of
from tests.edge.meters import electricity
from tests.servers import Influx, Server, free_port, wait_for

pytestmark = [
    pytest.mark.slow, pytest.mark.mosquitto, pytest.mark.influx2, pytest.mark.postgres,
]  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]
METERS, ENOUGH = 4, 150
"""Meters on Modbus, and readings at the least: a dozen batches, which two workers share."""
SHARED = "202103160005"


@contextmanager
def buses(folder: Path) -> Iterator[tuple[ModbusServer, Site]]:
    """Meters 1 to 4 on Modbus, the fifth on DL/T 645, and the site that knows them."""
    template = template_of(METER, folder)
    units = {i: ModbusRegisters(template, fill=True) for i in range(1, METERS + 1)}
    with ModbusServer(units) as modbus, dlt645_bus([electricity(SHARED)]) as line:
        devices = [
            f"- {{id: d{i}, bus: lan, address: {i}, template: made, period: 0.2,"
            f" equipment: a.m{i}}}"
            for i in units
        ]
        devices.append(
            f'- {{id: d5, bus: line, address: "{SHARED}", template: dlt645-three-phase,'
            " period: 0.5, equipment: a.m5}"
        )
        named = [
            f'lan: {{protocol: modbus, tcp: "{modbus.endpoint}"}}',
            f'line: {{protocol: dlt645, tcp: "{line.endpoint}"}}',
        ]
        yield modbus, site_of(folder / "site", named, devices, meters=METERS + 1)


def program(name: str, part: str, folder: Path, environment: Mapping[str, str]) -> Program:
    """``plantroom run PART`` as a process of its own, not started."""
    made = Program(
        name=name, command=[sys.executable, "-m", "plantroom", "run", part],
        log=folder / f"{name}.log", environment=environment, cwd=folder,
    )  # fmt: skip
    made.ready = lambda: made.said(f"{part} runs")
    return made


def test_every_reading_of_two_buses_is_in_influxdb_once(
    tmp_path: Path, mosquitto: Server, influx2: Influx, postgres_database: str
) -> None:
    url = f"influxdb://127.0.0.1:{influx2.server.port}/{influx2.bucket}?org={influx2.org}&version=2&tls=0"
    common = {
        "PLANTROOM_SITE": str(tmp_path / "site"), "PLANTROOM_BROKER_PORT": str(mosquitto.port),
        "PLANTROOM_LOG_LEVEL": "warning", "PYTHONUNBUFFERED": "1", "NO_COLOR": "1",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    ingest = {
        **common, "PLANTROOM_STORE": url, "PLANTROOM_RECORDS": postgres_database,
        "PLANTROOM_INFLUX_TOKEN": influx2.token,
    }  # fmt: skip
    box = tmp_path / "edge" / "outbox" / "gw.sqlite"
    workers = [
        program(f"ingest-{n}", "ingest", tmp_path, {
            **ingest, "PLANTROOM_VAR": str(tmp_path / f"ingest-{n}"),
            "PLANTROOM_INGEST_WORKER": str(n), "PLANTROOM_HTTP_PORT": str(free_port()),
        })
        for n in (1, 2)
    ]  # fmt: skip
    edge = program("edge", "edge", tmp_path, {**common, "PLANTROOM_VAR": str(tmp_path / "edge")})
    parts = (*workers, edge)
    with ExitStack() as ending:
        for part in parts:
            ending.callback(part.stop)  # by its own process id
        with buses(tmp_path) as (modbus, site):
            for part in (workers[0], edge):
                part.start(wait=False)
            for part in (workers[0], edge):
                wait_for(part.ready, part.name, timeout_s=60)
            wait_for(lambda: box.exists() and kept(box) > 0, "readings", timeout_s=60)
            wait_for(lambda: outboxes.confirmed(box) > 0, "what one worker stores", timeout_s=60)
            workers[1].start()
            modbus.set("1", "energy", 4321.5)
            wait_for(lambda: kept(box) >= ENOUGH, "what both store", timeout_s=60)
            workers[0].kill()
            before = outboxes.confirmed(box)
            wait_for(lambda: outboxes.confirmed(box) > before, "what the other stores")
        # The devices are gone: what was read of them is all there will be.
        edge.stop()
        for part in (workers[0], edge):
            part.start(wait=False)
        wait_for(lambda: outboxes.waiting(box) == 0, "the last confirmation", timeout_s=60)
        for part in parts:
            part.check()
            part.stop()
    committed = list(outboxes.committed(box))
    store = open_store(url, site, token=influx2.token)
    try:
        rows = store.read(range(len(site.points)), 0, SystemClock().now()).rows
    finally:
        store.close()
    stored = [
        (site.points[p].id, int(at), float(x))
        for p, at, x in zip(rows.point, rows.at, rows.value, strict=True)
    ]
    assert Counter(stored) == Counter((row.point, row.at, row.value) for row in committed)
    assert outboxes.discarded(box) == 0
    read = Counter(point for point, _, _ in stored)
    assert set(read) == {point.id for point in site.points}, "both buses, and every point"
    assert {x for point, _, x in stored if point == "a.m1.energy"} >= {4321.5}
    assert {x for point, _, x in stored if point == "a.m5.power"} == {-2.3456}
    records = Records(postgres_database)
    try:
        assert not records.quarantine.counts()
    finally:
        records.close()


def kept(box: Path) -> int:
    """Readings in an outbox that the agent has open."""
    try:
        return sum(1 for _ in outboxes.committed(box))
    except sqlite3.OperationalError:
        return 0  # its tables are being made
