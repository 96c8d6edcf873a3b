"""One seed, scored: campus, wire, ingest, store, analytics, orders, crew and proof in one process.

Everything but the sockets is the real thing: the edge's outbox, the codec, the validation, a
store in memory, the rules, orders in a database of their own, a crew that botches some repairs.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from adapters.settings import Settings
from core.clock import DAY_MS, HOUR_MS, SteppedClock
from core.ports import Broker
from core.site import Site
from edge.drivers.simulated import SimulatedDriver
from plantroom.conductor import Conductor
from plantroom.crew import DeskOfCrew
from plantroom.judging import Visited, alarms_of, visits_of
from plantroom.loop import Loop
from plantroom.past import PastFirst
from plantroom.plant import BrokerAt, Plant
from plantroom.tap import Tap
from scoring import baselines
from scoring.crew import Crew
from scoring.plan import draw, effect_of
from scoring.season import Season
from scoring.truths import Known, causes_of, known_of
from simulators.campus import Campus
from simulators.physics.climate import DEFAULT_CLIMATE
from simulators.physics.faults import Fault
from simulators.story import Story

NIGHTS, PLANT_DAYS = 90, 14
"""Healthy days before the scored time: nights of the meters, days of the plant."""
_FIRST = datetime(2026, 1, 5)  # noqa: DTZ001 - a Monday, local to the site, whichever it is
_WEEKS_APART, _SEASONS = 11, 5

Progress = Callable[[str, float], None]
"""Told of the stage and how much of the seed is done, 0…1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is to be run.

    Attributes:
        folder: Of the site's files, for people and rosters.
        seed: Of everything random.
        days: Scored, after the run-in.
        per: Faults a building in 56 days; 0 for a campus without any.
        nights: Of meters before.
        plant_days: Of plant points before.
        step_h: How far apart detection, orders and crew act; nothing is found earlier than at
            the next step. Verdicts do not depend on it. [h]
    """

    folder: Path
    seed: int
    days: int = 56
    per: float = 6.0
    nights: int = NIGHTS
    plant_days: int = PLANT_DAYS
    step_h: int = 3
    climate: str = DEFAULT_CLIMATE
    story: Story | None = None


def first_day(site: Site, seed: int) -> int:
    """Local midnight at which a seed's scored time begins, UTC. [ms]

    Mondays eleven weeks apart, so that five seeds in a row see five parts of the year.
    """
    monday = _FIRST + timedelta(weeks=_WEEKS_APART * ((seed - 1) % _SEASONS))
    return int(monday.replace(tzinfo=ZoneInfo(site.timezone)).timestamp() * 1000)


@dataclass(kw_only=True)
class _LoopPlant(Plant):
    """The parts of an installation on a broker within the process."""

    loop: Loop = field(default_factory=Loop)

    def session(self, user: str, client_id: str) -> Broker:
        del user, client_id
        return self.loop.session()


@dataclass
class Run:
    """One seed on one site.

    Attributes:
        site: Compiled.
        wishes: What is to be run.
        progress: Told how far it is.
    """

    site: Site
    wishes: Wishes
    progress: Progress = lambda _stage, _share: None
    wall_s: dict[str, float] = field(default_factory=dict)

    @cached_property
    def start(self) -> int:
        """Of the scored time. [ms]"""
        story = self.wishes.story
        return first_day(self.site, self.wishes.seed) if story is None else story.start

    @property
    def end(self) -> int:
        """Of the scored time. [ms]"""
        return self.start + self.wishes.days * DAY_MS

    @cached_property
    def faults(self) -> list[Fault]:
        """What goes wrong in it."""
        wishes = self.wishes
        if wishes.story is not None:
            return [f for f in wishes.story.faults if f.onset < self.end]
        if wishes.per <= 0:
            return []
        return draw(self.site, wishes.seed, self.start, wishes.days, wishes.per)

    def season(self) -> Season:
        """Runs the chain, then the worlds, and lays them beside each other."""
        with tempfile.TemporaryDirectory(prefix="plantroom-score-") as folder:
            chain = self._chain(Path(folder))
        with self._timed("worlds"):
            known = known_of(
                self.site, self.wishes.seed, self.start, self.wishes.days, self.faults,
                lambda share: self.progress("worlds", 0.6 + 0.4 * share), self.wishes.climate,
            )  # fmt: skip
        return chain(known)

    def _chain(self, folder: Path) -> Callable[[Known], Season]:
        """Runs it; what it gives needs the worlds before it is a season."""
        site, wishes = self.site, self.wishes
        campus = Campus(site, wishes.seed, self.start, self.faults, climate=wishes.climate)
        tap = Tap(
            site, past := PastFirst(site, campus), self.start - wishes.plant_days * DAY_MS,
            wishes.plant_days + wishes.days,
        )  # fmt: skip
        clock = SteppedClock(self.start - (wishes.nights + 1) * DAY_MS)
        plant = _LoopPlant(
            settings=_settings(folder), site=site, clock=clock, broker=BrokerAt(host="", port=0)
        )
        try:
            plant.import_people(wishes.folder)
            for gateway in site.gateways:
                plant.agent(gateway, SimulatedDriver(tap, gateway))
            plant.ingest.start()
            with self._timed("run-in"):
                self._run_in(plant, campus, past, clock)
            visited = Visited(DeskOfCrew(plant.orders.crew), campus)
            crew = Crew(visited, visited, lambda f, n: effect_of(wishes.seed, f, n), site.timezone)
            self._days(plant, campus, crew, clock)
            with self._timed("account"):
                quarantined = plant.ingest.counts()["quarantined"]
                readings = tap.account(plant.store, quarantined)
            alarms = alarms_of(plant, wishes.seed)
            visits = visits_of(plant, wishes.seed, visited.visits)
            truth = campus.truth()
        finally:
            plant.stop()
        single = baselines.threshold(site, tap.days(), self.start, wishes.plant_days)

        def season(known: Known) -> Season:
            return Season(
                seed=wishes.seed, start=self.start, end=self.end,
                buildings=tuple(sorted(site.buildings)),
                alarms=tuple(a for a in alarms if a.start > self.start),
                causes=tuple(causes_of(truth, self.faults, known, self.end)),
                visits=tuple(known.judged(visit, self.end) for visit in visits),
                threshold=tuple(single), readings=readings, wall_s=self.wall_s,
            )  # fmt: skip

        return season

    def _run_in(self, plant: Plant, campus: Campus, past: PastFirst, clock: SteppedClock) -> None:
        """Healthy nights through the same edge, wire, validation and store."""
        conductor = Conductor(clock=clock, agents=plant.agents, parts=[])
        nights = self.wishes.nights
        for number, (stop, rows) in enumerate(campus.history(nights, self.wishes.plant_days)):
            past.put(rows)
            conductor.step(stop)
            self.progress("run-in", 0.1 * (number + 1) / nights)
        past.end()
        plant.engine.step(campus.now)
        plant.orders.step(campus.now)

    def _days(self, plant: Plant, campus: Campus, crew: Crew, clock: SteppedClock) -> None:
        """Step by step: what is repaired depends on when it was found."""
        spent = dict.fromkeys(("campus", "wire", "analytics", "crew", "orders"), 0.0)

        def clocked(name: str, part: Callable[[int], object]) -> Callable[[int], object]:
            def step(now: int) -> object:
                begun = time.perf_counter()
                try:
                    return part(now)
                finally:
                    spent[name] += time.perf_counter() - begun

            return step

        conductor = Conductor(
            clock=clock, agents=plant.agents,
            parts=[
                _Part(clocked("analytics", plant.engine.step)),
                _Part(clocked("crew", crew.step)),
                _Part(clocked("orders", plant.orders.step)),
            ],
            world=lambda to: void(clocked("campus", campus.advance)(to)),
        )  # fmt: skip
        begun, at = time.perf_counter(), self.start
        while at < self.end:
            at = min(at + self.wishes.step_h * HOUR_MS, self.end)
            conductor.step(at)
            self.progress("chain", 0.1 + 0.5 * (at - self.start) / (self.end - self.start))
        spent["wire"] = time.perf_counter() - begun - sum(spent.values())
        self.wall_s |= spent

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.wall_s[stage] = time.perf_counter() - begun


@dataclass(frozen=True)
class _Part:
    """A part that is timed."""

    step: Callable[[int], object]


def void(_value: object) -> None:
    """Nothing of it is wanted."""


def _settings(folder: Path) -> Settings:
    """A store in memory and records in a folder of the run's own, whatever the machine says."""
    return Settings(_env_file=None).model_copy(  # type: ignore[call-arg]
        update={
            "var": folder, "store": SecretStr("duckdb::memory:"), "notify": (),
            "records": SecretStr(f"sqlite:///{folder}/records.sqlite"),
        }
    )  # fmt: skip
