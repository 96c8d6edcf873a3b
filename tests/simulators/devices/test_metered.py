"""The simulated campus through meters of three protocols, read back by the driver of an edge."""

from __future__ import annotations

import dataclasses
import time

import msgspec
import numpy as np
import pytest

from adapters.sites import load_site
from adapters.sites.devicekeys import BusKeys, DeviceKeys, SerialKeys, SourceKeys
from adapters.sites.optionkeys import OptionKeys
from adapters.sites.templates import load_packaged
from core.clock import HOUR_MS, SteppedClock
from core.quality import Quality
from core.site import Site
from edge.buses.fieldbus import FieldbusDriver
from simulators.campus import Campus
from simulators.devices.feed import Feed
from simulators.devices.metered import MeteredLine
from tests.conftest import ROOT

START = 1_767_600_000_000  # 2026-01-05 16:00 in Shanghai
GATEWAY = "gw-a"
CT = 40.0
DEVICES = [
    # bus, address, template, points with their value and scale
    ("dlt645", "202103160005", "dlt645-three-phase",
     {"a.m-lifts.energy": ("energy", 1.0), "a.m-lifts.power": ("power", CT)}),
    ("cjt188", "78330011223344", "cjt188-water", {"a.w-main.volume": ("volume", 1.0)}),
    ("mbus", "12345678", "mbus-heat",
     {"a.h-main.heat": ("heat", 1.0), "a.h-main.heat_power": ("heat_power", 1.0)}),
]  # fmt: skip


def _lines() -> dict[str, MeteredLine]:
    return {bus: MeteredLine({at: load_packaged(t)}) for bus, at, t, _ in DEVICES}


def _on_buses(site: Site, lines: dict[str, MeteredLine]) -> Site:
    """The site with three meters of a gateway on buses, as its compiled options say it."""
    options = OptionKeys(
        buses={
            bus: BusKeys(protocol=bus, tcp=line.endpoint, serial=SerialKeys(baud=115_200))
            for bus, line in lines.items()
        },
        devices=[
            DeviceKeys(
                id=bus, bus=bus, address=address, template=template, period=60.0,
                points={p: SourceKeys(value=v, scale=f) for p, (v, f) in points.items()},
            )
            for bus, address, template, points in DEVICES
        ],
        templates={template: load_packaged(template) for _, _, template, _ in DEVICES},
    )  # fmt: skip
    box = dataclasses.replace(
        site.gateways[GATEWAY], driver="fieldbus", options=msgspec.to_builtins(options)
    )
    return dataclasses.replace(site, gateways={GATEWAY: box})


def test_what_the_campus_measures_is_what_the_edge_reads() -> None:
    campus_site = load_site(ROOT / "sites" / "wushan")
    points = [point for *_, sources in DEVICES for point in sources]
    lines = _lines()
    with lines["dlt645"], lines["cjt188"], lines["mbus"]:
        site = _on_buses(campus_site, lines)
        clock, until = SteppedClock(START), START + HOUR_MS // 4
        feed = Feed(site, GATEWAY, Campus(campus_site, 1, START), lines)
        assert feed.advance(until) == len(points)
        clock.advance(until)
        driver = FieldbusDriver(site, GATEWAY, clock)
        rows, end = driver.read(until), time.monotonic() + 8
        while len(rows) < len(points) and time.monotonic() < end:
            time.sleep(0.02)
            rows = type(rows).joined([rows, driver.read(until)])
        health = driver.health()
        driver.close()
    assert {id_: error for id_, (_, error) in health.items()} == dict.fromkeys(lines)
    truth = Campus(campus_site, 1, START).read(GATEWAY, until)
    for point in points:
        index = site.index[point]
        wanted = truth.value[truth.point == index][-1]
        # 0.01 kWh, 0.01 m³, 1 W, and 0.1 W behind the transformer are the meters' steps.
        assert rows.value[rows.point == index][0] == pytest.approx(wanted, abs=0.006), point
        assert (rows.quality[rows.point == index] == Quality.GOOD).all()


def test_no_value_arrives_as_bad_without_one() -> None:
    campus_site = load_site(ROOT / "sites" / "wushan")
    lines = _lines()
    with lines["dlt645"], lines["cjt188"], lines["mbus"]:
        site = _on_buses(campus_site, lines)
        for bus, address, _, sources in DEVICES:
            for name, _ in sources.values():
                lines[bus].set(address, name, None)
        driver, count = FieldbusDriver(site, GATEWAY, SteppedClock(START)), 5
        rows, end = driver.read(START), time.monotonic() + 8
        while len(rows) < count and time.monotonic() < end:
            time.sleep(0.02)
            rows = type(rows).joined([rows, driver.read(START)])
        driver.close()
    assert len(rows) == count
    assert np.isnan(rows.value).all()
    assert (rows.quality == Quality.BAD).all()


def test_a_number_that_does_not_fit_is_said() -> None:
    lines = _lines()
    with pytest.raises(ValueError, match="80 does not fit 'power' of the meter 202103160005"):
        lines["dlt645"].set("202103160005", "power", 80)
    with pytest.raises(ValueError, match="does not fit 'volume'"):
        lines["cjt188"].set("78330011223344", "volume", 1e6)
    with pytest.raises(ValueError, match="expected one protocol"):
        MeteredLine({})
