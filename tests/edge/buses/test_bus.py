"""A bus of real questions over loopback: periods, dead devices, proofs, health."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.batch import Columns
from core.clock import DAY_MS, SystemClock
from core.quality import Quality
from core.site import Scale
from edge.buses import member
from edge.buses.fieldbus import FieldbusDriver
from simulators.devices.modbus import ModbusServer
from simulators.devices.modbus_registers import ModbusRegisters
from tests.edge.fieldbus import METER, site_of, template_of

PERIOD_S = 0.2
ROUNDS = 15
"""Questions to a neighbour that are enough to see its pace."""
PROOF = METER + "proof: [{value: frequency, near: [50], within: 1}]\n"


def _devices(count: int) -> list[str]:
    return [
        f"- {{id: d{i}, bus: line, address: {i}, template: made, period: {PERIOD_S},"
        f" equipment: a.m{i}}}"
        for i in range(1, count + 1)
    ]


def _until(driver: FieldbusDriver, true: Callable[[], bool], most_s: float = 15.0) -> Columns:
    """Read as an agent does until something is true."""
    parts: list[Columns] = []
    end = time.monotonic() + most_s
    while not true() and time.monotonic() < end:
        parts.append(driver.read(SystemClock().now()))
        time.sleep(0.02)
    assert true(), driver.health()
    return Columns.joined([*parts, driver.read(SystemClock().now())])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ModbusServer]:
    template = template_of(PROOF, tmp_path)
    units = {i: ModbusRegisters(template, fill=True) for i in (1, 2, 3)}
    with ModbusServer(units, rtu=True) as running:
        yield running


def _bus(server: ModbusServer) -> list[str]:
    return [f'line: {{protocol: modbus, framing: rtu, tcp: "{server.endpoint}"}}']


def test_a_dead_device_does_not_slow_its_neighbours(server: ModbusServer, tmp_path: Path) -> None:
    server.faults.dead.add(2)
    site = site_of(tmp_path, _bus(server), _devices(3), meters=3)
    driver = FieldbusDriver(site, "gw")

    def asked(unit: int) -> list[tuple[int, int, int, int]]:
        return [question for question in server.asked if question[0] == unit]

    _until(driver, lambda: len(asked(2)) == 2)
    time.sleep(0.8)  # its second time-out, and the silence behind it
    driver.read(SystemClock().now())
    before = {unit: len(asked(unit)) for unit in (1, 3)}
    # Rounds are counted and not seconds: a machine may pause.
    rows = _until(driver, lambda: all(len(asked(u)) >= n + ROUNDS for u, n in before.items()))
    assert len(asked(2)) == 2, "a dead device is asked once a minute"
    for meter in ("a.m1", "a.m3"):
        at = rows.at[rows.point == site.index[f"{meter}.power"]]
        assert len(at) >= 5
        assert np.median(np.diff(at)) < 2 * PERIOD_S * 1000
    _until(driver, lambda: all(driver.health()[id_][1] is None for id_ in ("d1", "d3")))
    driver.close()
    assert driver.health()["d2"][0] is None
    assert "no answer" in str(driver.health()["d2"][1])


def test_a_dead_device_that_lives_again_is_read_again(
    server: ModbusServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "DEAD_EVERY_S", 0.5)
    driver = FieldbusDriver(site_of(tmp_path, _bus(server), _devices(2), meters=2), "gw")
    _until(driver, lambda: driver.health()["d2"][0] is not None)
    server.faults.dead.add(2)
    _until(driver, lambda: driver.health()["d2"][1] is not None)
    server.faults.dead.clear()
    _until(driver, lambda: driver.health()["d2"][1] is None)
    driver.close()


def test_a_line_that_was_away_is_back_soon_with_all_its_devices(
    server: ModbusServer, tmp_path: Path
) -> None:
    driver = FieldbusDriver(site_of(tmp_path, _bus(server), _devices(3), meters=3), "gw")
    ids = ("d1", "d2", "d3")
    _until(driver, lambda: all(driver.health()[i][0] for i in ids))
    server.stop()
    _until(driver, lambda: all("cannot be reached" in str(driver.health()[i][1]) for i in ids))
    with ModbusServer(server.units, rtu=True, port=server.port):
        began = time.monotonic()
        _until(driver, lambda: all(driver.health()[i][1] is None for i in ids), 30.0)
    assert time.monotonic() - began < 30.0, "a dead device alone would be asked after a minute"
    assert "fieldbus" not in driver.health(), "rounds of a line that is away are not missed"
    driver.close()


def test_what_does_not_prove_itself_is_not_believed(server: ModbusServer, tmp_path: Path) -> None:
    server.units[1].set("power", 5000.0)
    server.units[1].set("frequency", 1.0)
    site = site_of(tmp_path, _bus(server), _devices(1), template=PROOF)
    driver = FieldbusDriver(site, "gw")
    rows = _until(driver, lambda: driver.health()["d1"][1] is not None)
    assert not len(rows)
    said = driver.health()["d1"][1]
    assert said == "is no Test M1: frequency is 1 Hz, expected 50 ± 1"
    server.units[1].set("frequency", 50.02)
    rows = _until(driver, lambda: driver.health()["d1"][0] is not None)
    driver.close()
    assert rows.value[rows.point == site.index["a.m1.power"]][0] == 5.0  # kW


def test_no_value_is_no_number(tmp_path: Path) -> None:
    text = METER.replace("role: power,", "role: power, no_value: [0x80000000],")
    registers = ModbusRegisters(template_of(text, tmp_path), fill=True)
    registers.set("power", None)
    registers.set("energy", 123.4)
    with ModbusServer({1: registers}) as server:
        bus = [f'line: {{protocol: modbus, tcp: "{server.endpoint}"}}']
        site = site_of(tmp_path, bus, _devices(1), template=text)
        driver = FieldbusDriver(site, "gw")
        before = SystemClock().now()
        rows = _until(driver, lambda: driver.health()["d1"][0] is not None)
        driver.close()
    power = rows.point == site.index["a.m1.power"]
    assert np.isnan(rows.value[power]).all()
    assert (rows.quality[power] == Quality.BAD).all()
    energy = rows.point == site.index["a.m1.energy"]
    assert rows.value[energy][0] == pytest.approx(123.4)
    assert (rows.quality[energy] == Quality.GOOD).all()
    assert before <= rows.at.min() <= rows.at.max() <= SystemClock().now()


def test_a_ratio_has_its_date(server: ModbusServer, tmp_path: Path) -> None:
    """The edge applies CT·PT and pulse weights (decision 0007); a later one changes the future."""
    server.units[1].set("energy", 10.0)
    site = site_of(tmp_path, _bus(server), _devices(1), template=PROOF)
    index = site.index["a.m1.energy"]
    tomorrow = SystemClock().now() + DAY_MS
    scaled = dataclasses.replace(
        site.points[index], scales=(Scale(0, 40.0), Scale(tomorrow, 80.0))
    )  # fmt: skip
    points = (*site.points[:index], scaled, *site.points[index + 1 :])
    driver = FieldbusDriver(dataclasses.replace(site, points=points), "gw")
    rows = _until(driver, lambda: driver.health()["d1"][0] is not None)
    driver.close()
    assert rows.value[rows.point == index][0] == 400.0


def test_what_a_device_refuses_is_said_and_the_rest_is_read(
    server: ModbusServer, tmp_path: Path
) -> None:
    server.faults.refused.add(2)
    site = site_of(tmp_path, _bus(server), _devices(1), template=PROOF)
    driver = FieldbusDriver(site, "gw")
    rows = _until(driver, lambda: driver.health()["d1"][1] is not None)
    rows = type(rows).joined([rows, _until(driver, lambda: driver.health()["d1"][0] is not None)])
    driver.close()
    assert driver.health()["d1"][1] == "refuses energy (no such register)"
    assert set(rows.point.tolist()) == {site.index["a.m1.power"], site.index["a.m1.frequency"]}


def test_it_asks_to_be_read_as_often_as_its_devices_or_every_five_seconds(
    server: ModbusServer, tmp_path: Path
) -> None:
    devices = _devices(2)
    driver = FieldbusDriver(site_of(tmp_path, _bus(server), devices, meters=2), "gw")
    assert driver.read_every_s == PERIOD_S
    slow = [device.replace(f"period: {PERIOD_S}", "period: 900") for device in devices]
    driver = FieldbusDriver(site_of(tmp_path, _bus(server), slow, meters=2), "gw")
    assert driver.read_every_s == 5.0
