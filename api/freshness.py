"""How far data goes, and how complete it is: what stands on every page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from api.scoped import ScopedReader
from core.clock import HOUR_MS
from core.quality import Quality

_STALE_MS = HOUR_MS
"""Data older than an hour looks old: meters report each 15 minutes, so a reading or two may
be late without anybody being told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How far data goes and how complete it is.

    Attributes:
        until: Time of the newest reading; None where there is none. [ms]
        complete: Share of the points in scope whose newest reading is good and not old.
        stale: Nothing at all has come for an hour.
        buildings: The same share by building.
    """

    until: int | None
    complete: float
    stale: bool
    buildings: Mapping[str, float]


def freshness(reader: ScopedReader, now: int) -> Freshness:
    """From the newest reading of each point in scope, read once.

    A reading is old after three of its point's periods, but never before an hour.
    """
    points = dict(reader.points())
    rows = reader.latest(list(points)).rows
    of, good = Counter(p.building for p in points.values()), Counter[str]()
    for index, at, quality in zip(
        rows.point.tolist(), rows.at.tolist(), rows.quality.tolist(), strict=True
    ):
        point = points[index]
        if quality == Quality.GOOD and now - at <= max(3 * point.period_s * 1000, HOUR_MS):
            good[point.building] += 1
    until = int(rows.at.max()) if len(rows) else None
    return Freshness(
        until=until,
        complete=good.total() / len(points) if points else 0.0,
        stale=until is None or now - until > _STALE_MS,
        buildings={b: good[b] / n for b, n in of.items()},
    )
