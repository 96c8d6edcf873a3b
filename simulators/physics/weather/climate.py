"""Climates of four cities, one for each of four Chinese climate zones, through a mean year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

import numpy as np

from core.batch import Floats
from core.errors import Misconfigured, Mistake

Months = tuple[float, float, float, float, float, float, float, float, float, float, float, float]
_YEAR_DAYS = 365.25
_MONTH_DAYS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_MONTH = np.repeat(np.arange(12), _MONTH_DAYS)
_MID_MONTH: Floats = np.cumsum(_MONTH_DAYS) - _MONTH_DAYS / 2.0
_HARMONICS, _ROUNDS = 5, 6
# Sun that comes through for a share of possible sunshine, FAO-56 eq. 35: (0.25 + 0.50 s) / 0.75.
_OVERCAST, _CLEAR = 0.25 / 0.75, 0.50 / 0.75
# Days hold 0.18–0.60–0.97 of the clear sky's sun (a year of a station): these as a logit's spread.
DARKEST, BRIGHTEST, CLOUD_SD = 0.13, 1.0, 1.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """A place's mean year by months.

    Attributes:
        zone: Of GB 50178, whose limits of the January and July means the numbers keep.
        latitude: North. [°]
        behind_min: How late the sun is by the clock: 4 min a degree west of 120° E. [min]
        mean: Dry bulb. [°C]
        span: Mean daily maximum less minimum. [K]
        humidity: Relative. [%RH]
        sunshine: Share of possible sunshine. [%]
        front_sd: Of a day's mean about the season, in the coldest and the warmest month. [K]
    """

    zone: str
    latitude: float
    behind_min: float
    mean: Months
    span: Months
    humidity: Months
    sunshine: Months
    front_sd: tuple[float, float]


# Monthly means like those that the China Meteorological Administration publishes for 1991–2020
# of Harbin, Shanghai, Guangzhou and Kunming, rounded: places like these, no record of them.
CLIMATES: Mapping[str, Climate] = {
    "cold": Climate(
        zone="I", latitude=45.8, behind_min=-26.5,
        mean=(-17.3, -12.0, -2.5, 8.2, 15.9, 21.4, 23.7, 21.9, 15.6, 6.5, -5.2, -14.8),
        span=(10.7, 11.7, 11.0, 11.8, 12.1, 10.6, 8.9, 9.5, 11.4, 10.8, 9.6, 9.7),
        humidity=(69, 64, 52, 46, 50, 63, 76, 77, 68, 60, 63, 69),
        sunshine=(54, 60, 58, 53, 52, 51, 49, 54, 60, 56, 52, 45), front_sd=(4.5, 2.3),
    ),
    "hot_summer_cold_winter": Climate(
        zone="III", latitude=31.2, behind_min=-6.0,
        mean=(4.9, 6.6, 10.4, 15.5, 20.8, 24.5, 28.6, 28.3, 24.8, 19.6, 13.8, 7.5),
        span=(6.0, 6.4, 6.9, 7.6, 7.5, 6.1, 6.4, 5.7, 5.5, 6.1, 6.7, 6.4),
        humidity=(71, 71, 70, 68, 69, 77, 75, 76, 74, 70, 71, 69),
        sunshine=(36, 36, 38, 42, 41, 32, 46, 48, 43, 46, 43, 42), front_sd=(3.2, 2.0),
    ),
    "hot_summer_warm_winter": Climate(
        zone="IV", latitude=23.1, behind_min=27.0,
        mean=(13.8, 15.5, 18.2, 22.5, 26.1, 28.1, 28.9, 28.6, 27.4, 24.7, 20.2, 15.4),
        span=(8.2, 7.6, 7.2, 7.3, 7.6, 7.4, 8.1, 8.1, 8.0, 8.7, 8.9, 9.2),
        humidity=(72, 76, 80, 81, 81, 82, 79, 79, 76, 69, 68, 66),
        sunshine=(34, 24, 18, 22, 31, 36, 49, 45, 46, 51, 51, 50), front_sd=(3.6, 1.4),
    ),
    "mild": Climate(
        zone="V", latitude=25.0, behind_min=69.0,
        mean=(9.3, 11.6, 14.7, 17.7, 19.7, 20.7, 20.3, 20.1, 18.5, 16.0, 12.3, 9.3),
        span=(12.6, 13.2, 13.6, 13.1, 11.0, 8.6, 8.0, 8.8, 8.6, 9.1, 11.5, 12.3),
        humidity=(63, 54, 51, 54, 62, 73, 79, 78, 77, 76, 72, 70),
        sunshine=(68, 70, 68, 65, 52, 36, 31, 37, 35, 43, 58, 62), front_sd=(2.6, 1.4),
    ),
}  # fmt: skip
DEFAULT_CLIMATE = "hot_summer_cold_winter"


@dataclass(frozen=True, slots=True)
class Season:
    """What is usual on each day of a year, index 0 for 1 January, 366 long.

    Attributes:
        mean: Dry bulb. [°C]
        span: Daily maximum less minimum. [K]
        humidity: Relative. [%RH]
        front_sd: Of the day's mean. [K]
        through: Share of the clear sky's sun, in the mean.
        cloud: Logit that gives this mean with :data:`CLOUD_SD`.
    """

    mean: Floats
    span: Floats
    humidity: Floats
    front_sd: Floats
    through: Floats
    cloud: Floats


@lru_cache(maxsize=8)
def season_of(climate: Climate) -> Season:
    """A climate's mean year by days; months keep their means."""
    mean = _by_days(climate.mean)
    through = _OVERCAST + _CLEAR * np.clip(_by_days(climate.sunshine) / 100.0, 0.05, 0.95)
    warmth = (mean - mean.min()) / (mean.max() - mean.min())
    winter, summer = climate.front_sd
    return Season(
        mean=mean,
        span=_by_days(climate.span),
        humidity=_by_days(climate.humidity),
        front_sd=winter + (summer - winter) * warmth,
        through=through,
        cloud=_logit_for(through),
    )


