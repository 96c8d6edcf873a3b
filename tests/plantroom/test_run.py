"""``plantroom run``: parts that cannot run apart are refused; live ones start, serve and stop."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import httpx
import pytest

from adapters.records import Records
from adapters.settings import Settings
from adapters.sites import load_site
from adapters.store.duck import DuckStore
from api.identity import now_ms
from api.throttle import FREE_TRIES, OFFICE, address_of, charge
from core.batch import Batch, BatchName
from core.clock import MINUTE_MS, SteppedClock
from core.errors import Fatal, Misconfigured
from core.ports import RefusedRows
from edge.drivers.simulated import SimulatedDriver
from plantroom.commands.run import check_alive, check_parts
from plantroom.plant import BrokerAt, Plant, embedded
from simulators.campus import Campus
from tests.ingest.parts import Diary, ListBroker
from tests.plantroom.conftest import ROOT, Cli
from tests.servers import answers, free_port, wait_for
from tests.simulators.parts import SEED, START

COMMAND = [sys.executable, "-m", "plantroom", "run"]
SHARED = {
    "PLANTROOM_STORE": "influxdb://127.0.0.1:1/plantroom?org=plantroom&version=2&tls=0",
    "PLANTROOM_RECORDS": "postgresql+psycopg://plantroom@127.0.0.1:1/plantroom",
}


@pytest.mark.parametrize(
    "parts",
    [("edge", "ingest", "analytics", "api"), ("ingest", "analytics", "api"), ("edge",)],
)
def test_what_shares_nothing_runs_on_files(var: Path, parts: tuple[str, ...]) -> None:
    assert var.exists()
    check_parts(parts, Settings())


@pytest.mark.parametrize("parts", [("ingest",), ("analytics", "api"), ("edge", "ingest")])
def test_parts_apart_need_servers_and_both_are_named(var: Path, parts: tuple[str, ...]) -> None:
    assert var.exists()
    with pytest.raises(Misconfigured) as refused:
        check_parts(parts, Settings())
    said = str(refused.value)
    assert "PLANTROOM_STORE=influxdb://" in said
    assert "PLANTROOM_RECORDS=postgresql+psycopg://" in said


def test_with_servers_any_set_of_parts_runs(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert var.exists()
    for name, value in SHARED.items():
        monkeypatch.setenv(name, value)
    for part in ("ingest", "analytics", "api", "edge"):
        check_parts((part,), Settings())


def test_a_part_that_does_not_exist_is_said_with_those_that_do(cli: Cli) -> None:
    answer = cli("run", "ingset")
    assert answer.exit_code == 2
    assert "there is no part 'ingset'" in answer.stderr
    assert "edge, ingest, analytics, api" in answer.stderr


def environment(var: Path, port: int, broker: int) -> dict[str, str]:
    return {
        **os.environ, "PLANTROOM_VAR": str(var), "PLANTROOM_HTTP_PORT": str(port),
        "PLANTROOM_BROKER_PORT": str(broker), "NO_COLOR": "1",
        "PLANTROOM_SITE": str(ROOT / "sites" / "wushan"),
    }  # fmt: skip


def page(port: int) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/login", trust_env=False).text
    except httpx.TransportError:
        return ""  # it is being started anew


def tried(port: int, address: str) -> int:
    """A try to come in, as a proxy passes it on for somebody."""
    return httpx.post(
        f"http://127.0.0.1:{port}/switch", data={"login": "x", "pin": "2718"}, trust_env=False,
        headers={"X-Forwarded-For": address},
    ).status_code  # fmt: skip


def guessed(var: Path, address: str, tries: int) -> None:
    """So many wrong tries from an address stand in the records."""
    records = Records(f"sqlite:///{var}/records.sqlite")
    for _ in range(tries):
        charge(records, [address_of(address)], now_ms())
    records.close()


def _rename(site: Path, before: str, after: str) -> None:
    path = site / "site.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.mark.slow
def test_all_but_the_edge_start_serve_take_up_a_site_and_stop(tmp_path: Path) -> None:
    port, broker = free_port(), free_port()
    site = tmp_path / "site"
    shutil.copytree(ROOT / "sites" / "wushan", site)
    process = subprocess.Popen(
        [*COMMAND, "ingest", "analytics", "api", "--embedded-broker"], cwd=ROOT, text=True,
        env={**environment(tmp_path, port, broker), "PLANTROOM_SITE": str(site),
             "PLANTROOM_TRUSTED_PROXY": "127.0.0.1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/login"), "the console", timeout_s=60)
        taken = subprocess.run(
            [*COMMAND, "ingest", "analytics", "api"], cwd=ROOT, text=True, capture_output=True,
            env=environment(tmp_path / "other", port, broker), timeout=60, check=False,
        )  # fmt: skip
        assert taken.returncode == 2, taken.stderr
        assert f"the console cannot listen on 127.0.0.1:{port}" in taken.stderr
        assert "Traceback" not in taken.stderr
        # Each hashes as long as a log-in: all but two are counted as if they had been made.
        guessed(tmp_path, "203.0.113.9", OFFICE * FREE_TRIES - 2)
        assert [tried(port, "203.0.113.9") for _ in range(3)] == [401, 401, 429]
        assert tried(port, "203.0.113.10") == 401, "behind the proxy a stranger blocks nobody else"
        assert "Wushan campus" in page(port)
        _rename(site, "Wushan campus", "[no name")  # wrong, and refused
        process.send_signal(signal.SIGHUP)
        time.sleep(2)
        assert "Wushan campus" in page(port)
        _rename(site, "[no name", "Mountain campus")
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: "Mountain campus" in page(port), "the changed site", timeout_s=30)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert time.monotonic() - begun < 8
    finally:
        process.kill()
        output = process.communicate()[0]
    assert process.returncode == 0, output
    assert "Traceback" not in output
    for part in ("ingest", "analytics", "api"):
        assert output.count(f"{part} runs") == 2
    assert "the site is refused" in output


@pytest.mark.slow
def test_a_store_that_another_process_holds_is_said(tmp_path: Path) -> None:
    port, broker = free_port(), free_port()
    held = tmp_path / "readings.duckdb"
    program = (
        f"import duckdb, sys; held = duckdb.connect({str(held)!r}); print('held', flush=True); "
        "sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        answer = subprocess.run(
            [*COMMAND, "ingest", "analytics", "api", "--embedded-broker"], cwd=ROOT, text=True,
            env=environment(tmp_path, port, broker), capture_output=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        holder.communicate("", timeout=20)
    assert answer.returncode in {3, 4}, answer.stderr
    assert "Traceback" not in answer.stderr
    assert "readings.duckdb" in answer.stderr


def test_run_alone_speaks_as_among_all_commands() -> None:
    for command in ([*COMMAND, "ingset"], [sys.executable, "-m", "plantroom", "--version"]):
        answer = subprocess.run(
            command, cwd=ROOT, text=True, capture_output=True, timeout=60, check=False
        )
        assert "Traceback" not in answer.stderr
        assert answer.returncode == (2 if command[-1] == "ingset" else 0)
        assert "there is no part 'ingset'" in answer.stderr or answer.stdout


def test_a_broker_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        broker = taken.getsockname()[1]
        answer = subprocess.run(
            [*COMMAND, "--embedded-broker"], cwd=ROOT, text=True, capture_output=True,
            env=environment(tmp_path, free_port(), broker), timeout=60, check=False,
        )  # fmt: skip
    assert answer.returncode == 2
    assert f"cannot listen on 127.0.0.1:{broker}" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("worker", ["", "2"])
def test_a_worker_of_several_has_a_name_and_shares(
    var: Path, monkeypatch: pytest.MonkeyPatch, worker: str
) -> None:
    monkeypatch.setenv("PLANTROOM_INGEST_WORKER", worker)
    settings = Settings()
    site = load_site(settings.site)
    broker = ListBroker(Diary())
    asked: list[str] = []
    filters: list[str] = []

    def session(_self: Plant, _user: str, client_id: str, **_how: bool) -> ListBroker:
        asked.append(client_id)
        return broker

    monkeypatch.setattr(Plant, "session", session)
    monkeypatch.setattr(broker, "listen", lambda wanted, *_: filters.extend(wanted))
    at = BrokerAt(host="127.0.0.1", port=1)
    plant = Plant(settings=settings, site=site, clock=SteppedClock(START), broker=at)
    try:
        plant.ingest.start()
    finally:
        plant.stop()
    assert asked == [f"ingest-wushan{'-2' if worker else ''}"]
    assert all(f.startswith("$share/ingest/") is bool(worker) for f in filters)
    assert (var / f"spool{'-2' if worker else ''}.sqlite").exists()


class BrokenStore(DuckStore):
    """One whose disk has failed for good."""

    def write(
        self, batches: Sequence[Batch], *, receipted: AbstractSet[BatchName]
    ) -> Sequence[RefusedRows]:
        raise Fatal(f"{len(batches)} batches, {len(receipted)} known: the disk is broken")


def test_an_ingest_that_stopped_by_itself_ends_the_process(var: Path) -> None:
    assert var.exists()
    settings = Settings()
    site = load_site(settings.site)
    broker, at = embedded(settings, site)
    plant = Plant(settings=settings, site=site, clock=SteppedClock(START), broker=at)
    check_alive(plant)
    assert "ingest" not in plant.__dict__, "asking makes nothing"
    try:
        plant.__dict__["store"] = BrokenStore(":memory:", site)
        plant.ingest.start()
        check_alive(plant)
        agent = plant.agent("gw-a", SimulatedDriver(Campus(site, SEED, START), "gw-a"))
        agent.step(START + 30 * MINUTE_MS)
        wait_for(lambda: plant.ingest.failure is not None, "the failure")
        with pytest.raises(Fatal, match="ingest has stopped"):
            check_alive(plant)
    finally:
        plant.stop()
        broker.stop()
