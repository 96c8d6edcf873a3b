"""The simulated campus through Modbus registers, read back by the driver of an edge."""

from __future__ import annotations

import dataclasses
import time

import msgspec
import numpy as np

from adapters.sites import load_site
from adapters.sites.devicekeys import BusKeys, DeviceKeys, SourceKeys
from adapters.sites.optionkeys import OptionKeys
from adapters.sites.templates import load_packaged
from core.clock import HOUR_MS, SteppedClock
from core.site import Site
from edge.buses.fieldbus import FieldbusDriver
from simulators.campus import Campus
from simulators.devices.feed import Feed
from simulators.devices.modbus import ModbusServer
from simulators.devices.modbus_registers import ModbusRegisters
from tests.conftest import ROOT

START = 1_767_600_000_000  # 2026-01-05 16:00 in Shanghai
GATEWAY = "gw-a"
METERS = ("a.m-main", "a.m-sockets")


def _on_modbus(site: Site, endpoint: str) -> Site:
    """The site with two meters of a gateway behind Modbus, as its compiled options say it."""
    options = OptionKeys(
        buses={"lan": BusKeys(protocol="modbus", tcp=endpoint)},
        devices=[
            DeviceKeys(
                id=f"d{i + 1}", bus="lan", address=str(i + 1), template="abb-b23", period=60.0,
                points={f"{m}.{r}": SourceKeys(value=r) for r in ("power", "energy")},
            )
            for i, m in enumerate(METERS)
        ],
        templates={"abb-b23": load_packaged("abb-b23")},
    )  # fmt: skip
    box = dataclasses.replace(
        site.gateways[GATEWAY], driver="fieldbus", options=msgspec.to_builtins(options)
    )
    return dataclasses.replace(site, gateways={GATEWAY: box})


def test_what_the_campus_measures_is_what_the_edge_reads() -> None:
    campus_site = load_site(ROOT / "sites" / "wushan")
    campus = Campus(campus_site, 1, START)
    template = load_packaged("abb-b23")
    units = {i + 1: ModbusRegisters(template) for i in range(len(METERS))}
    with ModbusServer(units) as server:
        site = _on_modbus(campus_site, server.endpoint)
        clock = SteppedClock(START)
        feed = Feed(site, GATEWAY, campus, {"lan": server})
        until = START + HOUR_MS // 4
        assert feed.advance(until) == 2 * len(METERS)
        clock.advance(until)
        driver = FieldbusDriver(site, GATEWAY, clock)
        rows = driver.read(until)
        end = time.monotonic() + 5
        while len(rows) < 2 * len(METERS) and time.monotonic() < end:
            time.sleep(0.02)
            rows = type(rows).joined([rows, driver.read(until)])
        driver.close()
    truth = Campus(campus_site, 1, START).read(GATEWAY, until)
    for meter in METERS:
        for role in ("power", "energy"):
            point = site.index[f"{meter}.{role}"]
            wanted = truth.value[truth.point == point][-1]
            # 0.01 W and 0.01 kWh are the steps of this meter's registers.
            assert np.isclose(rows.value[rows.point == point][0], wanted, atol=0.005)