def share_through(logit: Floats) -> Floats:
    """Share of the clear sky's sun for a logit of the clouds."""
    share: Floats = DARKEST + (BRIGHTEST - DARKEST) / (1.0 + np.exp(-logit))
    return share


def _by_days(months: Months) -> Floats:
    """A smooth year through monthly means, by a few harmonics.

    Harmonics through the middles of unequal months miss their means by up to 0.7 K; what is
    missed is added until they keep them.
    """
    wanted = np.array(months, dtype=np.float64)
    through, year = wanted.copy(), _harmonics(wanted)
    for _ in range(_ROUNDS):
        through = through + wanted - np.bincount(_MONTH, weights=year) / np.bincount(_MONTH)
        year = _harmonics(through)
    return year


def _harmonics(values: Floats) -> Floats:
    day = np.arange(366) + 0.5
    total: Floats = np.full(366, values.mean())
    for k in range(1, _HARMONICS + 1):
        at, angle = (2.0 * np.pi * k * x / _YEAR_DAYS for x in (_MID_MONTH, day))
        total += (values @ np.cos(at)) / 6.0 * np.cos(angle)
        total += (values @ np.sin(at)) / 6.0 * np.sin(angle)
    return total


def _logit_for(mean: Floats) -> Floats:
    """The logit about which normal days have this mean share, by bisection."""
    node, weight = np.polynomial.hermite_e.hermegauss(24)
    weight = weight / weight.sum()
    low, high = np.full(len(mean), -8.0), np.full(len(mean), 8.0)
    for _ in range(40):
        middle = 0.5 * (low + high)
        above = share_through(middle[:, None] + CLOUD_SD * node) @ weight > mean
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    logit: Floats = 0.5 * (low + high)
    return logit


def known_climate(name: str) -> str:
    """The name itself, if it is a key of :data:`CLIMATES`.

    Raises:
        Misconfigured: There is no such climate.
    """
    if name not in CLIMATES:
        near = get_close_matches(name, CLIMATES, n=1)
        mistake = Mistake(
            file="", line=0, what=f"no climate '{name}'", expected=", ".join(CLIMATES),
            suggestion=near[0] if near else "",
        )  # fmt: skip
        raise Misconfigured([mistake])
    return name
