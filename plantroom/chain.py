"""The chain of one seed: campus, wire, ingest, store, analytics, orders, crew and proof.

Everything but the sockets is the real thing, and those too where it is asked to go through a
broker: the edge's outbox, the codec, the validation, a store in memory, the rules, orders in a
database of their own, a crew that botches some repairs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from adapters.mqtt.embedded import EmbeddedBroker
from adapters.settings import Settings
from analytics.engine import Engine
from core.clock import DAY_MS, HOUR_MS, SteppedClock
from core.errors import Fatal
from core.ports import Broker
from core.words import Discipline
from edge.agent import Agent
from edge.drivers.simulated import SimulatedDriver
from plantroom.booked import booked_of, placebos_of
from plantroom.conductor import SETTLE_S, Conductor
from plantroom.crew import DeskOfCrew
from plantroom.judging import Visited, alarms_of, visits_of
from plantroom.loop import Loop
from plantroom.past import PastFirst
from plantroom.plant import BrokerAt, Plant, embedded
from plantroom.tap import Tap
from scoring import baselines
from scoring.crew import Crew
from scoring.records import Alarm, Booked, Placebo, Visit
from scoring.season import Readings
from simulators.campus import Campus
from simulators.physics.kinds.catalogue import FAULT_KINDS
from simulators.truth import Truth

if TYPE_CHECKING:
    from plantroom.season import Run

_STAGES = ("campus", "wire", "analytics", "crew", "orders")


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a chain, before the worlds judge it."""

    alarms: Sequence[Alarm]
    visits: Sequence[Visit]
    truth: Sequence[Truth]
    threshold: Sequence[Alarm]
    readings: Readings
    booked: Sequence[Booked] = ()
    placebos: Sequence[Placebo] = ()


@dataclass(kw_only=True)
class _Scored(Plant):
    """An installation whose console nobody looks at: what is drawn there is not computed.

    Nobody teaches its rules either: what is scored are the cards as they are.
    """

    @cached_property
    def teaching(self) -> None:
        """See :class:`plantroom.plant.Plant`."""
        return None

    @cached_property
    def engine(self) -> Engine:
        """See :class:`plantroom.plant.Plant`."""
        return Engine(
            self.site, self.store, self.records.verdicts, self.records.findings,
            self.records.progress, self._sink(), self.clock,
            lateness_ms=self.settings.lateness_s * 1000, expected=False,
        )  # fmt: skip


@dataclass(kw_only=True)
class _Looped(_Scored):
    """The same on a broker within the process."""

    loop: Loop = field(default_factory=Loop)

    def session(
        self, user: str, client_id: str, *, clean: bool = False, direct: bool = False
    ) -> Broker:
        """See :class:`plantroom.plant.Plant`."""
        del user, client_id, clean, direct
        return self.loop.session()


@dataclass(frozen=True)
class _Together:
    """All agents as one: what they publish in a step reaches ingest as one write."""

    agents: Sequence[Agent]
    loop: Loop

    def step(self, until: int) -> None:
        """Reads all devices, then lets go what was published."""
        with self.loop.held():
            for agent in self.agents:
                agent.step(until)

    def wait_settled(self, timeout_s: float) -> bool:
        """Whether ingest has confirmed everything within the time."""
        until = time.monotonic() + timeout_s
        return all(a.wait_settled(max(0.0, until - time.monotonic())) for a in self.agents)


