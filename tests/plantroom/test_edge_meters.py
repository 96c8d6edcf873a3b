"""``edge read``, ``scan`` and ``check`` of electricity, water and heat meters, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.sites import check_site
from simulators.devices.cjt188 import COLD_WATER, SimulatedCjt188Meter
from simulators.devices.dlt645 import SimulatedDlt645Meter
from simulators.devices.meter_bus import MeterBus
from tests.edge.fieldbus import SITE
from tests.edge.meters import CASES, WATER_NOW, Case, electricity, heat, line_of_meters
from tests.plantroom.conftest import Cli

POWER = {"electricity": "energy", "water": "volume", "heat": "heat"}
"""The register of each carrier's meter."""
BUILDING = """\
building: a
name: A
area_m2: 100
period: 900
schedule: {{workday: ["08:00", "18:00"]}}
equipment:
  - id: m1
    class: {cls}
    name: Meter
    meter: {{role: building, carrier: {carrier}}}
    points: {{{register}: {{}}}}
"""
CLASSES = {"electricity": "Electrical_Meter", "water": "Water_Meter", "heat": "Thermal_Power_Meter"}


def _carrier(case: Case) -> str:
    return next(c for c in POWER if POWER[c] in case.reads)


def _site(folder: Path, case: Case, bus: MeterBus | None, line: str = "") -> None:
    """A site of one meter that is read from a line."""
    carrier = _carrier(case)
    word = case.device().template.protocol
    reached = f'tcp: "{bus.endpoint}"' if bus else "serial: {port: /dev/ttyS0, baud: 2400}"
    device = f'{{id: main, bus: b, address: "{case.address}", template: {case.template}, {line}'
    indent = " " * 8
    text = SITE.format(
        buses=f"{indent}b: {{protocol: {word}, {reached}}}",
        devices=f"{indent}- {device}equipment: a.m1}}",
    )
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    (folder / "buildings").mkdir(exist_ok=True)
    text = BUILDING.format(cls=CLASSES[carrier], carrier=carrier, register=POWER[carrier])
    (folder / "buildings" / "a.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.template} {c.address}")
