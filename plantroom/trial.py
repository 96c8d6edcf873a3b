"""Trials of the ledger, a seed a process."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from core.site import Site
from plantroom.season import first_day
from plantroom.spread import site_of
from scoring.trial.drawn import tries
from scoring.trial.ledgered import judge
from scoring.trial.nameplates import misdeclared
from scoring.trial.outcome import Tried
from scoring.trial.worlds import NIGHTS, Trial, run

WORLDS = 4
"""Of a seed: so many faults a building, each in a world of its own."""


def trials(
    folder: Path, seeds: Sequence[int], *, days: int, worlds: int, buildings: int = 0,
    workers: int = 1, nights: int = NIGHTS, told: Callable[[int], None] = lambda _seed: None,
) -> list[Tried]:  # fmt: skip
    """What the ledger booked of every repair, in the order of the seeds.

    Args:
        folder: Of the site.
        seeds: Of weather, people and faults.
        days: That each world lives.
        worlds: Of a seed; a building has one fault in each.
        buildings: The site's first ones; 0: all.
        workers: Seeds at once.
        nights: Healthy ones before.
        told: Called with each seed that is done.
    """
    if workers <= 1 or len(seeds) == 1:
        found = []
        for seed in seeds:
            found += one_seed(site_of(folder, buildings), seed, days, worlds, nights)
            told(seed)
        return found
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        runs = {
            pool.submit(_in_process, folder, buildings, seed, (days, worlds, nights)): seed
            for seed in seeds
        }
        for done in as_completed(runs):
            done.result()
            told(runs[done])
        return [tried for run in runs for tried in run.result()]


def _in_process(folder: Path, buildings: int, seed: int, size: tuple[int, int, int]) -> list[Tried]:
    return one_seed(site_of(folder, buildings), seed, *size)


def one_seed(site: Site, seed: int, days: int, worlds: int, nights: int) -> list[Tried]:
    """One seed, in a folder that is gone afterwards."""
    start = first_day(site, seed)
    trial = Trial(
        site=site, seed=seed, start=start, days=days, nights=nights,
        tries=tries(site, seed, start, worlds),
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="plantroom-trial-") as name:
        spared = run(trial, Path(name))
        declared = misdeclared(site, seed)
        return [
            tried
            for world in range(worlds)
            for tried in judge(trial, declared, world, spared[world], Path(name))
        ]
