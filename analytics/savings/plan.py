"""A plan: the levels before a repair and how well they are known, frozen before *done*."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from analytics.savings.constructions import Construction, Kind
from analytics.savings.groups import bearing
from analytics.savings.interval import LEAST_BLOCKS, Spread, spread, student, unselected
from analytics.savings.levels import Levels, levels
from analytics.savings.meter_loss import changed_slots
from analytics.savings.unit_cost import Cost
from analytics.savings.units import Units, joined
from core.batch import Bools, Floats
from core.words import Carrier

LEAST_FREE_HOURS = 2.0
"""Exposure after the alarm from which the segment that raised it is left out altogether. [h]"""

_LEAST_FREE_DAYS = 3
_MOST_BLOCKS = 20
_LEAST_GROWTH_DAYS = 5
_NIGHTS = 10
MODEL = "levels-4"
"""Raised when the reckoning changes: part of the hash that a plan is held to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How well the level of one carrier is known.

    Attributes:
        level: Half-width of the level, 90 %. [unit/h]
        day: A day's own half-width is this times the root of its hours. [unit/√h]
    """

    level: float
    day: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a repair will be held against.

    Attributes:
        start: Of the window before the repair. [ms]
        end: Of it. [ms]
        hours: Exposure in it. [h]
        selected: Whether it holds the segment that raised the alarm, for want of another.
        levels: Of the window.
        known: By carrier.
        groups: Systematic half-width by group. [1]
        costs: By carrier, what a unit of the formula costs.
        unsure: Carriers that are known too badly to be booked.
    """

    start: int
    end: int
    hours: float
    selected: bool
    levels: Levels
    known: Mapping[Carrier, Known]
    groups: Mapping[str, float]
    costs: Mapping[Carrier, Cost] = field(default_factory=dict)
    unsure: tuple[Carrier, ...] = ()

    @property
    def factors(self) -> dict[Carrier, float]:
        """On the formula's amounts. [1]"""
        return {carrier: cost.factor for carrier, cost in self.costs.items()}

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        at = self.levels
        return {
            "model": MODEL, "start": self.start, "end": self.end, "hours": round(self.hours, 4),
            "selected": self.selected, "bins": at.bins.tolist(),
            "bin_hours": [round(float(h), 4) for h in at.hours],
            "rate": {c.value: [round(float(x), 8) for x in r] for c, r in at.rate.items()},
            "low": _finite(at.low), "high": _finite(at.high),
            "known": {c.value: [round(k.level, 8), round(k.day, 8)]
                      for c, k in self.known.items()},
            "groups": dict(sorted(self.groups.items())),
            "costs": {c.value: [round(k.factor, 6), round(k.half, 6), k.days]
                      for c, k in self.costs.items()},
            "unsure": [c.value for c in self.unsure],
            "growth": {c.value: round(g, 8) for c, g in at.growth.items()}, "grown": at.grown,
            "grows": at.grows,
        }  # fmt: skip

    @staticmethod
    def of(kept: Mapping[str, Any]) -> Plan:
        """As it was kept."""
        at = Levels(
            bins=np.array(kept["bins"], dtype=np.int64), hours=np.array(kept["bin_hours"]),
            rate={Carrier(c): np.array(r) for c, r in kept["rate"].items()},
            low=math.nan if kept["low"] is None else kept["low"],
            high=math.nan if kept["high"] is None else kept["high"],
            growth={Carrier(c): g for c, g in kept.get("growth", {}).items()},
            grown=kept.get("grown", 0), grows=kept.get("grows", 0),
        )  # fmt: skip
        return Plan(
            start=kept["start"], end=kept["end"], hours=kept["hours"], selected=kept["selected"],
            levels=at, groups=kept["groups"],
            known={Carrier(c): Known(level=a, day=b) for c, (a, b) in kept["known"].items()},
            unsure=tuple(Carrier(c) for c in kept.get("unsure", ())),
            costs={Carrier(c): Cost(factor=f, half=h, days=d)
                   for c, (f, h, d) in kept.get("costs", {}).items()},
        )  # fmt: skip


