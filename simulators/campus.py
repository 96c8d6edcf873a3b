"""The simulated campus: the port the edge reads, with faults that answer to repairs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.batch import Columns, Ints
from core.clock import DAY_MS, MINUTE_MS
from core.errors import Fatal, Refused
from core.site import Site
from core.words import Carrier
from simulators import memory
from simulators.cases import Cases
from simulators.days import Days
from simulators.distractors import gateway_of
from simulators.gaps import Gaps
from simulators.lines import CLEAR, Line, lines_of
from simulators.network import Network, Passage
from simulators.physics.faults import Fault
from simulators.physics.laws import FIRST, laws_of
from simulators.physics.model import Going, alone
from simulators.physics.people.happenings import Happening, cut_off, edges
from simulators.physics.pieces import Acting
from simulators.physics.readings.background import PERFECT, Background
from simulators.physics.weather.climate import DEFAULT_CLIMATE
from simulators.physics.weather.spells import Spell
from simulators.physics.world import World
from simulators.skies import SkyChoice, choice_of, sky_of
from simulators.truth import Effect, Mending, Truth, write_truth
from simulators.weather_file import WeatherFile

DRIVER = "simulated"
"""Gateways of the site with this driver are simulated."""
_SETTLE_MS = DAY_MS
_HEALTHY = (Acting(0, ()),)


class _About(msgspec.Struct, kw_only=True):
    format: int
    site: str
    version: str
    seed: int
    start: int
    until: int
    faults: list[Fault]
    repairs: list[list[Mending]]
    sky: SkyChoice = SkyChoice()
    happenings: tuple[Happening, ...] = ()
    background: Background = PERFECT
    physics: str = FIRST.name


class Campus:
    """A whole site, simulated; a :class:`core.ports.PointSource`.

    It starts with a settled day behind it, or with :meth:`history`. Faults are repaired
    through :meth:`repair`; :meth:`truth` says what was really wrong. Thread-safe.

    Args:
        site: What to simulate.
        seed: Of weather, people and noise.
        start: From when, UTC. [ms]
        faults: What goes wrong.
        climate: Key of :data:`simulators.physics.weather.climate.CLIMATES`.
        spells: Heat waves and cold snaps to add to its weather.
        weather: What a file tells, instead of a climate.
        happenings: What happens in it that is nobody's fault.
        background: Defects of its data that are nobody's fault either.
        physics: Key of :data:`simulators.physics.laws.PHYSICS`.

    Raises:
        Misconfigured: The site has points that cannot be simulated, or no place for a fault;
            or there is no such climate or physics, or spells beside a file.
        ValueError: ``start`` [ms] is not a whole minute.
    """

    def __init__(
        self, site: Site, seed: int, start: int, faults: Sequence[Fault] | None = None, *,
        climate: str = DEFAULT_CLIMATE, spells: Sequence[Spell] = (),
        weather: WeatherFile | None = None, happenings: Sequence[Happening] = (),
        background: Background = PERFECT, physics: str = FIRST.name,
    ) -> None:  # fmt: skip
        if start % MINUTE_MS:
            raise ValueError(f"a campus starts on a whole minute, not at {start}")
        self._site, self._seed, self._start = site, seed, start
        self._days = Days(site, start)
        self._gateways = frozenset(g.id for g in site.gateways.values() if g.driver == DRIVER)
        self._cases = Cases(site, faults or (), seed)
        self._sky, self._weather = choice_of(climate, spells, weather), weather
        sky = sky_of(seed, self._sky, weather)
        self._happenings = tuple(happenings)
        self._background, self._laws = background, laws_of(physics)
        self.world = World(
            site, seed, self._gateways, sky=sky, happenings=self._happenings,
            background=background, laws=self._laws,
        )  # fmt: skip
        self._gaps = Gaps(site, seed, background)
        self._edges = edges(self._happenings)
        self._settled = False
        self._until = start
        self._network = Network(site, seed, self._gateways)
        places = {name: at for at, name in enumerate(sorted(self._gateways))}
        self._gateway_of = np.array([places.get(p.gateway, -1) for p in site.points], np.int16)
        self._lock = threading.RLock()

    @property
    def now(self) -> int:
        """Up to when it has been simulated. [ms]"""
        return self._until

    def read(self, gateway: str, until: int) -> Columns:
        """All that has come from a gateway's points up to a time, and was not given yet.

        In the order in which it came: that of time, but for what a fault of the network holds
        back. Goes on first where that time has not been simulated yet.

        Raises:
            Refused: No such gateway here.
        """
        return self.arrived(gateway, until)[0]

    def arrived(self, gateway: str, until: int) -> tuple[Columns, Ints]:
        """What :meth:`read` gives, and when each of its readings came. (n,) int64 [ms]"""
        if gateway not in self._gateways:
            raise Refused(f"gateway '{gateway}' is not simulated", code="absent")
        with self._lock:
            self.advance(until)
            return self._network.give(gateway, until)

    def passages(self) -> Mapping[str, Passage]:
        """What the network made of the readings so far, by gateway; history has none."""
        with self._lock:
            return self._network.passages()

    def advance(self, until: int) -> None:
        """Simulates up to the last whole minute of a time; an earlier one changes nothing."""
        with self._lock:
            self._settle()
            end = until - until % MINUTE_MS
            while self._until < end:
                stop = self.next_change(self._until, end)
                alone(self.world.model, self.going(stop))

    def next_change(self, at: int, until: int) -> int:
        """The first minute after ``at``, at most ``until``, in which a fault or line turns. [ms]"""
        works = [e for e in self._edges if at < e < until]
        return self._cases.next_change(at, min([until, *works]))

    def going(self, stop: int) -> Going[None]:
        """Goes on to a time before which no fault changes, for whoever steps its world. [ms]"""
        acting = self._cases.acting(self._until, stop)
        rows = yield from self._steps(self._until, stop, acting, plant=True)
        self._send(rows, acting[0].faults)
        self._until = stop

    def history(self, nights: int = 90, plant_days: int = 14) -> Iterator[tuple[int, Columns]]:
        """Healthy days before the start, oldest first: the end of each [ms] and its readings.

        Meters' points for all of them, plant points for the last ``plant_days``; the rows of
        all gateways together. The campus goes on from where the last one ends, so that
        registers run through.

        Raises:
            Fatal: The campus has begun already.
        """
        if self._settled:
            raise Fatal("history comes before the first reading of a campus")
        self._settled = True
        at = self._start - nights * DAY_MS
        while at < self._start:
            stop = min(at + DAY_MS, self._start)
            plant = at >= self._start - plant_days * DAY_MS
            yield stop, self._run(at, stop, plant=plant)
            at = stop

    def unread(self, before: int, *, plant: bool) -> Going[None]:
        """A healthy day before the start that nobody reads, for whoever steps its world.

        Days follow each other up to the start, as in :meth:`history`.

        Args:
            before: How long before the start it begins. [ms]
            plant: Whether plant points are read too: what they say last is remembered.

        Raises:
            Fatal: The campus has begun already.
        """
        if self._until > self._start:
            raise Fatal("history comes before the first reading of a campus")
        self._settled = True
        begins = self._start - before
        yield from self._steps(begins, begins + DAY_MS, _HEALTHY, plant=plant)

    def consumed(self) -> dict[tuple[str, Carrier], float]:
        """What each building truly used so far, by carrier, before any meter's error.

        Only differences mean something: between two times, and between two worlds of one
        seed at the same time. [kWh, m³]
        """
        with self._lock:
            return self.world.consumed()

    def twin(self, faults: Sequence[Fault]) -> Campus:
        """Another world of the same seed that has lived through the same until now.

        It goes on with other faults; of this one's readings it has those still under way.
        """
        with self._lock:
            self._settle()
            other = Campus(
                self._site, self._seed, self._start, faults,
                climate=self._sky.climate, spells=self._sky.spells, weather=self._weather,
                happenings=self._happenings, background=self._background,
                physics=self._laws.name,
            )  # fmt: skip
            other.world.remember(self.world.memory())
            other._network.share(self._network, self._until)
            other._settled, other._until = True, self._until
            return other

    def causes(self, target: str) -> tuple[str, ...]:
        """Ids of the faults that a crew finds at equipment, a point or a gateway, now."""
        with self._lock:
            return self._cases.causes(target, self._until)

    def repair(
        self, at: int, effect: Effect, *, fault: str = "", asset: str = "", family: str = ""
    ) -> tuple[str, ...]:
        """Somebody works on it; gives the ids of the faults that were worked on.

        An effective repair ends a fault with the next minute that is simulated, a useless one
        is only remembered.

        Args:
            at: When, UTC; never before what has been simulated. [ms]
            effect: ``effective``, ``partial`` (its severity halves), ``useless`` or a cheat
                that hides the fault.
            fault: Id of the one fault meant,
            asset: or id of an asset or point: all active faults of it,
            family: of those only this family, where one is named.
        """
        with self._lock:
            moment = max(at + -at % MINUTE_MS, self._until)
            return self._cases.repair(moment, effect, fault=fault, asset=asset, family=family)

    def truth(self) -> list[Truth]:
        """Every fault, by onset; those to come too."""
        with self._lock:
            return self._cases.truth()

    def write_truth(self, path: Path) -> None:
        """Writes the truth, one fault a line."""
        write_truth(path, self.truth())

    def save(self, path: Path) -> None:
        """Writes all state, readings not yet given too, so that :meth:`load` goes on."""
        with self._lock:
            self._settle()
            about = _About(
                format=memory.FORMAT, site=self._site.id, version=self._site.version,
                seed=self._seed, start=self._start, until=self._until,
                faults=self._cases.faults, repairs=self._cases.repairs, sky=self._sky,
                happenings=self._happenings, background=self._background,
                physics=self._laws.name,
            )  # fmt: skip
            arrays: dict[str, NDArray[np.generic]] = {
                f"world.{name}": values for name, values in self.world.memory().items()
            }
            for gateway, kept in self._network.memory().items():
                arrays |= {f"network.{gateway}.{name}": values for name, values in kept.items()}
            memory.write(path, about, arrays)

    @staticmethod
    def load(path: Path, site: Site, *, weather: WeatherFile | None = None) -> Campus:
        """Goes on from a saved campus; one that lived under a file's weather needs it again.

        Raises:
            Fatal: The file is no campus, or one of another version of the site or weather.
            FileNotFoundError: There is none.
        """
        text, arrays = memory.read(path)
        try:
            about = msgspec.json.decode(text, type=_About)
        except msgspec.MsgspecError as error:
            raise Fatal(f"{path.name} is not a saved campus: {error}") from error
        if (about.format, about.site, about.version) != (memory.FORMAT, site.id, site.version):
            raise Fatal(f"{path.name} is of another version of the site: start anew")
        sky_of(about.seed, about.sky, weather)
        campus = Campus(
            site, about.seed, about.start, about.faults,
            climate=about.sky.climate, spells=about.sky.spells, weather=weather,
            happenings=about.happenings, background=about.background, physics=about.physics,
        )  # fmt: skip
        campus._take_up(about, arrays)
        return campus

    def _take_up(self, about: _About, arrays: memory.Arrays) -> None:
        self._cases.remember(about.repairs)
        world = {k.removeprefix("world."): v for k, v in arrays.items() if k.startswith("world.")}
        self.world.remember({name: v.astype(np.float64) for name, v in world.items()})
        self._network.remember({
            g: {k.removeprefix(of): v for k, v in arrays.items() if k.startswith(of)}
            for g in self._gateways
            if (of := f"network.{g}.")
        })  # fmt: skip
        self._settled, self._until = True, about.until

    def _settle(self) -> None:
        if not self._settled:
            self._settled = True
            self._run(self._start - _SETTLE_MS, self._start, plant=True)

    def _run(self, start: int, end: int, *, plant: bool) -> Columns:
        """A time without faults."""
        return alone(self.world.model, self._steps(start, end, _HEALTHY, plant=plant))

    def _steps(
        self, start: int, end: int, acting: Sequence[Acting], *, plant: bool
    ) -> Going[Columns]:
        """A time through which no fault begins or ends, day by day, for whoever steps the world."""
        parts = []
        while start < end:
            day = self._days.day_of(start)
            midnight = self._days.start_of(day)
            stop = min([end, midnight + DAY_MS, *(e for e in self._edges if e > start)])
            minutes = ((start - midnight) // MINUTE_MS, (stop - midnight) // MINUTE_MS)
            known = (day, midnight, self._days.worked(day))
            part = yield from self.world.steps(known, acting, minutes, plant=plant)
            parts.append(part)
            start = stop
        return self._gaps.left(Columns.joined(parts))

    def _send(self, rows: Columns, faults: Sequence[Fault]) -> None:
        """Hands readings of a time in which no fault changed to their gateways' lines."""
        gateway = self._gateway_of[rows.point]
        lines = lines_of(faults, self._until)
        cut = {gateway_of(self._site, m) for m in cut_off(self._happenings, self._until)}
        usual = Line(late_min=self._background.late_min, duplicates=self._background.duplicates)
        for at, name in enumerate(sorted(self._gateways)):
            line = lines.get(name, CLEAR).beside(usual)
            line = line.beside(Line(down=name in cut))
            self._network.take(name, rows.keep(gateway == at), line, self._until)
