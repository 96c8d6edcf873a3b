"""The campus now: each carrier against what is expected of this hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from api.formats import day_start, days_before
from api.scoped import ScopedReader
from core.batch import Floats, Ints
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.quality import Quality
from core.quantity import Kind
from core.site import EquipmentClass, MeterRole, Site
from core.words import Carrier

QUARTER_MS = 15 * MINUTE_MS
_STALE_MS = HOUR_MS
"""Data older than an hour looks old: meters report each 15 minutes, so a reading or two may
be late without anybody being told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Today in quarter-hours, site time; NaN where nothing is known. (96,)"""

    at: Ints
    value: Floats
    low: Floats
    mid: Floats
    high: Floats

    @property
    def newest(self) -> int:
        """Index of the last quarter with a value; −1 where there is none."""
        known = np.flatnonzero(~np.isnan(self.value))
        return int(known[-1]) if len(known) else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One value against its band, for a diamond on a rail."""

    value: float
    low: float
    mid: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there is a value and something to hold it against."""
        return not (np.isnan(self.value) or np.isnan(self.low) or np.isnan(self.high))

    @property
    def out(self) -> bool:
        """Whether it lies outside the band."""
        return self.known and not self.low <= self.value <= self.high

    @property
    def share(self) -> float:
        """Where the diamond stands, 0…1; the band is the middle third."""
        if not self.known or self.high <= self.low:
            return 0.5
        return float(np.clip((1 + (self.value - self.low) / (self.high - self.low)) / 3, 0, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One carrier of the campus, or of one building."""

    kind: str
    unit: str
    gauge: Gauge
    curve: Curve
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How far data goes and how complete the last day is."""

    until: int | None
    complete: float
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCost:
    """What a local day cost, in the site's currency."""

    start: int
    used: float
    wasted: float


KINDS: tuple[tuple[str, str, str, Carrier | None], ...] = (
    ("power", "kW", "power", Carrier.ELECTRICITY),
    ("water", "m³/h", "volume", Carrier.WATER),
    ("heating", "kW", "heat_power", Carrier.HEAT),
    ("rooms", "°C", "zone_temp", None),
)
"""What the page shows: name, unit, role of the points, carrier of the meters."""


def points_for(site: Site, kind: str, buildings: Sequence[str]) -> list[int]:
    """The points that make up a card: main meters, or all zones."""
    _, _, role, carrier = next(k for k in KINDS if k[0] == kind)
    found: list[int] = []
    for equipment in site.equipment.values():
        if equipment.building not in buildings or role not in site.points_of(equipment.id):
            continue
        meter = equipment.meter
        main = meter is not None and meter.carrier is carrier and meter.role is MeterRole.BUILDING
        zone = carrier is None and equipment.cls is EquipmentClass.ZONE
        if main or zone:
            found.append(site.points_of(equipment.id)[role])
    return found


def card(reader: ScopedReader, site: Site, kind: str, buildings: Sequence[str], now: int) -> Card:
    """One carrier today, summed over buildings (rooms: the mean)."""
    unit = next(k[1] for k in KINDS if k[0] == kind)
    points = points_for(site, kind, buildings)
    start = day_start(now, site.timezone)
    grid = np.arange(start + QUARTER_MS, start + DAY_MS + 1, QUARTER_MS, dtype=np.int64)
    values = np.full((len(points), len(grid)), np.nan)
    bands = np.full((3, len(points), len(grid)), np.nan)
    for row, point in enumerate(points):
        use = site.points[point].kind is Kind.REGISTER
        buckets = reader.series(point, start, start + DAY_MS, QUARTER_MS)
        # A register's use in a quarter of an hour, as the flow that it was. [unit/h]
        factor = 4.0 if use else 1.0
        _place(values[row], grid, np.asarray(buckets.at), np.asarray(buckets.mean) * factor)
        expected = reader.expected(point, start, start + DAY_MS)
        for band, column in zip(bands, (expected.low, expected.mid, expected.high), strict=True):
            _place(band[row], grid, expected.at, column * factor)
    join = np.mean if kind == "rooms" else np.sum
    total = _joined(values, join)
    low, mid, high = (_joined(band, join) for band in bands)
    curve = Curve(at=grid, value=total, low=low, mid=mid, high=high)
    i = curve.newest
    nothing = float("nan")
    gauge = (
        Gauge(value=nothing, low=nothing, mid=nothing, high=nothing)
        if i < 0
        else Gauge(value=float(total[i]), low=float(low[i]), mid=float(mid[i]), high=float(high[i]))
    )
    return Card(
        kind=kind,
        unit=unit,
        gauge=gauge,
        curve=curve,
        points=tuple(site.points[p].id for p in points),
    )


