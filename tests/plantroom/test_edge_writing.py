"""``plantroom edge write``, ``release`` and ``writes``, as somebody types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.errors import Refused
from edge.writing.journal import Journal
from plantroom.handwork import WRITES, seconds_of
from simulators.devices.modbus import ModbusServer
from simulators.devices.modbus_registers import ModbusRegisters
from tests.edge.fieldbus import METER, site_of, template_of
from tests.plantroom.conftest import Cli

POINT = "a.m1.frequency"
OPEN = '{value: frequency, write: {low: 48, high: 52, until: "2126-12-31"}}'


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModbusServer]:
    """A meter at unit 7 of which one point is open."""
    with ModbusServer({7: ModbusRegisters(template_of(METER, tmp_path), fill=True)}) as running:
        bus = [f'lan: {{protocol: modbus, tcp: "{running.endpoint}", longest_answer: 0.3}}']
        points = f"{{power: power, energy: energy, frequency: {OPEN}}}"
        device = f"- {{id: main, bus: lan, address: 7, template: made, points: {points}}}"
        site_of(tmp_path / "site", bus, [device.replace("points:", "equipment: a.m1, points:")])
        monkeypatch.setenv("PLANTROOM_SITE", str(tmp_path / "site"))
        running.set("7", "frequency", 50.0)
        yield running


def test_a_dry_run_then_a_write_then_a_release_with_who_and_why(
    cli: Cli, server: ModbusServer, var: Path
) -> None:
    dry = cli("edge", "write", POINT, "49.5", "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert f"{POINT} would become 49.5 Hz; it was 50 Hz" in dry.output
    assert server.written == []
    assert not (var / WRITES).exists()
    bare = cli("edge", "write", POINT, "49.5")
    assert (bare.exit_code, "say why" in bare.stderr) == (2, True)
    done = cli("edge", "write", POINT, "49.5", "--for", "30m", "--why", "a test of the drive")
    assert done.exit_code == 0, done.output
    assert server.written == [(7, 6, 40, [4950])]
    assert "No agent runs here" in done.output
    (one,) = json.loads(cli("edge", "writes", "--json").output)
    assert (one["point"], one["was"], one["value"], one["state"]) == (POINT, 50.0, 49.5, "standing")
    assert one["by"].startswith("cli:")
    assert one["ends"] - one["at"] == 30 * 60_000
    assert "given back" in cli("edge", "release", POINT).output
    assert server.written[-1] == (7, 6, 40, [5000])
    assert cli("edge", "release", POINT).exit_code == 2
    # A narrow terminal folds what is said, column by column.
    listed = cli("edge", "writes").output.split()
    assert {"released", "49.5", "drive"} <= set(listed)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("a.m1.power", "5"), "is only read"),
        ((POINT, "60"), "open from 48 to 52 Hz"),
        ((POINT, "50", "--for", "2d"), "3600 s at the most"),
        ((POINT, "50", "--for", "soon"), "no span of time"),
    ],
)
def test_a_refusal_says_what_to_open(
    cli: Cli, server: ModbusServer, words: tuple[str, ...], says: str
) -> None:
    refused = cli("edge", "write", *words, "--why", "x")
    assert refused.exit_code == 2
    assert says in " ".join(refused.stderr.split())
    assert server.written == []


def test_beside_an_agent_that_runs_nothing_more_is_to_do(
    cli: Cli, server: ModbusServer, var: Path
) -> None:
    Journal(var / WRITES).beat(SystemClock().now())
    done = cli("edge", "write", POINT, "49", "--why", "x")
    assert "No agent runs here" not in done.output
    assert "given back at" in done.output
    assert server.written


def test_spans_of_time() -> None:
    assert [seconds_of(w) for w in ("90m", "2h", "1800", "1.5 h", "10s", "1d")] == [
        5400, 7200, 1800, 5400, 10, 86_400,
    ]  # fmt: skip
    with pytest.raises(Refused):
        seconds_of("-5")
