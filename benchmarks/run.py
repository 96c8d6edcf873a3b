"""``python -m benchmarks.run``: all measurements, as a table, as JSON, as a page."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import (
    bacnet,
    campus,
    delay,
    drain,
    edge,
    fieldbus,
    ingest,
    latency,
    meters,
    orders,
    rules,
)
from benchmarks.measured import Result, span
from benchmarks.page import FILE, machine, page

MEASURES: dict[str, Callable[[Path], list[Result]]] = {
    "bacnet": bacnet.measure,
    "campus": campus.measure,
    "delay": delay.measure,
    "drain": drain.measure,
    "edge": edge.measure,
    "fieldbus": fieldbus.measure,
    "ingest": ingest.measure,
    "latency": latency.measure,
    "meters": meters.measure,
    "orders": orders.measure,
    "rules": rules.measure,
}
_WARNING = 30


app = typer.Typer(pretty_exceptions_enable=False)


@app.command()
def run(
    *,
    only: Annotated[
        list[str] | None, typer.Option(help=f"Any of {', '.join(MEASURES)}; all without.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write docs/benchmarks.md.")] = False,
) -> None:
    """Measure what the parts cost beside plain programs; about three minutes, 127.0.0.1 alone."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_WARNING))
    unknown = set(only or ()) - MEASURES.keys()
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: none of {', '.join(MEASURES)}")
    if write and only:
        raise typer.BadParameter("the page holds all measurements: leave out --only")
    on, begun = machine(), time.monotonic()
    results: list[Result] = []
    say = Console(stderr=True)
    for name in only or MEASURES:
        say.print(f"[dim]measuring {name} …[/]")
        with tempfile.TemporaryDirectory(prefix="plantroom-bench-") as folder:
            results += MEASURES[name](Path(folder))
    seconds = time.monotonic() - begun
    if write:
        FILE.write_text(page(results, on, seconds), encoding="utf-8")
        say.print(f"wrote docs/{FILE.name}")
    if json_:
        about = {"machine": on, "seconds": round(seconds, 1)}
        said = about | {"results": [r.as_dict() for r in results]}
        sys.stdout.write(json.dumps(said, indent=2, ensure_ascii=False) + "\n")
        return
    _show(results, on)


def _show(results: list[Result], on: str) -> None:
    drawn = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("measured", "Plantroom", "baseline", "ratio", "unit"):
        drawn.add_column(column, overflow="fold")
    for r in results:
        drawn.add_row(r.name, span(r.ours), span(r.plain), f"{r.ratio:.3g}", r.unit)
    out = Console()
    out.print(drawn)
    out.print(f"[dim]{on}; least … most of the rounds of this one run[/]")


if __name__ == "__main__":
    app()
