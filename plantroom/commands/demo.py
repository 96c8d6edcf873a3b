"""``plantroom demo``: a simulated campus, everything else real."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapters.settings import load_settings
from plantroom.demo import Demo, Wishes
from plantroom.interrupting import remembered
from plantroom.logs import configure
from plantroom.output import FAILED, as_json, err, out, speaks

UNTIL = ("verified", "refused")


@speaks
def demo(
    *,
    site: Annotated[Path | None, typer.Option(help="Folder of the site.")] = None,
    speed: Annotated[
        float, typer.Option(min=0, help="Campus days in 10 s of yours; 0: as fast as it goes.")
    ] = 1.0,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew instead of going on from var/.")
    ] = False,
    until: Annotated[
        str, typer.Option(help="Stop at the first order that is `verified`, or `refused`.")
    ] = "",
    timeout: Annotated[
        float, typer.Option(min=0, help="Give up after so many seconds; exit code 4.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Of weather and noise; 0: the story's own.")] = 0,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the console.")] = 8000,
    json_: Annotated[bool, typer.Option("--json", help="Print counts for programs.")] = False,
) -> None:
    """Run a campus that misbehaves: readings, findings, orders, crew and proof, as they happen.

    It first loads 90 nights of history through the real validation and store, then time runs in
    steps. Ctrl-C stops; the next start goes on from var/.
    """
    if until and until not in UNTIL:
        raise typer.BadParameter(f"'{until}' is none of: {', '.join(UNTIL)}", param_hint="--until")
    settings = load_settings()
    configure("warning")
    wishes = Wishes(
        site=site or settings.site, speed=0.0 if until and speed == 1.0 else speed, fresh=fresh,
        until=until, timeout_s=timeout, seed=seed, port=port, quiet=json_,
    )  # fmt: skip
    try:
        with remembered() as asked:
            counts, came = Demo(settings, wishes, out, stopping=asked).run()
    except KeyboardInterrupt:
        out.print("\nstopped; the next start goes on from here, --fresh begins anew")
        return
    if json_:
        as_json(counts.as_dict())
    else:
        r = counts.readings
        out.print(f"readings: {r.sent:,} sent, {r.stored:,} stored, {r.quarantined:,} quarantined, "
                  f"{r.lost:,} lost · {counts.verified} verified, {counts.refused} refused · "
                  f"{counts.wall_s:.0f} s")  # fmt: skip
    if until and not came:
        err.print(f"no order was {until} within {timeout:.0f} s")
        raise typer.Exit(FAILED)
