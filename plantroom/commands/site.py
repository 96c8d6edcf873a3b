"""``plantroom site``: check a site's files, write their schema, hand an edge its slice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from adapters.sites import check_site, export_slice, json_schema
from adapters.sites.dialects import dialects as known_dialects
from plantroom.output import MISTAKE, as_json, err, out, speaks, table

app = typer.Typer(no_args_is_help=True, help="Check a site's files and hand them on.")
Folder = Annotated[Path, typer.Argument(help="Folder of the site: site.yaml and buildings/.")]


@app.command()
@speaks
def check(
    folder: Folder, *, json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Say everything that is wrong at once, with file and line. Exit 2 if anything is."""
    mistakes = check_site(folder)
    if json_:
        as_json([
            {"file": m.file, "line": m.line, "what": m.what, "expected": m.expected,
             "suggestion": m.suggestion} for m in mistakes
        ])  # fmt: skip
    else:
        for mistake in mistakes:
            err.print(str(mistake), markup=False, highlight=False)
        out.print(f"{len(mistakes)} mistakes" if mistakes else "No mistake found.")
    if mistakes:
        raise typer.Exit(MISTAKE)


@app.command()
@speaks
def schema(
    to: Annotated[Path | None, typer.Option(help="File to write; standard output without.")] = None,
) -> None:
    """Write the JSON Schema of site files, for editors that complete and check while typing."""
    if to is None:
        as_json(json_schema())
        return
    to.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    out.print(f"wrote {to}")


@app.command()
@speaks
def export(
    folder: Folder,
    gateway: Annotated[str, typer.Option(help="Which edge it is for.")],
    to: Annotated[Path, typer.Option(help="File to write.")],
) -> None:
    """Write what one edge needs of the model, compiled and checked, as one file."""
    content = export_slice(folder, gateway)
    to.write_bytes(content if isinstance(content, bytes) else content.encode())
    out.print(f"wrote {to}")


@app.command()
@speaks
def dialects(
    *, json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """List the shapes of other programs' MQTT messages that a gateway may name as its template."""
    shapes = known_dialects().values()
    if json_:
        as_json([msgspec.to_builtins(shape) for shape in shapes])
        return
    rows = [(s.dialect, s.topic, s.time.path or "arrival", s.about) for s in shapes]
    table(("template", "topic", "time", "for"), rows, empty="There is none.")
