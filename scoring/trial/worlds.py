"""The worlds of a trial: what each said goes into a store, what each used is the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adapters.store.duck import DuckStore
from core.batch import Batch, BatchName, Bools, Columns, Floats
from core.clock import DAY_MS
from core.quality import Quality
from core.site import EquipmentClass, Site
from core.words import Carrier
from ingest.registers import Rules
from ingest.use import Use
from scoring.trial.drawn import Try
from simulators.abreast import Abreast
from simulators.campus import Campus
from simulators.physics.laws import FIRST
from simulators.physics.weather.climate import DEFAULT_CLIMATE

NIGHTS, PLANT_DAYS = 60, 14
"""Healthy days before: nights that a leak's references look back to, days of the plant."""

_PLANT = (
    EquipmentClass.WEATHER_STATION, EquipmentClass.BOILER, EquipmentClass.PUMP,
    EquipmentClass.CHILLER,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is run.

    Attributes:
        site: As it is in truth.
        seed: Of weather, people and noise.
        start: Local midnight, UTC. [ms]
        days: How long the worlds live.
        tries: By world.
        nights: Healthy days of the meters before.
    """

    site: Site
    seed: int
    start: int
    days: int
    tries: Sequence[Sequence[Try]]
    nights: int = NIGHTS
    climate: str = DEFAULT_CLIMATE
    physics: str = FIRST.name

    @property
    def end(self) -> int:
        """Of the days, UTC. [ms]"""
        return self.start + self.days * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """What a building's repair spared by day.

    Attributes:
        saved: U − R by day and carrier, the carriers in the order of :class:`Carrier`: on
            physical energy, before any meter's error. (days, carriers) [kWh, m³]
        wasted: U − H, the same way.
    """

    saved: Floats
    wasted: Floats


def run(trial: Trial, folder: Path) -> list[dict[str, Spared]]:
    """Lives through all worlds; by world what each building's repair spared.

    Each world's readings are written to ``worlds.duckdb`` with its number in the folder.
    """
    base = Campus(trial.site, trial.seed, trial.start, climate=trial.climate, physics=trial.physics)
    stores = [_Written(trial, folder / f"{n}.duckdb", n) for n in range(len(trial.tries))]
    for _, rows in base.history(trial.nights, PLANT_DAYS):
        for store in stores:
            store.write(rows)
    lives = [base.twin([t.fault for t in tries]) for tries in trial.tries]
    wasting = [base.twin([t.fault for t in tries]) for tries in trial.tries]
    used = _live(trial, base, (lives, wasting), stores)
    for store in stores:
        store.close()
    return [
        {
            b: Spared(saved=u[:, n] - r[:, n], wasted=u[:, n] - used[-1][:, n])
            for n, b in enumerate(sorted(trial.site.buildings))
        }
        for r, u in zip(used[: len(lives)], used[len(lives) : -1], strict=True)
    ]


def _live(
    trial: Trial, healthy: Campus, worlds: tuple[Sequence[Campus], Sequence[Campus]],
    stores: Sequence[_Written],
) -> list[Floats]:  # fmt: skip
    """All go on together to the end; what each used by day, building and carrier."""
    lives, wasting = worlds
    every = [*lives, *wasting, healthy]
    abreast = Abreast(every)
    visits = sorted(
        (t.done, n, t.fault.id, t.effect) for n, tries in enumerate(trial.tries) for t in tries
    )
    used: list[list[Floats]] = [[] for _ in every]
    before = [_used(trial.site, campus) for campus in every]
    for day in range(trial.days):
        until = trial.start + (day + 1) * DAY_MS
        while visits and visits[0][0] < until:
            at, n, fault, effect = visits.pop(0)
            abreast.advance(at)
            lives[n].repair(at, effect, fault=fault)
        abreast.advance(until)
        for n, campus in enumerate(every):
            now = _used(trial.site, campus)
            used[n].append(now - before[n])
            before[n] = now
            said = [campus.read(g, until) for g in sorted(trial.site.gateways)]
            if n < len(stores):
                stores[n].write(Columns.joined(said))
    abreast.leave()
    return [np.array(days) for days in used]


def _used(site: Site, campus: Campus) -> Floats:
    """So far, by building and carrier. [kWh, m³]"""
    of = campus.consumed()
    return np.array([[of.get((b, c), 0.0) for c in Carrier] for b in sorted(site.buildings)])


class _Written:
    """A store that keeps what the ledger and its rules may read of one world."""

    def __init__(self, trial: Trial, path: Path, world: int) -> None:
        self._site, self._seq = trial.site, 0
        self._store = DuckStore(str(path), trial.site)
        self._use = Use(Rules.of(trial.site), self._store)
        self._wanted = _wanted(trial.site, trial.tries[world])

    def write(self, rows: Columns) -> None:
        """A day's readings."""
        kept = rows.keep(self._wanted[rows.point])
        if not len(kept):
            return
        kept = kept.keep(np.argsort(kept.at, kind="stable"))
        low, high = self._site.span_low[kept.point], self._site.span_high[kept.point]
        beyond = (kept.value < low) | (kept.value > high)
        quality = np.where(beyond, int(Quality.SUSPECT), int(Quality.GOOD)).astype(np.int8)
        marked = Columns.of(kept.point, kept.at, kept.value, quality)
        name = BatchName("gw", "boot", self._seq)
        self._seq += 1
        batch = Batch(name=name, rows=marked, received=int(marked.at[-1]))
        self._store.write([batch], receipted=set())
        self._use.derive(marked)

    def close(self) -> None:
        """Nothing more comes."""
        self._store.close()


def _wanted(site: Site, tries: Sequence[Try]) -> Bools:
    """By point: whether it is of a meter, of the plant, or of what is at fault."""
    assets = {t.fault.asset for t in tries}
    return np.array([
        (e := site.equipment[p.equipment]).meter is not None or e.cls in _PLANT or e.id in assets
        for p in site.points
    ])  # fmt: skip
