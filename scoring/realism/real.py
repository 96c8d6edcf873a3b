"""The real measurements as units of each statistic: buildings, days, meters, rooms, windows.

The files are read where they lie and nothing of them is kept. Times become local, since people
live by local time: the hour that the clocks skip in spring is filled from its neighbours and is
no gap, and of the hour that comes twice the first is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path

import holidays
import numpy as np
import pandas as pd

from core.batch import Bools, Floats, Ints
from scoring.realism import air, electricity, gas, heat, rooms, transport, water, weather
from scoring.realism.bands import Bands, bands_of, short
from scoring.realism.stock import stock

WINDOW_DAYS, YEAR_DAYS = 56, 364
MADE = (
    "scoring/realism/real.py on cambridge_estates (33 of 35 electricity meters, 29 gas meters, "
    "Bedford weather), lbnl_ahu (healthy days of MZVAV-2-1), heat_xai4heat (L4, L8), office_keti "
    "and water_daiad. Low and high end leave out the tail that scoring/realism/tables.py gives "
    "each statistic. weeks: the same data in spans of 56 days; whole: in years."
)
ELECTRICITY, GAS, WEATHER = (
    f"cambridge_estates/{name}_2018_2019{kind}.csv.gz"
    for name, kind in (("electricity", "_wide"), ("gas", "_wide"), ("weather_bedford", ""))
)
_LEAST_KWH = 1.5
"""Median use below fifteen quanta of 0.1 kWh: the quantum is then most of the scatter."""
_BEDFORD_LATITUDE = 52.23
_HEAT_FROM, _HEAT_TO, _HEAT_DAYS = "2024-01-01", "2024-03-25", 28
"""The heating weeks in which the substations were read each 15 minutes or oftener."""
_SUMS, _SUM_OF, _SUM_SEED = 40, 16, 2016
_LEAST_SPOKEN = 0.8
_STILL_MIN, _LONGEST_MIN = 0.5, 90.0
_PULSE_L = 10.0

Units = dict[str, list[float]]


def gather(rows: Iterable[Mapping[str, float]]) -> Units:
    """Statistics of many units, by key."""
    found: Units = {}
    for row in rows:
        for key, value in row.items():
            found.setdefault(key, []).append(value)
    return found


def measure(folder: Path, days: int | None) -> Units:
    """Every statistic of the real data, in windows of ``days`` or as long as they are.

    Homes' water was read for a year at most: of a year they show what they have.
    """
    parts = (
        _power(folder, days), _air(folder), _heat(folder, days), _gas(folder, days), _rooms(folder),
        _weather(folder, days), _water(folder, days if days != YEAR_DAYS else None),
    )  # fmt: skip
    return gather(row for part in parts for row in part)


def bands(folder: Path) -> Bands:
    """The bands that a folder of the real measurements gives; half a minute.

    A year stands beside single years: in two, what differs from one to the next is left in each
    month's residuals, which then remember more than those of any one year do.
    """
    whole = measure(folder, YEAR_DAYS)
    return Bands(
        made=MADE,
        weeks=bands_of(measure(folder, WINDOW_DAYS)),
        whole=bands_of(whole),
        stock={key: short(value) for key, value in stock(whole).items()},
    )


def spans(total: int, days: int | None) -> list[slice]:
    """Whole windows of some days, or one of all."""
    if days is None:
        return [slice(0, total)]
    return [slice(at, at + days) for at in range(0, total - days + 1, days)]


def local_days(series: pd.Series, zone: str) -> tuple[Floats, pd.DatetimeIndex]:
    """An hourly series in UTC as (local days, 24) of whole days, and the days."""
    moved = series.tz_localize("UTC").tz_convert(zone).tz_localize(None)
    moved = moved[~moved.index.duplicated()]
    first, last = moved.index[0].ceil("D"), moved.index[-1].floor("D")
    grid = pd.date_range(first, last, freq="h", inclusive="left")
    skipped = grid.difference(pd.DatetimeIndex(moved.index))
    filled = moved.reindex(grid)
    before = filled.reindex(skipped - pd.Timedelta(hours=1)).to_numpy()
    after = filled.reindex(skipped + pd.Timedelta(hours=1)).to_numpy()
    filled[skipped] = (before + after) / 2.0
    return filled.to_numpy(np.float64).reshape(-1, 24), grid[::24]


def workdays(days: pd.DatetimeIndex, country: str, part: str | None = None) -> Bools:
    """Monday to Friday less public holidays."""
    free = holidays.country_holidays(country, subdiv=part)
    return np.array([d.weekday() < 5 and d.date() not in free for d in days])  # noqa: PLR2004 - Saturday


def _power(folder: Path, days: int | None) -> Iterator[dict[str, float]]:
    table = _wide(folder / ELECTRICITY)
    used = table.loc[:, table.median() >= _LEAST_KWH]
    lines = {name: local_days(used[name], "Europe/London") for name in used}
    dates = next(iter(lines.values()))[1]
    worked = workdays(dates, "GB", "ENG")
    for span in spans(len(dates), days):
        kinds = (worked[span], np.asarray(dates.month, np.int64)[span])
        stock = [electricity.Building(hours[span], *kinds) for hours, _ in lines.values()]
        for building in stock:
            yield electricity.electricity(building)
        for one, other in combinations(stock, 2):
            yield electricity.between(one, other)
    for name in used:
        present = np.isfinite(used[name].to_numpy())
        for span in spans(len(present), None if days is None else days * 24):
            yield transport.arrivals(present[span])


def _gas(folder: Path, days: int | None) -> Iterator[dict[str, float]]:
    table = pd.read_csv(folder / GAS, index_col=0, parse_dates=True)
    for name in table:
        # A gas meter's 0 is an hour without gas or without a reading: nobody can tell.
        hours, dates = local_days(table[name], "Europe/London")
        worked, month = workdays(dates, "GB", "ENG"), np.asarray(dates.month, np.int64)
        if np.nansum(hours) > 0.0:
            for span in spans(len(dates), days):
                yield gas.gas(hours[span], worked[span], month[span])


def _weather(folder: Path, days: int | None) -> Iterator[dict[str, float]]:
    table = pd.read_csv(folder / WEATHER, index_col=0, parse_dates=True)
    oat, dates = local_days(table.iloc[:, 0], "Etc/GMT")
    light, _ = local_days(table.iloc[:, 2], "Etc/GMT")
    month, yearday = (np.asarray(x, np.int64) for x in (dates.month, dates.day_of_year))
    for span in spans(len(dates), days):
        yield weather.temperature(oat[span], month[span])
        yield weather.sun(light[span], yearday[span], _BEDFORD_LATITUDE)


def _air(folder: Path) -> Iterator[dict[str, float]]:
    labels = pd.read_csv(folder / "lbnl_ahu" / "fault_days.csv")
    mine = (labels["file"] == "MZVAV-2-1") & (labels["pdf_faulted"] == 0)
    for _, day in air_days(folder, set(labels.loc[mine, "date"])):
        yield air.air_handler_day(day)


def air_days(folder: Path, dates: set[str]) -> Iterator[tuple[str, air.AirHandlerDay]]:
    """Days of the laboratory's MZVAV-2-1, a value a minute."""
    table = pd.read_csv(folder / "lbnl_ahu" / "MZVAV-2-1.csv.gz", na_values=["#VALUE!"])
    table.columns = [str(c).removeprefix("AHU: ").strip() for c in table.columns]
    when = pd.to_datetime(table.pop("Datetime"), format="%m/%d/%Y %H:%M")
    for date, day in table.groupby(when.dt.strftime("%Y-%m-%d")):
        if date not in dates:
            continue
        column = {name: day[name].to_numpy(np.float64) for name in day}
        degrees = {
            name: (column[f"{words} Air Temperature"] - 32.0) / 1.8
            for name, words in (("supply", "Supply"), ("mixed", "Mixed"),
                                ("returned", "Return"), ("outdoor", "Outdoor"))
        }  # fmt: skip
        yield (
            str(date),
            air.AirHandlerDay(
                **degrees,
                setpoint=(column["Supply Air Temperature Set Point"] - 32.0) / 1.8,
                cooling=100.0 * column["Cooling Coil Valve Control Signal"],
                heating=100.0 * column["Heating Coil Valve Control Signal"],
                damper=100.0 * column["Outdoor Air Damper Control Signal"],
                speed=100.0 * column["Supply Air Fan Speed Control Signal"],
                running=column["Supply Air Fan Status"] > 0.0,
                occupied=column["Occupancy Mode Indicator"] > 0.0,
                static=column["Supply Air Duct Static Pressure"]
                / column["Supply Air Duct Static Pressure Set Point"],
            ),
        )


