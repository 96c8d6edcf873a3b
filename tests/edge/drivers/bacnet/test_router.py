"""Devices behind a router: found by instance or network address, one question at a time for all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sites.bacnetkeys import BacnetBusKeys
from adapters.sites.devicekeys import BusKeys
from edge.buses.contract import Denied, NoAnswer, Values
from edge.buses.device import Device
from edge.buses.pace import Pace
from edge.drivers.bacnet import scan
from edge.drivers.bacnet.link import BacnetLink
from simulators.devices.bacnet import BacnetDevice, BacnetServer
from simulators.devices.bacnet_router import BacnetRouter
from tests.edge.drivers.bacnet.conftest import ROOM
from tests.edge.fieldbus import device_of, template_of
from tests.servers import wait_for

LINE = 5


class Plant:
    """A router with three devices on its line, and a bus that registers with it."""

    def __init__(self, folder: Path) -> None:
        self.template = template_of(ROOM.replace("COV", "true"), folder)
        self.router = BacnetRouter(50, LINE)
        self.served = [
            BacnetDevice(500 + mac, self.template, behind=self.router, mac=mac) for mac in (2, 3, 4)
        ]
        self.server = BacnetServer(self.served, router=self.router)
        self.bus = BusKeys(
            protocol="bacnet", udp="127.0.0.1/32:0", longest_answer=1.0,
            bacnet=BacnetBusKeys(bbmd=self.router.endpoint),
        )  # fmt: skip
        self.told: list[tuple[str, Values]] = []

    def link(self, devices: list[Device]) -> BacnetLink:
        """A link to some of them."""
        return BacnetLink(self.bus, devices, lambda d, values: self.told.append((d.id, values)))


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """Running."""
    made = Plant(tmp_path)
    with made.server:
        yield made


def test_devices_are_read_and_tell_through_their_router(plant: Plant) -> None:
    by_address = device_of(plant.template, f"{LINE}:2", id_="a")
    by_instance = device_of(plant.template, "503", id_="b")
    link = plant.link([by_address, by_instance])
    for device, instance in ((by_address, 502), (by_instance, 503)):
        plant.server.set(str(instance), "temp", 20.0 + instance)
        found: dict[str, float | None] = {}
        for values in link.poll(device, device.wanted, Pace(3.0)):
            found.update(values)
        assert found["temp"] == 20.0 + instance
    for device, instance in ((by_address, 502), (by_instance, 503)):
        wait_for(
            lambda id_=device.id, at=instance: (id_, {"temp": 20.0 + at}) in plant.told,  # type: ignore[misc]
            "the first notice",
        )  # fmt: skip
        plant.server.set(str(instance), "temp", 7.0)
        wait_for(
            lambda id_=device.id: (id_, {"temp": 7.0}) in plant.told,  # type: ignore[misc]
            "the change",
        )  # fmt: skip
    link.close()


def test_the_line_is_asked_one_question_at_a_time(plant: Plant) -> None:
    """Polls of one device and subscriptions at the others."""
    devices = [device_of(plant.template, f"{LINE}:{mac}", id_=str(mac)) for mac in (2, 3, 4)]
    for served in plant.served:
        served.faults.late_s = 0.01
    link = plant.link(devices)
    for _ in range(10):
        for device in devices:
            # Its accumulator tells of no changes, and health says so.
            with contextlib.suppress(Denied):
                list(link.poll(device, device.wanted, Pace(3.0)))
    assert sum(type(a).__name__.startswith("Subscribe") for s in plant.served for a in s.asked) > 5
    link.close()
    assert plant.router.load.most == 1


def test_one_that_is_not_there_says_nothing(plant: Plant) -> None:
    gone = device_of(plant.template, "777", id_="gone")
    link = plant.link([gone])
    with pytest.raises(NoAnswer, match="no device 777 answers Who-Is"):
        list(link.poll(gone, gone.wanted, Pace(0.5)))
    link.close()


def test_scan_finds_those_behind_the_router(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.drivers.bacnet.discovery._WAIT_S", 0.5)
    found = {device.address: device for device in scan(plant.bus, ["500", "501", "502", "503"])}
    assert found.keys() == {"502", "503"}
    assert f"device 502 at {LINE}:2, 6 objects" in found["502"].says
    assert found["503"].own is not None


def test_a_registration_that_was_refused_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library never registers again after one refusal, and hears no broadcast any more."""
    monkeypatch.setattr("edge.drivers.bacnet.station._REGISTER_AGAIN_S", 0.2)
    template = template_of(ROOM.replace("COV", "false"), tmp_path)
    plain = BacnetDevice(600, template)
    bus = BusKeys(
        protocol="bacnet", udp="127.0.0.1/32:0", bacnet=BacnetBusKeys(bbmd=plain.endpoint)
    )
    wanted = device_of(template, "600")
    link = BacnetLink(bus, [wanted], lambda *_: None)
    with BacnetServer([plain]), pytest.raises(NoAnswer):
        list(link.poll(wanted, wanted.wanted, Pace(0.5)))
    bbmd = BacnetDevice(600, template, port=plain.port, bbmd=True)
    with BacnetServer([bbmd]):
        assert _reads(link, wanted)
    link.close()


def _reads(link: BacnetLink, device: Device) -> bool:
    """Whether it is found in one of some polls."""
    for _ in range(10):
        with contextlib.suppress(NoAnswer):
            return bool(list(link.poll(device, device.wanted, Pace(0.5))))
    return False
