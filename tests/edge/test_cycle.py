"""What a poll costs its bus, from bytes and line speed, and what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.sites import check_site, load_site
from adapters.sites.devicekeys import BusKeys, SerialKeys
from edge.cycle import cycles_of
from edge.drivers.modbus.blocks import plan
from edge.drivers.modbus.cost import cost_s, frames_s
from tests.conftest import ROOT
from tests.edge.fieldbus import METER, device_of, site_of, template_of

FULL = """\
make: Test
model: Full
protocol: modbus
source: written for tests
values:
  first: {quantity: count, unit: n, modbus: {address: 0, type: uint16}}
  last: {quantity: count, unit: n, modbus: {address: 124, type: uint16}}
modbus: {gap: 124}
"""
LINE = SerialKeys(port="/dev/ttyS0", baud=9600, parity="E", stop=1)


def test_125_registers_at_9600_8e1_take_0_30_s(tmp_path: Path) -> None:
    template = template_of(FULL, tmp_path)
    (block,) = plan(template, list(template.values)).blocks
    assert block.count == 125
    assert frames_s(block.function, block.count, LINE) == pytest.approx(0.30, abs=0.005)
    # and the silence of 3.5 characters that the line needs before each frame
    cost = cost_s(BusKeys(protocol="modbus", serial=LINE), device_of(template))
    assert cost == pytest.approx(0.309, abs=0.001)


@pytest.mark.parametrize(("parity", "stop", "bits"), [("N", 1, 10), ("E", 1, 11), ("N", 2, 11)])
def test_a_byte_on_the_line(parity: str, stop: int, bits: int) -> None:
    line = SerialKeys(parity=parity, stop=stop)  # type: ignore[arg-type]
    assert line.bits_a_byte == bits


def _site(folder: Path, period: float, meters: int = 3) -> list[str]:
    bus = ["line: {protocol: modbus, serial: {port: /dev/ttyS0, baud: 2400}}"]
    devices = [
        f"- {{id: d{i}, bus: line, address: {i}, template: made, period: {period},"
        f" equipment: a.m{i}}}"
        for i in range(1, meters + 1)
    ]  # fmt: skip
    (cycle,) = cycles_of(site_of(folder, bus, devices, template=METER, meters=meters), "gw")
    return [str(mistake) for mistake in cycle.mistakes()]


def test_the_sample_site_can_be_kept() -> None:
    folder = ROOT / "sites" / "examples" / "field_buses"
    assert check_site(folder) == []
    cycles = cycles_of(load_site(folder), "gw-plant")
    assert {cycle.bus for cycle in cycles} == {"lan", "riser", "roof"}
    assert [mistake for cycle in cycles for mistake in cycle.mistakes()] == []


def test_what_can_be_kept_is_no_mistake(tmp_path: Path) -> None:
    assert _site(tmp_path, 1) == []


def test_a_period_shorter_than_the_poll_is_refused(tmp_path: Path) -> None:
    # Two questions: 16 bytes out, 21 + 7 + 4 · 3.5 back and between, 11 bits each at 2400.
    said = _site(tmp_path, 0.1)
    assert len(said) == 3
    assert "gw, bus 'line': 'd1' every 0.1 s: one poll takes 0.23 s" in said[0]
    assert "a period of 0.23 s or more" in said[0]


def test_more_devices_than_the_bus_has_time_for_are_refused(tmp_path: Path) -> None:
    (said,) = _site(tmp_path, 0.3)
    assert "3 devices ask for 229 % of its time, one round takes 0.7 s" in said
    assert "periods 2.3 times as long" in said
