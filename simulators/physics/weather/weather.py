"""Weather by the minute: a climate's season, fronts that pass, days, clouds and damp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

import numpy as np

from core.batch import Floats
from simulators.physics.streams import autoregression, remembered, stream, wander
from simulators.physics.weather.climate import (
    CLIMATES,
    CLOUD_SD,
    DEFAULT_CLIMATE,
    Climate,
    known_climate,
    season_of,
    share_through,
)
from simulators.physics.weather.moist import dew_point, relative
from simulators.physics.weather.spells import Spell, brighter, extra_kelvin
from simulators.physics.weather.sun import clear_sky, sine_of_height

DAY_MIN = 1440
# A year of a station: daily means keep 0.70 of their anomaly after one day and 0.22 after three.
# Noons that keep 0.58 do so, since joining noons smoothly adds memory and takes from the spread:
# each day's mean is 0.81 of its own noon and 0.09 of each neighbour's. Daily sun keeps 0.44.
_FRONTS, _JOINED_SD = autoregression(0.58, length=12), 0.925
_CLOUDS = autoregression(0.44, length=12)
_DAMPS = autoregression(0.60, length=12)
# A dull day is damper: points of humidity for a clear sky's sun, and what comes besides. [%RH]
_DULL_DAMP, _DAMP_SD, _DRIEST, _DAMPEST = 24.0, 6.0, 12.0, 97.0
# A clear day swings more than the month's mean day, a dull one less.
_SWING_BASE, _SWING_CLEAR = 0.35, 0.65
# A day's extremes lie apart by its swing and by what fronts and showers add: about 0.6 of their sd.
_SWING_SHARE, _SWING_LESS = 0.95, 0.6
# Showers and sea breezes: what an hour's anomaly does not share with its day's. The station's
# hours keep 0.98, 0.60 and 0.23 after 1, 24 and 72 h; without these, 0.68 after 24 h.
_SHOWER_SHARE, _SHOWER_MIN = 0.42, 480.0
_GUST_SD, _GUST_MIN = 0.2, 30.0
_NOON, _WARMEST_H = 12.0, 14.8
_CLOUD_LEAST, _CLOUD_MOST = 0.08, 1.05
_HOURS: Floats = (np.arange(DAY_MIN, dtype=np.float64) + 0.5) / 60.0
# Air that is replaced in some ten minutes does not step from one to the next.
_STEP_MIN = 10
_STEPS_H: Floats = np.arange(0, DAY_MIN + 1, _STEP_MIN, dtype=np.float64) / 60.0
# They vanish at midnight, so that days meet.
_EDGE: Floats = np.minimum(1.0, np.minimum(_HOURS, 24.0 - _HOURS) / 3.0)


@dataclass(frozen=True, slots=True)
class Weather:
    """One local day by minutes.

    Attributes:
        oat: Dry bulb. [°C]
        humidity: Relative. [%RH]
        sun: Global horizontal irradiance. [W/m²]
    """

    oat: Floats
    humidity: Floats
    sun: Floats

    @property
    def dew(self) -> Floats:
        """Dew point; never above the dry bulb. [°C]"""
        return dew_point(self.oat, self.humidity)


class Sky(Protocol):
    """Where weather comes from: a climate or a file."""

    def of(self, day: date) -> Weather:
        """The weather of one local day."""
        ...


@dataclass(frozen=True, slots=True)
class SeededSky:
    """A climate's weather by one seed.

    Attributes:
        seed: Of the campus.
        climate: Key of :data:`simulators.physics.weather.climate.CLIMATES`.
        spells: Extreme days to add; all else stays as it is without them.
    """

    seed: int
    climate: str = DEFAULT_CLIMATE
    spells: tuple[Spell, ...] = ()

    def of(self, day: date) -> Weather:
        """The weather of one local day."""
        return weather_of(self.seed, day, self.climate, self.spells)


def seeded_sky(seed: int, climate: str, spells: Sequence[Spell]) -> SeededSky:
    """A sky of a climate by its name.

    Raises:
        Misconfigured: There is no such climate.
    """
    return SeededSky(seed, known_climate(climate), tuple(spells))


@dataclass(frozen=True, slots=True)
class _Anchor:
    """One day's middle.

    Mean and dew point [°C], half swing and usual spread [K], share of the clear sky's sun.
    """

    mean: float
    dew: float
    swing: float
    front_sd: float
    through: float


@lru_cache(maxsize=8)
def weather_of(
    seed: int, day: date, climate: str = DEFAULT_CLIMATE, spells: tuple[Spell, ...] = ()
) -> Weather:
    """The weather of one local day; neighbouring days meet at midnight."""
    place = CLIMATES[climate]
    days = [_anchor(seed, day + timedelta(days=d), place, spells) for d in (-1, 0, 1)]
    hours = _HOURS - place.behind_min / 60.0
    turn = 2.0 * np.pi / 24.0
    shape = np.cos(turn * (hours - _WARMEST_H))
    shape = shape + 0.22 * np.cos(2.0 * turn * (hours - _WARMEST_H + 1.5))
    ordinal = day.toordinal()
    rng = stream(seed, "weather", "gusts", ordinal)
    steps = wander(rng, len(_STEPS_H), _SHOWER_MIN / _STEP_MIN, _SHOWER_SHARE * days[1].front_sd)
    showers = np.interp(_HOURS, _STEPS_H, steps)
    gusts = wander(rng, DAY_MIN, _GUST_MIN, _GUST_SD)
    oat = _between([d.mean for d in days]) + _between([d.swing for d in days]) * shape
    oat = oat + (showers + gusts) * _EDGE
    damp = wander(stream(seed, "weather", "damp", ordinal), DAY_MIN, 240.0, 0.5) * _EDGE
    humidity = relative(oat, _between([d.dew for d in days]) + damp)
    return Weather(oat, humidity, _sun(seed, day, place, days[1].through))


def _between(anchors: list[float]) -> Floats:
    """Noon values of yesterday, today and tomorrow, joined smoothly."""
    morning = _HOURS < _NOON
    way = np.where(morning, _HOURS + _NOON, _HOURS - _NOON) / 24.0
    smooth = way * way * (3.0 - 2.0 * way)
    before = np.where(morning, anchors[0], anchors[1])
    after = np.where(morning, anchors[1], anchors[2])
    return before + (after - before) * smooth


@lru_cache(maxsize=64)
def _anchor(seed: int, day: date, climate: Climate, spells: tuple[Spell, ...]) -> _Anchor:
    season, at, ordinal = season_of(climate), day.timetuple().tm_yday - 1, day.toordinal()
    front = remembered(_FRONTS, seed, "weather", "front", ordinal=ordinal)
    mean = season.mean[at] + season.front_sd[at] / _JOINED_SD * front + extra_kelvin(spells, day)
    cloud = remembered(_CLOUDS, seed, "weather", "cloud", ordinal=ordinal)
    usual = season.through[at]
    logit = season.cloud[at] + CLOUD_SD * cloud + brighter(spells, day)
    through = float(share_through(np.array(logit)))
    damp = remembered(_DAMPS, seed, "weather", "moist", ordinal=ordinal)
    humidity = season.humidity[at] + _DULL_DAMP * (usual - through) + _DAMP_SD * damp
    humidity = np.clip(humidity, _DRIEST, _DAMPEST)
    swing = 0.5 * (_SWING_SHARE * season.span[at] - _SWING_LESS * season.front_sd[at])
    swing *= _SWING_BASE + _SWING_CLEAR * through / usual
    return _Anchor(
        mean=float(mean),
        dew=float(dew_point(np.array(mean), np.array(humidity))),
        swing=float(swing),
        front_sd=float(season.front_sd[at]),
        through=through,
    )


def _sun(seed: int, day: date, climate: Climate, through: float) -> Floats:
    height = sine_of_height(climate.latitude, climate.behind_min, day, _HOURS)
    clouds = wander(stream(seed, "weather", "clouds", day.toordinal()), DAY_MIN, 25.0, 0.22)
    share = through * (1.0 + clouds * (1.3 - through))
    sun: Floats = clear_sky(height) * np.clip(share, _CLOUD_LEAST, _CLOUD_MOST)
    return sun
