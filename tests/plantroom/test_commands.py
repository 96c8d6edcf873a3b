"""``user``, ``quarantine``, ``site``, ``dashboards`` and ``edge``, as somebody types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from adapters.records import ALL, Records
from adapters.records.factors import FactorRow
from adapters.sites import load_slice
from core.ports import Quarantined
from edge.outbox import Outbox
from tests.plantroom.conftest import ROOT, Cli

WUSHAN = str(ROOT / "sites" / "wushan")


def records(var: Path) -> Records:
    made = Records(f"sqlite:///{var}/records.sqlite")
    made.upgrade()
    return made


def test_rosters_leave_licences_and_who_leaves(cli: Cli) -> None:
    cli("user", "import", WUSHAN)
    lines = json.loads(cli("user", "roster", "--json").output)
    assert {"trade": "T", "building": "all", "order": 1, "login": "sun.qiang", "from": "00:00",
            "to": "24:00", "weekdays": "1234567"} in lines  # fmt: skip
    away = ("user", "leave", "wang.fang", "2030-05-01T08:00", "2030-05-08T08:00")
    assert "he.ping is called instead" in cli(*away, "--substitute", "he.ping").output
    assert cli(*away, "--substitute", "nobody").exit_code == 2
    assert cli("user", "leave", "wang.fang", "2030-05-02", "2030-05-01").exit_code == 2
    assert "until 2039-01-31" in cli("user", "licence", "wang.fang", "gas", "2039-01-31").output
    assert cli("user", "licence", "wang.fang", "gas", "2019-01-31").exit_code == 2
    assert "has left" in cli("user", "dismiss", "wang.fang").output
    assert cli("user", "dismiss", "wang.fang").exit_code == 2
    assert "wang.fang" not in cli("user", "list").output
    assert "wang.fang" not in cli("user", "roster").output


def test_people_are_imported_and_listed(cli: Cli) -> None:
    assert "Nobody yet" in cli("user", "list").output
    said = cli("user", "import", WUSHAN)
    assert said.exit_code == 0, said.output
    assert "passwords are as they were" in said.output
    people = json.loads(cli("user", "list", "--json").output)
    chen = next(p for p in people if p["login"] == "chen.jing")
    assert chen["role"] == "engineer"
    assert chen["can log in"] == "no"
    assert "chen.jing" in cli("user", "list").output


def test_a_password_lets_its_owner_log_in_and_is_never_shown(cli: Cli, var: Path) -> None:
    cli("user", "import", WUSHAN)
    answer = cli("user", "password", "chen.jing", given="a long enough one\na long enough one\n")
    assert answer.exit_code == 0, answer.output
    assert "a long enough one" not in answer.output
    people = json.loads(cli("user", "list", "--json").output)
    assert {p["login"] for p in people if p["can log in"] == "yes"} == {"chen.jing"}
    kept = (var / "records.sqlite").read_bytes()
    assert b"a long enough one" not in kept
    cli("user", "import", WUSHAN)
    again = json.loads(cli("user", "list", "--json").output)
    assert people == again, "a second import keeps the password"


def test_a_second_factor_is_taken_away_once(cli: Cli, var: Path) -> None:
    cli("user", "import", WUSHAN)
    assert "has no second factor" in cli("user", "second-factor-off", "chen.jing").output
    kept = records(var)
    with kept.session(ALL) as session:
        session.add(FactorRow(login="chen.jing", secret="A" * 32, step=1, set_at=1))
    kept.close()
    assert cli("user", "second-factor-off", "chen.jing").exit_code == 0
    assert cli("user", "second-factor-off", "chen.jing").exit_code != 0


def test_a_key_is_shown_once_and_kept_as_a_hash(cli: Cli, var: Path) -> None:
    cli("user", "import", WUSHAN)
    answer = cli("user", "key", "chen.jing", "--days", "7")
    assert answer.exit_code == 0, answer.output
    key = answer.output.strip()
    assert len(key) > 30
    kept = b"".join(path.read_bytes() for path in var.glob("records.sqlite*"))
    assert key.encode() not in kept


@pytest.mark.parametrize(
    "words", [("password", "nobody", "--password", "x" * 12), ("key", "nobody")]
)
def test_nobody_has_neither_password_nor_key(cli: Cli, words: tuple[str, ...]) -> None:
    answer = cli("user", *words)
    assert answer.exit_code == 2
    assert "nobody has the log-in 'nobody'" in answer.stderr


def test_quarantine_is_listed_by_reason_and_shown_with_its_payload(cli: Cli, var: Path) -> None:
    assert "Nothing is in quarantine." in cli("quarantine", "list").output
    kept = records(var)
    kept.quarantine.keep([
        refused("gw-a", "unit", b'{"v":1,"points":[["a.x","kw"]]}', 3, "unit 'kw' of [a.x]"),
        refused("gw-c", "not_json", b"\x1b[2J\xff", 0, "line 1, column 1"),
    ])  # fmt: skip
    kept.close()
    said = json.loads(cli("quarantine", "list", "--json").output)
    assert said["counts"] == {
        "unit": {"entries": 1, "readings": 3}, "not_json": {"entries": 1, "readings": 0},
    }  # fmt: skip
    (entry,) = json.loads(cli("quarantine", "list", "--reason", "unit", "--json").output)["entries"]
    assert entry["gateway"] == "gw-a"
    table = cli("quarantine", "list", "--gateway", "gw-a").output
    assert "unit 'kw' of [a.x]" in table, "brackets are text"
    assert "gw-c" not in table
    shown = cli("quarantine", "show", str(entry["id"]))
    assert '"points"' in shown.output
    other = next(e for e in said["entries"] if e["gateway"] == "gw-c")
    dumped = cli("quarantine", "show", str(other["id"]))
    assert dumped.exit_code == 0
    assert "\x1b" not in dumped.output
    assert json.loads(cli("quarantine", "show", str(other["id"]), "--json").output)["reason"]


def test_an_entry_that_is_not_there_is_said(cli: Cli) -> None:
    answer = cli("quarantine", "show", "7")
    assert answer.exit_code == 2
    assert "there is no entry 7" in answer.stderr


def refused(gateway: str, reason: str, payload: bytes, readings: int, detail: str) -> Quarantined:
    return Quarantined(
        gateway=gateway, topic=f"plantroom/v1/wushan/{gateway}/batch/b/1", payload=payload,
        reason=reason, detail=detail, readings=readings, received=1_750_000_000_000,
    )  # fmt: skip


def test_a_good_site_passes_and_a_bad_one_says_everything(cli: Cli, tmp_path: Path) -> None:
    good = cli("site", "check", WUSHAN)
    assert good.exit_code == 0, good.output
    assert "No mistake found." in good.output
    bad = tmp_path / "bad"
    shutil.copytree(WUSHAN, bad)
    page = bad / "buildings" / "a.yaml"
    text = page.read_text(encoding="utf-8")
    text = text.replace("carrier: electricity", "carrier: electrcity", 1)
    page.write_text(text.replace("parent: w-main", "parent: w-mian", 1), encoding="utf-8")
    answer = cli("site", "check", str(bad))
    assert answer.exit_code == 2
    assert "did you mean electricity?" in answer.stderr
    told = cli("site", "check", str(bad), "--json")
    assert told.exit_code == 2
    mistakes = json.loads(told.stdout)
    assert {m["file"] for m in mistakes} == {"buildings/a.yaml"}
    assert all(m["line"] > 0 for m in mistakes)


def test_the_schema_is_one_that_editors_read(cli: Cli, tmp_path: Path) -> None:
    printed = json.loads(cli("site", "schema").output)
    assert printed["$schema"].startswith("https://json-schema.org/")
    answer = cli("site", "schema", "--to", str(tmp_path / "schema.json"))
    assert answer.exit_code == 0
    assert json.loads((tmp_path / "schema.json").read_text(encoding="utf-8")) == printed


def test_an_edge_gets_its_slice_alone(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "gw-a.json"
    answer = cli("site", "export", WUSHAN, "--gateway", "gw-a", "--to", str(file))
    assert answer.exit_code == 0, answer.output
    part = load_slice(file)
    assert set(part.gateways) == {"gw-a"}
    assert {p.gateway for p in part.points} == {"gw-a"}
    wrong = cli("site", "export", WUSHAN, "--gateway", "gw-x", "--to", str(file))
    assert wrong.exit_code == 2
    assert "gw-x" in wrong.stderr


def test_dashboards_are_written_where_they_are_wanted(cli: Cli, tmp_path: Path) -> None:
    answer = cli("dashboards", "build", "--to", str(tmp_path / "grafana"))
    assert answer.exit_code == 0, answer.output
    page = json.loads((tmp_path / "grafana/json/campus.json").read_text(encoding="utf-8"))
    assert page["title"].endswith(": now")
    refused_ = cli("dashboards", "push", "--url", "http://127.0.0.1:9")
    assert refused_.exit_code == 2
    assert "PLANTROOM_GRAFANA_TOKEN" in refused_.stderr


def test_resending_asks_for_an_outbox_and_a_date(cli: Cli, var: Path) -> None:
    absent = cli("edge", "resend", "gw-a", "--since", "2026-03-01")
    assert absent.exit_code == 2
    assert "no outbox of 'gw-a'" in absent.stderr
    (var / "outbox").mkdir()
    Outbox(var / "outbox" / "gw-a.sqlite").close()
    wrong = cli("edge", "resend", "gw-a", "--since", "yesterday")
    assert wrong.exit_code == 2
    assert "'yesterday' is no date" in wrong.stderr
    nothing = cli("edge", "resend", "gw-a", "--since", "2026-03-01")
    assert nothing.exit_code == 0
    assert "0 readings will be sent again" in nothing.output


def test_a_path_in_a_message_is_never_broken(cli: Cli, tmp_path: Path) -> None:
    long = tmp_path / "a folder whose name is long enough" / "for two lines of a terminal" / "x"
    answer = cli("restore", str(long))
    assert answer.exit_code == 2
    assert str(long) in answer.stderr


def test_a_backup_that_is_none_is_refused(cli: Cli, tmp_path: Path) -> None:
    nothing = cli("backup", str(tmp_path / "copy"))
    assert nothing.exit_code == 2
    assert "nothing to back up" in nothing.stderr
    answer = cli("restore", str(tmp_path))
    assert answer.exit_code == 2
    assert "holds no backup" in answer.stderr
