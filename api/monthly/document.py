"""The report as a document to send and to keep: PDF with its font inside."""

from __future__ import annotations

from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from api.monthly.fonts import chinese
from api.monthly.tables import Report, Table

MEDIA = "application/pdf"
_FONT = "text"
_INK, _MUTED, _LINE = (28, 37, 43), (98, 110, 118), (217, 222, 225)
_TITLE, _HEADING, _BODY, _SMALL = 15.0, 11.0, 8.0, 7.0
"""Sizes of type. [pt]"""
_MARGIN = 12.0
_WIDE = 9
"""Columns from which a table wants smaller type."""


class _Paper(FPDF):
    """Pages with a foot line."""

    def footer(self) -> None:
        """Which page of how many."""
        self.set_y(-10)
        self.set_font(_FONT, size=_SMALL)
        self.set_text_color(*_MUTED)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")


def document(report: Report, made_at: int, language: str) -> bytes:
    """The file.

    Args:
        report: What it shows.
        made_at: As of when. [ms]
        language: BCP 47 tag, for readers that read aloud.

    Raises:
        Refused: No font with Chinese characters is installed.
    """
    face = chinese()
    paper = _Paper(orientation="landscape", format="A4")
    paper.set_margin(_MARGIN)
    paper.set_auto_page_break(auto=True, margin=_MARGIN)
    paper.add_font(_FONT, fname=face.path, collection_font_number=face.number)
    paper.set_title(report.title)
    paper.set_lang(language)
    paper.set_creation_date(datetime.fromtimestamp(made_at / 1000, UTC))
    paper.add_page()
    _line(paper, report.title, _TITLE, _INK)
    for line in report.lines:
        _line(paper, line, _BODY, _MUTED)
    for table in report.tables:
        _draw(paper, table)
    return bytes(paper.output())


def _draw(paper: FPDF, table: Table) -> None:
    if paper.will_page_break(30):
        paper.add_page()
    paper.ln(4)
    _line(paper, table.title, _HEADING, _INK)
    paper.start_section(table.title)
    if table.note:
        _line(paper, table.note, _SMALL, _MUTED)
    if not table.rows:
        _line(paper, table.empty, _BODY, _INK)
        return
    size = _SMALL if len(table.columns) >= _WIDE else _BODY
    paper.set_font(_FONT, size=size)
    paper.set_text_color(*_INK)
    paper.set_draw_color(*_LINE)
    with paper.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES, line_height=size * 0.55,
        headings_style=FontFace(emphasis=None, color=_MUTED), padding=0.8,
        col_widths=_widths(table), text_align=["RIGHT" if r else "LEFT" for r in table.right],
    ) as drawn:  # fmt: skip
        drawn.row([_plain(column) for column in table.columns])
        for row in table.rows:
            drawn.row([_plain(cell.said) for cell in row])


def _plain(said: str) -> str:
    """Without the one sign of ours that Chinese fonts lack: the small two of CO₂."""
    return said.replace("₂", "2")


def _widths(table: Table) -> tuple[int, ...]:
    """Shares of the width: what is longest gets most, within reason."""
    longest = [
        max(len(column) // 2, *(_letters(row[n].said) for row in table.rows))
        for n, column in enumerate(table.columns)
    ]
    return tuple(min(max(length, 8), 40) for length in longest)


def _letters(said: str) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in said)  # noqa: PLR2004 - CJK


def _line(paper: FPDF, said: str, size: float, colour: tuple[int, int, int]) -> None:
    paper.set_font(_FONT, size=size)
    paper.set_text_color(*colour)
    paper.multi_cell(0, size * 0.5, _plain(said), align="L", new_x="LMARGIN", new_y="NEXT")
