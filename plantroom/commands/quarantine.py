"""``plantroom quarantine``: what was refused, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from adapters.settings import load_settings
from api.quarantine import readable
from core.errors import Refused
from plantroom.database import opened_records
from plantroom.output import as_json, out, shown, speaks, table

app = typer.Typer(no_args_is_help=True, help="What was refused, with its payload and reason.")
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def _when(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")


@app.command("list")
@speaks
def list_(
    reason: Annotated[str, typer.Option(help="Only this reason.")] = "",
    gateway: Annotated[str, typer.Option(help="Only this gateway.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    *,
    json_: Json = False,
) -> None:
    """The newest entries, and how many there are by reason."""
    quarantine = opened_records(load_settings()).quarantine
    rows = quarantine.list(limit=limit, reason=reason or None, gateway=gateway or None)
    counts = quarantine.counts()
    if json_:
        as_json({
            "counts": {r: {"entries": n, "readings": k} for r, (n, k) in counts.items()},
            "entries": [
                {"id": r.id, "received": r.received, "gateway": r.gateway, "reason": r.reason,
                 "detail": r.detail, "readings": r.readings, "point": r.point} for r in rows
            ],
        })  # fmt: skip
        return
    table(
        ("id", "received", "gateway", "reason", "readings", "detail"),
        [(r.id, _when(r.received), r.gateway, r.reason, r.readings, r.detail) for r in rows],
        empty="Nothing is in quarantine.",
    )
    for word, (entries, readings) in counts.items():
        out.print(f"[dim]{word}: {entries} entries, {readings} readings[/]")


@app.command()
@speaks
def show(id_: Annotated[int, typer.Argument(metavar="ID")], *, json_: Json = False) -> None:
    """One entry with its payload."""
    row = opened_records(load_settings()).quarantine.show(id_)
    if row is None:
        raise Refused(f"there is no entry {id_}; plantroom quarantine list shows all")
    fields = {
        "received": _when(row.received), "gateway": row.gateway, "topic": row.topic,
        "reason": row.reason, "detail": row.detail, "readings": row.readings,
    }  # fmt: skip
    if json_:
        as_json(fields | {"payload": readable(row.payload)})
        return
    table(("", ""), list(fields.items()), empty="")
    out.print(shown(readable(row.payload)), markup=False, highlight=False)
