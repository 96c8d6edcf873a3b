"""A month's report in each of its forms: page, workbook, document."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from adapters.locales import Translator
from api.monthly import document, workbook
from api.monthly.tables import Report, report
from api.view import FOLDER, environment
from core.actor import Actor
from core.words import Text
from workorders.assessment.assessing import Assessor
from workorders.assessment.ends import SETTLED_MS
from workorders.assessment.monthly import Monthly, monthly
from workorders.assessment.period import Period
from workorders.refusals import invalid


class Form(StrEnum):
    """How it is written."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"


MEDIA: Mapping[Form, str] = {
    Form.HTML: "text/html; charset=utf-8", Form.PDF: document.MEDIA, Form.XLSX: workbook.MEDIA,
}  # fmt: skip
_STYLES = ("tokens.css", "console.css")


def of_month(assessor: Assessor, actor: Actor, month: str) -> Monthly:
    """The report of a month that has begun.

    Raises:
        Refused: ``forbidden`` to technicians; ``invalid`` for what is no month, or lies ahead.
    """
    asked = Period.of(month, month, assessor.site.timezone)
    if asked.start > assessor.clock.now():
        raise invalid(Text("This month has not begun."), "month")
    return monthly(assessor, actor, asked, SETTLED_MS)


def written(assessor: Assessor, found: Monthly, form: Form, tr: Translator) -> bytes:
    """The file of a form, whole in itself.

    Raises:
        Refused: A document, where no font with Chinese characters is installed.
    """
    made = report(assessor.site, found, tr)
    if form is Form.XLSX:
        return workbook.workbook(made)
    if form is Form.PDF:
        return document.document(made, found.made_at, tr.tag)
    return _page(made, tr)


def _page(made: Report, tr: Translator) -> bytes:
    """HTML that needs no other file: the console's style is written into it."""
    html = environment.get_template("report_file.html").render(report=made, tr=tr)
    style = "\n".join((FOLDER / "static" / name).read_text(encoding="utf-8") for name in _STYLES)
    return html.replace("</head>", f"<style>{style}</style>\n</head>", 1).encode()
