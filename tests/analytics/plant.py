"""A real store and the sample site, filled with hand-made readings, and an engine over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from adapters.sites import load_site
from adapters.store import open_store
from analytics.engine import Engine
from analytics.memory import MemoryFindings, MemoryProgress, MemoryVerdicts
from analytics.rule import Rule
from analytics.rules import RULES
from core.batch import Batch, BatchName, Columns, Floats, Intervals, Ints
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS, SteppedClock
from core.finding import FindingEvent
from core.ports import GatewayProgress, LateRange, ReadingStore
from core.site import Site

SITE = load_site(Path(__file__).parents[2] / "sites" / "wushan")

MONDAY = 1_736_697_600_000
"""Monday 2025-01-13 00:00 in Shanghai: an ordinary working week."""

Shape = Callable[[Ints], Floats]
"""Values for local minutes since MONDAY."""


@dataclass
class Told:
    """A sink that remembers."""

    events: list[FindingEvent] = field(default_factory=list)

    def publish(self, events: Sequence[FindingEvent]) -> None:
        self.events.extend(events)


@dataclass
class Plant:
    """A store, and the parts around an engine."""

    site: Site = SITE
    store: ReadingStore = field(default_factory=lambda: open_store("duckdb::memory:", SITE))
    verdicts: MemoryVerdicts = field(default_factory=MemoryVerdicts)
    findings: MemoryFindings = field(default_factory=MemoryFindings)
    progress: MemoryProgress = field(default_factory=MemoryProgress)
    told: Told = field(default_factory=Told)
    clock: SteppedClock = field(default_factory=lambda: SteppedClock(MONDAY))
    _seq: int = 0

    def engine(self, rules: Sequence[Rule] = RULES, chunk_ms: int = DAY_MS) -> Engine:
        return Engine(
            self.site, self.store, self.verdicts, self.findings, self.progress, self.told,
            self.clock, rules=rules, backlog_ms=0, chunk_ms=chunk_ms,
        )  # fmt: skip

    def fill(self, start: int, end: int, **shapes: Shape | float) -> None:
        """Readings of points (``a__ahu2__sat`` for ``a.ahu2.sat``) at their own period."""
        parts = []
        for name, shape in shapes.items():
            index = self.site.index[name.replace("__", ".").replace("_m_", "-")]
            period = self.site.points[index].period_s * 1000
            at = np.arange(start + period, end + 1, period, dtype=np.int64)
            minutes = (at - MONDAY) // MINUTE_MS
            value = shape(minutes) if callable(shape) else np.full(len(at), shape)
            parts.append(Columns.of(np.full(len(at), index), at, value))
        self.write(Columns.joined(parts))

    def write(self, rows: Columns) -> None:
        self._seq += 1
        name = BatchName("gw-a", "test", self._seq)
        self.store.write(
            [Batch(name=name, rows=rows, received=int(rows.at.max()))], receipted=frozenset()
        )

    def use(self, point: str, start: int, end: int, rate: Shape | float) -> None:
        """Quarter-hourly use of a register at a rate an hour."""
        at = np.arange(start + 15 * MINUTE_MS, end + 1, 15 * MINUTE_MS, dtype=np.int64)
        minutes = (at - MONDAY) // MINUTE_MS
        value = (rate(minutes) if callable(rate) else np.full(len(at), rate)) / 4.0
        self.store.write_intervals(
            Intervals(
                point=np.full(len(at), self.site.index[point], dtype=np.int32), at=at,
                value=value, state=np.zeros(len(at), np.int8),
                revision=np.ones(len(at), np.int32),
            )
        )  # fmt: skip

    def heard(self, until: int, *, gateways: Sequence[str] = ("gw-a", "gw-c")) -> None:
        """Gateways were heard at a time and have sent all up to it."""
        self.progress.report(
            [
                GatewayProgress(gateway=g, newest=until, oldest_unsent=None, heard=until)
                for g in gateways
            ],
            [],
        )

    def late(self, point: str, start: int, end: int) -> None:
        self.progress.report([], [LateRange(point=point, start=start, end=end)])

    def run(self, engine: Engine, start: int, end: int, every: int) -> list[FindingEvent]:
        """Steps the run clock to the end."""
        told: list[FindingEvent] = []
        for now in range(start, end + 1, every):
            self.clock.advance(now)
            self.heard(now)
            told += engine.step(now)
        engine.finish()
        return told


def daily(inside: float, outside: float, first: int = 7 * 60, last: int = 18 * 60 + 30) -> Shape:
    """One value within hours of each day, another outside. [min]"""

    def shape(minutes: Ints) -> Floats:
        of_day = (minutes - 1) % (24 * 60)
        return np.where((of_day >= first) & (of_day < last), inside, outside).astype(np.float64)

    return shape


__all__ = ["DAY_MS", "HOUR_MS", "MINUTE_MS", "MONDAY", "SITE", "Plant", "Shape", "Told", "daily"]
