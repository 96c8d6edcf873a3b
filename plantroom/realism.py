"""The simulated campus measured as real buildings are: which statistics lie in their bands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from core.clock import DAY_MS
from core.site import Site
from scoring.realism.campus import Found, measure
from scoring.realism.readings import Readings
from simulators.campus import Campus
from simulators.physics.readings.background import REAL
from simulators.physics.weather.climate import CLIMATES, DEFAULT_CLIMATE

SEASONS = {"spring": date(2026, 4, 27), "winter": date(2026, 2, 9)}
"""Local midnight at which eight weeks end: cool mornings and mild afternoons with one public
holiday, and the cold before Spring Festival."""
NIGHTS = 56
YEAR_END, YEAR_NIGHTS = date(2027, 1, 1), 365
LATITUDE = CLIMATES[DEFAULT_CLIMATE].latitude
"""Of the climate that the campus has. [°]"""


def readings_of(
    site: Site, seed: int, end: date, nights: int = NIGHTS, *, plant: bool = True
) -> Readings:
    """What a healthy campus says in the days before one; without plant only what meters say.

    With the defects that real data have: those it is held against have theirs.
    """
    midnight = datetime(end.year, end.month, end.day, tzinfo=ZoneInfo(site.timezone))
    stop = int(midnight.astimezone(UTC).timestamp() * 1000)
    readings = Readings(site, stop - nights * DAY_MS, nights)
    campus = Campus(site, seed, stop, background=REAL)
    for _, rows in campus.history(nights, nights if plant else 0):
        readings.add(rows)
    return readings


def measured(site: Site, seeds: Iterable[int], seasons: Iterable[str] = tuple(SEASONS)) -> Found:
    """Of eight weeks of each season and seed; units are named ``seed season unit``."""
    found: Found = {}
    chosen = tuple(seasons)
    for seed in seeds:
        for season in chosen:
            for key, units in measure(readings_of(site, seed, SEASONS[season]), LATITUDE).items():
                into = found.setdefault(key, {})
                into |= {f"{seed} {season} {unit}": value for unit, value in units.items()}
    return found


def year(site: Site, seed: int) -> Found:
    """The statistics of a year of the meters."""
    return measure(readings_of(site, seed, YEAR_END, YEAR_NIGHTS, plant=False), LATITUDE)
