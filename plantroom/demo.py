"""The demonstration: a simulated campus, everything else real, fast time in steps."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from adapters.mqtt.embedded import EmbeddedBroker
from adapters.records.passwords import hashed
from adapters.settings import Settings
from adapters.sites import load_site
from api.app import create_app
from core.actor import SYSTEM
from core.clock import DAY_MS, HOUR_MS, SteppedClock
from core.site import Site
from edge.drivers.simulated import SimulatedDriver
from plantroom.conductor import Conductor
from plantroom.counting import Counts, Readings
from plantroom.crew import DeskOfCrew
from plantroom.output import bars
from plantroom.past import PastFirst
from plantroom.plant import Plant, embedded
from plantroom.ports import next_free
from plantroom.server import ConsoleServer
from plantroom.story import Story
from scoring.crew import Crew
from simulators.campus import Campus
from simulators.story import demo_story
from workorders.tally import tally

PASSWORD = "plantroom-demo"  # noqa: S105 - shown on the log-in page of the demonstration
NIGHTS, PLANT_DAYS = 90, 14
"""What is loaded first: references look back over ninety nights, plant rules over days."""
HINTS = (
    ("chen.jing", "engineer"), ("guo.hua", "supervisor"), ("liu.yang", "plumber"),
    ("wang.fang", "HVAC technician"), ("xu.mei", "manager"), ("admin", "admin"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the command line asked for.

    Attributes:
        site: Folder of the site.
        speed: Days of the campus in ten seconds of yours; 0 is as fast as it goes.
        fresh: Begin anew.
        until: ``verified``, ``refused`` or empty: run until Ctrl-C.
        timeout_s: Give up after this. [s]
        seed: Of the campus; 0 is the story's own.
        quiet: Tell nothing but the end.
    """

    site: Path
    speed: float = 1.0
    fresh: bool = False
    until: str = ""
    timeout_s: float = 0.0
    seed: int = 0
    port: int = 8000
    quiet: bool = False


