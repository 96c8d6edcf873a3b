"""Points of a site and the series ids of a file: indices move with the model, ids stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from adapters.store.duck_database import Database, Table, Tags
from core.batch import Ints
from core.site import Site

_WIDEST = 2**62


class Names:
    """Maps the point indices of one compiled site to the series of a database, and back."""

    def __init__(self, site: Site, database: Database) -> None:
        self._site = site
        self._database = database
        self._series = np.full(len(site.points), -1, np.int64)
        self._look_up(np.arange(len(site.points)))

    def ids(self, points: Sequence[int] | NDArray[np.int32]) -> Ints:
        """Series ids of those points that have ever been written."""
        asked = np.asarray(points, np.int64)
        unknown = asked[self._series[asked] < 0]
        if len(unknown):
            # Another user of the same file may have written them first.
            self._look_up(unknown)
        ids = self._series[asked]
        return ids[ids >= 0]

    def made(self, points: NDArray[np.int32]) -> Ints:
        """The series id of each row's point; points never written get theirs, with their tags."""
        missing = np.unique(points[self._series[points] < 0])
        if len(missing):
            self._database.add_series([self.tags(i) for i in missing.tolist()])
            self._look_up(missing.astype(np.int64))
        return self._series[points]

    def ordered(self, parts: Sequence[Table]) -> Table:
        """Rows of all parts with their ``point``, by point, then time."""
        joined: Table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        back = np.full(len(self._database.measurement), -1, np.int32)
        known = np.flatnonzero(self._series >= 0)
        back[self._series[known]] = known
        joined["point"] = back[joined.pop("series")]
        order = _order(joined["point"], joined["ts"])
        return {name: column[order] for name, column in joined.items()}

    def tags(self, index: int) -> Tags:
        """What the present model says of a point."""
        point = self._site.points[index]
        return Tags(self._site.id, point.building, point.id, point.quantity.value, point.kind.value)

    def _look_up(self, points: Ints) -> None:
        known, site = self._database.series, self._site
        for i in points.tolist():
            self._series[i] = known.get((site.id, site.points[i].id), -1)


def _order(point: NDArray[np.int32], ts: Ints) -> Ints:
    """By point, then time.

    Rows lie as they were written, each write by point and time: one key of both finds these runs
    and merges them, three to ten times faster than sorting by time and then by point.
    """
    if not len(ts):
        return np.zeros(0, np.int64)
    first, last = int(ts.min()), int(ts.max())
    width = last - first + 1
    if width * (int(point.max()) + 1) >= _WIDEST:
        return np.lexsort((ts, point))
    key: Ints = point * np.int64(width) + (ts - first)
    order: Ints = np.argsort(key, kind="stable")
    return order
