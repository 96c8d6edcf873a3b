"""``plantroom quarantine``: what was refused, why, and having it tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from adapters.records.quarantine import Chosen, Count, mending_of
from adapters.records.tables import QuarantineRow
from adapters.settings import load_settings
from adapters.sites import load_site
from api.mending import MOST_REHEARSED, check
from api.quarantine import readable
from core.clock import DAY_MS, SystemClock
from core.errors import Refused
from ingest.foreign.host import read_again
from ingest.rehearse import rehearse
from plantroom.database import opened_records
from plantroom.errand import settle, who
from plantroom.mends import mends_of, tell
from plantroom.output import as_json, out, shown, speaks, table

app = typer.Typer(no_args_is_help=True, help="What was refused, with its payload and reason.")
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Reason = Annotated[str, typer.Option(help="Only this reason.")]
Gateway = Annotated[str, typer.Option(help="Only this gateway.")]
_SHOWN_DAYS = 14
Point = Annotated[str, typer.Option(help="Only this point.")]
Id = Annotated[int, typer.Argument(metavar="ID")]


def _when(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")


@app.command("list")
@speaks
def list_(
    reason: Reason = "",
    gateway: Gateway = "",
    point: Point = "",
    state: Annotated[str, typer.Option(help="open, asked or settled.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    *,
    json_: Json = False,
) -> None:
    """The newest entries, and how many there are by reason, gateway and point, and by day."""
    quarantine = opened_records(load_settings()).quarantine
    chosen = Chosen(reason=reason, gateway=gateway, point=point, state=state)
    rows = quarantine.list(limit=limit, chosen=chosen)
    by = {
        "reason": quarantine.by("reason"), "gateway": quarantine.by("gateway", chosen),
        "point": quarantine.by("point", chosen),
    }  # fmt: skip
    purged = quarantine.purged()
    days = quarantine.days(SystemClock().now() - _SHOWN_DAYS * DAY_MS, chosen=chosen)
    if json_:
        as_json({
            "counts": {
                c.key: {"entries": c.entries, "readings": c.readings} for c in by["reason"]
            },
            **{f"by_{name}": _counts(found) for name, found in by.items()},
            "by_day": _counts([replace(c, key=_when(int(c.key))[:10]) for c in days]),
            "purged": _counts(purged),
            "entries": [_fields(row) for row in rows],
        })  # fmt: skip
        return
    table(
        ("id", "received", "gateway", "reason", "readings", "state", "detail"),
        [(r.id, _when(r.received), r.gateway, r.reason, r.readings, r.how or r.state, r.detail)
         for r in rows],
        empty="Nothing is in quarantine.",
    )  # fmt: skip
    for name, found in by.items():
        for c in found[:20]:
            words = f"{c.entries} entries, {c.open} of them open, {c.readings} readings"
            out.print(f"{name} {shown(c.key)}: {words}", style="dim", markup=False)
    for c in days:
        words = f"{c.entries} entries, {c.open} of them open, {c.readings} readings"
        out.print(f"day {_when(int(c.key))[:10]} (UTC): {words}", style="dim", markup=False)
    for c in purged:
        words = f"{c.entries} entries went, {c.unstored} readings in no store"
        out.print(f"removed {c.key}: {words}", style="dim", markup=False)


@app.command()
@speaks
def show(id_: Id, *, json_: Json = False) -> None:
    """One entry with its payload."""
    row = opened_records(load_settings()).quarantine.show(id_)
    if row is None:
        raise Refused(f"there is no entry {id_}; plantroom quarantine list shows all")
    fields = _fields(row) | {"received": _when(row.received)}
    if json_:
        as_json(fields | {"payload": readable(row.payload)})
        return
    table(("", ""), [(k, v) for k, v in fields.items() if v not in {"", None}], empty="")
    out.print(shown(readable(row.payload)), markup=False, highlight=False)


@app.command()
@speaks
def replay(
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]…", help="Which entries.")] = None,
    reason: Reason = "",
    gateway: Gateway = "",
    point: Point = "",
    rename: Annotated[
        list[str] | None, typer.Option(metavar="OLD=NEW", help="A point that has another name.")
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(metavar="[POINT=]UNIT", help="What the values are in, whatever they say."),
    ] = None,
    factor: Annotated[
        list[str] | None,
        typer.Option(metavar="[POINT=]NUMBER", help="What the values are to be multiplied by."),
    ] = None,
    note: Annotated[str, typer.Option(help="Why it is mended.")] = "",
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would come, and write nothing.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
    wait: Annotated[float, typer.Option(min=0, help="Seconds for a running ingest.")] = 30.0,
    json_: Json = False,
) -> None:
    """Try entries again with the present site model: what is good is stored, the rest stays.

    What is mended by --rename, --unit and --factor is applied to the payload, which stays as it
    came, and is written down with who, when and why.

    Where Plantroom runs it does it itself, with the model that it was started with; where
    nothing runs this command does.
    """
    if not (ids or reason or gateway or point or everything):
        raise Refused("say which: ids, --reason, --gateway, --point, or --all")
    settings = load_settings()
    records = opened_records(settings)
    chosen = Chosen(reason=reason, gateway=gateway, point=point, ids=tuple(ids or ()))
    mends = mends_of(rename or (), unit or (), factor or ())
    site = load_site(settings.site) if mends or dry_run else None
    if site is not None:
        check(mends, "a try" if dry_run else note, site)
    if site is not None and dry_run:
        held = records.quarantine.held(chosen, MOST_REHEARSED, mends)
        found = rehearse(held, site, partial(read_again, site))
        if json_:
            as_json([asdict(one) for one in found])
        else:
            tell(found)
        return
    before = {row.id for row in records.quarantine.list(limit=10_000, chosen=_open(chosen))}
    asked = records.quarantine.ask(chosen, who(), SystemClock().now(), mends=mends, note=note)
    done = settle(settings, records, wait) if asked else True
    rows = [row for row in map(records.quarantine.show, sorted(before)) if row is not None]
    settled = [row for row in rows if row.state == "settled"]
    left = [row for row in rows if row.state != "settled" and row.said]
    if json_:
        as_json({"asked": asked, "done": done, "settled": [r.id for r in settled],
                 "entries": [_fields(r) for r in rows]})  # fmt: skip
        return
    if not asked:
        out.print("nothing of that is open")
        return
    if not done:
        out.print(f"{asked} entries wait for the ingest that runs; list shows when it has")
        return
    stored = sum(row.stored for row in rows)
    out.print(f"{len(settled)} of {asked} entries settled, {stored} readings of them in the store")
    table(("id", "still refused"), [(row.id, row.said) for row in left[:20]], empty="")


@app.command()
@speaks
def dismiss(id_: Id, note: Annotated[str, typer.Option(help="Why nobody can mend it.")]) -> None:
    """Settle an entry that nobody can mend; its payload stays until it is purged."""
    quarantine = opened_records(load_settings()).quarantine
    if not quarantine.dismiss(id_, who(), SystemClock().now(), note):
        raise Refused(f"there is no open entry {id_}; plantroom quarantine list shows all")
    out.print(f"entry {id_} settled")


@app.command()
@speaks
def purge(
    older_than: Annotated[int, typer.Option(min=1, max=36_500, help="Days since receipt.")],
    *,
    also_open: Annotated[
        bool, typer.Option("--also-open", help="What is not settled too: it is then lost.")
    ] = False,
    json_: Json = False,
) -> None:
    """Remove entries by age; how many went stays, by reason and gateway."""
    now = SystemClock().now()
    rows = opened_records(load_settings()).quarantine.purge(
        now - older_than * DAY_MS, who(), now, settled_only=not also_open
    )
    gone, lost = sum(row.entries for row in rows), sum(row.unstored for row in rows)
    if json_:
        as_json({"entries": gone, "unstored": lost})
        return
    out.print(f"{gone} entries removed, {lost} readings of them in no store")


def _open(chosen: Chosen) -> Chosen:
    return Chosen(
        reason=chosen.reason, gateway=chosen.gateway, point=chosen.point, ids=chosen.ids,
        state="open",
    )  # fmt: skip


def _counts(found: Sequence[Count]) -> list[dict[str, object]]:
    return [
        {"key": c.key, "entries": c.entries, "open": c.open, "readings": c.readings,
         "unstored": c.unstored}
        for c in found
    ]  # fmt: skip


def _fields(row: QuarantineRow) -> dict[str, object]:
    return {
        "id": row.id, "received": row.received, "gateway": row.gateway, "topic": row.topic,
        "reason": row.reason, "detail": row.detail, "readings": row.readings,
        "point": row.point, "state": row.state, "stored": row.stored, "tries": row.tries,
        "said": row.said, "by": row.by, "how": row.how, "note": row.note,
        "mended": "; ".join(f"{m['by']}: {mending_of(m)} ({m['note']})" for m in row.mends),
    }  # fmt: skip
