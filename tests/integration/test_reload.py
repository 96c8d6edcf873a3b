"""Site files that change while a gateway reads: 210 times, and every reading is stored once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from adapters.mqtt import Session
from adapters.records import Records
from adapters.settings import Settings
from adapters.sites import load_site
from adapters.store.duck import DuckStore
from core import topics, wire
from core.batch import Columns
from core.clock import SystemClock
from core.site import Site
from edge.buses import pace
from ingest.service import Ingest
from plantroom.edges import Edges
from plantroom.plant import BrokerAt, Plant
from plantroom.reloading import Reloading, Wiring
from simulators.devices.modbus import ModbusServer
from simulators.devices.modbus_registers import ModbusRegisters
from tests.edge.fieldbus import BUILDING, EQUIPMENT, METER, SITE, site_of, template_of
from tests.servers import Server, wait_for

pytestmark = pytest.mark.mosquitto
PERIOD_S = 0.1
RELOADS = 210
SETTLE_S = 0.005


@dataclass
class Town:
    """Two lines with meters, a folder of site files, a broker and an ingest that knows all."""

    folder: Path
    line: ModbusServer
    other: ModbusServer
    broker: int
    site: Site
    ingest: Ingest
    store: DuckStore

    def write(self, units: dict[int, float], *, others: int = 0) -> None:
        """Write a version of the site: units on the line by period [s], some on the other one."""
        buses = [f'line: {{protocol: modbus, framing: rtu, tcp: "{self.line.endpoint}"}}']
        devices = [_device(unit, period=period) for unit, period in units.items()]
        if others:
            buses.append(f'other: {{protocol: modbus, framing: rtu, tcp: "{self.other.endpoint}"}}')
            devices += [_device(unit, "other") for unit in range(4, 4 + others)]
        meters = sorted([*units, *range(4, 4 + others)])
        indented = ["\n".join(f"        {one}" for one in lines) for lines in (buses, devices)]
        building = BUILDING.format(period=1) + "".join(EQUIPMENT.format(id=f"m{i}") for i in meters)
        for name, text in {
            "templates/made.yaml": METER, "buildings/a.yaml": building,
            "site.yaml": SITE.format(buses=indented[0], devices=indented[1]),
        }.items():  # fmt: skip
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def spoil(self) -> None:
        """Make the files such that they cannot stand."""
        path = self.folder / "site.yaml"
        path.write_text(path.read_text().replace("template: made", "template: mode"))

    def plant(self, var: Path) -> Plant:
        """An edge of its own for the files as they are."""
        settings = Settings(_env_file=None).model_copy(  # type: ignore[call-arg]
            update={"var": var, "site": self.folder}
        )
        return Plant(
            settings=settings, site=load_site(self.folder), clock=SystemClock(),
            broker=BrokerAt(host="127.0.0.1", port=self.broker),
        )  # fmt: skip

    def stored(self) -> Columns:
        """Every reading in the store."""
        return self.store.read(range(len(self.site.points)), 0, SystemClock().now()).rows


def _device(unit: int, bus: str = "line", period: float = PERIOD_S) -> str:
    return (
        f"- {{id: d{unit}, bus: {bus}, address: {unit}, template: made, period: {period},"
        f" equipment: a.m{unit}}}"
    )


BOTH = {1: PERIOD_S, 2: PERIOD_S}
SLOWER = {1: PERIOD_S, 2: 2 * PERIOD_S}
MORE = {3: PERIOD_S, 1: PERIOD_S}


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that pauses makes no answer late: every question that is heard is answered."""
    monkeypatch.setattr(pace, "_FIRST_S", 10.0)
    monkeypatch.setattr(pace, "_LEAST_S", 10.0)


@pytest.fixture
def town(tmp_path: Path, mosquitto: Server) -> Iterator[Town]:
    template = template_of(METER, tmp_path)
    units = {i: ModbusRegisters(template, fill=True) for i in range(1, 6)}
    with ModbusServer(units, rtu=True) as line, ModbusServer(units, rtu=True) as other:
        every = [_device(1), _device(2), _device(3), _device(4), _device(5)]
        bus = [f'line: {{protocol: modbus, tcp: "{line.endpoint}"}}']
        site = site_of(tmp_path / "all", bus, every, meters=5)
        store = DuckStore(":memory:", site)
        records = Records(f"sqlite:///{tmp_path}/records.sqlite")
        records.upgrade()
        ingest = Ingest(
            site, store, records.receipts, records.quarantine, records.progress,
            Session("127.0.0.1", mosquitto.port, "ingest", direct=True), SystemClock(),
        )  # fmt: skip
        ingest.start()
        yield Town(tmp_path / "site", line, other, mosquitto.port, site, ingest, store)
        ingest.stop()
        records.close()
        store.close()


