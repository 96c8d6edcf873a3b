"""A file's readings as they become due: streamed in its order, or sorted in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np

from core.batch import Columns
from core.quality import Quality
from edge.drivers.csv_account import Tally
from edge.drivers.csv_file import Cell, CsvFile

_CHUNK_ROWS = 10_000  # turned to arrays at a time: 21 bytes a reading instead of some hundreds

Row = tuple[int, list[Cell]]


class Stream(Protocol):
    """One file being read."""

    file: CsvFile
    last_good: int | None

    @property
    def exhausted(self) -> bool:
        """Whether all was given."""
        ...

    @property
    def between(self) -> tuple[int, int] | None:
        """First and last time of the file, as far as it can be known. [ms]"""
        ...

    def take(self, until: int) -> Columns:
        """What is due by a time and was not given."""
        ...


def open_stream(file: CsvFile, tally: Tally, after: int | None) -> Stream:
    """The stream that fits the file."""
    return Sorted(file, tally, after) if file.sorting else InOrder(file, tally, after)


class InOrder:
    """Row by row, so a year of a minute's data is never in memory at once."""

    def __init__(self, file: CsvFile, tally: Tally, after: int | None) -> None:
        self.file = file
        self.last_good: int | None = None
        self._rows = file.rows(tally, after)
        self._head = next(self._rows, None)

    @property
    def exhausted(self) -> bool:
        return self._head is None

    @property
    def between(self) -> tuple[int, int] | None:
        first, last = self.file.first_at, self.file.last_at
        return None if first is None or last is None else (first, last)

    def take(self, until: int) -> Columns:
        rows = _columns(self._due(until))
        self.last_good = _last_good(rows, self.last_good)
        return rows

    def _due(self, until: int) -> Iterator[Row]:
        while self._head is not None and self._head[0] <= until:
            yield self._head
            self._head = next(self._rows, None)


class Sorted:
    """By time, in memory; of one time in the order of the file."""

    def __init__(self, file: CsvFile, tally: Tally, after: int | None) -> None:
        self.file = file
        self.last_good: int | None = None
        rows = Columns.joined(list(_chunks(file.rows(tally, after))))
        self._rows = rows.keep(np.argsort(rows.at, kind="stable"))
        self._given = 0

    @property
    def exhausted(self) -> bool:
        return self._given == len(self._rows)

    @property
    def between(self) -> tuple[int, int] | None:
        return (int(self._rows.at[0]), int(self._rows.at[-1])) if len(self._rows) else None

    def take(self, until: int) -> Columns:
        end = int(np.searchsorted(self._rows.at, until, side="right"))
        rows = self._rows.keep(np.arange(self._given, end))
        self._given = max(end, self._given)
        self.last_good = _last_good(rows, self.last_good)
        return rows


def _chunks(rows: Iterator[Row]) -> Iterator[Columns]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK_ROWS:
            yield _columns(chunk)
            chunk.clear()
    yield _columns(chunk)


def _columns(rows: Iterable[Row]) -> Columns:
    flat = [(point, at, value, quality) for at, cells in rows for point, value, quality in cells]
    points, times, values, qualities = zip(*flat, strict=True) if flat else ((), (), (), ())
    return Columns.of(points, times, values, np.array(qualities, np.int8))


def _last_good(rows: Columns, before: int | None) -> int | None:
    good = rows.at[rows.quality != Quality.BAD]
    return int(good.max()) if len(good) else before
