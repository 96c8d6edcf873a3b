"""``edge read`` and ``edge scan`` of BACnet devices, as somebody types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sites import check_site
from simulators.devices.bacnet import BacnetDevice, BacnetServer
from tests.edge.fieldbus import site_of, template_of
from tests.plantroom.conftest import Cli

METER = """\
make: Test
model: Meter
protocol: bacnet
source: written for tests
bacnet: {cov: true}
values:
  power: {quantity: active_power, unit: W, role: power, bacnet: {object: "analog-input:1"}}
  energy: {quantity: active_energy, unit: kWh, role: energy, bacnet: {object: "accumulator:1"}}
  frequency: {quantity: frequency, unit: Hz, role: frequency, bacnet: {object: "analog-input:3"}}
"""
OWN = "127.0.0.1/32:0"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[BacnetServer, list[BacnetDevice]]]:
    """Two meters; the first passes broadcasts on to who registers with it."""
    template = template_of(METER, tmp_path)
    devices = [BacnetDevice(1001, template, bbmd=True), BacnetDevice(1002, template)]
    with BacnetServer(devices) as server:
        yield server, devices


Served = tuple[BacnetServer, list[BacnetDevice]]


def test_read_shows_every_value(
    cli: Cli, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, devices = served
    server.set("1002", "power", 2500.0)
    server.set("1002", "energy", 1234.0)
    server.set("1002", "frequency", None)
    bus = [f'lan: {{protocol: bacnet, udp: "{OWN}"}}']
    device = f'- {{id: main, bus: lan, address: "{devices[1].endpoint}", template: made, equipment: a.m1}}'  # noqa: E501
    site_of(tmp_path / "site", bus, [device], template=METER)
    monkeypatch.setenv("PLANTROOM_SITE", str(tmp_path / "site"))
    said = json.loads(cli("edge", "read", "main", "--json").stdout)
    assert said["error"] is None
    shown = {v["value"]: (v["number"], v["unit"], v["plausibility"]) for v in said["values"]}
    assert shown == {
        "power": (2.5, "kW", "plausible"),
        "energy": (1234.0, "kWh", "plausible"),
        "frequency": (None, "Hz", "no_value"),
    }
    devices[1].faults.silent = True
    silent = cli("edge", "read", "main")
    assert silent.exit_code == 3
    assert "no answer within" in silent.output
    assert cli("edge", "check").exit_code == 0


def test_read_by_instance_finds_the_device_through_a_bbmd(
    cli: Cli, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, devices = served
    server.set("1001", "power", 700.0)
    bus = [f'lan: {{protocol: bacnet, udp: "{OWN}", bacnet: {{bbmd: "{devices[0].endpoint}"}}}}']
    device = "- {id: main, bus: lan, address: 1001, template: made, equipment: a.m1}"
    site_of(tmp_path / "site", bus, [device], template=METER)
    monkeypatch.setenv("PLANTROOM_SITE", str(tmp_path / "site"))
    said = json.loads(cli("edge", "read", "main", "--json").stdout)
    assert said["error"] is None
    assert next(v["number"] for v in said["values"] if v["value"] == "power") == pytest.approx(0.7)


def test_scan_drafts_a_site_that_needs_only_its_equipment(
    cli: Cli, served: Served, tmp_path: Path
) -> None:
    _, devices = served
    devices[1].faults.most = 4  # an object list and names that do not fit one answer
    draft = tmp_path / "draft.yaml"
    said = cli(
        "edge", "scan", "--protocol", "bacnet", "--udp", OWN, "--addresses",
        ",".join(device.endpoint for device in devices), "--to", str(draft),
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "Meter, device-1002, device 1002 at" in said.output
    text = draft.read_text(encoding="utf-8")
    for device in devices:
        assert f'address: "{device.endpoint}"' in text
    assert (
        '{"quantity": "active_power", "unit": "W", "bacnet": {"object": "analog-input:1"}}' in text
    )
    folder = tmp_path / "drafted"
    unread = '- {id: x, bus: lan, address: "127.0.0.1", template: made, equipment: a.m1}'
    site_of(folder, [f'lan: {{protocol: bacnet, udp: "{OWN}"}}'], [unread], template=METER)
    site = (folder / "site.yaml").read_text(encoding="utf-8")
    (folder / "site.yaml").write_text(site.split("gateways:")[0] + text, encoding="utf-8")
    wrong = {mistake.what.partition(" has no point")[0] for mistake in check_site(folder)}
    assert wrong == {"'building.meter'"}


def test_scan_of_everybody_needs_a_way_to_ask(cli: Cli) -> None:
    said = cli("edge", "scan", "--protocol", "bacnet", "--udp", OWN)
    assert said.exit_code == 2
    assert "none is sent from here" in said.output
