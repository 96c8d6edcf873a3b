"""``python -m benchmarks.run``: all measurements, as a table, as JSON, as a page."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
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
from benchmarks.page import FILE, Measured, keep, kept, machine, page

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
_say = Console(stderr=True)


app = typer.Typer(pretty_exceptions_enable=False)


@app.command()
def run(
    *,
    only: Annotated[
        list[str] | None, typer.Option(help=f"Any of {', '.join(MEASURES)}; all without.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write these rows into docs/benchmarks.md.")
    ] = False,
) -> None:
    """Measure what the parts cost beside plain programs; twenty minutes, 127.0.0.1 alone."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_WARNING))
    unknown = set(only or ()) - MEASURES.keys()
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: none of {', '.join(MEASURES)}")
    on = machine()  # before its own load
    measured, failed = _measure(only or list(MEASURES), on)
    if write:
        every = kept() | measured
        every = {name: every[name] for name in MEASURES if name in every}
        keep(every)
        FILE.write_text(page(every), encoding="utf-8")
        _say.print(f"wrote docs/{FILE.name}")
    results = [row for one in measured.values() for row in one.results]
    if json_:
        seconds = sum(one.seconds for one in measured.values())
        about = {"machine": on, "seconds": round(seconds, 1), "failed": failed}
        said = about | {"results": [r.as_dict() for r in results]}
        sys.stdout.write(json.dumps(said, indent=2, ensure_ascii=False) + "\n")
    else:
        _show(results, on)
    if failed:
        _say.print(f"[red]not measured: {', '.join(failed)}[/]")
        raise typer.Exit(1)


def _measure(names: Sequence[str], on: str) -> tuple[dict[str, Measured], list[str]]:
    """Measure one after another; what fails costs the others nothing."""
    measured: dict[str, Measured] = {}
    failed: list[str] = []
    for name in names:
        _say.print(f"[dim]measuring {name} …[/]")
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="plantroom-bench-") as folder:
            Path(folder).chmod(0o755)  # a server may run as a user of its own
            try:
                results = MEASURES[name](Path(folder))
            except Exception:  # noqa: BLE001 - minutes of others' figures would be lost with it
                _say.print_exception()
                failed.append(name)
                continue
        measured[name] = Measured(
            on=on, day=f"{datetime.now(UTC):%Y-%m-%d}", seconds=time.monotonic() - begun,
            results=results,
        )  # fmt: skip
    return measured, failed


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
