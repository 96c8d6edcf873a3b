"""BACnet in site files: buses, devices and templates, every mistake with its line."""
# ruff: noqa: E501 - a table, one mistake a line

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from adapters.sites import check_site, load_site
from adapters.sites.optionkeys import OptionKeys

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
        lan: {protocol: bacnet, udp: "192.0.2.7/24:47808", bacnet: {lifetime: 60}}
        far: {protocol: bacnet, udp: "192.0.2.7/32:47809"}
      devices:
        - {id: room, bus: lan, address: 1001, template: room, equipment: a.z1, period: 600, options: {cov: "yes"}}
        - {id: hall, bus: far, address: "192.0.2.9:47809", template: room, equipment: a.z2}
"""
BUILDING = """\
building: a
name: A
area_m2: 100
period: 60
schedule: {workday: ["08:00", "18:00"]}
equipment:
  - {id: z1, class: HVAC_Zone, name: Room, points: {zone_temp: {}}}
  - {id: z2, class: HVAC_Zone, name: Hall, points: {zone_temp: {}}}
"""
ROOM = """\
make: Own
model: Room
protocol: bacnet
source: a drawer
values:
  temp: {quantity: temperature, unit: °C, role: zone_temp, bacnet: {object: "analog-input:1", cov: true}}
  mode: {quantity: status, unit: bool, bacnet: {object: "130:7", property: present-value, states: [[1, 0], [2, 1]]}}
"""
FILES = {"site.yaml": SITE, "buildings/a.yaml": BUILDING, "templates/room.yaml": ROOM}

CASES = [
    # file, written, instead, what is wrong, what is meant
    ("site.yaml", "address: 1001", "address: 4194303", "no device has the instance 4194303", ""),
    ("site.yaml", "address: 1001", "address: room-1", "'room-1' is no address on 'lan'", ""),
    ("site.yaml", '"192.0.2.9:47809"', "1002", "'1002' is found by broadcast, 'far' sends none", ""),
    ("site.yaml", '"192.0.2.9:47809"', '"5:12"', "'5:12' is found by broadcast", ""),
    ("site.yaml", "address: 1001", 'address: "0:12"', "'0:12' names no network", ""),
    ("site.yaml", "period: 600", "period: 1800", "would be polled every 1800 s beside its changes", ""),
    ("site.yaml", '{cov: "yes"}', "{cov: maybe}",  "cov: 'maybe' is not allowed here", ""),
    ("site.yaml", '{cov: "yes"}', '{covv: "yes"}',  "no option 'covv'", "cov"),
    ("site.yaml", "lifetime: 60", "lifetime: 1", "1 is out of range", ""),
    ("site.yaml", "lifetime: 60", "bbmd: bbmd.example", "'bbmd.example' is no BBMD", ""),
    ("site.yaml", 'protocol: bacnet, udp: "192.0.2.7/24:47808"', 'protocol: modbus, tcp: "h:1"', "the bus 'lan' speaks modbus", ""),
    ("site.yaml", 'udp: "192.0.2.7/32:47809"', 'tcp: "192.0.2.7:502"', "bacnet is not reached by tcp", ""),
    ("templates/room.yaml", "analog-input:1", "analog-inptu:1", "'temp': no object 'analog-inptu:1'", "analog-input"),
    ("templates/room.yaml", "analog-input:1", "analog-input", "'temp': no object 'analog-input'", "analog-input"),
    ("templates/room.yaml", "property: present-value", "property: presentvalue", "no property 'presentvalue'", "present-value"),
    ("templates/room.yaml", "cov: true", "cov: true, property: units", "no device tells of changes of units", ""),
    ("templates/room.yaml", "[2, 1]", "[1, 1]", "the state 1 stands twice", ""),
    ("templates/room.yaml", "unit: bool, bacnet", "unit: bool, modbus", "unknown key 'object'", ""),
]  # fmt: skip


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("file", "written", "instead", "what", "meant"), CASES)
def test_a_mistake_has_its_line(tmp_path: Path, file: str, written: str, instead: str, what: str, meant: str) -> None:  # fmt: skip
    assert written in FILES[file]
    _write(tmp_path, {**FILES, file: FILES[file].replace(written, instead, 1)})
    found = [m for m in check_site(tmp_path) if what in m.what]
    assert found, check_site(tmp_path)
    assert found[0].file == file
    assert found[0].line > 1
    assert found[0].suggestion == meant


def test_it_is_right_as_it_stands(tmp_path: Path) -> None:
    _write(tmp_path, FILES)
    assert check_site(tmp_path) == []
    options = msgspec.convert(load_site(tmp_path).gateways["gw"].options, OptionKeys)
    room, hall = options.devices
    assert (room.period, hall.period) == (600, 60)
    assert options.buses["lan"].bacnet is not None
    assert options.buses["lan"].bacnet.lifetime == 60
    states = options.templates["room"].values["mode"].bacnet
    assert states is not None
    assert states.states == [[1, 0], [2, 1]]


def test_who_registers_with_a_bbmd_may_look_for_devices(tmp_path: Path) -> None:
    site = SITE.replace('"192.0.2.9:47809"', "1002").replace(
        '"192.0.2.7/32:47809"}', '"192.0.2.7/32:47809", bacnet: {bbmd: "192.0.2.1:47808"}}'
    )
    _write(tmp_path, {**FILES, "site.yaml": site})
    assert check_site(tmp_path) == []
