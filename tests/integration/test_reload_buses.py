"""Site files that change while BACnet devices and meters are read: every reading once."""
# ruff: noqa: E501 - a template as people write it

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from adapters.mqtt import Session
from adapters.settings import Settings
from adapters.sites import load_site
from adapters.store.duck import DuckStore
from core.clock import SystemClock
from core.site import Site
from edge.buses import pace
from edge.drivers.bacnet import cov
from ingest.service import Ingest
from plantroom.edges import Edges
from plantroom.plant import BrokerAt, Plant
from plantroom.reloading import Reloading, Wiring
from scoring.torture import outboxes
from simulators.devices.bacnet import BacnetDevice, BacnetServer
from simulators.devices.dlt645 import SimulatedDlt645Meter, dlt645_bus
from simulators.devices.mbus import (
    EnergyState,
    Identity,
    SimulatedMbusMeter,
    electricity_records,
    mbus_bus,
)
from tests.edge.fieldbus import BUILDING, EQUIPMENT, SITE, site_of, template_of
from tests.sample import records_in
from tests.servers import Server, wait_for

pytestmark = pytest.mark.mosquitto
RELOADS, PERIOD_S = 20, 0.1
HEAD = "make: Test\nmodel: M1\nsource: written for tests\n"
DLT645 = (
    HEAD
    + """\
protocol: dlt645
values:
  power: {quantity: active_power, unit: kW, role: power, dlt645: {item: 0x02030000, bytes: 3, decimals: 4, signed: true}}
  energy: {quantity: active_energy, unit: kWh, role: energy, dlt645: {item: 0x00010000, decimals: 2}}
  frequency: {quantity: frequency, unit: Hz, role: frequency, dlt645: {item: 0x02800002, bytes: 2, decimals: 2}}
"""
)
BACNET = (
    HEAD
    + """\
protocol: bacnet
bacnet: {cov: true}
values:
  power: {quantity: active_power, unit: kW, role: power, bacnet: {object: "analog-input:1"}}
  energy: {quantity: active_energy, unit: kWh, role: energy, bacnet: {object: "analog-input:2"}}
  frequency: {quantity: frequency, unit: Hz, role: frequency, bacnet: {object: "analog-input:3"}}
"""
)
MBUS = (
    HEAD
    + """\
protocol: mbus
values:
  power: {quantity: active_power, unit: kW, role: power, mbus: {what: power}}
  energy: {quantity: active_energy, unit: kWh, role: energy, mbus: {what: energy}}
"""
)
TWO_POINTS = EQUIPMENT.replace(", frequency: {{}}", "")
"""M-Bus has no record of a frequency."""
OBJECTS = 3
POWER = bytes((byte + 0x33) & 0xFF for byte in (0x02030000).to_bytes(4, "little"))
READ, WHERE, ITEM = 0x11, slice(1, 7), slice(10, 14)


@dataclass
class Reloaded:
    """An edge that reads a folder of site files, and an ingest that knows all devices."""

    folder: Path
    bus: str
    template: str
    addresses: list[str]
    equipment: str
    plant: Plant
    edges: Edges
    reloading: Reloading
    ingest: Ingest
    store: DuckStore
    site: Site

    def write(self, periods: dict[int, float]) -> None:
        """A version of the files: periods [s] by number of a device."""
        write_site(self.folder, self.bus, self.template, self.addresses, periods, self.equipment)

    def reload(self, periods: dict[int, float]) -> None:
        """Write it, and have it taken up."""
        self.write(periods)
        self.reloading.look(asked=True)
        assert not self.reloading.config.refused, self.reloading.config.why

    def readings(self) -> int:
        """Committed so far."""
        return self.plant.agents[0].counts().readings

    def goes_on(self, rows: int) -> None:
        """Until so many more are committed."""
        before = self.readings()
        wait_for(lambda: self.readings() >= before + rows, "more readings")

    def end(self) -> Counter[str]:
        """End the edge when all is confirmed; readings of the outbox by point, each stored once."""
        (agent,) = self.plant.agents
        self.edges.close()
        time.sleep(3 * PERIOD_S)  # what was read is taken by the next read of its agent
        assert agent.wait_settled(60), (agent.counts(), self.ingest.counts())
        said = agent.counts().readings
        self.plant.stop()
        wait_for(self.ingest.idle, "ingest idle")
        box = next((self.plant.settings.var / "outbox").glob("*.sqlite"))
        kept = [(row.point, row.at) for row in outboxes.committed(box)]
        rows = self.store.read(range(len(self.site.points)), 0, SystemClock().now()).rows
        stored = [
            (self.site.points[p].id, int(at)) for p, at in zip(rows.point, rows.at, strict=True)
        ]
        assert said == len(kept)
        # A poll and a notice of the same millisecond are one reading.
        assert Counter(stored) == Counter(set(kept))
        assert self.ingest.counts()["quarantined"] == 0
        return Counter(point for point, _ in kept)


