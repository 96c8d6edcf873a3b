"""The report as a workbook: one sheet a table, numbers as numbers."""

from __future__ import annotations

import io
import re
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from api.monthly.tables import Cell, Report, Table

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_NAME = 31
"""Letters of a sheet's name, by the format."""
_NARROW, _WIDE = 9, 44
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a workbook takes for the beginning of a formula; text that others wrote never is one."""


def workbook(report: Report) -> bytes:
    """The file."""
    book = Workbook()
    book.remove(book.active)
    for table in report.tables:
        _fill(book.create_sheet(_name(table.name, book.sheetnames)), report, table)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _fill(sheet: Any, report: Report, table: Table) -> None:
    for line in (f"{report.title}: {table.title}", report.lines[0], table.note):
        sheet.append([_text(line)])
    sheet["A1"].font = Font(bold=True, size=13)
    sheet.append([_text(column) for column in table.columns])
    head = sheet.max_row
    for cell in sheet[head]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for row in table.rows:
        sheet.append([_text(c.said) if c.number is None else c.number for c in row])
        for cell, made in zip(sheet[sheet.max_row], row, strict=True):
            cell.number_format = made.form
    if not table.rows:
        sheet.append([_text(table.empty)])
    sheet.freeze_panes = sheet.cell(row=head + 1, column=2)
    for n, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(n)].width = _width(column, table, n - 1)


def _width(column: str, table: Table, n: int) -> float:
    """Of a column, in letters; Chinese ones are as wide as two."""
    longest = max((_letters(row[n]) for row in table.rows), default=0)
    return min(max(longest, len(column) // 2, _NARROW), _WIDE) + 1


def _letters(cell: Cell) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in cell.said)  # noqa: PLR2004 - CJK


def _text(said: str) -> str:
    """Words as a cell may hold them: no formula, and none of the characters that it bars."""
    said = ILLEGAL_CHARACTERS_RE.sub("", said)
    return f"'{said}" if said.startswith(_FORMULA) else said


def _name(wanted: str, taken: list[str]) -> str:
    """A sheet's name as the format allows it, and no other sheet's."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", wanted)[:_MOST_NAME]
    n, name = 2, plain
    while name in taken:
        name, n = f"{plain[: _MOST_NAME - 3]} {n}", n + 1
    return name
