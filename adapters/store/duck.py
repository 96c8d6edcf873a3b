"""Readings in a DuckDB file: the store of one machine, nothing to install."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import numpy as np

from adapters.store import duck_database, duck_schema, duck_search, duck_write
from adapters.store.duck_database import Table
from adapters.store.duck_names import Names
from adapters.store.rows import Planner
from core.batch import Batch, BatchName, Columns, Intervals, Stored
from core.errors import Fatal
from core.ports import MEASUREMENTS, Expected, Mark, RefusedRows, SeriesBuckets
from core.quantity import Kind
from core.site import Site

_SERIES = """
SELECT (ts + $bucket - 1) // $bucket * $bucket AS b, arg_min(value, ts) AS first,
  min(value) AS low, max(value) AS high, arg_max(value, ts) AS last, avg(value) AS mean,
  max({quality}) AS quality, count(value) AS n
FROM {table} WHERE series = $series AND ts > $start AND ts <= $end GROUP BY b ORDER BY b
"""
_READ = """
SELECT * FROM {table} WHERE series IN (SELECT unnest($series)) AND ts > $start AND ts <= $end
"""


class DuckStore:
    """A :class:`core.ports.ReadingStore` in one file of this process, or in memory.

    Several stores on one file share its only writer.
    """

    def __init__(self, path: str, site: Site) -> None:
        self._site = site
        self._planner = Planner(site)
        self._database = duck_database.borrow(path)
        self._names = Names(site, self._database)
        self._closed = False

    def write(
        self, batches: Sequence[Batch], *, receipted: AbstractSet[BatchName]
    ) -> Sequence[RefusedRows]:
        """See :meth:`core.ports.ReadingStore.write`."""
        plan = self._planner.plan(batches, receipted)
        fresh, again = plan.fresh, plan.again
        if len(fresh) or len(again):
            ids = self._names.made(np.concatenate([fresh.point, again.point]))
            duck_write.write_readings(
                self._database, (fresh, ids[: len(fresh)]), (again, ids[len(fresh) :])
            )
        return plan.refused

    def write_intervals(self, intervals: Intervals) -> None:
        """See :meth:`core.ports.ReadingStore.write_intervals`."""
        rows: Table = {
            "series": self._names.made(intervals.point),
            "ts": intervals.at,
            "value": intervals.value,
            "state": intervals.state,
            "revision": intervals.revision,
        }
        duck_write.replace(self._database, "use", rows)

    def write_expected(
        self, point: int, at: Sequence[int], low: Sequence[float], mid: Sequence[float],
        high: Sequence[float],
    ) -> None:  # fmt: skip
        """See :meth:`core.ports.ReadingStore.write_expected`."""
        rows: Table = {
            "series": self._names.made(np.full(len(at), point, np.int32)),
            "ts": np.asarray(at, np.int64),
            "low": np.asarray(low, np.float64),
            "mid": np.asarray(mid, np.float64),
            "high": np.asarray(high, np.float64),
        }
        duck_write.replace(self._database, "band", rows)

    def write_marks(self, marks: Sequence[Mark]) -> None:
        """See :meth:`core.ports.ReadingStore.write_marks`."""
        if marks:
            duck_write.write_marks(self._database, self._site.id, list(marks))

    def read(self, points: Sequence[int], start: int, end: int) -> Stored:
        """See :meth:`core.ports.ReadingStore.read`."""
        return self._stored([self._ranged("reading", points, start, end)])

    def read_before(self, points: Sequence[int], at: int, most: int = 1) -> Stored:
        """See :meth:`core.ports.ReadingStore.read_before`."""
        return self._stored(duck_search.before(self._database, self._names.ids(points), at, most))

    def read_after(self, points: Sequence[int], at: int, most: int = 1) -> Stored:
        """See :meth:`core.ports.ReadingStore.read_after`."""
        return self._stored(duck_search.after(self._database, self._names.ids(points), at, most))

    def read_intervals(self, points: Sequence[int], start: int, end: int) -> Intervals:
        """See :meth:`core.ports.ReadingStore.read_intervals`."""
        found = self._names.ordered([self._ranged("use", points, start, end)])
        return Intervals(
            point=found["point"],
            at=found["ts"],
            value=found["value"],
            state=found["state"],
            revision=found["revision"],
        )

    def read_expected(self, point: int, start: int, end: int) -> Expected:
        """See :meth:`core.ports.ReadingStore.read_expected`."""
        found = self._names.ordered([self._ranged("band", [point], start, end)])
        return Expected(at=found["ts"], low=found["low"], mid=found["mid"], high=found["high"])

    def latest(self, points: Sequence[int]) -> Stored:
        """See :meth:`core.ports.ReadingStore.latest`."""
        with self._database.lock:
            self._database.refresh()
            newest = self._database.newest
            ids = self._names.ids(points)
            held = ids[newest.oldest[ids] <= newest.newest[ids]]
            return self._stored([
                {
                    "series": held, "ts": newest.newest[held], "value": newest.value[held],
                    "quality": newest.quality[held], "received": newest.received[held],
                }
            ])  # fmt: skip

    def series(self, point: int, start: int, end: int, bucket_ms: int) -> SeriesBuckets:
        """See :meth:`core.ports.ReadingStore.series`."""
        ids = self._names.ids([point])
        if not len(ids):
            return SeriesBuckets(
                at=[], first=[], low=[], high=[], last=[], mean=[], quality=[], count=[]
            )
        register = self._database.measurement[int(ids[0])] == Kind.REGISTER
        table, quality = ("use", "state") if register else ("reading", "quality")
        found = self._database.rows(
            _SERIES.format(table=table, quality=quality),
            {"series": int(ids[0]), "bucket": bucket_ms, "start": start, "end": end},
        )
        return SeriesBuckets(
            at=found["b"].tolist(),
            first=found["first"].tolist(),
            low=found["low"].tolist(),
            high=found["high"].tolist(),
            last=found["last"].tolist(),
            mean=found["mean"].tolist(),
            quality=found["quality"].tolist(),
            count=found["n"].tolist(),
        )

    def count(self) -> Mapping[str, int]:
        """See :meth:`core.ports.ReadingStore.count`."""
        found = self._database.rows(
            "SELECT measurement AS m, count(*) AS n FROM reading JOIN series ON series = series.id "
            "WHERE site = $site GROUP BY 1 UNION ALL "
            "SELECT 'interval', count(*) FROM interval WHERE site = $site UNION ALL "
            "SELECT 'expected', count(*) FROM expected WHERE site = $site UNION ALL "
            "SELECT measurement, count(*) FROM mark WHERE site = $site GROUP BY 1",
            {"site": self._site.id},
        )
        counted = dict.fromkeys((*MEASUREMENTS, "interval", "expected", "order", "finding"), 0)
        return counted | dict(zip(found["m"].tolist(), found["n"].tolist(), strict=True))

    def erase(self, point: int, start: int, end: int) -> None:
        """See :meth:`core.ports.ReadingStore.erase`.

        A point of which nothing is left takes the tags of the present model when it is
        written again.
        """
        ids = self._names.ids([point])
        if len(ids):
            duck_write.erase(self._database, int(ids[0]), (start, end), self._names.tags(point))

    def backup(self, folder: Path) -> None:
        """See :meth:`core.ports.ReadingStore.backup`: one file, itself a store.

        Raises:
            Fatal: The folder is not empty.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Fatal(f"{folder} is not empty: a backup never writes over another")
        self._database.copy_to(folder / duck_schema.BACKUP_FILE)

    def close(self) -> None:
        """See :meth:`core.ports.ReadingStore.close`; a second time does nothing."""
        if not self._closed:
            self._closed = True
            duck_database.give_back(self._database)

    def _ranged(self, table: str, points: Sequence[int], start: int, end: int) -> Table:
        return self._database.rows(
            _READ.format(table=table),
            {"series": self._names.ids(points), "start": start, "end": end},
        )

    def _stored(self, parts: Sequence[Table]) -> Stored:
        if not parts:
            return Stored(rows=Columns.of([], [], []), received=np.empty(0, np.int64))
        found = self._names.ordered(parts)
        rows = Columns.of(found["point"], found["ts"], found["value"], found["quality"])
        return Stored(rows=rows, received=found["received"])
