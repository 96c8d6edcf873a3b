"""Telemetry as far as a person may see it: the one way from a request to the store."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.actor import Actor
from core.batch import Intervals, Stored
from core.errors import Refused
from core.ports import Expected, ReadingStore, SeriesBuckets
from core.site import Point, Site

_LOOKED_BACK = 50  # a device that was away leaves some readings without a value


class ScopedReader:
    """Reads points of the buildings in scope; others are as absent as unknown ones."""

    def __init__(self, store: ReadingStore, site: Site, actor: Actor) -> None:
        self._store = store
        self._site = site
        self._actor = actor

    def points(self) -> list[tuple[int, Point]]:
        """Every point in scope with its index."""
        return [(i, p) for i, p in enumerate(self._site.points) if self._actor.sees(p.building)]

    def buildings(self) -> list[str]:
        """Ids of the buildings in scope."""
        return [b for b in self._site.buildings if self._actor.sees(b)]

    def index(self, point: str) -> int:
        """Index of a point by id.

        Raises:
            Refused: No such point, or not in scope: the same answer.
        """
        found = self._site.index.get(point)
        if found is None or not self._actor.sees(self._site.points[found].building):
            raise Refused("there is no such point here", code="absent")
        return found

    def latest(self, points: Sequence[int]) -> Stored:
        """The newest reading of each of these points."""
        return self._store.latest(self._allowed(points))

    def value_before(self, point: int, at: int) -> float | None:
        """The last number of a point at or before a time; what has none is passed over."""
        rows = self._store.read_before(self._allowed([point]), at, most=_LOOKED_BACK).rows
        values = rows.value[~np.isnan(rows.value)]
        return float(values[-1]) if len(values) else None

    def read(self, points: Sequence[int], start: int, end: int) -> Stored:
        """Readings of these points."""
        return self._store.read(self._allowed(points), start, end)

    def before(self, points: Sequence[int], at: int, most: int = 1) -> Stored:
        """The last readings of each of these points up to a time."""
        return self._store.read_before(self._allowed(points), at, most)

    def after(self, points: Sequence[int], at: int, most: int = 1) -> Stored:
        """The first readings of each of these points after a time."""
        return self._store.read_after(self._allowed(points), at, most)

    def intervals(self, points: Sequence[int], start: int, end: int) -> Intervals:
        """Use of these registers."""
        return self._store.read_intervals(self._allowed(points), start, end)

    def series(self, point: int, start: int, end: int, bucket_ms: int) -> SeriesBuckets:
        """One point in buckets."""
        return self._store.series(self._allowed([point])[0], start, end, bucket_ms)

    def expected(self, point: int, start: int, end: int) -> Expected:
        """What was expected of a point, where anything was."""
        return self._store.read_expected(self._allowed([point])[0], start, end)

    def _allowed(self, points: Sequence[int]) -> Sequence[int]:
        if any(not self._actor.sees(self._site.points[i].building) for i in points):
            raise Refused("there is no such point here", code="absent")
        return points
