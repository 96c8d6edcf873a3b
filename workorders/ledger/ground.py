"""What every part of the ledger stands on: site, store, verdicts, and what meters used by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Protocol

import numpy as np

from analytics.calendar import Calendar
from analytics.rule import Rule
from analytics.savings.bought import conversion, registers
from analytics.savings.sight import Sight, Targets, measurable
from analytics.savings.whole_meter import Baseline, baseline
from core.batch import Bools, Floats
from core.clock import Clock
from core.finding import Finding
from core.ports import ReadingStore
from core.site import Site
from core.verdict import Run
from workorders.office import Sessions

BASELINE_DAYS = 84
"""Twelve weeks before the first repair below a meter. [d]"""


class RunsOf(Protocol):
    """The stream of verdicts, as far as the ledger reads it."""

    def runs(self, rule: str, target: str, start: int, end: int | None = None) -> Sequence[Run]:
        """Runs that overlap ``(start, end]``, in time order."""
        ...

    def judged_until(self) -> Mapping[tuple[str, str], int]:
        """By (rule, target): up to where verdicts stand. [ms]"""
        ...


class FindingsOf(Protocol):
    """Findings, as far as the ledger reads them."""

    def get(self, id_: str) -> Finding | None:
        """One."""
        ...

    def of(self, rule: str, target: str, since: int) -> Sequence[Finding]:
        """Findings of one rule and target with ``last >= since``, any state."""
        ...


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One installation, as the ledger sees it.

    Attributes:
        key: Signs entries; empty where they are only hashed.
    """

    site: Site
    calendar: Calendar
    store: ReadingStore
    sessions: Sessions
    verdicts: RunsOf
    findings: FindingsOf
    rules: tuple[Rule, ...]
    clock: Clock
    key: bytes = field(default=b"", repr=False)

    def sight(self) -> Sight:
        """For one pass: what it read is forgotten with it, so that late readings are seen."""
        return Sight(self.site, self.calendar, self.store, self.targets)

    @cached_property
    def targets(self) -> Targets:
        """What can be measured here."""
        return measurable(self.site, self.rules)

    def node(self, building: str, until: int) -> tuple[float, float] | None:
        """Gas for a unit of heat, and its half-width; None without a boiler."""
        made = conversion(self.site, self.store, building, until)
        return None if made is None else (made.per_unit, made.share)

    def day(self, at: int) -> date:
        """The local day of a moment."""
        return self.calendar.day_of(at + 1)

    def midnight(self, day: date) -> int:
        """Its beginning, UTC. [ms]"""
        return self.calendar.moment(day)


@dataclass
class Daily:
    """Use of meters and outdoor air by local day, within one pass."""

    ground: Ground
    sight: Sight
    _baselines: dict[tuple[str, date], Baseline | None] = field(default_factory=dict)

    def use(self, meter: str, days: Sequence[date]) -> Floats:
        """Of each day; NaN where it was not measured whole. (n,) [kWh, m³]"""
        points = registers(self.ground.site, self.ground.site.equipment.get(meter))
        if not points or not days:
            return np.full(len(days), np.nan)
        rates = self.sight.rates(tuple(points), list(days))[:, 0]
        known = np.isfinite(rates).mean(axis=1)
        summed = np.where(np.isfinite(rates), rates, 0.0).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            # A few quarter-hours missing are taken like the others of the day.
            found: Floats = np.where(known >= _WHOLE, summed / np.maximum(known, 1e-9) / 4, np.nan)
        return found

    def drivers(self, meter: str, days: Sequence[date]) -> tuple[Bools, Floats]:
        """Working days, and mean outdoor air. [°C]"""
        working = np.array([self.ground.calendar.workday(d, meter) for d in days], dtype=np.bool_)
        oat = self.ground.site.find(meter, "oat")
        if oat is None or not days:
            return working, np.full(len(days), np.nan)
        air = self.sight.rates((oat,), list(days))[:, 0]
        known = np.isfinite(air)
        count = known.sum(axis=1)
        mean = np.where(known, air, 0.0).sum(axis=1) / np.maximum(count, 1)
        return working, np.where(count > 0, mean, np.nan)

    def baseline(self, meter: str, first: date) -> Baseline | None:
        """Of the twelve weeks before a day."""
        key = (meter, first)
        if key not in self._baselines:
            days = [first - timedelta(days=n) for n in range(BASELINE_DAYS, 0, -1)]
            self._baselines[key] = baseline(self.use(meter, days), *self.drivers(meter, days))
        return self._baselines[key]


_WHOLE = 0.9