def model_hash(detail: Mapping[str, Any]) -> str:
    """Of a plan as it is kept: who changes one afterwards is found out."""
    text = json.dumps(detail, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What a plan is made from.

    Attributes:
        before: Units since the fault began, or since the last repair that did not help.
        opened: When the alarm was raised: what lies before is what raised it. [ms]
        healthy: Units before the fault.
        limit: Of the night flow that raised it; NaN elsewhere. [m³/h]
        occupied: Slots within the hours, for circuits. (192,)
    """

    before: Units
    opened: int
    healthy: Units
    limit: float = math.nan
    occupied: Bools | None = None

    def scaled(self, factors: Mapping[Carrier, float]) -> Window:
        """With what a unit of the formula costs."""
        return replace(
            self, before=self.before.scaled(factors), healthy=self.healthy.scaled(factors)
        )


def plan(
    of: Construction, window: Window, groups: Mapping[str, float],
    costs: Mapping[Carrier, Cost] | None = None,
) -> Plan | None:  # fmt: skip
    """The plan of a window; None where nothing can be said, whatever comes after.

    Args:
        of: How it is measured.
        window: Units before.
        groups: Systematic half-width by group, the site's names. [1]
        costs: By carrier, what a unit of the formula costs; one where nothing is said.
    """
    costs = costs or {}
    window = window.scaled({carrier: cost.factor for carrier, cost in costs.items()})
    before, healthy = window.before, window.healthy
    if of.kind is Kind.CIRCUIT and window.occupied is not None and len(before) and len(healthy):
        kept = changed_slots(before, healthy, window.occupied)
        slots = np.unique(before.bin[kept])
        before, healthy = before.keep(kept), healthy.keep(np.isin(healthy.bin, slots))
    free = before.between(window.opened, int(before.at.max()) if len(before) else 0)
    enough = _enough(of.kind, free) and not of.timed
    chosen = free if enough else before
    chosen = _measured(chosen)
    at = _levels(of, chosen, before)
    known = _known(of.kind, *(_by_type(u) if of.timed else u for u in (chosen, healthy)))
    if at is None or not known:
        return None
    known = _given_back(known, chosen, healthy)
    raw = at
    if of.kind is Kind.LEAK and not enough and math.isfinite(window.limit):
        at = _unselected(at, chosen, healthy, window.limit)
    if of.kind is Kind.LEAK and enough:
        # All nights: those that raised the alarm are the too high ones of the early and low.
        at, known = _grown(at, known, _measured(before))
    if of.kind is not Kind.PLANT:
        known = _doubted(known, raw, at, len(np.unique(chosen.day)))
    return Plan(
        start=int(before.at.min()), end=int(before.at.max()), hours=chosen.hours,
        selected=not enough, levels=at, known=known, groups=bearing(groups, at.rate),
        costs={c: cost for c, cost in costs.items() if c in at.rate},
    )  # fmt: skip


def _measured(chosen: Units) -> Units:
    """Without carriers that nothing measured: without sensors at a coil its heat is no zero."""
    told = {c: a for c, a in chosen.amount.items() if np.any(a != 0.0)}
    return replace(chosen, amount=told)


def _doubted(
    known: Mapping[Carrier, Known], raw: Levels, freed: Levels, days: int
) -> dict[Carrier, Known]:
    """What was seen on few nights or days may come and go, and they were chosen.

    Of n that were all at fault, the share of all that are is at least 0.05^(1/(n + 1)), at 95 %,
    whatever it was thought before (a flat prior). What the choice was worth is doubted too.
    """
    rests = 1.0 - 0.05 ** (1.0 / (days + 1))
    found = {}
    for carrier, of in known.items():
        level = freed.mean(carrier)
        moved = 0.0 if freed.growth else raw.mean(carrier) - level
        half = math.sqrt(of.level**2 + (rests * level) ** 2 + moved**2)
        found[carrier] = Known(level=half, day=of.day)
    return found


def _grown(
    at: Levels, known: Mapping[Carrier, Known], chosen: Units
) -> tuple[Levels, dict[Carrier, Known]]:
    """A leak that grew while it stood open, beyond chance: its level at the end, and its growth.

    That it goes on growing is believed for as long again as it was seen, and by half: it may
    end any day. The other half is doubt.
    """
    carrier = Carrier.WATER
    days = chosen.day.astype(np.float64)
    flow = chosen.amount[carrier] / chosen.exposure
    off = days - days.mean()
    if len(days) < _LEAST_GROWTH_DAYS or not np.ptp(days):
        return at, dict(known)
    slope = float((off @ flow) / (off @ off))
    rest = flow - flow.mean() - slope * off
    error = math.sqrt(float(rest @ rest) / (len(days) - 2) / float(off @ off))
    if slope <= student(len(days) - 2) * error:
        return at, dict(known)
    span = int(np.ptp(days))
    end = float(flow.mean() + slope * off.max())
    grown = replace(
        at, rate={carrier: np.full(len(at.bins), end)}, growth={carrier: slope},
        grown=int(days.max()), grows=span,
    )  # fmt: skip
    spread_of = math.sqrt(float(rest @ rest) / (len(days) - 2))
    # At the end of a line its value is known twice as badly as its mean.
    level = 2.0 * student(len(days) - 2) * spread_of / math.sqrt(len(days))
    half = math.hypot(level, 0.5 * slope * span)
    return grown, {**known, carrier: replace(known[carrier], level=half)}


def _enough(kind: Kind, free: Units) -> bool:
    if kind is Kind.PLANT:
        return free.hours >= LEAST_FREE_HOURS
    return len(np.unique(free.day)) >= _LEAST_FREE_DAYS


def _levels(of: Construction, chosen: Units, before: Units) -> Levels | None:
    """Of the chosen units; outdoor bins that only the alarm has seen are taken from it."""
    if not chosen.amount:
        return None
    shared = of.kind is Kind.CIRCUIT
    if of.kind is Kind.PLANT and len(chosen) < len(before):
        unseen = before.keep(~np.isin(before.bin, np.unique(chosen.bin)))
        told = {c: a for c, a in unseen.amount.items() if c in chosen.amount}
        return levels(joined([replace(unseen, amount=told), chosen]))
    return levels(chosen, shared=shared)


def _known(kind: Kind, chosen: Units, healthy: Units) -> dict[Carrier, Known] | None:
    """How blocks of the window, and of the healthy time before, differ among themselves.

    The window says how its own level wanders, the healthy days how far a level wanders from day
    to day, which a window of some hours cannot know.
    """
    found: dict[Carrier, Known] = {}
    for carrier in chosen.amount:
        days = _by_day(healthy, carrier)
        calm = spread(*days, blocks=len(days[0]))
        own = _by_day(chosen, carrier)
        if len(own[0]) >= LEAST_BLOCKS:
            mine = spread(*own, blocks=min(len(own[0]), _MOST_BLOCKS))
        elif kind is Kind.PLANT:
            mine = spread(chosen.exposure, chosen.amount[carrier], LEAST_BLOCKS)
        else:
            mine = None
        if calm is None and mine is None:
            return None
        found[carrier] = _both(chosen.hours, mine, calm)
    return found


def _both(hours: float, mine: Spread | None, calm: Spread | None) -> Known:
    level = mine.of_level() ** 2 if mine is not None else 0.0
    day = mine.t * mine.sd * math.sqrt(mine.hours) if mine is not None else 0.0
    if calm is not None:
        blocks = max(hours / max(calm.hours, 1e-9), 1.0)
        level += (calm.t * calm.sd) ** 2 / blocks
        day = max(day, calm.t * calm.sd * math.sqrt(calm.hours))
    return Known(level=math.sqrt(level), day=day)


def _by_type(units: Units) -> Units:
    """A schedule's units freed of what its day type and hours explain: the rest is chance.

    Days off differ from working days every week; each type's own mean takes one day's freedom.
    """
    if not len(units):
        return units
    _, place = np.unique(units.bin, return_inverse=True)
    hours = np.bincount(place, weights=units.exposure)
    days, types = len(np.unique(units.day)), len(np.unique(units.bin % 2))
    wider = math.sqrt(days / (days - types)) if days > types else 1.0
    amount = {}
    for carrier, lost in units.amount.items():
        rate = np.bincount(place, weights=lost) / np.maximum(hours, 1e-9)
        mean = float(lost.sum()) / max(units.hours, 1e-9)
        rest = lost - rate[place] * units.exposure
        amount[carrier] = wider * rest + mean * units.exposure
    return replace(units, amount=amount)


def _given_back(
    known: Mapping[Carrier, Known], chosen: Units, healthy: Units
) -> dict[Carrier, Known]:
    """With what may be given back of the level, beyond what a healthy day has of it too."""
    found = dict(known)
    for carrier in known.keys() & chosen.doubt.keys():
        rates = [float(u.doubt[carrier].sum()) / u.hours if carrier in u.doubt and u.hours else 0.0
                 for u in (chosen, healthy)]  # fmt: skip
        half = abs(rates[0] - rates[1])
        found[carrier] = replace(known[carrier], level=math.hypot(known[carrier].level, half))
    return found


def _by_day(units: Units, carrier: Carrier) -> tuple[Floats, Floats]:
    """Exposure and amount of each local day."""
    if not len(units):
        return np.zeros(0), np.zeros(0)
    _, place = np.unique(units.day, return_inverse=True)
    amount = units.amount.get(carrier, np.zeros(len(units)))
    hours: Floats = np.bincount(place, weights=units.exposure).astype(np.float64)
    lost: Floats = np.bincount(place, weights=amount).astype(np.float64)
    return hours, lost


def _unselected(at: Levels, chosen: Units, healthy: Units, limit: float) -> Levels:
    """Nights that raised the alarm, freed of the winner's curse."""
    flow = chosen.amount[Carrier.WATER] / chosen.exposure
    calm = healthy.amount[Carrier.WATER] / healthy.exposure if len(healthy) else np.zeros(0)
    # Quiet nights are many small flows: their spread by quantiles, not by the odd party.
    sigma = float(np.subtract(*np.percentile(calm, [84, 16])) / 2) if len(calm) >= _NIGHTS else 0.0
    rate = unselected(flow, limit, sigma)
    return Levels(bins=at.bins, hours=at.hours, low=at.low, high=at.high,
                  rate={Carrier.WATER: np.full(len(at.bins), rate)})  # fmt: skip


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
