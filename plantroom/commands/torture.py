"""``plantroom torture``: real processes injured at work, and every reading accounted for."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from core.errors import Misconfigured, Mistake
from plantroom.logs import configure
from plantroom.output import FAILED, as_json, bars, err, shown, speaks, table
from scoring.torture.page import COLUMNS, PAGE, cells, written
from scoring.torture.play import Played, play
from scoring.torture.rig import StoreKind
from scoring.torture.scale import Scale
from scoring.torture.scenarios import EMBEDDED, SCENARIOS, SHORT, SHORT_SCALE, Scenario

_STORES: tuple[StoreKind, ...] = ("duckdb", "influxdb")


@speaks
def torture(
    *,
    long: Annotated[
        bool, typer.Option("--long/--short", help="Every scenario, or a little of each.")
    ] = False,
    store: Annotated[str, typer.Option(help="duckdb or influxdb; both without.")] = "",
    only: Annotated[
        list[str] | None, typer.Option(help="Scenarios whose name holds this; repeat it.")
    ] = None,
    kills: Annotated[int, typer.Option(min=1, help="Of ingest, in the long form.")] = 100,
    seed: Annotated[int, typer.Option(help="Of when what happens.")] = 1,
    keep: Annotated[
        Path | None, typer.Option(help="New folder for what is written; else it is removed.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Put the figures into docs/reliability.md.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Kill edge, broker, ingest and store while they work, and account for every reading.

    Real processes on this machine alone: `plantroom run`, Mosquitto and, for InfluxDB, influxd and
    PostgreSQL. The long form takes a quarter of an hour or more. Exit code 4 where a reading is
    lost, doubled or invented.
    """
    configure("error")
    # What was started must end with us, also where whoever started us is out of patience.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    everything = (*SCENARIOS, EMBEDDED)
    scenarios = _chosen(everything if long or only else (*SHORT, EMBEDDED), only or [])
    scale = Scale(ingest_kills=kills) if long else SHORT_SCALE
    stores = _stores(store)
    played: list[Played] = []
    with tempfile.TemporaryDirectory(prefix="plantroom-torture-") as made:
        folder = keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # PostgreSQL's own user must be able to reach its part of it
        with bars(err, quiet=json_) as progress:
            task = progress.add_task("torture", total=1.0)
            for one in play(
                folder, scenarios, stores, scale, seed,
                lambda what, share: progress.update(task, description=what, completed=share),
                keep=keep is not None,
            ):  # fmt: skip
                played.append(one)
                if write:  # at once: a run of half an hour may be cut short
                    page = PAGE.read_text(encoding="utf-8")
                    PAGE.write_text(written(page, played, seed=seed, scale=scale), encoding="utf-8")
                if not json_:
                    _say(one)
    if json_:
        as_json([{**one.account.as_dict(), "scenario": one.scenario, "store": one.store,
                  "kills": one.kills, "seconds": round(one.seconds, 1), "failure": one.failure,
                  "sound": one.sound} for one in played])  # fmt: skip
    else:
        table(COLUMNS, [cells(one) for one in played], empty="no scenario was played")
    if not all(one.sound for one in played):
        raise typer.Exit(FAILED)


def _say(one: Played) -> None:
    for line in (one.failure, *one.account.notes):
        if line:
            err.print(f"{one.store}, {one.scenario}: {shown(line)}", markup=False, highlight=False)


def _chosen(scenarios: Sequence[Scenario], words: Sequence[str]) -> list[Scenario]:
    chosen = [s for s in scenarios if not words or any(word in s.name for word in words)]
    if not chosen:
        what, names = (
            f"no scenario is named like '{' or '.join(words)}'",
            "; ".join(s.name for s in scenarios),
        )
        raise Misconfigured([Mistake(file="", line=0, what=what, expected=names)])
    return chosen


def _stores(word: str) -> list[StoreKind]:
    chosen = [store for store in _STORES if word in {"", store}]
    if not chosen:
        what = f"there is no store '{word}'"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected=" or ".join(_STORES))])
    return chosen
