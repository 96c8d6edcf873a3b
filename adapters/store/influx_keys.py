"""Series keys as first written: a new model never splits a point into two series."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from adapters.store.influx_lines import WHOLE, head_of, point_of, series_key
from adapters.store.influx_read import text
from adapters.store.influx_server import Server
from core.batch import Bools
from core.ports import MEASUREMENTS
from core.site import Site


class Keys:
    """The series keys of one site, looked up once and remembered.

    They are asked for at the first use, not at opening: a store may be away then.
    """

    def __init__(self, server: Server, site: Site) -> None:
        self._server = server
        self._site = site
        self._lock = threading.Lock()
        self._keys: dict[tuple[str, str], str] | None = None
        self._heads: dict[str, tuple[NDArray[np.object_], Bools]] = {}

    def measurement(self, point: int) -> str:
        """Where the readings of a point are: as first written, else by its kind."""
        known, id_ = self._known(), self._site.points[point].id
        for measurement in MEASUREMENTS:
            if (measurement, id_) in known:
                return measurement
        return self._site.points[point].kind.value

    def of_readings(self, points: NDArray[np.int32]) -> tuple[NDArray[np.object_], Bools]:
        """Of each row, by its point: the line's head, and whether values are whole numbers."""
        return self._looked("", points)

    def of_rows(self, measurement: str, points: NDArray[np.int32]) -> NDArray[np.object_]:
        """The same for a measurement that stands beside the readings."""
        return self._looked(measurement, points)[0]

    def _looked(
        self, measurement: str, points: NDArray[np.int32]
    ) -> tuple[NDArray[np.object_], Bools]:
        """Heads by point, made when a point is first written; ``""`` are readings."""
        self._known()  # forgotten keys are looked up first, and heads with them
        with self._lock:
            heads, whole = self._heads.setdefault(
                measurement,
                (np.full(len(self._site.points), None), np.zeros(len(self._site.points), np.bool_)),
            )
        found = heads[points]
        if not found.all():
            for i in np.unique(points).tolist():
                where = measurement or self.measurement(i)
                heads[i], whole[i] = head_of(self.of(where, i)), where in WHOLE
            found = heads[points]
        return found, whole[points]

    def of(self, measurement: str, point: int) -> str:
        """Series key of a point in a measurement; remembered, as it is about to be written."""
        known, where = self._known(), self._site.points[point]
        key = known.get((measurement, where.id))
        if key is None:
            key = known[measurement, where.id] = series_key(measurement, self._site.id, where)
        return key

    def by_measurement(self, points: Sequence[int]) -> Mapping[str, Sequence[int]]:
        """The points, by where their readings are."""
        grouped: dict[str, list[int]] = {}
        for i in points:
            grouped.setdefault(self.measurement(i), []).append(i)
        return grouped

    def forget(self) -> None:
        """Look up anew at the next use: series may be gone."""
        with self._lock:
            self._keys = None

    def _known(self) -> dict[tuple[str, str], str]:
        with self._lock:
            if self._keys is None:
                names = ", ".join(f'"{m}"' for m in (*MEASUREMENTS, "interval", "expected"))
                question = f'SHOW SERIES FROM {names} WHERE "site"={text(self._site.id)}'
                found = [
                    row[0]
                    for series in self._server.query([question])[0]
                    for row in series["values"]
                ]
                self._keys, self._heads = {point_of(key): key for key in found}, {}
            return self._keys