def devices_of(addresses: list[str], periods: dict[int, float]) -> list[str]:
    return [
        f'- {{id: d{n}, bus: line, address: "{addresses[n - 1]}", template: made,'
        f" period: {period}, equipment: a.m{n}}}"
        for n, period in periods.items()
    ]


def write_site(
    folder: Path, bus: str, template: str, addresses: list[str], periods: dict[int, float],
    equipment: str,
) -> None:  # fmt: skip
    """Files with these devices, and no other meters."""
    devices = "\n".join(f"        {line}" for line in devices_of(addresses, periods))
    meters = "".join(equipment.format(id=f"m{n}") for n in sorted(periods))
    for name, text in {
        "templates/made.yaml": template, "buildings/a.yaml": BUILDING.format(period=1) + meters,
        "site.yaml": SITE.format(buses=f"        {bus}", devices=devices),
    }.items():  # fmt: skip
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that pauses makes no answer late: every question that is heard is answered."""
    monkeypatch.setattr(pace, "_FIRST_S", 10.0)
    monkeypatch.setattr(pace, "_LEAST_S", 10.0)
    monkeypatch.setattr(cov, "_FIRST_S", 0.05)


def reloaded(
    folder: Path, port: int, bus: str, template: str, addresses: list[str],
    first: dict[int, float], equipment: str = EQUIPMENT,
) -> Iterator[Reloaded]:  # fmt: skip
    """An edge that runs on its first files."""
    everybody = devices_of(addresses, dict.fromkeys((1, 2, 3), PERIOD_S))
    site = site_of(
        folder / "all", [bus], everybody, template=template, meters=3, equipment=equipment
    )
    write_site(folder / "site", bus, template, addresses, first, equipment)
    store, records = DuckStore(":memory:", site), records_in(folder)
    ingest = Ingest(
        site, store, records.receipts, records.quarantine, records.progress,
        Session("127.0.0.1", port, "ingest", direct=True), SystemClock(),
    )  # fmt: skip
    settings = Settings(_env_file=None).model_copy(  # type: ignore[call-arg]
        update={"var": folder / "var", "site": folder / "site"}
    )
    plant = Plant(
        settings=settings, site=load_site(folder / "site"), clock=SystemClock(),
        broker=BrokerAt(host="127.0.0.1", port=port),
    )  # fmt: skip
    edges = Edges(plant, plant.broker)
    wiring = Wiring(
        load=lambda: load_site(folder / "site"), check=edges.check, take_up=edges.take_up,
        tell=edges.tell,
    )  # fmt: skip
    reloading = Reloading(folder / "site", plant.site, wiring, plant.clock, every_s=0)
    ingest.start()
    edges.start()
    yield Reloaded(
        folder / "site", bus, template, addresses, equipment, plant, edges, reloading, ingest,
        store, site,
    )  # fmt: skip
    edges.close()
    plant.stop()
    ingest.stop()
    records.close()
    store.close()


VERSIONS = (
    {1: PERIOD_S, 2: PERIOD_S}, {1: PERIOD_S, 3: PERIOD_S}, {1: PERIOD_S},
    {3: 2 * PERIOD_S, 1: PERIOD_S, 2: PERIOD_S},
)  # fmt: skip


def test_meters_on_a_line(tmp_path: Path, mosquitto: Server) -> None:
    names = [f"20210316000{n}" for n in (1, 2, 3)]
    values = {0x00010000: 100.0, 0x02030000: 1.5, 0x02800002: 50.0}
    with dlt645_bus([SimulatedDlt645Meter(name, lambda: values) for name in names]) as line:
        bus = f'line: {{protocol: dlt645, tcp: "{line.endpoint}", longest_answer: 10}}'
        for made in reloaded(tmp_path, mosquitto.port, bus, DLT645, names, VERSIONS[0]):
            made.goes_on(6)
            for turn in range(RELOADS):
                made.reload(VERSIONS[turn % len(VERSIONS)])
                made.goes_on(3)
            read = made.end()
            asked = Counter(
                frame[WHERE][::-1].hex()
                for frame in line.asked
                if frame[8] == READ and frame[ITEM] == POWER
            )
            assert {n: read[f"a.m{n}.power"] for n in (1, 2, 3)} == {
                n: asked[names[n - 1]] for n in (1, 2, 3)
            }
            assert min(asked[name] for name in names) > 0
            assert line.connections == 1, "a line that stays is not opened anew"


SELECTED, ASK = 0xFD, (0x7B, 0x5B)
SELECT = bytes([0x53, SELECTED, 0x52])


def _read_of(asked: list[bytes]) -> Counter[str]:
    """Telegrams asked for, by the number of whoever was selected then."""
    found: Counter[str] = Counter()
    number = ""
    for frame in asked:
        if frame[0] == 0x68 and frame[4:7] == SELECT:
            number = frame[7:11][::-1].hex()
        found[number] += frame[0] == 0x10 and frame[1] in ASK and frame[2] == SELECTED
    return found


def test_slaves_that_are_selected_on_a_line(tmp_path: Path, mosquitto: Server) -> None:
    numbers = [f"1122334{n}" for n in (1, 2, 3)]
    records = electricity_records(lambda: EnergyState(energy=1234.56, power=2.345))
    slaves = [SimulatedMbusMeter(n, Identity(name), records) for n, name in enumerate(numbers, 1)]
    with mbus_bus(slaves) as line:
        bus = (
            f'line: {{protocol: mbus, tcp: "{line.endpoint}", longest_answer: 10,'
            " serial: {baud: 38400}}"
        )
        for made in reloaded(
            tmp_path, mosquitto.port, bus, MBUS, numbers, VERSIONS[0], TWO_POINTS
        ):  # fmt: skip
            made.goes_on(4)
            for turn in range(RELOADS):
                made.reload(VERSIONS[turn % len(VERSIONS)])
                made.goes_on(2)
            read = made.end()
            asked = _read_of(line.asked)
            assert {n: read[f"a.m{n}.power"] for n in (1, 2, 3)} == {
                n: asked[numbers[n - 1]] for n in (1, 2, 3)
            }
            assert min(asked[name] for name in numbers) > 0
            assert line.connections == 1, "a line that stays is not opened anew"


def _subscribed(device: BacnetDevice, objects: int) -> bool:
    """Whether changes of so many of its objects are wanted now."""
    assert device.app is not None
    return device.app.subscriptions == objects


def _questions(device: BacnetDevice, kind: str) -> int:
    return sum(type(apdu).__name__.startswith(kind) for apdu in list(device.asked))


def test_devices_that_tell_of_changes(tmp_path: Path, mosquitto: Server) -> None:
    template = template_of(BACNET, tmp_path)
    served = [BacnetDevice(1000 + n, template) for n in (1, 2, 3)]
    with BacnetServer(served):
        names = [device.endpoint for device in served]
        bus = 'line: {protocol: bacnet, udp: "127.0.0.1/32:0", longest_answer: 10}'
        stays, goes, comes = served
        both, other = {1: PERIOD_S, 2: PERIOD_S}, {1: PERIOD_S, 3: PERIOD_S}
        for made in reloaded(tmp_path, mosquitto.port, bus, BACNET, names, both):
            for turn in range(RELOADS):
                here, gone = (goes, comes) if turn % 2 == 0 else (comes, goes)
                wait_for(partial(_subscribed, here, OBJECTS), "subscriptions")
                wait_for(partial(_subscribed, gone, 0), "cancellations")
                made.reload(other if turn % 2 == 0 else both)
            wait_for(partial(_subscribed, comes, 0), "the last cancellations")
            read = made.end()
            assert _questions(stays, "SubscribeCOV") == OBJECTS, "once, and kept all the time"
            for n, device in enumerate(served, 1):
                polls = _questions(device, "ReadPropertyMultiple")
                told = sum(read[f"a.m{n}.{name}"] for name in template.values) - OBJECTS * polls
                assert polls > 0
                assert told >= 0, "each answered question is there, and what was told beside it"
                assert told <= _questions(device, "SubscribeCOV")
