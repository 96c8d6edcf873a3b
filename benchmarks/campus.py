"""CPU-seconds a simulated year: the sample campus alone, and eight worlds of it together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from adapters.sites import load_site
from benchmarks.measured import Result, cpu_s
from core.batch import Columns
from core.clock import DAY_MS
from core.site import EquipmentClass, Site
from simulators.abreast import Abreast
from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind

WUSHAN = Path(__file__).parent.parent / "sites" / "wushan"
SEED, YEAR_DAYS = 1, 365.25
# Mondays: a week of winter, of spring and of summer; each is a round.
WEEKS = (datetime(2026, 1, 12), datetime(2026, 4, 13), datetime(2026, 7, 6))  # noqa: DTZ001
ALONE_DAYS, WORLDS, TOGETHER_DAYS = 7, 8, 2
ALONE_AIM_S, TOGETHER_AIM_S = 20.0, 30.0
"""CPU-seconds a year that are aimed at."""


def measure(folder: Path) -> list[Result]:
    """Two results; each week is a round. ``folder`` stays empty."""
    del folder
    site = load_site(WUSHAN)
    year, draws, together, apart = [], [], [], []
    for week in WEEKS:
        start = int(week.replace(tzinfo=ZoneInfo(site.timezone)).timestamp() * 1000)
        campus = Campus(site, SEED, start)
        campus.advance(start)
        said: list[int] = []
        year.append(cpu_s(partial(_live, site, campus, said)) * YEAR_DAYS / ALONE_DAYS)
        draws.append(cpu_s(partial(_draw, said)) * YEAR_DAYS / ALONE_DAYS)
        beside, alone = list(_worlds(site, campus)), list(_worlds(site, campus))
        end = campus.now + TOGETHER_DAYS * DAY_MS
        together.append(cpu_s(partial(_abreast, beside, end)) * YEAR_DAYS / TOGETHER_DAYS)
        apart.append(cpu_s(partial(_one_by_one, alone, end)) * YEAR_DAYS / TOGETHER_DAYS)
    buildings, points = len(site.buildings), len(site.points)
    return [
        Result(
            name=f"a year of {buildings} buildings", unit="CPU-seconds a year", ours=year,
            plain=draws, baseline="draw, round and sort as many random readings",
            note=f"{points} points, {ALONE_DAYS} days in three seasons, scaled to a year; "
            + _aim(year, ALONE_AIM_S),
        ),
        Result(
            name=f"{WORLDS} worlds of {buildings} buildings together", unit="CPU-seconds a year",
            ours=together, plain=apart, baseline="the same worlds, one after the other",
            note=f"{WORLDS * buildings} rows of buildings, a fault in each world but one, "
            f"{TOGETHER_DAYS} days in three seasons, scaled to a year; "
            + _aim(together, TOGETHER_AIM_S),
        ),
    ]  # fmt: skip


def _aim(found: list[float], aim: float) -> str:
    """How far it is from what is aimed at, and why."""
    times = float(np.median(found)) / aim
    if times <= 1.0:
        return f"{aim:g} are aimed at and reached"
    return (
        f"{aim:g} are aimed at: {times:.1f} times as many are needed. Five minutes of loops "
        "are some 800 calls of numpy on a few dozen rows, and what a call costs is its being called"
    )


def _live(site: Site, campus: Campus, said: list[int]) -> None:
    end = campus.now + ALONE_DAYS * DAY_MS
    while campus.now < end:
        stop = campus.now + DAY_MS
        rows = Columns.joined([campus.read(g, stop) for g in sorted(site.gateways)])
        said.append(len(rows))


def _draw(said: list[int]) -> None:
    rng = np.random.default_rng(SEED)
    for many in said:
        values, times = np.round(rng.standard_normal(many), 2), rng.integers(0, DAY_MS, many)
        values[np.argsort(times, kind="stable")].sum()


def _worlds(site: Site, origin: Campus) -> Iterator[Campus]:
    """Twins: a healthy one, and each with a valve that passes some more."""
    ahus = site.of_class(EquipmentClass.AHU)
    for number in range(WORLDS):
        valve = Fault(
            id="valve", kind=FaultKind.HEAT_VALVE_PASSES, asset=ahus[number % len(ahus)].id,
            onset=origin.now, severity=0.05 * number,
        )  # fmt: skip
        yield origin.twin([valve] if number else [])


def _abreast(worlds: list[Campus], end: int) -> None:
    Abreast(worlds).advance(end)


def _one_by_one(worlds: list[Campus], end: int) -> None:
    for world in worlds:
        world.advance(end)
