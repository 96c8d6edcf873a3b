"""``plantroom replay``: real files through edge, broker, ingest, store, analytics and orders."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from adapters.settings import Settings, load_settings
from adapters.sites import load_site
from core.clock import DAY_MS, HOUR_MS, SteppedClock
from plantroom.account import account
from plantroom.conductor import Conductor
from plantroom.files import opened, playing
from plantroom.logs import configure
from plantroom.output import as_json, bars, out, speaks, table


@speaks
def replay(
    files: Annotated[Path, typer.Argument(help="Folder that holds the files the site names.")],
    site: Annotated[Path, typer.Option(help="Folder of the site that describes them.")],
    *,
    speed: Annotated[
        float, typer.Option(min=0, help="Days of data a second; 0: as fast as it goes.")
    ] = 0.0,
    step: Annotated[int, typer.Option(min=1, max=168, help="Hours a step.")] = 24,
    var: Annotated[Path | None, typer.Option(help="Where to keep what it finds.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Send measurements of a real building the whole way, as if they came now.

    Every row is accounted for: stored, flagged, quarantined, or said why it could not be read.
    """
    settings = load_settings()
    configure("warning")
    settings = settings.model_copy(update={"var": var or settings.var / f"replay-{site.name}"})
    result = play(settings, site, files, speed=speed, step_ms=step * HOUR_MS, quiet=json_)
    if json_:
        as_json(result)
        return
    for name, value in result.items():
        if isinstance(value, dict):
            table((name, ""), list(_lines(value)), empty=f"{name}: none")
        else:
            out.print(f"{name}: {value}")


def _lines(value: Mapping[str, object], of: str = "") -> Iterator[tuple[str, str]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _lines(inner, f"{of}{name} ")
        elif isinstance(inner, list):
            yield from (
                (f"{of}{name}", f"{p['file']}:{p['line']}: {p['what']} ({p['reason']})")
                for p in inner
            )
        else:
            yield f"{of}{name}", str(inner)


def play(
    settings: Settings, folder: Path, files: Path, *, speed: float, step_ms: int, quiet: bool
) -> dict[str, object]:
    """Replay the files; what became of every row.

    Raises:
        Misconfigured: The files are not what the site says, or hold no reading.
    """
    site = load_site(folder)
    settings.var.mkdir(parents=True, exist_ok=True)
    read = opened(site, files)
    start, end = read.first - step_ms, read.last + 2 * DAY_MS
    begun = time.monotonic()
    clock = SteppedClock(start)
    with playing(settings, site, read, clock) as plant:
        plant.import_people(folder)
        conductor = Conductor(clock=clock, agents=plant.agents, parts=[plant.engine, plant.orders])
        with bars(quiet=quiet) as progress:
            task = progress.add_task(f"replaying {files.name}", total=end - start)
            now = start
            while now < end:
                now = min(now + step_ms, end)
                conductor.step(now)
                progress.update(task, completed=now - start)
                if speed:
                    time.sleep(step_ms / DAY_MS / speed)
        return account(plant, read.drivers, end) | {"seconds": round(time.monotonic() - begun, 1)}