def test_read_shows_every_meter(
    case: Case, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTROOM_SITE", str(tmp_path))
    with case.bus() as bus:
        _site(tmp_path, case, bus)
        said = json.loads(cli("edge", "read", "main", "--json").output)
    assert said["error"] is None
    assert {v["value"]: v["number"] for v in said["values"]} == pytest.approx(case.reads)
    register = next(v for v in said["values"] if v["value"] == POWER[_carrier(case)])
    assert register["plausibility"] == "plausible"
    assert register["point"] == f"a.m1.{POWER[_carrier(case)]}"


def test_scan_finds_electricity_meters(cli: Cli) -> None:
    single = SimulatedDlt645Meter("202103160106", lambda: {0x00010000: 5.0, 0x02010100: 231.0})
    with line_of_meters([electricity("202103160006"), single]) as bus:
        addresses = "202103160006,202103160106"
        said = cli("edge", "scan", "--protocol", "dlt645", "--tcp", bus.endpoint,
                   "--addresses", addresses)  # fmt: skip
    assert said.exit_code == 0, said.output
    assert 'address: "202103160006", template: dlt645-three-phase' in said.output
    assert 'address: "202103160106", template: dlt645-single-phase' in said.output
    assert "123457 kWh" in said.output


def test_scan_finds_the_one_water_meter(cli: Cli) -> None:
    meter = SimulatedCjt188Meter(COLD_WATER, "78330011223344", lambda: WATER_NOW)
    with line_of_meters([meter]) as bus:
        said = cli("edge", "scan", "--protocol", "cjt188", "--tcp", bus.endpoint)
        assert said.exit_code == 0, said.output
        assert 'address: "78330011223344", template: cjt188-water,' in said.output
        bus.meters[:] = [CASES[3].meter()]
        said = cli("edge", "scan", "--protocol", "cjt188", "--tcp", bus.endpoint)
        assert 'address: "78330011223344", template: cjt188-water-2004,' in said.output
        bus.meters.append(SimulatedCjt188Meter(COLD_WATER, "99990000111122", lambda: WATER_NOW))
        said = cli("edge", "scan", "--protocol", "cjt188", "--tcp", bus.endpoint)
    assert said.exit_code == 2
    assert "give their addresses" in said.output


def test_scan_finds_slaves_by_both_addresses(cli: Cli) -> None:
    with line_of_meters([heat("12345678", 5), heat("12345699", 6, status=8)]) as bus:
        by = ("edge", "scan", "--protocol", "mbus", "--tcp", bus.endpoint, "--addresses")
        said = cli(*by, "5-6")
        assert 'address: "5", template: mbus-heat' in said.output
        assert "PAD 12345678, heat, outlet, version 01" in said.output
        assert "a permanent error" in said.output
        said = cli(*by, "1234567,1234569924400104")
        assert 'address: "1234567824400104", template: mbus-heat' in said.output
        assert 'address: "1234569924400104", template: mbus-heat' in said.output
        assert cli(*by, "x").exit_code == 2


def test_check_reckons_each_bus(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTROOM_SITE", str(tmp_path))
    _site(tmp_path, CASES[0], None, "period: 60, ")
    [cycle] = json.loads(cli("edge", "check", "--json").output)
    assert cycle["round_s"] == pytest.approx(0.28, abs=0.005)
    _site(tmp_path, CASES[6], None, "period: 1, ")
    said = cli("edge", "check")
    assert said.exit_code == 2
    assert "'main' every 1 s: one poll takes 1.45 s" in said.output


def test_sixty_slaves_take_a_minute_and_a_half(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTROOM_SITE", str(tmp_path))
    numbers = range(1, 61)
    devices = [
        f'- {{id: d{i}, bus: b, address: "{12345600 + i}", template: mbus-heat, equipment: a.m{i}}}'
        for i in numbers
    ]
    bus = "b: {protocol: mbus, serial: {port: /dev/ttyS0, baud: 2400}}"
    indent = " " * 8
    site = SITE.format(
        buses=f"{indent}{bus}", devices="\n".join(f"{indent}{device}" for device in devices)
    )
    (tmp_path / "site.yaml").write_text(site, encoding="utf-8")
    (tmp_path / "buildings").mkdir()
    meter = BUILDING.format(cls=CLASSES["heat"], carrier="heat", register="heat")
    head, _, one = meter.partition("  - id: m1\n")
    meters = "".join(f"  - id: m{i}\n{one}" for i in numbers)
    (tmp_path / "buildings" / "a.yaml").write_text(head + meters, encoding="utf-8")
    [cycle] = json.loads(cli("edge", "check", "--json").output)
    assert (cycle["devices"], round(cycle["round_s"])) == (60, 87)
    text = (
        (tmp_path / "site.yaml")
        .read_text("utf-8")
        .replace(", equipment", ", period: 60, equipment")
    )
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    said = cli("edge", "check")
    assert said.exit_code == 2
    assert "60 devices ask for 145 % of its time, one round takes 87" in said.output


WRONG = [
    # key, written, what is wrong
    ("address", '"1234"', "'1234' is no address on 'b'"),
    ("template", "mbus-heat", "'mbus-heat' speaks mbus, 'b' dlt645"),
    ("template", "dlt645-tree-phase", "no template 'dlt645-tree-phase'"),
]


@pytest.mark.parametrize(("key", "written", "what"), WRONG)
def test_a_mistake_of_the_site_is_said(tmp_path: Path, key: str, written: str, what: str) -> None:
    _site(tmp_path, CASES[0], None)
    file = tmp_path / "site.yaml"
    right = {"address": '"202103160005"', "template": "dlt645-three-phase"}[key]
    file.write_text(file.read_text("utf-8").replace(right, written), encoding="utf-8")
    assert what in [mistake.what for mistake in check_site(tmp_path)]
