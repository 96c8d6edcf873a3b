"""``plantroom replay``: real files through edge, broker, ingest, store, analytics and orders."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from adapters.settings import Settings, load_settings
from adapters.sites import load_site
from core.actor import SYSTEM
from core.clock import DAY_MS, HOUR_MS, SteppedClock
from core.errors import Misconfigured, Mistake
from edge.drivers.csv import CsvDriver
from plantroom.conductor import Conductor
from plantroom.logs import configure
from plantroom.output import as_json, out, speaks, table
from plantroom.plant import Plant, embedded
from workorders.tally import tally


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
            table((name, ""), sorted(value.items()), empty=f"{name}: none")
        else:
            out.print(f"{name}: {value}")


def play(
    settings: Settings, folder: Path, files: Path, *, speed: float, step_ms: int, quiet: bool
) -> dict[str, object]:
    """Replay the files; what became of every row.

    Raises:
        Misconfigured: The files are not what the site says, or hold no reading.
    """
    site = load_site(folder)
    settings.var.mkdir(parents=True, exist_ok=True)
    drivers = {
        g: CsvDriver(site, g, files) for g, box in site.gateways.items() if box.driver == "csv"
    }
    firsts = [at for d in drivers.values() if (at := d.first_at()) is not None]
    lasts = [at for d in drivers.values() if (at := d.last_at()) is not None]
    if not firsts or not lasts:
        what = f"no reading in {files} for any gateway of {site.id}"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected="files it names")])
    start, end = min(firsts) - step_ms, max(lasts) + 2 * DAY_MS
    begun = time.monotonic()
    broker, where = embedded(settings, site)
    clock = SteppedClock(start)
    plant = Plant(settings=settings, site=site, clock=clock, broker=where)
    try:
        plant.import_people(folder)
        for gateway, driver in drivers.items():
            plant.agent(gateway, driver)
        plant.ingest.start()
        conductor = Conductor(clock=clock, agents=plant.agents, parts=[plant.engine, plant.orders])
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=out, disable=quiet) as progress:
            task = progress.add_task(f"replaying {files.name}", total=end - start)
            now = start
            while now < end:
                now = min(now + step_ms, end)
                conductor.step(now)
                progress.update(task, completed=now - start)
                if speed:
                    time.sleep(step_ms / DAY_MS / speed)
        return _account(plant, drivers, begun)
    finally:
        plant.stop()
        broker.stop()


def _account(plant: Plant, drivers: dict[str, CsvDriver], begun: float) -> dict[str, object]:
    rows = {g: d.account() for g, d in drivers.items()}
    findings: dict[str, int] = {}
    for finding in plant.records.findings.since(0):
        findings[finding.rule] = findings.get(finding.rule, 0) + 1
    return {
        "rows": rows,
        "sent": sum(a.counts().readings for a in plant.agents),
        "ingest": dict(plant.ingest.counts()),
        "quarantine": {r: k for r, (_, k) in plant.records.quarantine.counts().items()},
        "store": dict(plant.store.count()),
        "findings": findings,
        "orders": {s.value: n for s, n in tally(plant.records, SYSTEM).states.items()},
        "seconds": round(time.monotonic() - begun, 1),
    }
