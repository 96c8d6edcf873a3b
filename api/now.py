"""The campus now: each carrier against what is expected of this hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from api.formats import day_start
from api.scoped import ScopedReader
from core.batch import Floats, Ints
from core.clock import DAY_MS, MINUTE_MS
from core.quantity import Kind
from core.site import EquipmentClass, MeterRole, Site
from core.words import Carrier

QUARTER_MS = 15 * MINUTE_MS


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
class Curve:
    """Today in quarter-hours, site time; NaN where nothing is known. (96,)"""

    at: Ints
    value: Floats
    low: Floats
    mid: Floats
    high: Floats

    @property
    def gauge(self) -> Gauge:
        """The last quarter with a value; nothing known where there is none."""
        known = np.flatnonzero(~np.isnan(self.value))
        columns = (self.value, self.low, self.mid, self.high)
        value, low, mid, high = (float(c[known[-1]]) if len(known) else np.nan for c in columns)
        return Gauge(value=value, low=low, mid=mid, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One carrier of the campus, or of one building."""

    kind: str
    unit: str
    gauge: Gauge
    curve: Curve
    points: tuple[str, ...]


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


class Today:
    """The local day of every point that a card needs, each read once.

    Until its first quarter of an hour has passed it is still the day before: at midnight
    nothing could be known of the new one.
    """

    def __init__(self, reader: ScopedReader, site: Site, now: int) -> None:
        self._reader = reader
        self._site = site
        self._start = day_start(now - QUARTER_MS - 1, site.timezone)
        self._end = self._start + DAY_MS
        self._grid: Ints = np.arange(self._start + QUARTER_MS, self._end + 1, QUARTER_MS)
        self._read: dict[int, Floats] = {}

    def card(self, kind: str, buildings: Sequence[str]) -> Card:
        """One carrier, summed over buildings (rooms: the mean)."""
        unit = next(k[1] for k in KINDS if k[0] == kind)
        points = points_for(self._site, kind, buildings)
        rows = np.array([self._of(p) for p in points]).reshape(len(points), 4, len(self._grid))
        join = _mean if kind == "rooms" else _sum
        value, low, mid, high = (join(rows[:, i]) for i in range(4))
        curve = Curve(at=self._grid, value=value, low=low, mid=mid, high=high)
        return Card(
            kind=kind,
            unit=unit,
            gauge=curve.gauge,
            curve=curve,
            points=tuple(self._site.points[p].id for p in points),
        )

    def _of(self, point: int) -> Floats:
        """Value, low, mid and high of a point by quarter-hour. (4, 96)"""
        if point not in self._read:
            buckets = self._reader.series(point, self._start, self._end, QUARTER_MS)
            band = self._reader.expected(point, self._start, self._end)
            rows = [_placed(self._grid, np.asarray(buckets.at), np.asarray(buckets.mean))]
            rows += [_placed(self._grid, band.at, v) for v in (band.low, band.mid, band.high)]
            # A register's use in a quarter of an hour, as the flow that it was. [unit/h]
            counts = self._site.points[point].kind is Kind.REGISTER
            self._read[point] = np.array(rows) * (4.0 if counts else 1.0)
        return self._read[point]


def _placed(grid: Ints, at: Ints, values: Floats) -> Floats:
    """Values where the grid has their time, NaN elsewhere."""
    row = np.full(len(grid), np.nan)
    on_grid, here, there = np.intersect1d(grid, at, assume_unique=True, return_indices=True)
    if len(on_grid):
        row[here] = values[there]
    return row


def _sum(rows: Floats) -> Floats:
    """Over points; unknown where one is unknown, never a part for the whole."""
    if not len(rows):
        return np.full(rows.shape[1], np.nan)
    total: Floats = rows.sum(axis=0)
    return total


def _mean(rows: Floats) -> Floats:
    """Of the points that are known."""
    count = (~np.isnan(rows)).sum(axis=0)
    return np.where(count > 0, np.nansum(rows, axis=0) / np.maximum(count, 1), np.nan)
