"""``plantroom planned``: what is planned, and looking at once for what is due."""

from __future__ import annotations

from typing import Annotated

import typer

from adapters.settings import load_settings
from adapters.sites import load_site
from core.actor import SYSTEM
from core.clock import SystemClock
from plantroom.output import as_json, out, speaks, table
from plantroom.plant import BrokerAt, Plant

app = typer.Typer(no_args_is_help=True, help="Planned work.")
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def _plant() -> Plant:
    settings = load_settings()
    return Plant(settings=settings, site=load_site(settings.site), clock=SystemClock(),
                 broker=BrokerAt(host="", port=0))  # fmt: skip


@app.command("list")
@speaks
def list_(
    days: Annotated[int, typer.Option(min=1, max=366, help="Ahead.")] = 60,
    *,
    json_: Json = False,
) -> None:
    """What is not done and what comes, in order of day.

    Where a running installation holds the DuckDB file, ask its console or API instead.
    """
    plant = _plant()
    try:
        found = plant.orders.planned.entries(SYSTEM, days)
    finally:
        plant.stop()
    names = ("day", "plan", "asset", "trade", "stand", "order", "person", "foreseen")
    rows = [(e.day.isoformat(), e.plan, e.asset, e.trade.value, e.stand.value, e.order, e.person,
             e.foreseen) for e in found]  # fmt: skip
    if json_:
        as_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    table(names[:-1], [row[:-1] for row in rows],
          empty=f"Nothing is due within {days} days.")  # fmt: skip


@app.command()
@speaks
def run(*, json_: Json = False) -> None:
    """Look at once for what is due and make its orders; nothing is made twice.

    A running installation does this by itself, unless PLANTROOM_PLANNED says otherwise.
    """
    plant = _plant()
    try:
        made = plant.orders.planned.run()
    finally:
        plant.stop()
    if json_:
        as_json({"made": made})
    else:
        out.print(f"{made} occurrences of planned work are due and new.")
