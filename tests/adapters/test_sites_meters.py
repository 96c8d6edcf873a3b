"""Templates and buses of meters in site files: every mistake with its line."""
# ruff: noqa: E501 - templates as people write them

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from adapters.sites import check_site, load_site
from adapters.sites.templates import load_file
from core.errors import Misconfigured
from edge.buses.device import devices_of
from tests.conftest import ROOT
from tests.edge.fieldbus import SITE

DLT = """\
make: Test
model: M
protocol: dlt645
source: written for tests
values:
  energy: {quantity: active_energy, unit: kWh, role: energy, dlt645: {item: 0x00010000, decimals: 2}}
"""
CJT = """\
make: Test
model: M
protocol: cjt188
source: written for tests
cjt188: {type: 0x10}
values:
  volume: {quantity: volume, unit: m³, role: volume, cjt188: {at: 0}}
  low: {quantity: status, unit: bool, cjt188: {at: 17, bytes: 1, sends_unit: false, bit: 2}}
"""
MBUS = """\
make: Test
model: M
protocol: mbus
source: written for tests
values:
  heat: {quantity: heat_energy, unit: kWh, role: heat, mbus: {what: energy}}
"""
BROKEN = [
    # template, written, instead, what is wrong, line
    (
        DLT,
        "item: 0x00010000,",
        "item: 0x00010000, at: 4,",
        "'energy' stands at 4 of item 00010000, which is no block",
        6,
    ),
    (DLT, "item: 0x00010000,", "item: 0x100000000,", "0x100000000 is out of range", 6),
    (
        DLT,
        ", dlt645: {item: 0x00010000, decimals: 2}",
        "",
        "'energy' does not say where it stands",
        6,
    ),
    (CJT, "cjt188: {type: 0x10}\n", "", "does not say which type of meter it is", 3),
    (CJT, "type: 0x10", "type: 0x10, order: backwards", "'backwards' is not allowed", 5),
    (CJT, "sends_unit: false, bit: 2", "bit: 2", "'low' is a bit of 1 bytes", 8),
    (CJT, "unit: m³", "unit: kWh", "'kWh' is not a unit of volume", 7),
    (MBUS, "what: energy", "what: volume", "'heat' is heat_energy, its record volume", 6),
    (MBUS, "what: energy", "what: enrgy", "'enrgy' is not allowed", 6),
    (MBUS, "what: energy", 'what: energy, vif: "6"', "'6' is not allowed here", 6),
]
DEVICES = [
    # protocol, address, whether it can be
    ("dlt645", "202103160005", True), ("dlt645", "20210316000", False), ("dlt645", "20210316000A", False),
    ("cjt188", "78330011223344", True), ("cjt188", "202103160005", False),
    ("mbus", "1", True), ("mbus", "250", True), ("mbus", "12345678", True), ("mbus", "1234567824400104", True),
    ("mbus", "0", False), ("mbus", "251", False), ("mbus", "1234567", False), ("mbus", "123456782440", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "written", "instead", "what", "line"), BROKEN)
def test_a_mistake_of_a_template_has_its_line(
    tmp_path: Path, text: str, written: str, instead: str, what: str, line: int
) -> None:
    assert written in text
    path = tmp_path / "t.yaml"
    path.write_text(text, encoding="utf-8")
    load_file(path)
    path.write_text(text.replace(written, instead, 1), encoding="utf-8")
    with pytest.raises(Misconfigured) as wrong:
        load_file(path)
    assert [(m.line, m.file) for m in wrong.value.mistakes if what in m.what] == [
        (line, "t.yaml")
    ], str(wrong.value)


@pytest.mark.parametrize(("protocol", "address", "can_be"), DEVICES)
def test_addresses(tmp_path: Path, protocol: str, address: str, can_be: bool) -> None:  # noqa: FBT001
    by = " " * 8
    text = SITE.format(
        buses=f'{by}b: {{protocol: {protocol}, tcp: "h:1", serial: {{baud: 2400}}}}',
        devices=f'{by}- {{id: m, bus: b, address: "{address}", template: none, equipment: a.m1}}',
    )
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    wrong = [m.what for m in check_site(tmp_path)]
    assert (f"'{address}' is no address on 'b'" not in wrong) == can_be, wrong


def test_a_line_must_be_reached(tmp_path: Path) -> None:
    by = " " * 8
    text = SITE.format(
        buses=f'{by}b: {{protocol: mbus, udp: "10.0.0.1/24:47808", framing: rtu}}',
        devices=f'{by}- {{id: m, bus: b, address: "1", template: mbus-heat, equipment: a.m1}}',
    )
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    wrong = [m.what for m in check_site(tmp_path)]
    assert "mbus is not reached by udp" in wrong
    assert "mbus has one framing" in wrong


BUILDING = """\
building: a
name: A
area_m2: 100
period: 900
schedule: {workday: ["08:00", "18:00"]}
equipment:
  - {id: m-kitchen, class: Electrical_Meter, name: M, meter: {role: building, carrier: electricity}, points: {energy: {}, power: {}, voltage_b: {}}}
  - {id: w-tower, class: Water_Meter, name: W, meter: {role: building, carrier: water}, points: {volume: {}}}
  - {id: h-main, class: Thermal_Power_Meter, name: H, meter: {role: building, carrier: heat}, points: {heat: {}, heat_power: {}}}
"""


def test_the_page_shows_a_site_that_stands(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "meter-buses.md").read_text(encoding="utf-8")
    block = text.partition("```yaml\n")[2].partition("```")[0]
    buses, _, devices = block.partition("devices:\n")
    (tmp_path / "buildings").mkdir()
    (tmp_path / "buildings" / "a.yaml").write_text(BUILDING, encoding="utf-8")
    written = SITE.format(
        buses=indent(buses.removeprefix("buses:\n"), " " * 6), devices=indent(devices, " " * 6)
    )
    (tmp_path / "site.yaml").write_text(written, encoding="utf-8")
    assert [str(mistake) for mistake in check_site(tmp_path)] == []
    _, read = devices_of(load_site(tmp_path), "gw")
    assert {device.id: len(device.channels) for device in read} == {
        "kitchen": 3, "tower": 1, "substation": 2,
    }  # fmt: skip
