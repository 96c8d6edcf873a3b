"""``edge read``, ``scan``, ``check`` and ``template check``, as somebody types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.sites import check_site
from adapters.sites.templates import LIBRARY, load_packaged
from plantroom.commands import edge_devices
from simulators.devices.modbus import ModbusServer
from simulators.devices.modbus_registers import ModbusRegisters
from simulators.devices.pty import PtyPair
from tests.edge.fieldbus import METER, site_of, template_of
from tests.ingest.foreign.town import write_town
from tests.plantroom.conftest import Cli

DEVICE = "- {id: main, bus: lan, address: 7, template: made, equipment: a.m1}"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModbusServer]:
    """A meter at unit 7, and a site that knows it."""
    text = METER.replace("role: power,", "role: power, no_value: [0x80000000],")
    with ModbusServer({7: ModbusRegisters(template_of(text, tmp_path), fill=True)}) as running:
        bus = [f'lan: {{protocol: modbus, tcp: "{running.endpoint}", longest_answer: 0.3}}']
        site_of(tmp_path / "site", bus, [DEVICE], template=text)
        monkeypatch.setenv("PLANTROOM_SITE", str(tmp_path / "site"))
        yield running


def test_read_shows_every_value_with_what_to_think_of_it(cli: Cli, server: ModbusServer) -> None:
    server.set("7", "power", None)
    server.set("7", "energy", 1234.5)
    server.set("7", "frequency", 12.0)
    said = cli("edge", "read", "main")
    assert said.exit_code == 0, said.output
    lines = {
        words[0]: " ".join(words) for line in said.output.splitlines() if (words := line.split())
    }
    assert "kW no value" in lines["power"]
    assert "1234.5 kWh plausible" in lines["energy"]
    assert lines["energy"].endswith("s a.m1.energy")
    assert "12 Hz outside its span" in lines["frequency"]


def test_read_applies_the_ratio_of_the_point(
    cli: Cli, server: ModbusServer, tmp_path: Path
) -> None:
    path = tmp_path / "site" / "buildings" / "a.yaml"
    scaled = "energy: {scale: [{valid_from: 2020-01-01, factor: 40}]}"
    path.write_text(
        path.read_text(encoding="utf-8").replace("energy: {}", scaled), encoding="utf-8"
    )
    server.set("7", "energy", 10.0)
    assert "energy 400 kWh plausible" in " ".join(cli("edge", "read", "main").output.split())


def test_read_speaks_json(cli: Cli, server: ModbusServer) -> None:
    server.set("7", "power", 1500.0)
    said = json.loads(cli("edge", "read", "gw/main", "--json").output)
    power = next(v for v in said["values"] if v["value"] == "power")
    assert power["number"] == 1.5
    assert power["unit"] == "kW"
    assert power["plausibility"] == "plausible"
    assert 0 <= power["age_s"] < 10
    assert said["error"] is None


def test_read_goes_on_until_it_is_stopped(
    cli: Cli, server: ModbusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(seconds: float) -> None:
        server.set("7", "power", 2000.0)
        if len(server.asked) > 4:
            raise KeyboardInterrupt
        assert seconds == 0.5

    monkeypatch.setattr(edge_devices, "time", SimpleNamespace(sleep=sleep))
    said = cli("edge", "read", "main", "--every", "0.5")
    assert said.exit_code == 0, said.output
    assert "power 2 kW plausible" in " ".join(said.output.split())


@pytest.mark.parametrize(
    ("word", "gateway", "by"),
    [
        ("24e124136b000001", "gw-lora", "MQTT"),
        ("gw-plc/pump", "gw-plc", "Sparkplug B"),
        ("Boilers", "gw-plc", "Sparkplug B"),
        ("gw-home", "gw-home", "MQTT"),
    ],
)
def test_read_of_what_nobody_can_ask_says_so(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, gateway: str, by: str
) -> None:
    monkeypatch.setenv("PLANTROOM_SITE", str(write_town(tmp_path / "town")))
    said = cli("edge", "read", word)
    assert said.exit_code == 2, said.output
    text = " ".join(said.output.split())
    assert f"'{word}' cannot be read here" in text
    assert f"through the gateway '{gateway}' by {by}" in text
    assert f"/gateways/{gateway}, or plantroom gateway list" in text


def test_read_of_a_silent_device_says_so(cli: Cli, server: ModbusServer) -> None:
    server.faults.dead.add(7)
    said = cli("edge", "read", "main")
    assert said.exit_code == 3
    assert "not read" in said.output
    assert "no answer within" in said.output


def test_read_of_an_unknown_device_names_the_nearest(cli: Cli, server: ModbusServer) -> None:
    assert server.port
    said = cli("edge", "read", "mian")
    assert said.exit_code == 2
    assert "no device 'mian'; did you mean main?" in said.output


def test_scan_drafts_a_site_that_needs_only_its_equipment(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sdm = ModbusRegisters(load_packaged("eastron-sdm630"), fill=True)
    for name in ("voltage_a", "voltage_b", "voltage_c"):
        sdm.set(name, 231.0)
    abb = ModbusRegisters(load_packaged("abb-b23"))
    other = ModbusRegisters(template_of(METER, tmp_path))
    with ModbusServer({3: sdm, 5: abb, 9: other}) as server:
        draft = tmp_path / "draft.yaml"
        said = cli(
            "edge", "scan", "--tcp", server.endpoint, "--addresses", "2-5,9", "--to", str(draft)
        )
        assert said.exit_code == 0, said.output
        text = draft.read_text(encoding="utf-8")
        assert 'address: "3", template: eastron-sdm630' in text
        assert 'address: "5", template: abb-b23' in text
        assert "# 9 answers, no template fits" in text
        assert {unit for unit, *_ in server.asked} == {2, 3, 4, 5, 9, 231}  # one of the unlikely
    folder = tmp_path / "drafted"
    site_of(folder, ['lan: {protocol: modbus, tcp: "h:1"}'], [DEVICE])
    site = (folder / "site.yaml").read_text(encoding="utf-8")
    (folder / "site.yaml").write_text(site.split("gateways:")[0] + text, encoding="utf-8")
    wrong = {mistake.what.partition(" has no point")[0] for mistake in check_site(folder)}
    assert wrong == {"'building.meter'"}


def test_scan_of_a_device_that_answers_everywhere_finds_one(cli: Cli) -> None:
    meter = ModbusRegisters(load_packaged("siemens-pac3200"), fill=True)
    with ModbusServer(dict.fromkeys(range(256), meter)) as server:
        said = cli("edge", "scan", "--tcp", server.endpoint)
    assert said.exit_code == 0, said.output
    assert said.output.count("template:") == 1
    assert 'address: "1", template: siemens-pac3200' in said.output
    assert "answers at every unit id: one device" in said.output


def test_scan_of_a_serial_line(cli: Cli) -> None:
    meter = ModbusRegisters(load_packaged("eastron-sdm120"))
    with PtyPair() as line, ModbusServer({4: meter}, serial_port=line.ends[1]):
        said = cli(
            "edge", "scan", "--serial", line.ends[0], "--baud", "115200", "--parity", "N",
            "--addresses", "3-4",
        )  # fmt: skip
    assert said.exit_code == 0, said.output
    assert f"serial: {{port: {line.ends[0]}, baud: 115200, parity: N, stop: 1}}" in said.output
    assert 'address: "4", template: eastron-sdm120' in said.output


def test_scan_of_nobody(cli: Cli) -> None:
    said = cli("edge", "scan", "--tcp", "127.0.0.1:9", "--addresses", "1")
    assert said.exit_code == 3
    assert "127.0.0.1:9 cannot be reached" in said.output
    assert cli("edge", "scan").exit_code == 2
    assert cli("edge", "scan", "--tcp", "h:1", "--addresses", "9-3").exit_code == 2


def test_check_refuses_what_a_bus_cannot_keep(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = ["riser: {protocol: modbus, serial: {port: /dev/ttyS0, baud: 1200}}"]
    device = DEVICE.replace("lan", "riser")
    site_of(tmp_path, bus, [device.replace("equipment", "period: 10, equipment")])
    monkeypatch.setenv("PLANTROOM_SITE", str(tmp_path))
    said = cli("edge", "check")
    assert said.exit_code == 0, said.output
    assert "riser" in said.output
    site_of(tmp_path, bus, [device.replace("equipment", "period: 0.2, equipment")])
    said = cli("edge", "check")
    assert said.exit_code == 2
    assert "'main' every 0.2 s: one poll takes" in said.output
    assert json.loads(cli("edge", "check", "--json").stdout)[0]["load"] > 1


def test_a_template_is_checked(cli: Cli, tmp_path: Path) -> None:
    said = cli("edge", "template", "check", str(LIBRARY / "eastron-sdm630.yaml"))
    assert said.exit_code == 0, said.output
    assert "No mistake found: Eastron SDM630" in said.output
    path = tmp_path / "mine.yaml"
    path.write_text(METER.replace("unit: W,", "unit: watt,"), encoding="utf-8")
    said = cli("edge", "template", "check", str(path))
    assert said.exit_code == 2
    assert "mine.yaml:6: 'watt' is not a unit of active power" in said.output
    assert cli("edge", "template", "check", str(tmp_path / "none.yaml")).exit_code == 2