class Chain:
    """One run of it, in a folder of its own.

    Attributes:
        wall_s: By stage. [s]
    """

    def __init__(self, run: Run, folder: Path) -> None:
        self._run, self._site, self._wishes = run, run.staged.site, run.wishes
        self._folder = folder
        self._broker: EmbeddedBroker | None = None
        self.wall_s: dict[str, float] = {}

    def run(self) -> Told:
        """Runs all of it; what it gives needs the worlds before it is a season."""
        site, wishes, start = self._site, self._wishes, self._run.start
        campus = self._run.campus()
        tap = Tap(
            site, past := PastFirst(site, campus), start - wishes.plant_days * DAY_MS,
            wishes.plant_days + wishes.days,
        )  # fmt: skip
        clock = SteppedClock(start - (wishes.nights + 1) * DAY_MS)
        plant = self._plant(clock)
        try:
            plant.import_people(wishes.folder)
            for gateway in site.gateways:
                plant.agent(gateway, SimulatedDriver(tap, gateway))
            plant.ingest.start()
            with self._timed("run-in"):
                self._run_in(plant, campus, past, clock)
            assets = {
                fault.id: fault.asset
                for fault in self._run.faults
                if FAULT_KINDS[fault.kind].discipline is Discipline.INSTRUMENT
            }
            visited = Visited(DeskOfCrew(plant.orders.crew), campus, assets)
            crew = Crew(visited, visited, self._run.visit, site.timezone)
            self._days(plant, campus, crew, visited, clock)
            with self._timed("ledger"):
                plant.ledger.book(self._run.end)
                booked = booked_of(plant, wishes.seed, start)
                first = start - wishes.plant_days * DAY_MS
                placebos = placebos_of(plant, wishes.seed, first, self._run.end)
            with self._timed("account"):
                readings = tap.account(plant.store, plant.ingest.counts()["quarantined"])
            return Told(
                alarms=alarms_of(plant, wishes.seed),
                visits=visits_of(plant, wishes.seed, visited.visits),
                truth=campus.truth(),
                threshold=baselines.threshold(site, tap.days(), start, wishes.plant_days),
                readings=readings, booked=booked, placebos=placebos,
            )  # fmt: skip
        finally:
            plant.stop()
            if self._broker is not None:
                self._broker.stop()

    def _plant(self, clock: SteppedClock) -> Plant:
        settings = _settings(self._folder)
        if self._wishes.through == "mqtt":
            self._broker, where = embedded(settings, self._site)
            return _Scored(settings=settings, site=self._site, clock=clock, broker=where)
        nowhere = BrokerAt(host="", port=0)
        return _Looped(settings=settings, site=self._site, clock=clock, broker=nowhere)

    def _run_in(self, plant: Plant, campus: Campus, past: PastFirst, clock: SteppedClock) -> None:
        """Healthy nights through the same edge, wire, validation and store."""
        conductor = Conductor(clock=clock, agents=_agents(plant), parts=[])
        nights = self._wishes.nights
        for number, (stop, rows) in enumerate(campus.history(nights, self._wishes.plant_days)):
            past.put(rows)
            conductor.step(stop)
            self._run.progress("run-in", 0.1 * (number + 1) / nights)
        past.end()
        plant.engine.step(campus.now)
        plant.orders.step(campus.now)

    def _days(
        self, plant: Plant, campus: Campus, crew: Crew, visited: Visited, clock: SteppedClock
    ) -> None:
        """Step by step: what is repaired depends on when it was found."""
        start, end = self._run.start, self._run.end
        self.wall_s |= dict.fromkeys(_STAGES, 0.0)

        def counted() -> None:
            # Ingest looks once a second by the machine's time, which would be hours of the run's.
            if not plant.ingest.wait_errands(SETTLE_S):
                raise Fatal(f"what was said of meters was not counted within {SETTLE_S:.0f} s")

        def tell(now: int) -> None:
            # What was changed by a visit is said there and then; what that shows since, later.
            visited.tell(plant.records.meters, self._site, now, counted)

        conductor = Conductor(
            clock=clock, agents=_agents(plant),
            parts=[
                _Part(tell),
                _Part(self._clocked("analytics", plant.engine.step)),
                _Part(self._clocked("crew", crew.step)),
                _Part(tell),
                _Part(self._clocked("orders", plant.orders.step)),
            ],
            world=lambda to: _void(self._clocked("campus", campus.advance)(to)),
        )  # fmt: skip
        begun, at = time.perf_counter(), start
        while at < end:
            at = min(at + self._wishes.step_h * HOUR_MS, end)
            conductor.step(at)
            self._run.progress("chain", 0.1 + 0.6 * (at - start) / (end - start))
        others = sum(self.wall_s[stage] for stage in _STAGES)
        self.wall_s["wire"] = time.perf_counter() - begun - others

    def _clocked(self, name: str, part: Callable[[int], object]) -> Callable[[int], object]:
        def step(now: int) -> object:
            begun = time.perf_counter()
            try:
                return part(now)
            finally:
                self.wall_s[name] += time.perf_counter() - begun

        return step

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.wall_s[stage] = time.perf_counter() - begun


@dataclass(frozen=True)
class _Part:
    """A part that is timed."""

    step: Callable[[int], object]


def _agents(plant: Plant) -> Sequence[Agent] | Sequence[_Together]:
    return [_Together(plant.agents, plant.loop)] if isinstance(plant, _Looped) else plant.agents


def _void(_value: object) -> None:
    """Nothing of it is wanted."""


def _settings(folder: Path) -> Settings:
    """A store in memory and records in a folder of the run's own, whatever the machine says."""
    return Settings(_env_file=None).model_copy(  # type: ignore[call-arg]
        update={
            "var": folder, "store": SecretStr("duckdb::memory:"), "notify": (),
            "records": SecretStr(f"sqlite:///{folder}/records.sqlite"),
        }
    )  # fmt: skip