def _heat(folder: Path, days: int | None) -> Iterator[dict[str, float]]:
    for name in ("L4", "L8"):
        table = _substation(folder, name)
        yield from _zero_rows(table, YEAR_DAYS if days is None else days)
        for series in substation(folder, name):
            yield heat.heat(series)


def _zero_rows(table: pd.DataFrame, days: int) -> Iterator[dict[str, float]]:
    """In windows in which the reader was not silent for a fifth of the days or more."""
    said = table.loc[:, "t_ref":"pe"].to_numpy(np.float64)
    times = pd.DatetimeIndex(table.index)
    window = (times - times[0].floor("D")).days.to_numpy() // days
    for k in np.unique(window):
        rows = window == k
        if times[rows].floor("D").nunique() > _LEAST_SPOKEN * days:
            yield {"zero_episodes": transport.zero_episodes(said[rows], 24.0 * days)}


def substation(folder: Path, name: str) -> Iterator[heat.HeatSeries]:
    """Four weeks each of a substation's heating season, every 15 minutes."""
    table = _substation(folder, name)
    # -39.9 is what a broken sensor says, and a row of zeros a broken line.
    sound = (table > -39.0) & (table != 0.0).any(axis=1).to_numpy(np.bool_)[:, None]  # noqa: PLR2004
    table = table.where(sound)
    grid = pd.date_range(_HEAT_FROM, _HEAT_TO, freq="15min", inclusive="left")
    even = table.reindex(grid, method="nearest", tolerance=pd.Timedelta(minutes=2))
    values = {str(c): even[c].to_numpy(np.float64) for c in even}
    hour = np.asarray(grid.hour + grid.minute / 60.0, np.float64)
    for span in spans(len(grid), _HEAT_DAYS * 96):
        yield heat.HeatSeries(
            hour=hour[span], supply=values["t_sup_sec"][span], reference=values["t_ref"][span],
            back=values["t_ret_sec"][span], power=values["pe"][span],
            primary_back=values["t_ret_prim"][span],
        )  # fmt: skip


