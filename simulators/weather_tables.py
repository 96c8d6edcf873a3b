"""Rows of weather files as numbers: EPW by its documented columns, CSV by named ones."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches

from core.errors import Mistake
from simulators.physics.weather.weather import DAY_MIN

MISSING = float("nan")
Numbers = dict[str, float]


@dataclass(slots=True)
class Table:
    """What a file's lines say, and what is wrong with them.

    Attributes:
        file: Name of the file.
        typical: Whether it is one year that stands for all years.
        rows: Line, local minutes from the first day of 1970, and numbers by column; NaN is missing.
        mistakes: In the order of lines.
    """

    file: str
    typical: bool
    rows: list[tuple[int, int, Numbers]] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, line: int, what: str, expected: str = "", suggestion: str = "") -> None:
        """Notes a mistake."""
        self.mistakes.append(
            Mistake(file=self.file, line=line, what=what, expected=expected, suggestion=suggestion)
        )


@dataclass(frozen=True, slots=True)
class Column:
    """One documented column.

    Attributes:
        at: Its place in an EPW row, from 0.
        missing: From which number on it says that it has none; the data dictionary's code.
        low: Least number that can be.
        high: Most.
        unit: Of both.
    """

    at: int
    missing: float
    low: float
    high: float
    unit: str


# EnergyPlus Auxiliary Programs, "EnergyPlus Weather File (EPW) Data Dictionary".
COLUMNS: Mapping[str, Column] = {
    "dry_bulb": Column(6, 99.9, -70.0, 70.0, "°C"),
    "dew_point": Column(7, 99.9, -70.0, 70.0, "°C"),
    "humidity": Column(8, 999.0, 0.0, 110.0, "%"),
    "sun": Column(13, 9999.0, 0.0, 1500.0, "W/m²"),
}
_EPW_HEAD, _EPW_CELLS, _HOURS = 8, 14, 24
# The days of a typical year come from several years; all are laid into one.
_PLAIN_YEAR, _LEAP_YEAR, _LEAP_DAY = 2001, 2000, (2, 29)

_UNITS: Mapping[str, Callable[[float], float]] = {
    "°C": lambda x: x, "C": lambda x: x, "K": lambda x: x - 273.15,
    "°F": lambda x: (x - 32.0) / 1.8, "F": lambda x: (x - 32.0) / 1.8,
    "%": lambda x: x, "%RH": lambda x: x, "W/m²": lambda x: x, "W/m2": lambda x: x,
}  # fmt: skip
_FITTING = {
    "dry_bulb": ("°C", "C", "K", "°F", "F"), "dew_point": ("°C", "C", "K", "°F", "F"),
    "humidity": ("%", "%RH"), "sun": ("W/m²", "W/m2"),
}  # fmt: skip
_NAMED = re.compile(r"^\s*(?P<name>\w+)\s*(?:\[(?P<unit>[^\]]+)\])?\s*$")


def minutes_of(day: date) -> int:
    """Local midnight as minutes from the first day of 1970."""
    return (day - date(1970, 1, 1)).days * DAY_MIN


def epw_table(file: str, lines: Sequence[str]) -> Table:
    """Rows of an EPW file: eight lines of header, then one line an hour, named by its end."""
    table = Table(file, typical=True)
    _check_head(table, lines)
    cells = [(n, line.split(",")) for n, line in enumerate(lines, 1) if n > _EPW_HEAD and line]
    leap = any(c[1:3] and [x.strip() for x in c[1:3]] in (["2", "29"], ["02", "29"])
               for _, c in cells)  # fmt: skip
    for line, row in cells:
        if len(row) < _EPW_CELLS:
            table.wrong(line, f"{len(row)} cells", f"at least {_EPW_CELLS}, as EPW has them")
            continue
        at = _epw_time(table, line, row, _LEAP_YEAR if leap else _PLAIN_YEAR)
        numbers = {
            name: _number(table, line, name, row[column.at], column.missing)
            for name, column in COLUMNS.items()
        }
        if at is not None:
            table.rows.append((line, at, numbers))
    return table


def csv_table(file: str, lines: Sequence[str]) -> Table:
    """Rows of a CSV file whose first line names columns and units, as ``dry_bulb [°C]``."""
    table = Table(file, typical=False)
    reader = csv.reader(lines)
    columns = _csv_columns(table, next(reader, []))
    if table.mistakes:
        return table
    for row in reader:
        line = reader.line_num
        if not row:
            continue
        at, numbers = None, {}
        for place, (name, convert) in columns.items():
            text = row[place].strip() if place < len(row) else ""
            if name == "time":
                at = _csv_time(table, line, text)
            else:
                numbers[name] = convert(_number(table, line, name, text)) if text else MISSING
        if at is not None:
            table.rows.append((line, at, numbers))
    return table


def _check_head(table: Table, lines: Sequence[str]) -> None:
    if not lines or not lines[0].startswith("LOCATION,"):
        table.wrong(1, "no EPW header", "LOCATION,… in the first of eight lines")
    for line, text in enumerate(lines[:_EPW_HEAD], 1):
        cells = text.split(",")
        if cells[0] == "DATA PERIODS" and (len(cells) <= 2 or cells[2].strip() != "1"):  # noqa: PLR2004
            table.wrong(line, "not one record an hour", "DATA PERIODS,1,1,…")


def _epw_time(table: Table, line: int, row: Sequence[str], year: int) -> int | None:
    try:
        month, day, hour = (int(x) for x in row[1:4])
        midnight = minutes_of(date(year, month, day))
    except ValueError:
        table.wrong(line, f"'{','.join(row[:4])}' is no time", "year,month,day,hour")
        return None
    if not 1 <= hour <= _HOURS:
        table.wrong(line, f"hour {hour}", "1 to 24, the end of the hour")
        return None
    return midnight + hour * 60


def _csv_columns(
    table: Table, head: Sequence[str]
) -> dict[int, tuple[str, Callable[[float], float]]]:
    known = ("time", *COLUMNS)
    found: dict[int, tuple[str, Callable[[float], float]]] = {}
    for place, cell in enumerate(head):
        match = _NAMED.match(cell.lstrip("\ufeff"))
        name, unit = (match["name"], match["unit"]) if match else (cell, None)
        if name not in known:
            near = get_close_matches(name, known, n=1)
            table.wrong(1, f"no column '{name}'", ", ".join(known), near[0] if near else "")
        elif name == "time":
            found[place] = (name, float)
        elif unit not in _FITTING[name]:
            said = f"unit '{unit}'" if unit else "no unit"
            table.wrong(1, f"{name} has {said}", " or ".join(f"[{u}]" for u in _FITTING[name]))
        else:
            found[place] = (name, _UNITS[unit])
    names = {name for name, _ in found.values()}
    if not table.mistakes:
        for needed in ({"time"}, {"dry_bulb"}, {"humidity", "dew_point"}, {"sun"}):
            if not needed & names:
                table.wrong(1, f"no column {' or '.join(sorted(needed))}")
    return found


def _csv_time(table: Table, line: int, text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        table.wrong(line, f"'{text}' is no time", "YYYY-MM-DD HH:MM, local")
        return None
    if moment.tzinfo is not None:
        table.wrong(line, f"'{text}' has an offset", "local time of the site, without one")
        return None
    return minutes_of(moment.date()) + moment.hour * 60 + moment.minute


def _number(table: Table, line: int, name: str, text: str, missing: float = float("inf")) -> float:
    """A number, NaN where the file says that it has none or says nonsense."""
    try:
        value = float(text)
    except ValueError:
        table.wrong(line, f"{name} '{text.strip()}' is no number")
        return MISSING
    return MISSING if value >= missing else value
