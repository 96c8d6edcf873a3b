"""``plantroom quarantine replay``, ``dismiss`` and ``purge``: where nothing runs, and beside it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from adapters.records import Records
from adapters.sites import load_site
from adapters.store import open_store
from core import wire
from core.batch import BatchName, Columns
from core.ports import Quarantined
from tests.ingest.foreign.test_dialects import UP, chirp
from tests.ingest.foreign.town import SITE as TOWN
from tests.ingest.foreign.town import write_town
from tests.ingest.places import NOW
from tests.plantroom.conftest import ROOT, Cli

AT = 1_750_000_000_000
HOLD = """
import sys, time
from pathlib import Path
from adapters.sites import load_site
from adapters.store import open_store
store = open_store(sys.argv[1], load_site(Path(sys.argv[2])))
store.count()
print("open", flush=True)
time.sleep(60)
"""


def keep(var: Path, point: str, value: float = 21.5, *, at: int = AT) -> None:
    rows = Columns.of([0], [at], [value])
    payload = wire.encode(wire.batch_message(rows, [(point, "°C")], sent_at=at, backfill=True))
    records = Records(f"sqlite:///{var}/records.sqlite")
    records.upgrade()
    records.quarantine.keep([
        Quarantined(
            gateway="gw-a", topic="plantroom/v1/wushan/gw-a/batch/b/1", payload=payload,
            reason="unknown_point", detail=f"{point}: the site has no such point", readings=1,
            received=at + 1_000, name=BatchName("gw-a", "b", round(value * 10)), point=point,
        )
    ])  # fmt: skip
    records.close()


def test_where_nothing_runs_the_command_itself_replays(cli: Cli, var: Path) -> None:
    keep(var, "a.ahu1.sat")
    keep(var, "a.ahu1.nothing", 5.0)
    answer = cli("quarantine", "replay", "--all")
    assert answer.exit_code == 0, answer.output
    assert "1 of 2 entries settled, 1 readings of them in the store" in answer.output
    assert "a.ahu1.nothing: the site has no such point" in " ".join(answer.output.split())
    listed = json.loads(cli("quarantine", "list", "--json").output)
    states = {e["point"]: (e["state"], e["how"]) for e in listed["entries"]}
    assert states == {"a.ahu1.sat": ("settled", "replayed"), "a.ahu1.nothing": ("open", "")}
    assert all(e["by"].startswith("cli:") for e in listed["entries"])
    site = load_site(ROOT / "sites" / "wushan")
    store = open_store(f"duckdb:{var / 'readings.duckdb'}", site)
    try:
        assert store.latest([site.index["a.ahu1.sat"]]).rows.value.tolist() == [21.5]
    finally:
        store.close()
    again = cli("quarantine", "replay", "--point", "a.ahu1.sat")
    assert "nothing of that is open" in again.output


def test_beside_a_running_process_the_wish_waits_for_it(cli: Cli, var: Path) -> None:
    keep(var, "a.ahu1.sat")
    command = [
        sys.executable, "-c", HOLD, f"duckdb:{var / 'readings.duckdb'}",
        str(ROOT / "sites" / "wushan"),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == b"open\n"
            answer = cli("quarantine", "replay", "--all", "--wait", "0.3")
            assert answer.exit_code == 0, answer.output
            assert "1 entries wait for the ingest that runs" in answer.output
        finally:
            other.kill()
    (entry,) = json.loads(cli("quarantine", "list", "--json").output)["entries"]
    assert entry["state"] == "asked", "it is not forgotten"


def test_what_is_replayed_must_be_said(cli: Cli) -> None:
    answer = cli("quarantine", "replay")
    assert answer.exit_code == 2
    assert "say which" in answer.stderr


def test_dismissed_by_hand_and_purged_by_age(cli: Cli, var: Path) -> None:
    keep(var, "a.ahu1.no1", 1.0)
    keep(var, "a.ahu1.no2", 2.0, at=int(time.time() * 1000) - 60_000)
    told = json.loads(cli("quarantine", "list", "--json").output)
    entries = told["entries"]
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 60))
    assert [(d["key"], d["entries"]) for d in told["by_day"]] == [(today, 1)], "of 14 days"
    assert f"day {today} (UTC): 1 entries" in cli("quarantine", "list").output
    old = next(e["id"] for e in entries if e["point"] == "a.ahu1.no1")
    assert cli("quarantine", "dismiss", str(old), "--note", "gone").exit_code == 0
    assert cli("quarantine", "dismiss", str(old), "--note", "gone").exit_code == 2
    gone = json.loads(cli("quarantine", "purge", "--older-than", "30", "--json").output)
    assert gone == {"entries": 1, "unstored": 1}
    left = json.loads(cli("quarantine", "list", "--json").output)
    assert [e["point"] for e in left["entries"]] == ["a.ahu1.no2"]
    assert left["purged"][0]["entries"] == 1


def test_what_others_sent_is_read_by_its_own_reader_too(
    tmp_path: Path, cli: Cli, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_town(tmp_path / "town", TOWN)
    monkeypatch.setenv("PLANTROOM_SITE", str(folder))
    records = Records(f"sqlite:///{var}/records.sqlite")
    records.upgrade()
    records.quarantine.keep([
        Quarantined(gateway="", topic=UP, payload=chirp(1, temperature=20.0).encode(),
                    reason="unmapped", detail="no such device", readings=0, received=NOW)
    ])  # fmt: skip
    records.close()
    answer = cli("quarantine", "replay", "--all")
    assert "1 of 1 entries settled, 1 readings of them in the store" in answer.output
