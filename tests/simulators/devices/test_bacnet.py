"""The simulated campus through BACnet objects, read back by the driver of an edge."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest

from adapters.sites import load_site
from adapters.sites.bacnetkeys import BacnetBusKeys
from adapters.sites.devicekeys import BusKeys, DeviceKeys, SourceKeys
from adapters.sites.optionkeys import OptionKeys
from adapters.sites.templates import load_packaged
from core.batch import Columns
from core.clock import HOUR_MS, SteppedClock
from core.site import Site
from edge.buses.fieldbus import FieldbusDriver
from simulators.campus import Campus
from simulators.devices.bacnet import BacnetDevice, BacnetServer
from simulators.devices.feed import Feed
from tests.conftest import ROOT
from tests.servers import wait_for

START = 1_767_600_000_000  # 2026-01-05 16:00 in Shanghai
GATEWAY, TEMPLATE = "gw-a", "generic-bacnet-ahu"
AHUS = ("a.ahu1", "a.ahu2")


def _on_bacnet(site: Site, devices: list[BacnetDevice], *, cov: str) -> Site:
    """The site with two air handlers behind BACnet, as its compiled options say it."""
    template = load_packaged(TEMPLATE)
    roles = {value.role: name for name, value in template.values.items()}
    keys = [
        DeviceKeys(
            id=ahu.replace(".", "-"), bus="lan", address=device.endpoint, template=TEMPLATE,
            period=60.0, options={"cov": cov},
            points={
                f"{ahu}.{role}": SourceKeys(value=name)
                for role, name in roles.items()
                if f"{ahu}.{role}" in site.index
            },
        )
        for ahu, device in zip(AHUS, devices, strict=True)
    ]  # fmt: skip
    bus = BusKeys(protocol="bacnet", udp="127.0.0.1/32:0", bacnet=BacnetBusKeys(lifetime=60))
    options = OptionKeys(buses={"lan": bus}, devices=keys, templates={TEMPLATE: template})
    box = dataclasses.replace(
        site.gateways[GATEWAY], driver="fieldbus", options=msgspec.to_builtins(options)
    )
    return dataclasses.replace(site, gateways={GATEWAY: box})


@pytest.fixture
def served() -> Iterator[tuple[BacnetServer, list[BacnetDevice]]]:
    """Two air handlers."""
    template = load_packaged(TEMPLATE)
    devices = [BacnetDevice(101 + i, template) for i in range(len(AHUS))]
    with BacnetServer(devices) as server:
        yield server, devices


def _read(driver: FieldbusDriver, until: int, wanted: int) -> Columns:
    rows = driver.read(until)
    end = time.monotonic() + 30  # one lost answer on a busy machine costs five seconds
    while len(rows) < wanted and time.monotonic() < end:
        time.sleep(0.02)
        rows = Columns.joined([rows, driver.read(until)])
    return rows


def test_what_the_campus_measures_is_what_the_edge_reads(
    served: tuple[BacnetServer, list[BacnetDevice]],
) -> None:
    server, devices = served
    campus_site = load_site(ROOT / "sites" / "wushan")
    site = _on_bacnet(campus_site, devices, cov="no")
    until, clock = START + HOUR_MS // 4, SteppedClock(START)
    options = msgspec.convert(site.gateways[GATEWAY].options, OptionKeys)
    points = [id_ for device in options.devices for id_ in device.points]
    assert len(points) > 20
    fed = Feed(site, GATEWAY, Campus(campus_site, 1, START), {"lan": server}).advance(until)
    assert fed == len(points)
    clock.advance(until)
    driver = FieldbusDriver(site, GATEWAY, clock)
    rows = _read(driver, until, len(points))
    driver.close()
    truth = Campus(campus_site, 1, START).read(GATEWAY, until)
    for id_ in points:
        point = site.index[id_]
        wanted = truth.value[truth.point == point][-1]
        # A real of four bytes holds seven digits.
        assert np.isclose(rows.value[rows.point == point][0], wanted, rtol=1e-6, atol=1e-6), id_


def test_what_changes_comes_without_being_asked(
    served: tuple[BacnetServer, list[BacnetDevice]],
) -> None:
    server, devices = served
    site = _on_bacnet(load_site(ROOT / "sites" / "wushan"), devices, cov="yes")
    driver = FieldbusDriver(site, GATEWAY)
    point = site.index["a.ahu1.sat"]
    told: list[float] = []

    def comes(value: float) -> bool:
        rows = driver.read(int(time.time() * 1000))
        told.extend(rows.value[rows.point == point].tolist())
        return value in told

    try:
        # Once polled, once told when subscribed; the next poll is a minute away.
        wait_for(lambda: comes(0.0) and len(told) > 1, "the first value", timeout_s=10)
        server.set(devices[0].endpoint, "supply_air_temp", 16.5)
        wait_for(lambda: comes(16.5), "the change")
        assert driver.health()["a-ahu1"][1] is None
    finally:
        driver.close()


def test_a_device_feeds_itself() -> None:
    """From a callable, for programs that have no campus."""
    numbers = iter(range(1000))
    device = BacnetDevice(
        7, load_packaged(TEMPLATE), lambda: {"supply_air_temp": float(next(numbers))}
    )
    with BacnetServer([device], every_s=0.02):
        served = device.objects.object("supply_air_temp")
        wait_for(lambda: served.presentValue > 3, "a fed value")
