"""Tables of hand readings, CSV or XLSX: every row becomes a reading or a mistake with its line."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

from core.errors import Misconfigured, Mistake
from ingest.foreign.hand.entry import Taken

NEEDED = ("point", "at", "value")
COLUMNS = (*NEEDED, "unit", "note", "sure")
MOST_ROWS = 20_000
"""As many as one batch of an edge may have: twenty years of a hundred meters, monthly."""
MOST_BYTES = 16 * 1024 * 1024
MOST_UNPACKED = 128 * 1024 * 1024
"""An XLSX is a packed archive: a small one may hold gigabytes."""
_MOST_COLUMNS = 32  # a sheet may claim sixteen thousand
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_YES = {"yes", "true", "1", "x", "是"}
_NO = {"", "no", "false", "0", "否"}

Cells = Mapping[str, object]


@dataclass(slots=True)
class Table:
    """What stands in a file.

    Attributes:
        rows: Rows that hold something.
        taken: Those that are readings.
        mistakes: Those that are none, each with its line.
    """

    rows: int = 0
    taken: list[Taken] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def read_file(path: Path, zone: ZoneInfo) -> Table:
    """Read a file of hand readings; its first row names the columns.

    Args:
        path: Ends in ``.csv`` or ``.xlsx``.
        zone: Of times that name none: the site's.

    Raises:
        Misconfigured: It cannot be read as a table at all.
    """
    kinds = {".csv": _csv_rows, ".xlsx": _xlsx_rows}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise _unreadable(path, f"'{path.suffix}' is no kind of table", "a .csv or .xlsx file")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _unreadable(path, "the file is too large", f"at most {MOST_BYTES >> 20} MiB")
        return _table(path.name, kind(path), zone)
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}", "a file") from error


def _table(name: str, rows: Iterator[tuple[int, list[object]]], zone: ZoneInfo) -> Table:
    _, first = next(rows, (1, []))
    header = [_text(cell).lower() for cell in first]
    wrong = [f"unknown column '{c}'" for c in header if c and c not in COLUMNS]
    wrong += [f"the column '{c}' is missing" for c in NEEDED if c not in header]
    if wrong:
        expected = f"a first row of {', '.join(COLUMNS)}"
        raise Misconfigured([Mistake(file=name, line=1, what=w, expected=expected) for w in wrong])
    table = Table()
    for line, cells in rows:
        row = {c: cell for c, cell in zip(header, cells, strict=False) if c}
        if not any(_text(cell) for cell in row.values()):
            continue
        table.rows += 1
        if table.rows > MOST_ROWS:
            what, expected = f"more than {MOST_ROWS} rows", "several files"
            raise Misconfigured([Mistake(file=name, line=line, what=what, expected=expected)])
        try:
            table.taken.append(_taken(row, name, line, zone))
        except ValueError as error:
            what, expected = error.args
            table.mistakes.append(Mistake(file=name, line=line, what=what, expected=expected))
    return table


def _taken(row: Cells, file: str, line: int, zone: ZoneInfo) -> Taken:
    """A row as a reading.

    Raises:
        ValueError: A cell cannot be what it should; what is wrong, and what was expected.
    """
    point = _text(row.get("point"))
    if not point:
        raise ValueError("point: it is empty", "id of a point, such as a.m-main.energy")
    sure = _text(row.get("sure")).lower()
    if sure not in _YES | _NO:
        raise ValueError(f"sure: '{sure}'", "yes or nothing")
    return Taken(
        point=point, at=moment_of(row.get("at"), zone), value=number_of(row.get("value")),
        unit=_text(row.get("unit")), note=_text(row.get("note")), sure=sure in _YES,
        file=file, line=line,
    )  # fmt: skip


def moment_of(cell: object, zone: ZoneInfo) -> int:
    """A cell as a time; a date alone is its midnight. UTC. [ms]

    Raises:
        ValueError: It is none; what is wrong, and what was expected.
    """
    expected = "a date and time, such as 2026-01-31 08:30"
    when: datetime
    if isinstance(cell, datetime):
        when = cell
    elif isinstance(cell, date):
        when = datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 its zone is given below
    else:
        text = _text(cell)
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            what = f"at: '{text[:40]}' is no time" if text else "at: it is empty"
            raise ValueError(what, expected) from None
    if when.tzinfo is None:
        when = when.replace(tzinfo=zone)
    try:
        return round(when.timestamp() * 1000)
    except (OverflowError, OSError, ValueError):
        raise ValueError(f"at: '{cell}' is no time", expected) from None


def number_of(cell: object) -> float:
    """A cell as a number.

    Raises:
        ValueError: It is none; what is wrong, and what was expected.
    """
    expected = "a number with a point, such as 184332.7"
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    text = _text(cell)
    # float() would read "1_0" as ten, and a decimal comma is a thousand to others: never guessed.
    if not _NUMBER.fullmatch(text):
        what = f"value: '{text[:40]}' is no number" if text else "value: it is empty"
        raise ValueError(what, expected)
    return float(text)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _csv_rows(path: Path) -> Iterator[tuple[int, list[object]]]:
    try:
        # utf-8-sig: spreadsheets put a byte-order mark in front.
        with path.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, strict=True)
            # A text in quotes may hold line breaks: the line on which a row begins is told.
            line = 1
            for cells in reader:
                yield line, list(cells)
                line = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise _unreadable(path, "the file is not UTF-8 text", "CSV UTF-8") from error
    except csv.Error as error:
        raise _unreadable(path, f"not CSV: {error}", "a table with commas") from error


def _xlsx_rows(path: Path) -> Iterator[tuple[int, list[object]]]:
    """The first sheet; of formulas the value that the program which wrote it had computed."""
    _check_archive(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises what its parsers raise, of many kinds
        raise _unreadable(path, "not a workbook", "an .xlsx file") from error
    try:
        sheet = book.worksheets[0]
        rows: Iterable[tuple[object, ...]] = sheet.iter_rows(
            values_only=True, max_col=_MOST_COLUMNS
        )  # fmt: skip
        for line, cells in enumerate(rows, 1):
            yield line, list(cells)
    except Misconfigured:
        raise
    except Exception as error:
        raise _unreadable(path, "a sheet that cannot be read", "an .xlsx file") from error
    finally:
        book.close()


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile as error:
        raise _unreadable(path, "not a workbook", "an .xlsx file") from error
    if size > MOST_UNPACKED:
        raise _unreadable(path, "the workbook is too large", f"at most {MOST_UNPACKED >> 20} MiB")


def _unreadable(path: Path, what: str, expected: str) -> Misconfigured:
    return Misconfigured([Mistake(file=path.name, line=0, what=what, expected=expected)])
