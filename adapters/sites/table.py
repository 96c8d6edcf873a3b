"""CSV tables that people keep, as rows that know their line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from adapters.sites.document import Place
from adapters.sites.log import NOTHING_NEAR, Log, Near


class Row(NamedTuple):
    """One row: texts by column, without space around them."""

    place: Place
    texts: Mapping[str, str]
    log: Log

    def get(self, column: str) -> str:
        """The text of a column."""
        return self.texts[column]

    def words(self, column: str) -> list[str]:
        """The words of a column, separated by spaces or semicolons."""
        return [word for word in re.split(r"[\s;]+", self.texts[column]) if word]

    def mistake(self, column: str, what: str, expected: str, *, near: Near = NOTHING_NEAR) -> None:
        """Note a mistake of this row, naming the column."""
        self.log.mistake(self.place, f"{column}: {what}", expected, near=near)


def rows_of(folder: Path, file: str, columns: Sequence[str], log: Log) -> Iterator[Row]:
    """The rows of a table; nothing where the file is absent or its first line is wrong."""
    path = folder / file
    if not path.is_file():
        return
    try:
        # utf-8-sig: spreadsheets put a byte-order mark in front.
        with path.open(encoding="utf-8-sig", newline="") as text:
            yield from _rows(csv.reader(text, strict=True), file, columns, log)
    except UnicodeDecodeError:
        log.mistake(Place(file, 0), "the file is not UTF-8 text", "CSV UTF-8")
    except csv.Error as error:
        log.mistake(Place(file, 0), f"not CSV: {error}")


def _rows(
    reader: Iterator[list[str]], file: str, columns: Sequence[str], log: Log
) -> Iterator[Row]:
    header = [name.strip() for name in next(reader, [])]
    top = Place(file, 1)
    for name in header:
        if name not in columns:
            log.mistake(top, f"unknown column '{name}'", ",".join(columns), near=(name, columns))
    missing = [name for name in columns if name not in header]
    for name in missing:
        log.mistake(top, f"the column '{name}' is missing", ",".join(columns))
    if missing:
        return
    # A text in quotes may hold line breaks: count what the reader has read, not the rows.
    lines = _line_numbers(reader)
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        place = Place(file, line)
        if len(cells) != len(header):
            log.mistake(place, f"{len(cells)} cells", f"{len(header)}, as in the first line")
            continue
        yield Row(place, dict(zip(header, (c.strip() for c in cells), strict=True)), log)


def _line_numbers(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows, each with the line on which it begins."""
    end = int(getattr(reader, "line_num", 1))
    for cells in reader:
        yield end + 1, cells
        end = int(getattr(reader, "line_num", end + 1))
