"""Readings in InfluxDB 1.8 or 2: the store of more than one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import numpy as np

from adapters.store import influx_backup, influx_read
from adapters.store.address import InfluxAddress
from adapters.store.influx_keys import Keys
from adapters.store.influx_lines import field_lines, mark_line
from adapters.store.influx_read import Ask, Table, within
from adapters.store.influx_rows import Writer
from adapters.store.influx_server import Server
from adapters.store.influx_write import write_lines
from adapters.store.rows import FURTHEST_MS, Planner
from core.batch import Batch, BatchName, Columns, Intervals, Stored
from core.errors import Fatal, Rejected
from core.ports import Expected, Mark, RefusedRows, SeriesBuckets
from core.quantity import Kind
from core.site import Site

_READING = {"quality": '"quality"', "value": '"value"', "received": '"received"'}
_LATEST = {"quality": 'last("quality")', "value": '"value"', "received": '"received"'}
_USE = {"state": '"state"', "value": '"value"', "revision": '"revision"'}
_BAND = {"low": '"low"', "mid": '"mid"', "high": '"high"'}
_BUCKET = {
    "first": 'first("value")',
    "low": 'min("value")',
    "high": 'max("value")',
    "last": 'last("value")',
    "mean": 'mean("value")',
    "count": 'count("value")',
}


class InfluxStore:
    """A :class:`core.ports.ReadingStore` in one bucket; several processes may share it."""

    def __init__(self, address: InfluxAddress, site: Site, token: str | None) -> None:
        self._site = site
        self._planner = Planner(site, ordered=False)  # the server sorts anyway
        self._server = Server(address, token)
        self._keys = Keys(self._server, site)
        self._writer = Writer(self._server, self._keys, site)

    def write(
        self, batches: Sequence[Batch], *, receipted: AbstractSet[BatchName]
    ) -> Sequence[RefusedRows]:
        """See :meth:`core.ports.ReadingStore.write`.

        Of a batch already receipted, what another process writes between the look and the
        write may be replaced.
        """
        plan = self._planner.plan(batches, receipted)
        return [*plan.refused, *self._writer.write(batches, plan)]

    def write_intervals(self, intervals: Intervals) -> None:
        """See :meth:`core.ports.ReadingStore.write_intervals`.

        Raises:
            Rejected: The server will not have some rows.
        """
        fields: Table = {
            "value": intervals.value,
            "state": intervals.state,
            "revision": intervals.revision,
        }
        self._writer.replace("interval", intervals.point, intervals.at, fields)

    def write_expected(
        self, point: int, at: Sequence[int], low: Sequence[float], mid: Sequence[float],
        high: Sequence[float],
    ) -> None:  # fmt: skip
        """See :meth:`core.ports.ReadingStore.write_expected`.

        Raises:
            Rejected: The server will not have some rows.
        """
        key = self._keys.of("expected", point)
        lines = field_lines([key] * len(at), at, {"low": low, "mid": mid, "high": high})
        _all_stored(write_lines(self._server, lines))

    def write_marks(self, marks: Sequence[Mark]) -> None:
        """See :meth:`core.ports.ReadingStore.write_marks`; numbers are stored as floats.

        Raises:
            Rejected: The server will not have some of them.
        """
        lines = [mark_line(self._site.id, mark) for mark in marks]
        _all_stored(write_lines(self._server, lines))

    def read(self, points: Sequence[int], start: int, end: int) -> Stored:
        """See :meth:`core.ports.ReadingStore.read`."""
        return self._stored(points, Ask(fields=_READING, when=within(start, end)))

    def read_before(self, points: Sequence[int], at: int, most: int = 1) -> Stored:
        """See :meth:`core.ports.ReadingStore.read_before`."""
        tail = f"ORDER BY time DESC LIMIT {most}"
        return self._stored(points, Ask(fields=_READING, when=f"time <= {at}ms", tail=tail))

    def read_after(self, points: Sequence[int], at: int, most: int = 1) -> Stored:
        """See :meth:`core.ports.ReadingStore.read_after`."""
        tail = f"ORDER BY time ASC LIMIT {most}"
        # Without an upper end servers stop at the present, and a replay may be ahead of it.
        ask = Ask(fields=_READING, when=within(at, FURTHEST_MS), tail=tail)
        return self._stored(points, ask)

    def read_intervals(self, points: Sequence[int], start: int, end: int) -> Intervals:
        """See :meth:`core.ports.ReadingStore.read_intervals`."""
        ask = Ask(fields=_USE, when=within(start, end))
        found = influx_read.read(self._server, self._site, {"interval": points}, ask)
        return Intervals(
            point=found["point"].astype(np.int32),
            at=found["at"].astype(np.int64),
            value=found["value"],
            state=found["state"].astype(np.int8),
            revision=found["revision"].astype(np.int32),
        )

    def read_expected(self, point: int, start: int, end: int) -> Expected:
        """See :meth:`core.ports.ReadingStore.read_expected`."""
        ask = Ask(fields=_BAND, when=within(start, end))
        found = influx_read.read(self._server, self._site, {"expected": [point]}, ask)
        at = found["at"].astype(np.int64)
        return Expected(at=at, low=found["low"], mid=found["mid"], high=found["high"])

    def latest(self, points: Sequence[int]) -> Stored:
        """See :meth:`core.ports.ReadingStore.latest`."""
        return self._stored(points, Ask(fields=_LATEST, when=f"time <= {FURTHEST_MS}ms"))

    def series(self, point: int, start: int, end: int, bucket_ms: int) -> SeriesBuckets:
        """See :meth:`core.ports.ReadingStore.series`."""
        measurement, worst = self._keys.measurement(point), "quality"
        if measurement == Kind.REGISTER:
            measurement, worst = "interval", "state"
        ask = Ask(
            fields=_BUCKET | {"quality": f'max("{worst}")'},
            when=within(start, end),
            # A bucket is (from, to], the server's is [from, to): one ms makes them the same.
            tail=f", time({bucket_ms}ms, 1ms) fill(none)",
        )
        found = influx_read.read(self._server, self._site, {measurement: [point]}, ask)
        return SeriesBuckets(
            at=(found["at"].astype(np.int64) - 1 + bucket_ms).tolist(),
            first=found["first"].tolist(),
            low=found["low"].tolist(),
            high=found["high"].tolist(),
            last=found["last"].tolist(),
            mean=found["mean"].tolist(),
            quality=found["quality"].astype(np.int64).tolist(),
            count=np.nan_to_num(found["count"]).astype(np.int64).tolist(),
        )

    def count(self) -> Mapping[str, int]:
        """See :meth:`core.ports.ReadingStore.count`; reads every time there is, so it is slow."""
        return influx_read.count(self._server, self._site.id, influx_backup.ALL)

    def erase(self, point: int, start: int, end: int) -> None:
        """See :meth:`core.ports.ReadingStore.erase`."""
        which = influx_read.where(self._site, [point])
        self._server.query(
            [
                f'DELETE FROM "{m}" WHERE {which} AND {within(start, end)}'  # noqa: S608 literals are escaped
                for m in (self._keys.measurement(point), "interval")
            ]
        )
        self._keys.forget()

    def backup(self, folder: Path) -> None:
        """See :meth:`core.ports.ReadingStore.backup`: line protocol, a file a measurement.

        What is written meanwhile may be in it or not.

        Raises:
            Fatal: The folder is not empty.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Fatal(f"{folder} is not empty: a backup never writes over another")
        influx_backup.save(self._server, self._site.id, folder)

    def close(self) -> None:
        """See :meth:`core.ports.ReadingStore.close`; a second time does nothing."""
        self._server.close()

    def _stored(self, points: Sequence[int], ask: Ask) -> Stored:
        grouped = self._keys.by_measurement(points)
        found = influx_read.read(self._server, self._site, grouped, ask)
        return Stored(
            rows=Columns.of(found["point"], found["at"], found["value"], found["quality"]),
            received=found["received"].astype(np.int64),
        )


def _all_stored(refused: Mapping[int, str]) -> None:
    if refused:
        raise Rejected(sorted(refused), ", ".join(sorted(set(refused.values()))))