@dataclass
class Demo:
    """One run of the demonstration.

    Attributes:
        stopping: Looked at between steps; set, it ends like Ctrl-C.
    """

    settings: Settings
    wishes: Wishes
    console: Console
    began: float = field(default_factory=time.monotonic)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> tuple[Counts, bool]:
        """Run until what was wished for, the time-out, or Ctrl-C; counts, and whether it came.

        Raises:
            PlantroomError: Something stands in the way; it says what to do.
        """
        site = load_site(self.wishes.site)
        if self.wishes.fresh:
            _empty(self.settings.var)
        self.settings.var.mkdir(parents=True, exist_ok=True)
        story = Story(self.console, site.timezone, site.money, quiet=self.wishes.quiet)
        campus, fresh = self._campus(site)
        broker, at = embedded(self.settings, site)
        clock = SteppedClock(campus.now - (NIGHTS + 1) * DAY_MS if fresh else campus.now)
        plant = Plant(
            settings=self.settings, site=site, clock=clock, broker=at, listen=story.finding
        )
        try:
            return self._wired(plant, campus, clock, story, fresh=fresh)
        finally:
            self._ended(plant, broker)

    def _wired(
        self, plant: Plant, campus: Campus, clock: SteppedClock, story: Story, *, fresh: bool
    ) -> tuple[Counts, bool]:
        plant.import_people(self.wishes.site)
        _passwords(plant)
        past = PastFirst(plant.site, campus)
        for gateway in plant.site.gateways:
            plant.agent(gateway, SimulatedDriver(past, gateway))
        plant.ingest.start()
        with self._console(plant, story) as address:
            if fresh:
                self._history(plant, campus, past, clock)
            plot = demo_story(plant.site)
            crew = Crew(DeskOfCrew(plant.orders.crew), campus, plot.effect, plant.site.timezone)
            conductor = Conductor(
                clock=clock, agents=plant.agents, parts=[plant.engine, crew, plant.orders],
                world=campus.advance,
            )  # fmt: skip
            for row in plant.orders.desk.queue(SYSTEM):
                story.known(row.id, row.state.value, row.attempt)
            came = self._days(plant, campus, conductor, story)
            return self._counts(plant, clock, address), came

    def _days(self, plant: Plant, campus: Campus, conductor: Conductor, story: Story) -> bool:
        """Hour by hour, paced; True when what was wished for came."""
        pace = 10.0 / 24 / self.wishes.speed if self.wishes.speed > 0 else 0.0
        while True:
            begun = time.monotonic()
            to = campus.now + HOUR_MS
            conductor.step(to)
            self._tell(plant, story, to)
            campus.save(self._kept)
            if self.stopping.is_set():
                raise KeyboardInterrupt
            if self._came(plant):
                return True
            if self.wishes.timeout_s and time.monotonic() - self.began > self.wishes.timeout_s:
                return False
            self.stopping.wait(max(0.0, pace - (time.monotonic() - begun)))

    def _came(self, plant: Plant) -> bool:
        if not self.wishes.until:
            return False
        counted = tally(plant.records, SYSTEM)
        return bool(counted.verified if self.wishes.until == "verified" else counted.refused)

    def _tell(self, plant: Plant, story: Story, at: int) -> None:
        desk = plant.orders.desk
        for row in (*desk.queue(SYSTEM), *desk.queue(SYSTEM, closed=True, most=20)):
            story.order(
                row.id, str(row.title), row.person_name, int(row.priority), row.state.value,
                row.attempt, at, row.outcome.value if row.outcome else None,
            )  # fmt: skip
        story.rate(sum(a.counts().readings for a in plant.agents), at)

    @property
    def _kept(self) -> Path:
        return self.settings.var / "campus.npz"

    def _campus(self, site: Site) -> tuple[Campus, bool]:
        """The campus as it was left, or a new one before its history."""
        if self._kept.exists():
            return Campus.load(self._kept, site), False
        # What an interrupted first start has left cannot be gone on from.
        _empty(self.settings.var)
        plot = demo_story(site)
        return Campus(site, self.wishes.seed or plot.seed, plot.start, plot.faults), True

    def _history(self, plant: Plant, campus: Campus, past: PastFirst, clock: SteppedClock) -> None:
        """The nights before the story, through the same edge, broker, validation and store."""
        conductor = Conductor(clock=clock, agents=plant.agents, parts=[])
        with bars(self.console, quiet=self.wishes.quiet) as progress:
            task = progress.add_task(f"loading {NIGHTS} nights of history", total=NIGHTS)
            for stop, rows in campus.history(NIGHTS, PLANT_DAYS):
                past.put(rows)
                conductor.step(stop)
                progress.advance(task)
            past.end()
            progress.update(task, description="judging the last days of it")
            plant.engine.step(campus.now)
            plant.orders.step(campus.now)
            campus.save(self._kept)

    @contextmanager
    def _console(self, plant: Plant, story: Story) -> Iterator[str]:
        port = next_free(self.wishes.port)
        if port != self.wishes.port:
            story.say(f"port {self.wishes.port} is taken; using {port}")
        server = ConsoleServer(
            create_app(plant.services([(who, PASSWORD) for who, _ in HINTS])), "127.0.0.1", port
        )
        server.start()
        address = f"http://127.0.0.1:{port}"
        people = ", ".join(f"{who} ({what})" for who, what in HINTS)
        story.say(f"[bold]console[/]  {address}   log in as {people}; password {PASSWORD}")
        try:
            yield address
        finally:
            server.stop()

    def _counts(self, plant: Plant, clock: SteppedClock, address: str) -> Counts:
        counted = tally(plant.records, SYSTEM)
        ingested = plant.ingest.counts()
        sent = sum(agent.counts().readings for agent in plant.agents)
        kept = ingested["stored"] + ingested["quarantined"]
        findings: dict[str, int] = {}
        for finding in plant.records.findings.since(0):
            findings[finding.rule] = findings.get(finding.rule, 0) + 1
        return Counts(
            readings=Readings(
                sent=sent, stored=ingested["stored"], quarantined=ingested["quarantined"],
                lost=max(0, sent - kept),
            ),
            findings=findings,
            orders={state.value: n for state, n in counted.states.items()},
            verified=counted.verified, refused=counted.refused, simulated_until=clock.now(),
            wall_s=round(time.monotonic() - self.began, 1), console=address,
        )  # fmt: skip

    def _ended(self, plant: Plant, broker: EmbeddedBroker) -> None:
        plant.stop()
        broker.stop()


def _passwords(plant: Plant) -> None:
    """Every log-in of the demonstration gets the one that is shown, unless it has its own."""
    without = [p.login for p in plant.records.people.all() if p.password is None]
    if not without:
        return
    once = hashed(PASSWORD)
    for login in without:
        plant.records.people.set_password(login, once)


def _empty(var: Path) -> None:
    """Begin anew: only what a run itself has written there goes."""
    for name in ("outbox", "broker"):
        shutil.rmtree(var / name, ignore_errors=True)
    for pattern in ("campus.npz", "readings.duckdb*", "records.sqlite*"):
        for path in var.glob(pattern):
            path.unlink()
