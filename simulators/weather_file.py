"""Weather that a file tells: a typical year (EPW) or what a station measured (CSV)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from core.batch import Floats, Ints
from core.errors import Fatal, Misconfigured, Mistake
from simulators.physics.weather.moist import dew_point, relative
from simulators.physics.weather.weather import DAY_MIN, Weather
from simulators.weather_tables import (
    COLUMNS,
    MISSING,
    Numbers,
    Table,
    csv_table,
    epw_table,
    minutes_of,
)

# CalTRACK bridges gaps of temperature up to six hours; over more, a day's shape would be invented.
_GAP_MIN = 360
_LEAP_DAY = (2, 29)


@dataclass(frozen=True, slots=True, eq=False)
class WeatherFile:
    """Weather by the minute, between what a file says; a :class:`.weather.Sky`.

    Attributes:
        name: Of the file.
        digest: Of its bytes, so that a saved campus knows its weather again.
        at: Local minutes from the first day of 1970, rising. [min]
        oat: Dry bulb at these. [°C]
        dew: Dew point at these. [°C]
        sun_at: Middles of the intervals that ``sun`` is the mean of. [min]
        sun: Global horizontal irradiance. [W/m²]
        typical: One year for all years.
    """

    name: str
    digest: str
    at: Ints
    oat: Floats
    dew: Floats
    sun_at: Floats
    sun: Floats
    typical: bool

    def of(self, day: date) -> Weather:
        """The weather of one local day.

        Raises:
            Fatal: The file does not tell it.
        """
        midnight = minutes_of(self._day_in_file(day))
        minutes = midnight + np.arange(DAY_MIN) + 0.5
        if minutes[0] < self.at[0] - 60 or minutes[-1] > self.at[-1] + 60:
            raise Fatal(
                f"{self.name} has no weather of {day}: it goes from "
                f"{_day(self.at[0])} to {_day(self.at[-1] - 1)}; take a longer one"
            )
        oat = np.interp(minutes, self.at, self.oat)
        humidity = relative(oat, np.interp(minutes, self.at, self.dew))
        return Weather(oat, humidity, np.interp(minutes, self.sun_at, self.sun))

    def _day_in_file(self, day: date) -> date:
        if not self.typical:
            return day
        year = (date(1970, 1, 1) + timedelta(minutes=int(self.at[len(self.at) // 2]))).year
        leap = year % 4 == 0
        if (day.month, day.day) == _LEAP_DAY and not leap:
            return date(year, 2, 28)
        return day.replace(year=year)


def read_weather(path: Path) -> WeatherFile:
    """Reads ``*.epw`` or ``*.csv``.

    Missing numbers and hours are bridged up to six hours on end. A time names the end of its
    interval, which ``sun`` is the mean of.

    Raises:
        Misconfigured: All lines that cannot stand, and all longer gaps, with their lines.
        FileNotFoundError: There is none.
    """
    read = {".epw": epw_table, ".csv": csv_table}.get(path.suffix.lower())
    if read is None:
        mistake = Mistake(file=path.name, line=0, what="unknown kind of file", expected="epw, csv")
        raise Misconfigured([mistake])
    raw = path.read_bytes()
    table = read(path.name, raw.decode("utf-8", errors="replace").splitlines())
    made = _built(table, hashlib.blake2b(raw, digest_size=8).hexdigest())
    if table.mistakes or made is None:
        raise Misconfigured(sorted(table.mistakes, key=lambda m: m.line))
    return made


def _built(table: Table, digest: str) -> WeatherFile | None:
    _check_ranges(table)
    rows = _in_order(table)
    if len(rows) <= 1:
        if not table.mistakes:
            table.wrong(1, "no rows")
        return None
    if table.typical:
        rows = _around_the_year(table, rows)
    dry = _series(table, rows, "dry_bulb")
    dew = _series(table, [(n, at, _with_dew(x)) for n, at, x in rows], "dew_point")
    sun = _series(table, rows, "sun")
    if dry is None or dew is None or sun is None:
        return None
    at = np.array([row[1] for row in rows], dtype=np.int64)
    ends = np.diff(at, prepend=2 * at[0] - at[1])
    return WeatherFile(
        name=table.file, digest=digest, at=at, oat=dry, dew=np.minimum(dew, dry),
        sun_at=at - ends / 2.0, sun=sun, typical=table.typical,
    )  # fmt: skip


def _check_ranges(table: Table) -> None:
    for line, _, numbers in table.rows:
        for name, value in numbers.items():
            column = COLUMNS[name]
            if value < column.low or value > column.high:
                table.wrong(
                    line, f"{name} {value:g}", f"{column.low:g} to {column.high:g} {column.unit}"
                )
                numbers[name] = MISSING


def _in_order(table: Table) -> list[tuple[int, int, Numbers]]:
    """Rows whose time goes on; one that leaps ahead of all that follow is itself the wrong one."""
    kept: list[tuple[int, int, Numbers]] = []
    for index, row in enumerate(table.rows):
        last = kept[-1][1] if kept else row[1] - 1
        behind = [at for _, at, _ in table.rows[index + 1 : index + 2]]
        if row[1] <= last or any(last < at <= row[1] for at in behind):
            table.wrong(row[0], "time does not go on", "rows in the order of time")
        else:
            kept.append(row)
    return kept


def _around_the_year(
    table: Table, rows: list[tuple[int, int, Numbers]]
) -> list[tuple[int, int, Numbers]]:
    """A typical year with a day of its end before it and of its start behind it."""
    year = (date(1970, 1, 1) + timedelta(minutes=rows[0][1] - 1)).year
    first, last = minutes_of(date(year, 1, 1)), minutes_of(date(year + 1, 1, 1))
    if rows[0][1] - first > _GAP_MIN or last - rows[-1][1] > _GAP_MIN:
        table.wrong(rows[0][0], "not a whole year", "rows from 1 January to 31 December")
        return rows
    length = last - first
    before = [(n, at - length, x) for n, at, x in rows if at > last - DAY_MIN]
    behind = [(n, at + length, x) for n, at, x in rows if at <= first + DAY_MIN]
    return [*before, *rows, *behind]


def _with_dew(numbers: Numbers) -> Numbers:
    """With the dew point of its humidity, where it has none of its own."""
    dew = numbers.get("dew_point", MISSING)
    if np.isnan(dew):
        dry, humidity = numbers["dry_bulb"], numbers.get("humidity", MISSING)
        dew = float(dew_point(np.array(dry), np.array(humidity)))
    return {**numbers, "dew_point": dew}


def _series(table: Table, rows: list[tuple[int, int, Numbers]], name: str) -> Floats | None:
    """A column with its short gaps bridged; None, and mistakes, where one is too long."""
    at = np.array([row[1] for row in rows], dtype=np.float64)
    values = np.array([row[2].get(name, MISSING) for row in rows])
    there = np.flatnonzero(~np.isnan(values))
    if not len(there):
        table.wrong(rows[0][0], f"no {name} at all")
        return None
    edges = [0, *there, len(rows) - 1]
    wide = False
    for a, b in pairwise(edges):
        if at[b] - at[a] > _GAP_MIN:
            hours, line = (at[b] - at[a]) / 60.0, rows[min(a + 1, len(rows) - 1)][0]
            table.wrong(line, f"{name} is missing for {hours:g} h", "at most 6 h on end")
            wide = True
    if wide:
        return None
    filled: Floats = np.interp(at, at[there], values[there])
    return filled


def _day(minute: int) -> date:
    return date(1970, 1, 1) + timedelta(minutes=int(minute))
