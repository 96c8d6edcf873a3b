"""The report as a document: words in both languages, its font inside, a word without one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from adapters.locales import translator
from api.monthly import fonts
from api.monthly.document import document
from api.monthly.tables import Cell, Report, Table, report
from api.monthly.workbook import workbook
from core.errors import Refused
from tests.api.printed import words
from tests.sample import wushan
from tests.workorders.assessment.made import NOW, H, M, Made
from workorders.assessment.assess import By
from workorders.assessment.monthly import Monthly
from workorders.ledger.totals import Book


def month() -> Monthly:
    """Two orders: one answered in half an hour, one cancelled."""
    made = Made()
    made.promise(made.order(), met=30 * M)
    made.promise(made.cancelled(), due=4 * H)
    found = made.assessed()
    return Monthly(
        month="2026-03", made_at=NOW, complete=False, whole=found.rows()[0],
        parts={By.CREW: found.rows(By.CREW), By.PERSON: found.rows(By.PERSON)},
        course=found.rows(By.MONTH), ages=found.ages(), proofs=found.proofs(),
        saved=Book(totals=(), bookings=(), nodes=(), unmeasured=()), names={"li": "李 强"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Report of March 2026", "Answered in time", "50.0 %", "ventilation and cooling")),
        ("zh_Hans", ("2026年3月月度报告", "按时响应", "50.0 %", "一次修复")),
    ],
)
def test_a_document_says_what_the_figures_are(language: str, said: tuple[str, ...]) -> None:
    tr = translator(language)
    made = document(report(wushan(), month(), tr), NOW, tr.tag)
    assert made.startswith(b"%PDF-")
    assert b"/FontFile3" in made or b"/FontFile2" in made
    found = words(made)
    assert [one for one in (*said, "李 强") if one not in found] == []
    assert "?" not in found, "every letter is in the font"


def test_without_a_font_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fonts.chinese.cache_clear()
    monkeypatch.setattr(fonts, "_PLACES", (str(tmp_path / "none.ttc"),))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="fonts-noto-cjk"):
        fonts.chinese()
    fonts.chinese.cache_clear()


def test_what_looks_like_a_formula_is_text() -> None:
    table = Table(name="a/b", title="t", note="", empty="", columns=["x"],
                  rows=[[Cell("=1+1")], [Cell("-7", -7.0, "0")]])  # fmt: skip
    book = _read(workbook(Report(title="r", lines=["l"], tables=[table, table])))
    assert book.sheetnames == ["a b", "a b 2"]
    assert [row[0].value for row in book["a b"].iter_rows(min_row=5)] == ["'=1+1", -7]


def test_words_of_people_are_neither_formulas_nor_control_characters() -> None:
    made = Report(title="=r", lines=["@site \x0b\x1f1"], tables=[
        Table(name="a", title="t\x08", note="-note\x00", empty="", columns=["+x\x07"],
              rows=[[Cell("\x1b=li\n李")]]),
        Table(name="b", title="t", note="", empty="=none\x02", columns=["x"], rows=[]),
    ])  # fmt: skip
    book = _read(workbook(made))
    said = [[row[0].value for row in book[name].iter_rows()] for name in ("a", "b")]
    assert said == [["'=r: t", "'@site 1", "'-note", "'+x", "'=li\n李"],
                    ["'=r: t", "'@site 1", None, "x", "'=none"]]  # fmt: skip


def _read(file: bytes) -> Workbook:
    return load_workbook(io.BytesIO(file))
