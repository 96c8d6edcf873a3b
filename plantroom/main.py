"""``plantroom``: every command, and what each is for."""

from __future__ import annotations

import importlib.metadata
from typing import Annotated

import typer

from plantroom.commands import (
    backtest,
    backup,
    cmms,
    dashboards,
    demo,
    docs,
    edge,
    gateway,
    notify,
    planned,
    quarantine,
    readings,
    realism,
    replay,
    report,
    run,
    savings,
    score,
    simulate,
    site,
    teaching,
    torture,
    user,
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help=(
        "Reads a campus's meters and plant, finds waste and faults, gets them repaired by named "
        "people, and proves the repair by telemetry.\n\n"
        "New here? `plantroom demo` runs a simulated campus with everything else real.\n\n"
        "Settings come from PLANTROOM_* variables or a `.env` file."
    ),
    epilog=("Exit codes: 2 something asked or written is wrong, 3 something is away, 4 it broke."),
)
for name, group in (
    ("site", site.app),
    ("quarantine", quarantine.app),
    ("readings", readings.app),
    ("savings", savings.app),
    ("teaching", teaching.app),
    ("planned", planned.app),
    ("report", report.app),
    ("dashboards", dashboards.app),
    ("user", user.app),
    ("edge", edge.app),
    ("gateway", gateway.app),
    ("notify", notify.app),
    ("cmms", cmms.app),
):
    app.add_typer(group, name=name)
app.command()(demo.demo)
app.command()(run.run)
app.command()(replay.replay)
app.command()(backtest.backtest)
app.command()(simulate.simulate)
app.command()(score.score)
app.command()(realism.realism)
app.command()(torture.torture)
app.command()(backup.backup)
app.command()(backup.restore)
app.command(hidden=True)(docs.docs)


@app.callback(invoke_without_command=True)
def _root(
    *,
    version: Annotated[bool, typer.Option("--version", help="Say the version and leave.")] = False,
) -> None:
    if version:
        typer.echo(importlib.metadata.version("plantroom"))
        raise typer.Exit
