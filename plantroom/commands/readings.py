"""``plantroom readings``: readings that people take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from adapters.records import ALL, scope_of
from adapters.settings import load_settings
from adapters.sites import load_site
from api import formats
from core.clock import SystemClock
from core.errors import Refused
from ingest.foreign.hand.entry import MAY, MOST_NOTE, Entering
from ingest.foreign.hand.files import read_file
from plantroom.database import opened_records
from plantroom.errand import settle
from plantroom.output import MISTAKE, as_json, err, out, speaks, table

app = typer.Typer(no_args_is_help=True, help="Readings that people take: offline meters.")
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("import")
@speaks
def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV or XLSX with point, at, value; unit, note, sure if wanted.")
    ],
    person: Annotated[str, typer.Option("--as", help="Log-in of who took the readings.")],
    *,
    check: Annotated[bool, typer.Option("--check", help="Enter nothing; only say.")] = False,
    json_: Json = False,
) -> None:
    """Enter the readings of a table; every row is accounted for. Exit 2 if any is refused.

    What is right is entered, and stored when ingest runs; what is refused is told with its line.
    The same file again changes nothing.
    """
    settings = load_settings()
    site, records = load_site(settings.site), opened_records(settings)
    who = records.people.get(person)
    if who is None:
        raise Refused(f"nobody has the log-in '{person}'; plantroom user list shows all")
    found = read_file(file, ZoneInfo(site.timezone))

    def before(point: int, at: int) -> float | None:
        return records.hand.before(site.points[point].id, at)

    entering = Entering(site, records.hand, SystemClock(), before)
    account = entering.enter(who.actor(), found.taken, "file", keep=not check)
    refused = [unfit.mistake() for unfit in account.refused]
    mistakes = sorted([*found.mistakes, *refused], key=lambda m: m.line)
    if json_:
        as_json({
            "rows": found.rows, "entered": len(account.entered), "known": account.known,
            "refused": [
                {"file": m.file, "line": m.line, "what": m.what, "expected": m.expected,
                 "suggestion": m.suggestion} for m in mistakes
            ],
        })  # fmt: skip
    else:
        for mistake in mistakes:
            err.print(str(mistake), style="red", markup=False, highlight=False)
        done = "would be entered" if check else "entered"
        out.print(
            f"{found.rows} rows: {len(account.entered)} {done}, {account.known} known, "
            f"{len(mistakes)} refused"
        )
    if mistakes:
        raise typer.Exit(MISTAKE)


@app.command("undo")
@speaks
def undo(
    reading: Annotated[
        int, typer.Argument(help="Number of a reading, as plantroom readings list shows it.")
    ],
    person: Annotated[str, typer.Option("--as", help="Log-in of who takes it back.")],
    why: Annotated[str, typer.Option(help="Why; it stands in the audit.")],
    wait: Annotated[float, typer.Option(min=0, help="How long ingest may take. [s]")] = 30.0,
) -> None:
    """Take back what was entered for the moment of a reading: the device's word stands again.

    Where nothing else has the store open, it is put right here; else by the ingest that runs.
    """
    settings = load_settings()
    site, records = load_site(settings.site), opened_records(settings)
    who = records.people.get(person)
    if who is None:
        raise Refused(f"nobody has the log-in '{person}'; plantroom user list shows all")
    if who.role not in MAY:
        raise Refused("your role may not take readings back", code="forbidden")
    if not why.strip():
        raise Refused("say why it is taken back: --why TEXT")
    scope = scope_of(who.actor().buildings)
    one = records.hand.get(scope, reading)
    if one is None:
        raise Refused(f"there is no reading {reading} in the buildings of {person}", code="absent")
    now, reason = SystemClock().now(), why.strip()[:MOST_NOTE]
    records.corrections.undo(scope, reading, person, now, why=reason)
    done = settle(settings, records, wait)
    when = _local(one.at, ZoneInfo(site.timezone))
    stands = "the store is put right" if done else "the store follows when ingest runs"
    out.print(
        f"taken back: {one.value:.10g} at {one.point} of {when}, entered by {one.person}; {stands}"
    )


@app.command("list")
@speaks
def list_(
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50, *, json_: Json = False
) -> None:  # fmt: skip
    """The readings that were entered last: who, when, and whether they are stored yet."""
    settings = load_settings()
    zone = ZoneInfo(load_site(settings.site).timezone)
    rows = opened_records(settings).hand.list(ALL, limit=limit)
    names = ("number", "point", "at", "value", "by", "entered", "from", "stored", "note",
             "undone")  # fmt: skip
    shown = [
        (r.id, r.point, _local(r.at, zone), r.value, r.person, _local(r.entered, zone),
         r.source or r.via, "waits" if r.taken is None else _local(r.taken, zone), r.note,
         f"{_local(r.undone, zone)} by {r.undone_by}" if r.undone is not None else "")
        for r in rows
    ]  # fmt: skip
    if json_:
        as_json([dict(zip(names, row, strict=True)) for row in shown])
    else:
        table(names, shown, empty="Nobody has entered a reading yet.")


def _local(at: int, zone: ZoneInfo) -> str:
    return formats.local(at, zone.key).strftime("%Y-%m-%d %H:%M")
