"""``plantroom gateway``: credentials as files, shown once, and said who made them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from adapters.records import ALL, Records
from adapters.records.tables import AuditRow
from adapters.settings import Settings
from core.clock import SteppedClock
from plantroom.plant import BrokerAt, Plant
from tests.plantroom.conftest import Cli
from tests.sample import wushan


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    monkeypatch.setenv("PLANTROOM_BROKER_FILES", str(folder))
    return folder


def test_a_gateway_is_added_rotated_and_revoked(cli: Cli, var: Path, files: Path) -> None:
    added = cli("gateway", "add", "gw-a")
    assert added.exit_code == 0, added.output
    shown = dict(line.split("=", 1) for line in added.stdout.splitlines())
    assert shown["PLANTROOM_BROKER_USER"] == "gw-a"
    assert shown["PLANTROOM_BROKER_PASSWORD"] not in (files / "passwords").read_text()
    box = var / "edge.env"
    rotated = cli("gateway", "rotate", "gw-a", "--to", str(box))
    assert rotated.exit_code == 0, rotated.output
    assert "PASSWORD" not in rotated.stdout, "it stands in the file"
    assert "PLANTROOM_BROKER_USER=gw-a~2" in box.read_text()
    assert stat.S_IMODE(box.stat().st_mode) == 0o600
    (first,) = [g for g in json.loads(cli("gateway", "list", "--json").stdout) if g["users"]]
    assert (first["gateway"], first["users"]) == ("gw-a", ["gw-a", "gw-a~2"])
    assert "ended gw-a" in cli("gateway", "rotate", "gw-a", "--finish").output
    assert "ended gw-a~2" in cli("gateway", "revoke", "gw-a").output
    assert cli("gateway", "revoke", "gw-a").exit_code == 2
    records = Records(f"sqlite:///{var}/records.sqlite")
    with records.session(ALL, reading=True) as session:
        kept = session.query(AuditRow).order_by(AuditRow.id).all()
    records.close()
    assert [row.action for row in kept] == [
        "gateway.add", "gateway.rotate", "gateway.rotated", "gateway.revoke",
    ]  # fmt: skip


def test_who_is_not_in_the_model_is_warned_of(cli: Cli, files: Path) -> None:
    answer = cli("gateway", "add", "gw-new")
    assert answer.exit_code == 0
    assert "the site model has no gateway 'gw-new' yet" in answer.stderr
    assert "small" not in (files / "acl").read_text()
    assert "plantroom/v1/wushan/gw-new/batch/#" in (files / "acl").read_text()
    assert "gw-b" in cli("gateway", "list").output


def test_a_broker_that_does_not_run_is_said(cli: Cli, files: Path) -> None:
    answer = cli("gateway", "add", "gw-a", "--pid-file", str(files / "none.pid"))
    assert answer.exit_code == 2
    assert "mosquitto was not told" in answer.stderr


def test_the_edge_finds_its_rotated_credential(tmp_path: Path) -> None:
    at = BrokerAt(host="127.0.0.1", port=1, users={"gw-a~2": "secret"})
    plant = Plant(settings=Settings(var=tmp_path), site=wushan(), clock=SteppedClock(0), broker=at)
    session = plant.session("gw-a", "edge-gw-a")
    assert session._options.username == "gw-a~2"  # type: ignore[attr-defined]  # noqa: SLF001
    assert session._options.password == "secret"  # type: ignore[attr-defined]  # noqa: S105, SLF001
