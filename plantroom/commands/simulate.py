"""``plantroom simulate``: a campus that misbehaves, with its truth, as files for anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapters.settings import load_settings
from plantroom.output import as_json, bars, out, speaks
from plantroom.season import NIGHTS, PLANT_DAYS, Run, Wishes
from plantroom.spread import site_of
from plantroom.written import write_campus
from scoring.plan import PER_BUILDING
from simulators.physics.climate import DEFAULT_CLIMATE
from simulators.staging import CHANCE


@speaks
def simulate(
    folder: Annotated[Path, typer.Option("--out", help="New folder for what is written.")],
    *,
    site: Annotated[Path | None, typer.Option(help="Folder of the site.")] = None,
    seed: Annotated[int, typer.Option(min=1, help="Of weather, people, noise and faults.")] = 1,
    days: Annotated[int, typer.Option(min=1, help="After the healthy run-in.")] = 56,
    buildings: Annotated[int, typer.Option(min=0, help="The site's first ones; 0: all.")] = 0,
    faults: Annotated[float, typer.Option(min=0, help="A building in 56 days.")] = PER_BUILDING,
    distractors: Annotated[
        float, typer.Option(min=0, max=1, help="Chance of each kind in each building.")
    ] = CHANCE,
    climate: Annotated[str, typer.Option(help="Of the campus.")] = DEFAULT_CLIMATE,
    nights: Annotated[
        int, typer.Option(min=1, help="Healthy nights before, of the meters.")
    ] = NIGHTS,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Write what a campus says that nobody repairs: readings, truth, its schema, the site.

    Readings are Parquet, a file a local day. `plantroom score --findings FILE --on DIR` scores
    anybody's alarms on them.
    """
    where = site or load_settings().site
    wishes = Wishes(
        folder=where, seed=seed, days=days, per=faults, nights=nights,
        plant_days=min(nights, PLANT_DAYS), climate=climate, distractors=distractors,
    )  # fmt: skip
    run = Run(site_of(where, buildings), wishes)
    with bars(quiet=json_) as progress:
        task = progress.add_task("campus", total=1.0)

        def tell(stage: str, share: float) -> None:
            progress.update(task, description=stage, completed=share)

        written = write_campus(run, folder, tell)
    if json_:
        as_json({"out": str(folder), "readings": written, "faults": len(run.faults)})
    else:
        out.print(f"{written:,} readings and {len(run.faults)} faults in {folder}")
