"""One file as a stream of readings, in the order in which they stand in it."""

from __future__ import annotations

import csv
import difflib
import gzip
import math
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from adapters.sites.csvkeys import ColumnKeys, FileKeys
from core.errors import Misconfigured, Mistake
from core.quality import Quality
from core.quantity import Unit, unit_for
from core.site import Point, Site
from edge.drivers.csv_account import RowProblem, Tally
from edge.drivers.csv_time import TimeReader, UnreadableTime

Cell = tuple[int, float, int]
"""Point index, canonical value, quality."""

_TAIL_LINES = 50  # looked at for the last time of a file
_BROKEN = (OSError, EOFError, zlib.error)


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of one device, bound to its point."""

    index: int
    point: int
    unit: Unit
    factor: float
    model: Point

    def value(self, raw: float, at: int) -> float:
        canonical = raw * self.factor * self.unit.factor + self.unit.offset
        return canonical * self.model.scale_at(at) if self.model.scales else canonical


class CsvFile:
    """One file, read by one entry of the gateway's options.

    Args:
        path: The file; ``.gz`` is unpacked on the way.
        name: How it is named to people.
        keys: What its columns are.
        site: Its points.
        gateway: Whose points may be named.

    Raises:
        Misconfigured: A column, unit or point that is not there; all of them at once.
    """

    def __init__(self, path: Path, name: str, keys: FileKeys, site: Site, gateway: str) -> None:
        self.path, self.name, self._keys = path, name, keys
        self._site, self._gateway = site, gateway
        self._time = TimeReader(keys.time)
        self._missing, self._sentinels = frozenset(keys.missing), frozenset(keys.sentinels)
        self._header = self._read_header()
        self._where = [(self._index(c), text.strip()) for c, text in keys.where.items()]
        self._time_at = self._index(keys.time.column)
        self._id_at = None if keys.id_column is None else self._index(keys.id_column)
        self._devices: dict[str, tuple[_Column, ...] | None] = {}
        if self._id_at is None:
            self._devices[""] = self._bind("")

    def rows(self, tally: Tally, after: int | None = None) -> Iterator[tuple[int, list[Cell]]]:
        """Time and readings of each row that has both; the rest is in the tally.

        What an earlier run gave is skipped: in a file that is read in its order the rows
        before the first later than ``after`` (a late row further down was not given then),
        in one that is sorted all that are not later.
        """
        skipping = after is not None
        for line, row in self._lines(tally):
            if any(index >= len(row) or row[index].strip() != text for index, text in self._where):
                tally.not_selected += 1
                continue
            given = skipping and self._given(row, after or 0)
            skipping = skipping and (given or self.sorting)
            if given:
                tally.skipped += 1
                continue
            tally.cells += len(self._keys.columns)
            read = self._read_row(line, row, tally)
            if read is None:
                tally.lost += len(self._keys.columns)
            else:
                yield read

    @property
    def sorting(self) -> bool:
        """Whether its rows must be sorted: devices one after the other, or newest first."""
        if self._id_at is not None:
            return True
        first, last = self.first_at, self._last_times
        return first is not None and bool(last) and first > last[-1]

    @cached_property
    def first_at(self) -> int | None:
        """Time of the first row that has one. [ms]"""
        return next((at for at, _ in self.rows(Tally())), None)

    @property
    def last_at(self) -> int | None:
        """Latest time among the last rows. [ms]"""
        return max(self._last_times, default=None)

    @cached_property
    def _last_times(self) -> list[int]:
        tail: deque[list[str]] = deque((row for _, row in self._lines(Tally())), maxlen=_TAIL_LINES)
        times = []
        for row in tail:
            try:
                times.append(self._time.read(row[self._time_at]))
            except (UnreadableTime, IndexError):
                continue
        return times

    def _given(self, row: list[str], after: int) -> bool:
        try:
            return self._time.read(row[self._time_at]) <= after
        except (UnreadableTime, IndexError):
            return True

    def _lines(self, tally: Tally) -> Iterator[tuple[int, list[str]]]:
        try:
            with self._open() as file:
                reader = csv.reader(file)
                next(reader)
                while True:
                    try:
                        row = next(reader, None)
                    except csv.Error as error:
                        tally.rows += 1
                        tally.cells += len(self._keys.columns)
                        tally.lost += len(self._keys.columns)
                        self._problem(tally, reader.line_num, "unreadable", str(error), "a row")
                        continue
                    if row is None:
                        return
                    if row:
                        tally.rows += 1
                        yield reader.line_num, row
        except _BROKEN as error:
            self._problem(tally, 0, "unreadable", f"the file ends: {error}", "the rest of it")

    def _read_row(self, line: int, row: list[str], tally: Tally) -> tuple[int, list[Cell]] | None:
        if any(field.strip() for field in row[len(self._header) :]):
            what = f"{len(row)} fields"
            self._problem(tally, line, "fields", what, f"{len(self._header)} as in the first line")
            return None
        text = row[self._time_at] if self._time_at < len(row) else ""
        try:
            at = self._time.read(text)
        except UnreadableTime as error:
            self._problem(tally, line, error.reason, f"'{text}'", error.expected)
            return None
        columns = self._columns(line, row, tally)
        if columns is None:
            return None
        cells: list[Cell] = []
        for column in columns:
            cell = self._read_cell(line, row, column, at, tally)
            if cell is not None:
                cells.append(cell)
        return at, cells

    def _columns(self, line: int, row: list[str], tally: Tally) -> tuple[_Column, ...] | None:
        if self._id_at is None:
            return self._devices[""]
        device = row[self._id_at].strip().lower() if self._id_at < len(row) else ""
        if device not in self._devices:
            try:
                self._devices[device] = self._bind(device)
            except Misconfigured:
                self._devices[device] = None
        columns = self._devices[device]
        if columns is None:
            expected = f"a device with points of the gateway '{self._gateway}'"
            self._problem(tally, line, "unknown_id", f"'{device}'", expected)
        return columns

    def _read_cell(
        self, line: int, row: list[str], column: _Column, at: int, tally: Tally
    ) -> Cell | None:
        name = self._header[column.index]
        if column.index >= len(row):
            tally.bad += 1
            what = f"the row ends before '{name}'"
            self._problem(tally, line, "fields", what, f"{len(self._header)} fields")
            return column.point, math.nan, Quality.BAD
        text = row[column.index].strip()
        if text in self._missing:
            tally.no_value += 1
            return column.point, math.nan, Quality.BAD
        if not text:
            tally.empty += 1
            return None
        raw = _number(text)
        if raw is None:
            tally.bad += 1
            self._problem(tally, line, "not_a_number", f"'{text}' in '{name}'", "a number")
            return column.point, math.nan, Quality.BAD
        if raw in self._sentinels:
            tally.no_value += 1
            return column.point, math.nan, Quality.BAD
        tally.readings += 1
        return column.point, column.value(raw, at), Quality.GOOD

    def _bind(self, device: str) -> tuple[_Column, ...]:
        mistakes: list[Mistake] = []
        bound = [self._bind_column(keys, device, mistakes) for keys in self._keys.columns]
        if mistakes:
            raise Misconfigured(mistakes)
        return tuple(column for column in bound if column is not None)

    def _bind_column(
        self, keys: ColumnKeys, device: str, mistakes: list[Mistake]
    ) -> _Column | None:
        point_id = keys.point.replace("{id}", device)
        point = self._site.index.get(point_id)
        if point is None or self._site.points[point].gateway != self._gateway:
            mine = [p.id for p in self._site.points if p.gateway == self._gateway]
            mistakes.append(Mistake(
                file=self.name, line=1, what=f"'{point_id}' is no point of '{self._gateway}'",
                expected="id of one of its points", suggestion=_nearest(point_id, mine),
            ))  # fmt: skip
            return None
        model = self._site.points[point]
        try:
            unit = unit_for(model.quantity, keys.unit)
        except Misconfigured as error:
            mistakes.extend(error.mistakes)
            return None
        index = self._index(keys.column)
        return _Column(index=index, point=point, unit=unit, factor=keys.scale, model=model)

    def _read_header(self) -> list[str]:
        try:
            with self._open() as file:
                header = [name.strip() for name in next(csv.reader(file), [])]
        except (*_BROKEN, csv.Error) as error:
            what = f"cannot be read: {error}"
            raise Misconfigured([Mistake(file=self.name, line=1, what=what)]) from error
        wanted = [self._keys.time.column, *(c.column for c in self._keys.columns)]
        wanted += [*self._keys.where, *([self._keys.id_column] if self._keys.id_column else [])]
        mistakes = [
            Mistake(
                file=self.name, line=1, what=f"there is no column '{name}'",
                expected=f"one of {', '.join(header)}" if header else "a first line with names",
                suggestion=_nearest(name, header),
            )
            for name in dict.fromkeys(wanted)
            if name.strip() not in header
        ]  # fmt: skip
        if mistakes:
            raise Misconfigured(mistakes)
        return header

    def _index(self, column: str) -> int:
        return self._header.index(column.strip())

    def _open(self) -> IO[str]:
        # A byte that is no text becomes text in a number, which is told with its line.
        if self.path.suffix == ".gz":
            return gzip.open(self.path, "rt", encoding="utf-8-sig", errors="replace", newline="")
        return self.path.open(encoding="utf-8-sig", errors="replace", newline="")

    def _problem(self, tally: Tally, line: int, reason: str, what: str, expected: str) -> None:
        tally.note(
            RowProblem(file=self.name, line=line, reason=reason, what=what, expected=expected)
        )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    # Python reads 1_000 and nan as numbers; nobody's meter means them so.
    return value if math.isfinite(value) and "_" not in text else None


def _nearest(word: str, words: Sequence[str]) -> str:
    by_fold = {one.casefold(): one for one in words}
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1)
    return by_fold[near[0]] if near else ""
