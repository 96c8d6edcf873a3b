"""What the days cost, and which part of it findings call waste."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from api.formats import days_before
from api.scoped import ScopedReader
from core.batch import Floats, Ints
from core.clock import DAY_MS
from core.quantity import Kind
from core.site import MeterRole, Site
from core.words import Carrier


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCost:
    """What a local day cost, in the site's currency."""

    start: int
    used: float
    wasted: float


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
    edges = np.asarray(days_before(now, site.timezone, days), dtype=np.int64)
    bought = _bought(reader, site)
    use = reader.intervals(list(bought), int(edges[0]), int(edges[-1]))
    day = np.searchsorted(edges, use.at, side="left") - 1
    inside = (day >= 0) & (day < len(edges) - 1) & ~np.isnan(use.value)
    used = np.zeros(len(edges) - 1)
    for point, carrier in bought.items():
        own = inside & (use.point == point)
        np.add.at(used, day[own], use.value[own] * _prices(site, carrier, edges)[day[own]])
    lost = sum((m * _share(s, e, edges) for s, e, m in wasted), np.zeros(len(used)))
    return [
        DayCost(start=int(start), used=float(u), wasted=float(min(u, w)))
        for start, u, w in zip(edges, used, lost, strict=False)
    ]


def _bought(reader: ScopedReader, site: Site) -> dict[int, Carrier]:
    """Registers of the buildings' main meters in scope, with what they count."""
    seen = set(reader.buildings())
    return {
        index: equipment.meter.carrier
        for equipment in site.equipment.values()
        if equipment.building in seen
        and equipment.meter is not None
        and equipment.meter.role is MeterRole.BUILDING
        for index in site.points_of(equipment.id).values()
        if site.points[index].kind is Kind.REGISTER
    }


def _prices(site: Site, carrier: Carrier, edges: Ints) -> Floats:
    """The price on each day; what has none costs nothing here. [currency/unit]"""
    return np.array([site.price(carrier, int(start)) or 0.0 for start in edges[:-1]])


def _share(start: int, end: int, edges: Ints) -> Floats:
    """How much of each day lies between two times, 0…1."""
    low, high = np.maximum(edges[:-1], start), np.minimum(edges[1:], end)
    return np.asarray(np.maximum(0, high - low) / DAY_MS, dtype=np.float64)
