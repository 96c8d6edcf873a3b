"""What a simulated campus gave to its edges, counted on the way."""

from __future__ import annotations

import numpy as np

from core.batch import Columns, Floats, Ints
from core.clock import DAY_MS
from core.ports import PointSource, ReadingStore
from core.quantity import Kind
from core.site import Site
from scoring.season import Readings


class Tap:
    """A :class:`core.ports.PointSource` that remembers what passed.

    Args:
        site: The model.
        source: The campus.
        start: Of the first local day that is counted, UTC. [ms]
        days: How many are.
    """

    def __init__(self, site: Site, source: PointSource, start: int, days: int) -> None:
        self._site, self._source, self._start = site, source, start
        self._keys: dict[int, list[Ints]] = {}
        shape = (len(site.points), days)
        self._sum, self._count = np.zeros(shape), np.zeros(shape)
        self._last = np.full(shape, np.nan)

    def read(self, gateway: str, until: int) -> Columns:
        """See :class:`core.ports.PointSource`."""
        rows = self._source.read(gateway, until)
        if len(rows):
            day = rows.at // DAY_MS
            for one in np.unique(day).tolist():
                self._keys.setdefault(one, []).append(self._named(rows.keep(day == one)))
            self._add(rows.keep(~np.isnan(rows.value)))
        return rows

    def days(self) -> Floats:
        """Mean of each point and local day, of registers the use; NaN where nothing came.

        (points, days), in the points' units.
        """
        with np.errstate(invalid="ignore"):
            mean = self._sum / np.where(self._count > 0, self._count, np.nan)
        register = np.array([p.kind is Kind.REGISTER for p in self._site.points])
        mean[register] = np.diff(self._last[register], axis=1, prepend=np.nan)
        return mean

    def account(self, store: ReadingStore, quarantined: int) -> Readings:
        """Every reading that was given, looked for in the store, and the other way round.

        What the store holds for no reading given is invented; what it holds twice, duplicated.
        """
        sent = stored = duplicated = found = 0
        points = range(len(self._site.points))
        # A day of UTC at a time: what ends with it is the last of its own.
        days = range(min(self._keys) - 1, max(self._keys) + 2) if self._keys else ()
        for day in days:
            given = _distinct(np.concatenate(self._keys.get(day, [np.zeros(0, np.int64)])))
            begins = day * DAY_MS - 1
            keys = self._named(store.read(points, begins, begins + DAY_MS).rows)
            distinct = _distinct(keys)
            sent += len(given)
            duplicated += len(keys) - len(distinct)
            stored += len(distinct)
            if len(given):
                place = np.minimum(np.searchsorted(given, distinct), len(given) - 1)
                found += int((given[place] == distinct).sum())
        return Readings(
            sent=sent, stored=stored, quarantined=quarantined, duplicated=duplicated,
            lost=max(0, sent - found - quarantined), invented=stored - found,
        )  # fmt: skip

    def _named(self, rows: Columns) -> Ints:
        """Each reading as one number: its time, and which of the site's points it is."""
        keys: Ints = rows.at * len(self._site.points) + rows.point
        return keys

    def _add(self, rows: Columns) -> None:
        day = (rows.at - 1 - self._start) // DAY_MS
        inside = (day >= 0) & (day < self._sum.shape[1])
        rows, day = rows.keep(inside), day[inside]
        key = rows.point.astype(np.int64) * self._sum.shape[1] + day
        size = self._sum.size
        self._sum += np.bincount(key, rows.value, size).reshape(self._sum.shape)
        self._count += np.bincount(key, minlength=size).reshape(self._sum.shape)
        self._last.reshape(-1)[key] = rows.value


def _distinct(keys: Ints) -> Ints:
    """In order; sorting is some ten times faster here than hashing, as numpy's own would."""
    ordered = np.sort(keys)
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    distinct: Ints = ordered[first]
    return distinct
