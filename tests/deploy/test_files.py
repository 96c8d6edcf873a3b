"""The files that run it for good fit each other, and what the code expects."""

from __future__ import annotations

import configparser
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from adapters.settings import PREFIX, Settings
from adapters.store.address import InfluxAddress, parse
from plantroom.commands.run import check_parts

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
BESIDE = {f"{PREFIX}INFLUX_TOKEN"}
"""Read from the environment by the store's opener, so that no setting ever holds it."""


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """The composition's services."""
    read: dict[str, dict[str, Any]] = YAML(typ="safe").load(TEXT)["services"]
    return read


def example() -> dict[str, str]:
    """Variables of the example file."""
    lines = (DEPLOY / "example.env").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def mounts(service: dict[str, Any]) -> dict[str, str]:
    """What is mounted: path inside by path outside."""
    parts = (str(volume).split(":") for volume in service.get("volumes", ()))
    return {outside: inside for outside, inside, *_ in parts}


def test_every_variable_of_the_composition_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    assert used == example().keys()


def test_the_example_holds_no_password() -> None:
    assert [n for n, v in example().items() if v] == ["PLANTROOM_EXTERNAL_ADDRESS"]


def test_plantroom_knows_every_setting_it_is_given(services: dict[str, dict[str, Any]]) -> None:
    given = services["plantroom"]["environment"]
    known = {PREFIX + name.upper() for name in Settings.model_fields} | BESIDE
    assert given.keys() <= known


def test_the_parts_may_run_on_these_servers(
    services: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service = services["plantroom"]
    for name, value in service["environment"].items():
        filled = re.sub(r"\$\{(\w+)[^}]*\}", lambda m: example()[m[1]] or "secret", value)
        monkeypatch.setenv(name, filled)
    monkeypatch.chdir(tmp_path)  # where no .env is
    settings = Settings()
    command, *parts = service["command"]
    assert command == "run"
    check_parts(tuple(parts), settings)
    store = parse(settings.store_url)
    assert isinstance(store, InfluxAddress)
    influx = services["influxdb"]["environment"]
    assert (store.bucket, store.org, store.version) == (
        influx["DOCKER_INFLUXDB_INIT_BUCKET"], influx["DOCKER_INFLUXDB_INIT_ORG"], 2,
    )  # fmt: skip
    assert settings.broker_user == "ingest", "the one name that the ACL lets confirm"
    assert settings.broker_host in services
    assert settings.records_url.partition("@")[2].partition("/")[0] in services


def test_what_is_mounted_from_here_exists(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        for outside in mounts(service):
            if outside.startswith("."):
                assert (DEPLOY / outside).exists(), f"{name}: {outside}"


def test_grafana_finds_its_files_where_they_are_mounted(
    services: dict[str, dict[str, Any]],
) -> None:
    inside = mounts(services["grafana"])
    provider = DEPLOY / "grafana/provisioning/dashboards/plantroom.yaml"
    (told,) = YAML(typ="safe").load(provider.read_text(encoding="utf-8"))["providers"]
    assert told["options"]["path"] == inside["./grafana/json"]
    assert inside["./grafana/provisioning"] == "/etc/grafana/provisioning"
    source = (DEPLOY / "grafana/provisioning/datasources/plantroom.yaml").read_text()
    wanted = set(re.findall(r"\$([A-Z_]+)", source))
    assert wanted <= services["grafana"]["environment"].keys()


def test_every_named_volume_is_declared(services: dict[str, dict[str, Any]]) -> None:
    named = {o for s in services.values() for o in mounts(s) if not o.startswith(".")}
    assert named == set(YAML(typ="safe").load(TEXT)["volumes"])


def test_the_proxy_passes_on_to_services_that_exist(services: dict[str, dict[str, Any]]) -> None:
    proxied = re.findall(r"reverse_proxy (\w+):\d+", (DEPLOY / "Caddyfile").read_text())
    assert proxied
    assert set(proxied) <= services.keys()


def test_the_proxys_word_is_taken_and_nobody_elses(services: dict[str, dict[str, Any]]) -> None:
    trusted = services["plantroom"]["environment"]["PLANTROOM_TRUSTED_PROXY"]
    assert services["caddy"]["networks"]["default"]["ipv4_address"] == trusted
    (net,) = YAML(typ="safe").load(TEXT)["networks"]["default"]["ipam"]["config"]
    assert ip_address(trusted) in ip_network(net["subnet"])
    assert ip_address(trusted) not in ip_network(net["ip_range"]), "no other container gets it"
    assert "ports" not in services["plantroom"], "all come through the proxy"


def test_figures_of_the_machine_are_shown_to_nobody_outside() -> None:
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    handled = dict(re.findall(r"handle (/\S+) \{\s*(.*?)\s*\}", text))
    assert handled["/metrics"] == handled["/grafana/metrics"] == "respond 404"
    assert '@app.get("/metrics"' in (ROOT / "api/app.py").read_text(), (
        "where it is, without a log-in"
    )


@pytest.mark.parametrize("name", ["plantroom.service", "plantroom-edge.service"])
def test_a_unit_is_whole_and_may_write_only_its_state(name: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign,assignment]  # names are case-sensitive
    unit.read(DEPLOY / "systemd" / name, encoding="utf-8")
    assert unit.sections() == ["Unit", "Service", "Install"]
    service = unit["Service"]
    assert service["ExecStart"].startswith("/opt/plantroom/.venv/bin/plantroom run")
    assert service["User"] != "root"
    assert service["ProtectSystem"] == "strict"
    said = re.findall(r"^Environment=(\S+)$", (DEPLOY / "systemd" / name).read_text(), re.MULTILINE)
    assert f"PLANTROOM_VAR=/var/lib/{service['StateDirectory']}" in said
    trusts = name == "plantroom.service"
    assert ("PLANTROOM_TRUSTED_PROXY=127.0.0.1,::1" in said) is trusts
    assert unit["Install"]["WantedBy"] == "multi-user.target"


def test_the_image_leaves_secrets_and_state_out() -> None:
    left_out = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", "**/.env", "var", "deploy/mosquitto"} <= set(left_out)
