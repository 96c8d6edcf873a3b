"""Buses and devices in site files: every mistake with its line, and what was meant."""
# ruff: noqa: E501 - a table, one mistake a line

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from adapters.sites import check_site, load_site, load_slice
from adapters.sites.devicekeys import SourceKeys
from adapters.sites.optionkeys import OptionKeys
from adapters.sites.slices import encode_slice

SITE = """\
site: test
name: Test
timezone: Europe/Berlin
currency: EUR
money: €
owner: ada
gateways:
  gw:
    name: Gateway
    driver: fieldbus
    options:
      buses:
        lan: {protocol: modbus, tcp: "192.0.2.7:502"}
        riser: {protocol: modbus, serial: {port: /dev/ttyS0, baud: 9600, parity: E}}
      devices:
        - {id: main, bus: lan, address: 1, template: eastron-sdm630, equipment: a.m-main}
        - id: sub
          bus: riser
          address: 12
          template: own-meter
          period: 30
          equipment: a.m-sub
          points: {power: {value: watts, scale: 40}, a.m-sub.energy: total}
"""
BUILDING = """\
building: a
name: A
area_m2: 100
period: 10
schedule: {workday: ["08:00", "18:00"]}
equipment:
  - id: m-main
    class: Electrical_Meter
    name: Main
    meter: {role: building, carrier: electricity}
    points: {power: {}, energy: {period: 900}, frequency: {}}
  - id: m-sub
    class: Electrical_Meter
    name: Sub
    meter: {role: branch, carrier: electricity, parent: m-main}
    points: {power: {}, energy: {}}
"""
OWN = """\
make: Own
model: Meter
protocol: modbus
source: a drawer
values:
  watts: {quantity: active_power, unit: W, modbus: {address: 0, type: int32}}
  total: {quantity: active_energy, unit: Wh, modbus: {address: 2, type: uint64}}
"""
FILES = {"site.yaml": SITE, "buildings/a.yaml": BUILDING, "templates/own-meter.yaml": OWN}

CASES = [
    # file, written, instead, what is wrong, what is meant
    ("site.yaml", "bus: lan", "bus: lann", "there is no bus 'lann'", "lan"),
    ("site.yaml", "template: eastron-sdm630", "template: eastron-sdm360", "no template 'eastron-sdm360'", "eastron-sdm630"),
    ("site.yaml", "template: own-meter", "template: own-metre", "no template 'own-metre'", "own-meter"),
    ("site.yaml", "address: 12", "address: 300", "'300' is no address on 'riser'", ""),
    ("site.yaml", "id: sub\n", "id: main\n", "the id 'main' stands twice", ""),
    ("site.yaml", "bus: riser\n          address: 12", "bus: lan\n          address: 1", "'main' has the address 1 on 'lan' too", ""),
    ("site.yaml", "equipment: a.m-main", "equipment: a.m-mian", "'a.m-mian' has no point here", "a.m-main"),
    ("site.yaml", ", equipment: a.m-main", "", "the device 'main' is read for nothing", ""),
    ("site.yaml", "value: watts", "value: watt", "'own-meter' offers no 'watt'", "watts"),
    ("site.yaml", "a.m-sub.energy: total", "a.m-sub.enrgy: total", "has no point 'a.m-sub.enrgy'", "a.m-sub.energy"),
    ("site.yaml", "a.m-sub.energy: total", "a.m-sub.energy: watts", "'watts' is active_power, 'a.m-sub.energy' active_energy", ""),
    ("site.yaml", "a.m-sub.energy: total", "a.m-sub.energy: {value: total, scale: 2}", "is a register: its scale has a date", ""),
    ("site.yaml", "a.m-sub.energy: total", "a.m-main.energy: total", "'a.m-main.energy' is read from 'main' too", ""),
    ("site.yaml", ", a.m-sub.energy: total", "", "is read for 'a.m-sub.energy'", ""),
    ("site.yaml", "protocol: modbus, tcp", "protocol: modbuss, tcp", "no protocol 'modbuss'", "modbus"),
    ("site.yaml", 'tcp: "192.0.2.7:502"', "pause: 0.1", "the bus 'lan' does not say how it is reached", ""),
    ("site.yaml", 'tcp: "192.0.2.7:502"', "tcp: 192.0.2.7", "'192.0.2.7' is no place on a network", ""),
    ("site.yaml", 'tcp: "192.0.2.7:502"', 'udp: "192.0.2.7/24:47808"', "modbus is not reached by udp", ""),
    ("site.yaml", "port: /dev/ttyS0, ", "", "the line has no port", ""),
    ("site.yaml", "parity: E", "parity: even", "'even' is not allowed here", ""),
    ("site.yaml", "period: 30", "options: {wait: '1'}", "no option 'wait'", ""),
    ("site.yaml", "period: 30", "period: 0", "0 is out of range", ""),
    ("site.yaml", "driver: fieldbus", "driver: feldbus", "no driver 'feldbus'", "fieldbus"),
    ("site.yaml", "driver: fieldbus", "driver: simulated", "the driver simulated has no buses", ""),
    ("templates/own-meter.yaml", "unit: Wh", "unit: wh", "'wh' is not a unit of active energy", "Wh"),
    ("templates/own-meter.yaml", "address: 0", "adress: 0", "unknown key 'adress'", "address"),
]  # fmt: skip


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("file", "written", "instead", "what", "meant"), CASES)
def test_a_mistake_has_its_line(tmp_path: Path, file: str, written: str, instead: str, what: str, meant: str) -> None:  # fmt: skip
    assert written in FILES[file]
    text = FILES[file].replace(written, instead, 1)
    _write(tmp_path, {**FILES, file: text})
    found = [m for m in check_site(tmp_path) if what in m.what]
    assert found, check_site(tmp_path)
    assert found[0].file == file
    assert found[0].line > 1
    assert found[0].suggestion == meant


def test_devices_are_resolved_to_points(tmp_path: Path) -> None:
    _write(tmp_path, FILES)
    assert check_site(tmp_path) == []
    site = load_site(tmp_path)
    options = msgspec.convert(site.gateways["gw"].options, OptionKeys)
    main, sub = options.devices
    assert main.points == {
        "a.m-main.power": SourceKeys(value="power"),
        "a.m-main.energy": SourceKeys(value="energy"),
        "a.m-main.frequency": SourceKeys(value="frequency"),
    }
    assert main.period == 10
    assert sub.period == 30
    assert sub.points["a.m-sub.power"] == SourceKeys(value="watts", scale=40)
    assert set(options.templates) == {"eastron-sdm630", "own-meter"}


def test_a_slice_needs_no_file_of_the_site(tmp_path: Path) -> None:
    """The edge gets its templates with the model: it may have an older library."""
    _write(tmp_path, FILES)
    site = load_site(tmp_path)
    path = tmp_path / "slice.json"
    path.write_bytes(encode_slice(site, "gw"))
    options = msgspec.convert(load_slice(path).gateways["gw"].options, OptionKeys)
    assert options == msgspec.convert(site.gateways["gw"].options, OptionKeys)


def test_a_changed_template_is_another_version(tmp_path: Path) -> None:
    _write(tmp_path, FILES)
    before = load_site(tmp_path).version
    _write(tmp_path, {"templates/own-meter.yaml": OWN.replace("address: 0", "address: 10")})
    assert load_site(tmp_path).version != before
