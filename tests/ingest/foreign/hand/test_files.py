"""Files of hand readings: every row is a reading or a mistake with its line."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from core.errors import Misconfigured
from ingest.foreign.hand import files
from ingest.foreign.hand.files import number_of, read_file

ZONE = ZoneInfo("Asia/Shanghai")
JANUARY = round(datetime(2026, 1, 31, 0, 30, tzinfo=UTC).timestamp() * 1000)


def csv(folder: Path, text: str) -> Path:
    path = folder / "meters.csv"
    path.write_text(text, encoding="utf-8")
    return path


def xlsx(folder: Path, *rows: list[object]) -> Path:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    path = folder / "meters.xlsx"
    book.save(path)
    return path


def test_a_csv_in_the_sites_own_time(tmp_path: Path) -> None:
    table = read_file(
        csv(tmp_path, "\ufeffpoint,at,value,unit,note,sure\n"
            'a.m.energy,2026-01-31 08:30,184332.7,kWh,"two\nlines",\n'
            "a.w.volume,2026-01-31T00:30:00Z,12,,,yes\n"), ZONE)  # fmt: skip
    assert (table.rows, table.mistakes) == (2, [])
    first, second = table.taken
    assert (first.point, first.at, first.value, first.unit) == (
        "a.m.energy", JANUARY, 184332.7, "kWh",
    )  # fmt: skip
    assert (first.note, first.line, first.sure) == ("two\nlines", 2, False)
    assert (second.at, second.line, second.sure) == (JANUARY, 4, True)


def test_a_workbook_with_real_dates(tmp_path: Path) -> None:
    when = datetime(2026, 1, 31, 8, 30)  # noqa: DTZ001 a cell has no zone
    path = xlsx(
        tmp_path,
        ["Point", "At", "Value", None],
        ["a.m.energy", when, 7],
        [None, None, None],
        ["a.m.energy", date(2026, 2, 1), "8.5"],
    )
    table = read_file(path, ZONE)
    assert [(t.at, t.value, t.line) for t in table.taken] == [
        (JANUARY, 7.0, 2), (JANUARY + 15 * 3_600_000 + 1_800_000, 8.5, 4),
    ]  # fmt: skip
    assert table.rows == 2


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",2026-01-31 08:30,1", "point: it is empty"),
        ("a.m.energy,31.01.2026,1", "at: '31.01.2026' is no time"),
        ("a.m.energy,,1", "at: it is empty"),
        ('a.m.energy,2026-01-31 08:30,"1,5"', "value: '1,5' is no number"),
        ("a.m.energy,2026-01-31 08:30,", "value: it is empty"),
        ("a.m.energy,2026-01-31 08:30,1_0", "value: '1_0' is no number"),
        ("a.m.energy,2026-01-31 08:30,nan", "value: 'nan' is no number"),
        ("a.m.energy,2026-01-31 08:30,1,perhaps", "sure: 'perhaps'"),
        ("a.m.energy", "at: it is empty"),
    ],
)
def test_a_row_that_is_no_reading_is_told_with_its_line(
    tmp_path: Path, row: str, words: str
) -> None:
    good = "a.m.energy,2026-01-31 08:30,1"
    table = read_file(csv(tmp_path, f"point,at,value,sure\n{good}\n{row}\n{good}\n"), ZONE)
    (mistake,) = table.mistakes
    assert (mistake.file, mistake.line) == ("meters.csv", 3)
    assert words in mistake.what
    assert mistake.expected
    assert (table.rows, len(table.taken)) == (3, 2)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("m.ods", b"", "is no kind of table"),
        ("m.csv", b"point,at\n", "the column 'value' is missing"),
        ("m.csv", b"point,at,value,vlaue\n", "unknown column 'vlaue'"),
        ("m.csv", b"\xff\xfe\x00", "not UTF-8"),
        ("m.csv", b"", "the column 'point' is missing"),
        ("m.csv", b'point,at,value\n"x', "not CSV"),
        ("m.xlsx", b"PK no", "not a workbook"),
        ("absent.csv", None, "cannot be read"),
    ],
)
def test_what_is_no_table_at_all(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Misconfigured) as caught:
        read_file(path, ZONE)
    assert any(words in mistake.what for mistake in caught.value.mistakes)


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (files.MOST_UNPACKED + 1))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(Misconfigured, match="too large"):
        read_file(path, ZONE)


def test_another_archive_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(Misconfigured, match="not a workbook"):
        read_file(path, ZONE)


def test_a_file_without_end_is_refused(tmp_path: Path) -> None:
    row = "a.m.energy,2026-01-31 08:30,1\n"
    path = csv(tmp_path, "point,at,value\n" + row * (files.MOST_ROWS + 1))
    with pytest.raises(Misconfigured, match="more than 20000 rows"):
        read_file(path, ZONE)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_as_written_is_read(value: float) -> None:
    assert number_of(repr(value)) == value
    assert number_of(value) == value