def _substation(folder: Path, name: str) -> pd.DataFrame:
    path = folder / "heat_xai4heat" / f"scada_{name}.csv.gz"
    table = pd.read_csv(path, index_col=0, parse_dates=True).sort_index()
    return table[~table.index.duplicated()]


def _rooms(folder: Path) -> Iterator[dict[str, float]]:
    made = [room(path) for path in sorted((folder / "office_keti").glob("*.csv.gz"))]
    for ppm, seen, days in made:
        yield rooms.co2(ppm)
        yield rooms.presence(seen, workdays(days, "US", "CA"))
    for (one, _, _), (other, _, _) in combinations(made, 2):
        yield rooms.together(one, other)


def room(path: Path) -> tuple[Floats, Floats, pd.DatetimeIndex]:
    """CO₂ [ppm] and motion of an office by the minute, (days, 1440), and the days."""
    # Their clock is UTC: as such people come at ten in the morning of Berkeley, else at night.
    table = pd.read_csv(path, index_col=0, parse_dates=True).tz_localize("UTC")
    local = table.tz_convert("America/Los_Angeles").tz_localize(None)
    grid = pd.date_range("2013-08-24", "2013-09-01", freq="min", inclusive="left")
    even = local[~local.index.duplicated()].reindex(grid)
    ppm, seen = (even[c].to_numpy(np.float64).reshape(-1, 1440) for c in ("co2", "pir"))
    return ppm, seen, grid[::1440]


