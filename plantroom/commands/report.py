"""``plantroom report``: how the work of a month went, as a file."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from adapters.locales import LANGUAGES, translator
from adapters.settings import load_settings
from adapters.sites import load_site
from api.monthly.forms import Form, of_month, written
from api.monthly.tables import Report
from api.monthly.tables import report as report_of
from core.actor import SYSTEM
from core.clock import SystemClock
from core.errors import Refused
from plantroom.database import opened_records
from plantroom.output import as_json, err, out, speaks, table
from workorders.assessment.assess import Row
from workorders.assessment.assessing import Assessor
from workorders.assessment.monthly import Monthly

app = typer.Typer(no_args_is_help=True, help="How the work on orders went.")


@app.callback()
def _root() -> None:
    """Keeps ``month`` a command of its own: other reports will stand beside it."""


@app.command()
@speaks
def month(
    month_: Annotated[str, typer.Argument(metavar="MONTH", help="Such as 2026-11.")],
    form: Annotated[
        Form | None, typer.Option("--format", help="Of the file; by its name where left out.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--out", help="The file; `-` is standard output.")
    ] = None,
    language: Annotated[str, typer.Option(help="en or zh_Hans.")] = "en",
    *,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """The report of a month: shown, or written as HTML, PDF or XLSX."""
    if language not in LANGUAGES:
        raise Refused(f"--language {language}: expected one of {', '.join(LANGUAGES)}")
    settings, tr = load_settings(), translator(language)
    assessor = Assessor(
        sessions=opened_records(settings), site=load_site(settings.site), clock=SystemClock()
    )
    found = of_month(assessor, SYSTEM, month_)
    if form is not None or to is not None:
        _write(written(assessor, found, _form(form, to), tr), to)
        return
    if json_:
        as_json(_plain(found))
    else:
        _show(report_of(assessor.site, found, tr))


def _form(form: Form | None, to: Path | None) -> Form:
    if form is not None:
        return form
    ending = to.suffix.lstrip(".").lower() if to is not None else ""
    if ending not in set(Form):
        raise Refused(f"--out {to}: say its form by --format {', '.join(Form)}, or by its ending")
    return Form(ending)


def _write(body: bytes, to: Path | None) -> None:
    if to is None or str(to) == "-":
        sys.stdout.buffer.write(body)
        return
    try:
        to.write_bytes(body)
    except OSError as error:
        raise Refused(f"{to} cannot be written: {error.strerror}") from error
    err.print(f"{to}, {len(body):,} bytes")


def _plain(found: Monthly) -> dict[str, object]:
    """What a program reads: keys as the API has them, numbers as numbers."""
    return {
        "month": found.month,
        "as_of": found.made_at,
        "complete": found.complete,
        "figures": _figures(found.whole),
        **{
            by.value: [{"key": row.key, "figures": _figures(row)} for row in rows]
            for by, rows in found.parts.items()
        },
        "months": [{"key": row.key, "figures": _figures(row)} for row in found.course],
        "waiting": [asdict(age) for age in found.ages],
        "ended": [
            {"proof": proof, "outcome": outcome, "orders": n}
            for (proof, outcome), n in found.proofs.items()
        ],
        "savings": [
            {"carrier": t.carrier.value, "saving": t.saving, "u": t.u, "unit": t.unit,
             "money": t.money, "kg_co2": t.kg_co2, "orders": t.orders, "days": t.days,
             "not_estimable": t.blind, "provisional": t.provisional}
            for t in found.saved.totals
        ],
    }  # fmt: skip


def _figures(row: Row) -> dict[str, object]:
    return {key: asdict(one) for key, one in row.figures.items()}


def _show(made: Report) -> None:
    out.print(made.title, style="bold")
    for line in made.lines:
        out.print(line, markup=False)
    for one in made.tables:
        out.print()
        out.print(one.title, style="bold", markup=False)
        table(one.columns, [[cell.said for cell in row] for row in one.rows], empty=one.empty)
