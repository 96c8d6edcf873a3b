"""Seeds in parallel processes, with one bar for all of them."""

from __future__ import annotations

import multiprocessing
import os
import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from adapters.sites import load_site
from core.errors import Misconfigured, Mistake
from core.site import Site
from plantroom.logs import configure
from plantroom.output import bars
from plantroom.season import Run, Wishes
from scoring.season import Season
from simulators.worlds import of_buildings

Tell = Callable[[int, str, float], None]
"""Told of a seed's stage, and how much of it is done."""
_POLL_S = 0.5


def site_of(folder: Path, buildings: int) -> Site:
    """The site, or its first buildings in order of id; 0 for all.

    Raises:
        Misconfigured: It has not so many.
    """
    site = load_site(folder)
    if buildings == 0 or buildings == len(site.buildings):
        return site
    if buildings > len(site.buildings):
        what = f"{folder} has {len(site.buildings)} buildings, not {buildings}"
        raise Misconfigured([Mistake(file="", line=0, what=what)])
    return of_buildings(site, sorted(site.buildings)[:buildings])


def seasons(
    wishes: Sequence[Wishes], buildings: int, *, workers: int, console: Console, quiet: bool
) -> list[Season]:
    """Runs every seed, several at a time; in the order asked for."""
    with _bar(console, quiet=quiet) as tell:
        if workers <= 1 or len(wishes) == 1:
            # A seed by itself has a second core to use: its worlds go beside its chain.
            return [_alone(one, buildings, tell, beside=workers > 1) for one in wishes]
        return _spread(wishes, buildings, workers, tell)


def _alone(wishes: Wishes, buildings: int, tell: Tell, *, beside: bool = False) -> Season:
    site = site_of(wishes.folder, buildings)
    run = Run(site, wishes, lambda stage, share: tell(wishes.seed, stage, share), beside=beside)
    return run.season()


def _spread(
    wishes: Sequence[Wishes], buildings: int, workers: int,
    tell: Tell,
) -> list[Season]:  # fmt: skip
    # Spawned, never forked, with nothing opened at import.
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        told: Any = manager.Queue()
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            runs: list[Future[Season]] = [
                pool.submit(_in_process, one, buildings, told) for one in wishes
            ]
            while wait(runs, timeout=_POLL_S).not_done:
                _drain(told, tell)
                broken = next((r for r in runs if r.done() and r.exception()), None)
                if broken is not None:
                    pool.shutdown(cancel_futures=True)
                    broken.result()
            return [run.result() for run in runs]


def _in_process(wishes: Wishes, buildings: int, told: Any) -> Season:
    configure("warning")
    return _alone(wishes, buildings, lambda *said: told.put(said))


def _drain(told: Any, tell: Tell) -> None:
    while True:
        try:
            tell(*told.get_nowait())
        except queue.Empty:
            return


@contextmanager
def _bar(console: Console, *, quiet: bool) -> Iterator[Tell]:
    with bars(console, quiet=quiet) as progress:
        tasks: dict[int, Any] = {}

        def tell(seed: int, stage: str, share: float) -> None:
            if seed not in tasks:
                tasks[seed] = progress.add_task("", total=1.0)
            progress.update(tasks[seed], description=f"seed {seed}: {stage}", completed=share)

        yield tell


def cores() -> int:
    """Processes that can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
