"""``plantroom readings``: every row of a table is accounted for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from adapters.records import Records
from adapters.records.tables import AuditRow
from tests.plantroom.conftest import ROOT, Cli

WUSHAN = str(ROOT / "sites" / "wushan")
ROWS = """\
point,at,value,unit,note
a.w-main.volume,2024-01-31 08:30,1200,,
a.w-main.volume,2024-02-29 08:30,1310500,L,in litres
a.w-main.volume,2024-03-31 08:30,1250,,
a.w-main.volum,2024-03-31 08:30,1400,,
a.w-main.volume,soon,1400,,
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "meters.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def kept(var: Path) -> list[tuple[float, str, str]]:
    records = Records(f"sqlite:///{var}/records.sqlite")
    found = [(r.value, r.person, r.source) for r in records.hand.list("all")]
    records.close()
    return found


def test_what_is_right_is_entered_and_the_rest_is_told_with_its_line(
    cli: Cli, var: Path, table: Path
) -> None:
    cli("user", "import", WUSHAN)
    answer = cli("readings", "import", str(table), "--as", "chen.jing")
    assert answer.exit_code == 2
    assert "5 rows: 2 entered, 0 known, 3 refused" in answer.output
    lines = answer.stderr.splitlines()
    assert lines[0].startswith("meters.csv:4: 1250 m³ is less than the 1310.5 m³")
    assert "did you mean a.w-main.volume?" in lines[1]
    assert lines[2].startswith("meters.csv:6: at: 'soon' is no time")
    assert kept(var) == [
        (1310.5, "chen.jing", "meters.csv:3"), (1200.0, "chen.jing", "meters.csv:2"),
    ]  # fmt: skip
    again = cli("readings", "import", str(table), "--as", "chen.jing", "--json")
    said = json.loads(again.stdout)
    assert (said["entered"], said["known"], len(said["refused"])) == (0, 2, 3)
    listed = json.loads(cli("readings", "list", "--json").stdout)
    assert {(r["at"], r["stored"]) for r in listed} >= {("2024-02-29 08:30", "waits")}
    assert "waits" in cli("readings", "list").output


def test_a_workbook_is_checked_and_not_entered(cli: Cli, var: Path, tmp_path: Path) -> None:
    cli("user", "import", WUSHAN)
    book = Workbook()
    for row in (["point", "at", "value"], ["a.w-main.volume", "2024-01-31 08:30", 1200]):
        book.active.append(row)
    book.save(tmp_path / "meters.xlsx")
    answer = cli(
        "readings", "import", str(tmp_path / "meters.xlsx"), "--as", "chen.jing", "--check"
    )
    assert answer.exit_code == 0, answer.output
    assert "1 rows: 1 would be entered" in answer.output
    assert kept(var) == []


def test_what_was_entered_is_taken_back_once_by_who_may_with_a_reason(
    cli: Cli, var: Path, table: Path
) -> None:
    cli("user", "import", WUSHAN)
    cli("readings", "import", str(table), "--as", "chen.jing")
    (number,) = [
        r["number"] for r in json.loads(cli("readings", "list", "--json").stdout)
        if r["value"] == 1200.0
    ]  # fmt: skip

    def undo(login: str, why: str = "another dial") -> str:
        return cli("readings", "undo", str(number), "--as", login, "--why", why).output

    assert "nobody has the log-in 'nobody'" in undo("nobody")
    assert "your role may not" in undo("guo.hua")
    assert "say why" in undo("chen.jing", " ")
    assert [value for value, *_ in kept(var)] == [1310.5, 1200.0]
    assert "taken back: 1200 at a.w-main.volume of 2024-01-31 08:30" in undo("chen.jing")
    assert "It is so already." in undo("chen.jing")
    records = Records(f"sqlite:///{var}/records.sqlite")
    with records.session("all", reading=True) as session:
        said = session.scalars(select(AuditRow.detail).where(AuditRow.action == "readings.undo"))
        assert [detail.rpartition("; ")[2] for detail in said] == ["another dial"]
    assert not records.corrections.taken_back(9), "the store is put right here"
    records.close()
    listed = json.loads(cli("readings", "list", "--json").stdout)
    assert [r["undone"].endswith("by chen.jing") for r in listed] == [False, True]


def test_nobody_enters_nothing(cli: Cli, table: Path) -> None:
    answer = cli("readings", "import", str(table), "--as", "nobody")
    assert answer.exit_code == 2
    assert "nobody has the log-in 'nobody'" in answer.stderr
