"""The way of a reading from a meter on Modbus: driver, edge, broker, ingest, store, and back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from adapters.mqtt import Session
from adapters.mqtt.embedded import EmbeddedBroker
from adapters.records import Records
from adapters.sites.slices import slice_of
from adapters.store import open_store
from core.clock import SystemClock
from core.quality import Quality
from edge.agent import Agent
from edge.outbox import Outbox
from ingest.service import Ingest
from plantroom.drivers import driver_for
from simulators.devices.modbus import ModbusServer
from simulators.devices.modbus_registers import ModbusRegisters
from tests.edge.fieldbus import METER, site_of, template_of

DEVICE = "- {id: d1, bus: lan, address: 1, template: made, period: 0.2, equipment: a.m1}"


def test_a_meters_registers_are_in_the_store(tmp_path: Path) -> None:
    text = METER.replace("role: power,", "role: power, no_value: [0x80000000],")
    registers = ModbusRegisters(template_of(text, tmp_path), fill=True)
    registers.set("power", 12_000.0)
    registers.set("energy", 100.0)
    registers.set("frequency", 50.01)
    broker = EmbeddedBroker(users={"ingest": "one", "gw": "one"})
    broker.start()
    clock = SystemClock()
    with ModbusServer({1: registers}) as server:
        bus = [f'lan: {{protocol: modbus, tcp: "{server.endpoint}"}}']
        site = site_of(tmp_path / "site", bus, [DEVICE], template=text)
        store = open_store(f"duckdb:{tmp_path}/readings.duckdb", site)
        records = Records(f"sqlite:///{tmp_path}/records.sqlite")
        records.upgrade()
        listening = Session("127.0.0.1", broker.port, "ingest", username="ingest", password="one")  # noqa: S106
        ingest = Ingest(
            site, store, records.receipts, records.quarantine, records.progress, listening, clock
        )
        ingest.start()
        box = slice_of(site, "gw")
        driver, outbox = driver_for(box, "gw", clock=clock), Outbox(tmp_path / "outbox.sqlite")
        session = Session("127.0.0.1", broker.port, "gw", username="gw", password="one")  # noqa: S106
        agent = Agent(box, "gw", driver, outbox, session, clock)
        try:
            agent.start()
            _wait(lambda: ingest.counts()["stored"] >= 6)
            registers.set("power", None)
            registers.set("energy", 101.5)
            before = ingest.counts()["stored"]
            _wait(lambda: ingest.counts()["stored"] >= before + 9)
            driver.close()
            assert agent.wait_settled(30)
        finally:
            agent.stop()
            outbox.close()
            ingest.stop()
            broker.stop()
        assert ingest.counts()["quarantined"] == 0
        rows = store.read(range(len(site.points)), 0, clock.now()).rows
        store.close()
        records.close()
    power = rows.keep(rows.point == site.index["a.m1.power"])
    assert power.value[0] == 12.0
    assert power.quality[-1] == Quality.BAD
    assert np.isnan(power.value[-1])
    energy = rows.value[rows.point == site.index["a.m1.energy"]]
    assert energy[0] == 100.0
    assert energy[-1] == pytest.approx(101.5)
    assert (np.diff(rows.at[rows.point == site.index["a.m1.energy"]]) > 0).all()


def _wait(true: Callable[[], bool], most_s: float = 20.0) -> None:
    end = time.monotonic() + most_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