def _water(folder: Path, days: int | None) -> Iterator[dict[str, float]]:
    homes = water_meters(folder)
    for litres, present, backward in homes.values():
        there_on = np.flatnonzero(present.any(axis=1))
        first, last = int(there_on[0]), int(there_on[-1]) + 1
        for span in spans(last - first, days):
            rows = slice(first + span.start, first + span.stop)
            found = {f"home_{k}": v for k, v in water.water(litres[rows]).items()}
            yield {k: v for k, v in found.items() if k != "home_hour_lag"}
            there = transport.arrivals(present[rows].ravel())
            yield {f"water_{k}": v for k, v in there.items()}
            yield {"water_backward": float(backward[rows].sum()) * 365.25 / (last - first)
                   if days is None else float(backward[rows].sum()) * 365.25 / days}  # fmt: skip
    choice = np.random.default_rng(_SUM_SEED)
    every = np.stack([litres for litres, _, _ in homes.values()])
    for span in spans(every.shape[1], days):
        for _ in range(_SUMS):
            some = choice.choice(len(every), _SUM_OF, replace=False)
            # An hour is known where all but two of the meters are; theirs are left out.
            known = np.isfinite(every[some][:, span]).sum(axis=0) >= _SUM_OF - 2
            total = np.nansum(every[some][:, span], axis=0)
            yield water.water(np.where(known, pulsed(total), np.nan))


def pulsed(litres: Floats) -> Floats:
    """What a meter of 10 L a pulse counts of hourly litres (days, 24), as an office's does."""
    pulses = np.floor(litres.ravel().cumsum() / _PULSE_L + 1e-9)
    counted: Floats = np.diff(pulses, prepend=0.0).reshape(litres.shape) * _PULSE_L
    return counted


def water_meters(folder: Path) -> dict[str, tuple[Floats, Bools, Ints]]:
    """By meter: litres, whether a reading came, and backward steps. Each (days, 24).

    An hour's litres are the difference of two readings an hour apart; across a gap they are
    unknown.
    """
    table = pd.read_csv(
        folder / "water_daiad" / "hourly_meters.csv.gz", sep=None, engine="python",
        usecols=["user.key", "datetime", "meter.reading"],
    )  # fmt: skip
    table["datetime"] = pd.to_datetime(table["datetime"], format="%d/%m/%Y %H:%M:%S")
    start = table["datetime"].min().floor("D")
    length = int((table["datetime"].max().ceil("D") - start).days)
    found = {}
    for key, meter in table.groupby("user.key"):
        mine = meter.sort_values("datetime", kind="stable").drop_duplicates("datetime")
        minutes = (mine["datetime"] - start).dt.total_seconds().to_numpy(np.float64) / 60.0
        register = mine["meter.reading"].to_numpy(np.float64)
        place = (minutes // 60.0).astype(np.int64)
        apart, steps = np.diff(minutes), np.diff(register)
        litres = np.full(length * 24, np.nan)
        sound = (apart > _STILL_MIN) & (apart <= _LONGEST_MIN) & (steps >= 0.0)
        litres[place[1:][sound]] = steps[sound]
        present = np.zeros(length * 24, np.bool_)
        present[place] = True
        backward = np.zeros(length * 24, np.int64)
        np.add.at(backward, place[1:][steps < 0.0], 1)
        found[str(key)] = (
            litres.reshape(-1, 24), present.reshape(-1, 24), backward.reshape(-1, 24),
        )  # fmt: skip
    return found


def _wide(path: Path) -> pd.DataFrame:
    """Missing hours are stored as 0; a building that is used never uses nothing."""
    table = pd.read_csv(path, index_col=0, parse_dates=True)
    return table.where(table > 0.0)
