"""``plantroom simulate``: a campus that misbehaves, with its truth, for anybody."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from adapters.settings import load_settings
from core.errors import Misconfigured, Mistake
from plantroom.logs import configure
from plantroom.output import as_json, bars, err, out, speaks
from plantroom.playing import Played, at_broker, play
from plantroom.season import NIGHTS, PLANT_DAYS, Data, Run, Wishes
from plantroom.spread import site_of
from plantroom.written import begin_folder, write_campus, write_known
from scoring.plan import PER_BUILDING
from simulators.physics.laws import FIRST, laws_of
from simulators.physics.weather.climate import DEFAULT_CLIMATE, known_climate
from simulators.staging import CHANCE

_HOUR_A_SECOND = 3600.0


@speaks
def simulate(
    folder: Annotated[Path | None, typer.Option("--out", help="New folder for it.")] = None,
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
    data: Annotated[
        Data, typer.Option(help="Whether readings have the usual defects of real data.")
    ] = "perfect",
    physics: Annotated[
        str, typer.Option(help="first, or second: plainer, to judge what was tuned on the first.")
    ] = FIRST.name,
    nights: Annotated[
        int, typer.Option(min=1, help="Healthy nights before, of the meters.")
    ] = NIGHTS,
    mqtt: Annotated[
        str, typer.Option(help="Play it live to this broker instead: mqtt://HOST[:PORT].")
    ] = "",
    speed: Annotated[
        float, typer.Option(min=1.0, help="With --mqtt: seconds of the campus in one of ours.")
    ] = _HOUR_A_SECOND,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="With --mqtt: no Plantroom listens; confirm here.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Write what a campus says that nobody repairs: readings, truth, its schema, the site.

    Readings are Parquet, a file a local day; or they are played live to a broker, stamped with
    the campus's own time. `plantroom score --findings FILE --on DIR` scores anybody's alarms.
    """
    configure("warning")
    if folder is None and not mqtt:
        what, expected = "nothing says where to", "--out DIR, --mqtt URL or both"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])
    settings = load_settings()
    where = site or settings.site
    wishes = Wishes(
        folder=where, seed=seed, days=days, per=faults, nights=nights,
        plant_days=min(nights, PLANT_DAYS), climate=known_climate(climate), distractors=distractors,
        physics=laws_of(physics).name, data=data,
    )  # fmt: skip
    run = Run(site_of(where, buildings), wishes)
    broker = at_broker(settings, mqtt) if mqtt else None
    said: dict[str, object] = {"faults": len(run.faults)}
    with bars(quiet=json_) as progress:
        task = progress.add_task("campus", total=1.0)

        def tell(stage: str, share: float) -> None:
            progress.update(task, description=stage, completed=share)

        if folder is not None:
            said["out"] = str(folder)
        if broker is None and folder is not None:
            said["readings"] = write_campus(run, folder, tell)
        elif broker is not None:
            if folder is not None:
                begin_folder(folder)
                write_known(run, folder, tell)
            played = _until_told(
                lambda ends: play(
                    run, broker, speed, confirm=confirm, stopping=ends,
                    progress=lambda share: tell("playing", share),
                )
            )  # fmt: skip
            said |= {"readings": played.readings, "unconfirmed": played.unconfirmed}
    if json_:
        as_json(said)
        return
    out.print(f"{said['readings']:,} readings and {len(run.faults)} faults")
    if said.get("unconfirmed"):
        err.print(f"{said['unconfirmed']} batches were confirmed by nobody: see --confirm")


def _until_told(act: Callable[[threading.Event], Played]) -> Played:
    """Does it until it ends, or until Ctrl-C or SIGTERM ask it to."""
    ends = threading.Event()
    before = {
        wake: signal.signal(wake, lambda *_: ends.set()) for wake in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        return act(ends)
    finally:
        for wake, handler in before.items():
            signal.signal(wake, handler)