def freshness(reader: ScopedReader, now: int) -> Freshness:
    """How far data goes, and the share of points that have reported lately."""
    points = reader.points()
    latest = reader.latest([i for i, _ in points])
    newest = dict(zip(latest.rows.point.tolist(), latest.rows.at.tolist(), strict=True))
    good = sum(
        1 for i, p in points if now - newest.get(i, 0) <= max(3 * p.period_s * 1000, HOUR_MS)
    )
    until = max(newest.values(), default=None)
    return Freshness(
        until=until,
        complete=good / len(points) if points else 0.0,
        stale=until is None or now - until > _STALE_MS,
    )


def completeness(reader: ScopedReader, building: str, now: int) -> float:
    """Share of a building's points whose newest reading is good and not old."""
    points = [(i, p) for i, p in reader.points() if p.building == building]
    rows = reader.latest([i for i, _ in points]).rows
    newest = {
        p: (at, q)
        for p, at, q in zip(
            rows.point.tolist(), rows.at.tolist(), rows.quality.tolist(), strict=True
        )
    }
    good = 0
    for i, point in points:
        at, quality = newest.get(i, (0, Quality.BAD))
        fresh = now - at <= max(3 * point.period_s * 1000, HOUR_MS)
        good += fresh and quality == Quality.GOOD
    return good / len(points) if points else 1.0


def costs(
    reader: ScopedReader,
    site: Site,
    wasted: Sequence[tuple[int, int, float]],
    now: int,
    days: int = 14,
) -> list[DayCost]:
    """Cost of bought carriers by local day, with the part that findings call waste.

    Args:
        reader: Readings in scope.
        site: Its meters and prices.
        wasted: Start, end and money a day of each finding. [ms, ms, currency]
        now: The run clock. [ms]
        days: How many days before today.
    """
    edges = days_before(now, site.timezone, days)
    totals = np.zeros(len(edges) - 1)
    for equipment in site.equipment.values():
        meter = equipment.meter
        if meter is None or meter.role is not MeterRole.BUILDING:
            continue
        for index in site.points_of(equipment.id).values():
            point = site.points[index]
            if point.kind is not Kind.REGISTER or point.building not in reader.buildings():
                continue
            use = reader.intervals([index], edges[0], edges[-1])
            price = site.price(meter.carrier, edges[-1])
            if not len(use) or price is None:
                continue
            day = np.searchsorted(np.asarray(edges), use.at, side="left") - 1
            inside = (day >= 0) & (day < len(totals)) & ~np.isnan(use.value)
            np.add.at(totals, day[inside], use.value[inside] * price)
    return [
        DayCost(
            start=a,
            used=float(total),
            wasted=min(float(total), sum(m * _overlap(s, e, a, b) / DAY_MS for s, e, m in wasted)),
        )
        for a, b, total in zip(edges, edges[1:], totals, strict=False)
    ]


def _overlap(start: int, end: int, low: int, high: int) -> int:
    return max(0, min(end, high) - max(start, low))


def _place(row: Floats, grid: Ints, at: Ints, values: Floats) -> None:
    """Put values where the grid has their time."""
    if not len(at):
        return
    slot = np.searchsorted(grid, at)
    inside = (slot < len(grid)) & (slot >= 0)
    inside[inside] &= grid[slot[inside]] == np.asarray(at)[inside]
    row[slot[inside]] = np.asarray(values, dtype=np.float64)[inside]


def _joined(rows: Floats, join: object) -> Floats:
    """Sum or mean over points; unknown where most are unknown, never a part for the whole."""
    if not len(rows):
        return np.full(rows.shape[1], np.nan)
    known = ~np.isnan(rows)
    filled = np.where(known, rows, 0.0)
    if join is np.mean:
        count = known.sum(axis=0)
        return np.where(count > 0, filled.sum(axis=0) / np.maximum(count, 1), np.nan)
    return np.where(known.all(axis=0), filled.sum(axis=0), np.nan)
