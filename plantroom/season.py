"""One seed, scored: campus, wire, ingest, store, analytics, orders, crew and proof in one process.

The chain is :mod:`plantroom.chain`; the worlds that judge it share nothing with it but the seed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from core.clock import DAY_MS
from core.site import Site
from plantroom.beside import beside
from plantroom.chain import Chain
from scoring.plan import draw, effect_of
from scoring.records import Distractor
from scoring.season import Season
from scoring.truths import Witness, causes_of
from simulators.campus import Campus
from simulators.physics.faults import Fault
from simulators.physics.laws import FIRST
from simulators.physics.readings.background import PERFECT, REAL, Background
from simulators.physics.weather.climate import DEFAULT_CLIMATE
from simulators.staging import CHANCE, Staged, staged
from simulators.story import Story
from simulators.truth import Effect
from simulators.worlds import Worlds

Through = Literal["loop", "mqtt"]
Data = Literal["perfect", "real"]
_DATA: Mapping[Data, Background] = {"perfect": PERFECT, "real": REAL}
NIGHTS, PLANT_DAYS = 90, 14
"""Healthy days before the scored time: nights of the meters, days of the plant."""
_MEMORY, _ROOM_BYTES = Path("/dev/shm"), 2 * 1024**3  # noqa: S108 - with a name of its own in it
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
        climate: Of the campus.
        physics: Its laws.
        data: Whether readings have the background defects of real data. The worlds that judge
            have none: both of two that are compared would have the same.
        distractors: Chance of each kind in each building, 0…1.
        story: That is run instead of what is drawn; it has no distractors.
        through: What carries the messages: ``loop`` within the process, or ``mqtt``, the
            demonstration's own broker and real sessions.
        step_h: How far apart detection, orders and crew act; nothing is found earlier than at
            the next step. Verdicts do not depend on it. [h]
    """

    folder: Path
    seed: int
    days: int = 56
    per: float = 6.0
    nights: int = NIGHTS
    plant_days: int = PLANT_DAYS
    step_h: int = 6
    through: Through = "loop"
    climate: str = DEFAULT_CLIMATE
    physics: str = FIRST.name
    data: Data = "perfect"
    distractors: float = CHANCE
    story: Story | None = None


def first_day(site: Site, seed: int) -> int:
    """Local midnight at which a seed's scored time begins, UTC. [ms]

    Mondays eleven weeks apart, so that five seeds in a row see five parts of the year.
    """
    monday = _FIRST + timedelta(weeks=_WEEKS_APART * ((seed - 1) % _SEASONS))
    return int(monday.replace(tzinfo=ZoneInfo(site.timezone)).timestamp() * 1000)


@dataclass
class Run:
    """One seed on one site.

    Attributes:
        site: Compiled.
        wishes: What is to be run.
        progress: Told how far it is.
        beside: Whether the worlds are made in a process beside the chain's.
        effect: What a visit to a fault does, by its attempt; where nothing is given it is the
            story's, or drawn.
    """

    site: Site
    wishes: Wishes
    progress: Progress = lambda _stage, _share: None
    beside: bool = False
    effect: Callable[[Fault, int], Effect] | None = None

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
    def staged(self) -> Staged:
        """The site with what is announced, and all that is no fault."""
        wishes = self.wishes
        if wishes.story is not None or wishes.distractors <= 0.0:
            return Staged(site=self.site)
        return staged(
            self.site, wishes.seed, self.start, wishes.days, chance=wishes.distractors,
            climate=wishes.climate,
        )  # fmt: skip

    def campus(self) -> Campus:
        """The campus of this seed, from the start on."""
        staged = self.staged
        return Campus(
            staged.site, self.wishes.seed, self.start, self.faults, climate=self.wishes.climate,
            spells=staged.spells, happenings=staged.happenings, physics=self.wishes.physics,
            background=_DATA[self.wishes.data],
        )  # fmt: skip

    def visit(self, fault: str, attempt: int) -> Effect:
        """What a visit to a fault does; ``attempt`` counts from 1."""
        about = next(f for f in self.faults if f.id == fault)
        if self.effect is not None:
            return self.effect(about, attempt)
        if self.wishes.story is not None:
            return self.wishes.story.effect(fault, attempt)
        return effect_of(self.wishes.seed, about, attempt)

    def witness(self) -> Witness:
        """What makes its worlds."""
        staged, wishes = self.staged, self.wishes
        return Witness(Worlds(
            site=staged.site, seed=wishes.seed, start=self.start, days=wishes.days,
            faults=self.faults, climate=wishes.climate, spells=staged.spells,
            happenings=staged.happenings, physics=wishes.physics,
        ))  # fmt: skip

    @property
    def distractors(self) -> tuple[Distractor, ...]:
        """What must raise no order, as it is scored."""
        return tuple(
            Distractor(id=d.id, assets=d.assets, start=d.start, end=d.end)
            for d in self.staged.distractors
        )

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
        """Runs the chain and the worlds, and lays them beside each other."""
        wishes, witness = self.wishes, self.witness()
        with (
            beside(witness) if self.beside else nullcontext(witness) as worlds,
            tempfile.TemporaryDirectory(prefix="plantroom-score-", dir=_scratch()) as folder,
        ):
            chain = Chain(self, Path(folder))
            told = chain.run()
            begun = time.perf_counter()
            known = worlds.known(lambda share: self.progress("worlds", 0.7 + 0.2 * share))
            visits = tuple(known.judged(visit, self.end) for visit in told.visits)
            savings = worlds.savings(visits)
            self.progress("worlds", 1.0)
        wall_s = chain.wall_s | {"worlds": time.perf_counter() - begun}
        return Season(
            seed=wishes.seed, start=self.start, end=self.end,
            buildings=tuple(sorted(self.site.buildings)),
            alarms=tuple(a for a in told.alarms if a.start > self.start),
            causes=tuple(causes_of(told.truth, self.faults, known, self.end)),
            distractors=self.distractors, visits=visits, savings=tuple(savings),
            booked=tuple(told.booked), placebos=tuple(told.placebos),
            threshold=tuple(told.threshold), readings=told.readings, wall_s=wall_s,
        )  # fmt: skip


def _scratch() -> Path | None:
    """Where records and outboxes of a run last as long as it does: memory, where there is room.

    They wait for the disk at every step, thousands of times, and nothing of them is kept.
    """
    there = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    return _MEMORY if there and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES else None