def _reloading(town: Town, plant: Plant, edges: Edges) -> Reloading:
    wiring = Wiring(
        load=lambda: load_site(town.folder), check=edges.check, take_up=edges.take_up,
        tell=edges.tell,
    )  # fmt: skip
    return Reloading(town.folder, plant.site, wiring, plant.clock, every_s=0)


def _polls(server: ModbusServer) -> Counter[int]:
    """Answered questions for the power of each unit: a reading each, whatever came between."""
    return Counter(unit for unit, _, start, _ in server.asked if start == 0)


def test_no_reading_is_lost_and_neighbours_keep_their_period(town: Town, tmp_path: Path) -> None:
    town.write(BOTH, others=1)
    plant = town.plant(tmp_path / "var")
    edges = Edges(plant, plant.broker)
    edges.start()
    (agent,) = plant.agents
    reloading = _reloading(town, plant, edges)
    wait_for(lambda: agent.counts().readings > 10, "first readings")
    boot, refused = plant.outbox("gw").boot, 0
    for turn in range(RELOADS):
        kind = turn % 5
        if kind == 4:
            town.spoil()
        elif kind != 1:  # the second is the same as the first
            town.write((BOTH, BOTH, SLOWER, MORE)[kind], others=turn % 3)
        reloading.look(asked=True)
        refused += bool(reloading.config.refused)
        time.sleep(SETTLE_S)
    town.write(BOTH)
    reloading.look(asked=True)
    time.sleep(3 * PERIOD_S)
    edges.close()
    time.sleep(3 * PERIOD_S)  # what was read is taken by the next read of its agent
    assert agent.wait_settled(60), (
        agent.counts(),
        plant.outbox("gw").depth(),
        town.ingest.counts(),
    )
    committed, boot_now = agent.counts().readings, plant.outboxes["gw"].boot
    plant.stop()
    wait_for(town.ingest.idle, "ingest idle")
    rows, counts = town.stored(), town.ingest.counts()
    assert refused == RELOADS // 5
    assert committed == len(rows), "each committed reading is stored, and once"
    assert counts["quarantined"] == 0
    assert plant.agents == [agent]
    assert boot == boot_now
    asked = _polls(town.line) + _polls(town.other)
    read = {u: rows.keep(rows.point == town.site.index[f"a.m{u}.power"]) for u in range(1, 6)}
    assert {u: len(one) for u, one in read.items()} == {u: asked[u] for u in range(1, 6)}
    assert all(asked[unit] for unit in (1, 2, 3, 4, 5)), asked
    gaps = np.diff(read[1].at)
    assert np.median(gaps) == pytest.approx(PERIOD_S * 1000, rel=0.2)
    waited = np.count_nonzero(gaps > 5 * PERIOD_S * 1000)
    assert waited <= 2, "who did not change is not made to wait; the machine may pause"
    assert town.line.connections == 1, "a line that stays is not opened anew"


def test_a_wrong_one_is_refused_and_health_says_so(town: Town, tmp_path: Path) -> None:
    town.write(BOTH)
    plant = town.plant(tmp_path / "var")
    edges = Edges(plant, plant.broker)
    edges.start()
    (agent,) = plant.agents
    heard = Session("127.0.0.1", town.broker, "watcher", clean_start=True)
    said: list[wire.ConfigHealth | None] = []

    def on_message(message: object) -> None:
        said.append(wire.decode(message.payload, wire.HealthMessage).config)  # type: ignore[attr-defined]

    heard.listen([topics.health_topic("test", "gw")], on_message)
    heard.start()
    assert heard.wait_connected(30)
    reloading = _reloading(town, plant, edges)
    good = plant.site.version
    town.spoil()
    reloading.look(asked=True)
    wait_for(lambda: bool(said and said[-1] and said[-1].refused), "the refusal in health")
    refused = said[-1]
    assert refused is not None
    assert (refused.hash, refused.since) == (good, reloading.config.since)
    assert "no template 'mode'" in refused.why
    assert refused.refused_since
    before = agent.counts().readings
    wait_for(lambda: agent.counts().readings > before, "readings on the old site")
    town.write(SLOWER)
    reloading.look(asked=True)
    wait_for(lambda: said[-1] is not None and said[-1].hash != good, "the new site in health")
    assert said[-1] is not None
    assert not said[-1].refused
    heard.stop()
    edges.close()
    plant.stop()


def test_a_gateway_that_comes_and_one_that_goes(town: Town, tmp_path: Path) -> None:
    town.write(BOTH)
    plant = town.plant(tmp_path / "var")
    edges = Edges(plant, plant.broker)
    edges.start()
    reloading = _reloading(town, plant, edges)
    path = town.folder / "site.yaml"
    path.write_text(path.read_text().replace("  gw:", "  gx:"))
    reloading.look(asked=True)
    assert not reloading.config.refused, reloading.config.why
    assert list(plant.outboxes) == ["gx"]
    wait_for(lambda: plant.agents[0].counts().readings > 0, "the other gateway's readings")
    edges.close()
    plant.stop()
