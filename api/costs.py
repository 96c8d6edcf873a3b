"""What the days cost, and which part of it findings call waste.

A day with holes is no cheap day: it stands beside the others as incomplete, and in no total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.meter_days import MeterDay
from api.formats import days_before
from api.meter_days import days_of
from api.scoped import ScopedReader
from core.batch import Floats, Ints
from core.clock import DAY_MS
from core.quantity import Kind
from core.site import MeterRole, Site
from core.words import Carrier


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCost:
    """What a local day cost, in the site's currency.

    Attributes:
        start: Local midnight. UTC [ms]
        used: What is known of its cost; of a day with holes that is a part.
        wasted: The part of it that findings call waste.
        whole: Whether every meter that is paid by has at least
            :data:`core.quality.WHOLE_DAY` of what is due, measured. Other days stand
            in no total and beside no other day.
    """

    start: int
    used: float
    wasted: float
    whole: bool = True


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
    used, whole = np.zeros(len(edges) - 1), np.ones(len(edges) - 1, np.bool_)
    bought = _bought(reader, site)
    for point, own in days_of(reader, site, list(bought), edges.tolist(), now).items():
        price = _prices(site, bought[point], edges)
        used += np.array([day.used for day in own]) * price
        if any(_came(day) for day in own):
            # What never came in all these days is missing from each alike.
            whole &= np.array([day.is_whole for day in own]) | (price == 0.0)
    lost = sum((m * _share(s, e, edges) for s, e, m in wasted), np.zeros(len(used)))
    return [
        DayCost(start=int(start), used=float(u), wasted=float(min(u, w)), whole=bool(is_whole))
        for start, u, w, is_whole in zip(edges, used, lost, whole, strict=False)
    ]


def total(days: Sequence[DayCost]) -> DayCost:
    """All whole days together; whether these are all the days there are."""
    counted = [day for day in days if day.whole]
    return DayCost(
        start=days[0].start if days else 0,
        used=sum(day.used for day in counted), wasted=sum(day.wasted for day in counted),
        whole=len(counted) == len(days),
    )  # fmt: skip


def _came(day: MeterDay) -> bool:
    return day.measured + day.estimated + day.suspect > 0.0


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
