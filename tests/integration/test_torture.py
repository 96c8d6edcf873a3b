"""The short torture: processes and servers are killed while they work, and no reading is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import Misconfigured
from scoring.torture.account import Account
from scoring.torture.backlog import backlog
from scoring.torture.play import play
from scoring.torture.rig import StoreKind
from scoring.torture.scenarios import SCENARIOS, SHORT, SHORT_SCALE, Scenario
from tests.servers import missing

SEED = 4
MOST_MB = 300
"""The bound that ingest is held to, whatever waits. [MB]"""


def reachable(folder: Path) -> None:
    """PostgreSQL's own user must be able to reach its part of it."""
    for parent in (folder, *folder.parents):
        if parent.name.startswith(("pytest-", "popen-", "test_")):
            parent.chmod(parent.stat().st_mode | 0o011)


def absent(error: Misconfigured) -> None:
    """Skip, or fail where the environment requires the server."""
    what = str(error).split()[0]
    missing({"influxd-2.7.12": "influx2", "postgresql": "postgres"}.get(what, what), str(error))


def played(folder: Path, scenarios: list[Scenario], store: StoreKind) -> Account:
    reachable(folder)
    try:
        (one,) = play(folder, scenarios, [store], SHORT_SCALE, SEED, lambda *_: None)
    except Misconfigured as error:
        absent(error)
        raise
    assert not one.failure, one.failure
    assert one.kills >= 1
    assert one.account.given > 1000
    assert one.account.sent == one.account.given
    assert (one.account.lost, one.account.duplicated, one.account.invented) == (0, 0, 0), (
        one.account.notes
    )
    return one.account


@pytest.mark.slow
@pytest.mark.mosquitto
def test_a_little_of_each_on_duckdb(tmp_path: Path) -> None:
    said = played(tmp_path, list(SHORT), "duckdb")
    assert said.quarantined >= 20, "each kind of poison"


@pytest.mark.slow
@pytest.mark.mosquitto
@pytest.mark.influx2
@pytest.mark.postgres
def test_a_little_of_each_on_influxdb_with_two_workers(tmp_path: Path) -> None:
    said = played(tmp_path, list(SHORT), "influxdb")
    assert said.quarantined >= 20, "each kind of poison"


@pytest.mark.slow
@pytest.mark.mosquitto
@pytest.mark.influx2
@pytest.mark.postgres
def test_a_backlog_stays_with_the_broker_and_not_in_memory(tmp_path: Path) -> None:
    """A million, as docs/reliability.md tells of, takes no more: it is not here that they wait."""
    reachable(tmp_path)
    try:
        seen = backlog(tmp_path, 20_000, 60)
    except Misconfigured as error:
        absent(error)
        raise
    assert seen.stored > 2_000
    assert 50 < seen.started_mb <= seen.most_mb < MOST_MB


@pytest.mark.slow
@pytest.mark.mosquitto
@pytest.mark.influx2
@pytest.mark.postgres
def test_what_foreign_devices_were_acknowledged_outlasts_ingest_and_broker(tmp_path: Path) -> None:
    """Both are killed while the store is down, and the broker has lost all it kept."""
    (scenario,) = (s for s in SCENARIOS if s.name.startswith("foreign"))
    played(tmp_path, [scenario], "influxdb")
