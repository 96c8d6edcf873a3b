"""Weather of a place with hot summers and cold winters: season, fronts, days and clouds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from core.batch import Floats
from simulators.physics.streams import stream, wander

DAY_MIN = 1440
# Climate of the lower Yangtze: yearly mean and half range of the monthly means. [°C]
_YEAR_MEAN, _YEAR_SWING, _WARMEST_DAY = 16.8, 11.8, 205
# Real days keep 0.70 of yesterday's anomaly (a year of hourly station data). [K]
_FRONT_KEEPS, _FRONT_SD, _FRONT_MEMORY = 0.70, 2.6, 12
_CLOUD_KEEPS = 0.44
_NOON = 12.0
_LATITUDE = np.radians(31.0)


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


@lru_cache(maxsize=8)
def weather_of(seed: int, day: date) -> Weather:
    """The weather of one local day; neighbouring days meet at midnight."""
    hours: Floats = (np.arange(DAY_MIN, dtype=np.float64) + 0.5) / 60.0
    clear = [_clearness(seed, day + timedelta(days=d)) for d in (-1, 0, 1)]
    swing = _between([2.0 + 3.2 * c for c in clear], hours)
    turn = 2.0 * np.pi / 24.0
    shape = np.cos(turn * (hours - 15.0)) + 0.22 * np.cos(2.0 * turn * (hours - 13.5))
    fronts = _between([_daily_mean(seed, day + timedelta(days=d)) for d in (-1, 0, 1)], hours)
    edge = np.minimum(1.0, np.minimum(hours, 24.0 - hours))
    gusts = wander(stream(seed, "weather", "gusts", day.toordinal()), DAY_MIN, 120.0, 0.4) * edge
    oat = fronts + swing * shape + gusts
    damp = wander(stream(seed, "weather", "damp", day.toordinal()), DAY_MIN, 240.0, 3.0) * edge
    humidity = np.clip(88.0 - 24.0 * _between(clear, hours) - 2.0 * swing * shape + damp, 20, 99)
    return Weather(oat, humidity, _sun(seed, day, hours, clear[1]))


def _between(anchors: list[float], hours: Floats) -> Floats:
    """Noon values of yesterday, today and tomorrow, joined smoothly."""
    morning = hours < _NOON
    way = np.where(morning, hours + _NOON, hours - _NOON) / 24.0
    smooth = way * way * (3.0 - 2.0 * way)
    before = np.where(morning, anchors[0], anchors[1])
    after = np.where(morning, anchors[1], anchors[2])
    return before + (after - before) * smooth


@lru_cache(maxsize=64)
def _daily_mean(seed: int, day: date) -> float:
    turn = 2.0 * np.pi * (day.timetuple().tm_yday - _WARMEST_DAY) / 365.25
    return float(
        _YEAR_MEAN + _YEAR_SWING * np.cos(turn) + _anomaly(seed, "front", day, _FRONT_KEEPS)
    )


def _clearness(seed: int, day: date) -> float:
    """Share of the clear sky's sun that comes through, 0.18…0.97."""
    return float(0.18 + 0.79 / (1.0 + np.exp(-0.5 - _anomaly(seed, "cloud", day, _CLOUD_KEEPS))))


@lru_cache(maxsize=256)
def _anomaly(seed: int, purpose: str, day: date, keeps: float) -> float:
    """A daily autoregression as the sum of its last shocks, so that any day stands alone."""
    sd = _FRONT_SD if purpose == "front" else 1.2
    shocks = [
        float(stream(seed, "weather", purpose, day.toordinal() - k).standard_normal())
        for k in range(_FRONT_MEMORY)
    ]
    total = sum(shock * keeps**k for k, shock in enumerate(shocks))
    return float(sd * np.sqrt(1.0 - keeps * keeps) * total)


def _sun(seed: int, day: date, hours: Floats, clear: float) -> Floats:
    tilt = np.radians(23.45) * np.sin(2.0 * np.pi * (284 + day.timetuple().tm_yday) / 365.0)
    angle = np.pi * (hours - 12.0) / 12.0
    height = np.sin(_LATITUDE) * np.sin(tilt) + np.cos(_LATITUDE) * np.cos(tilt) * np.cos(angle)
    clouds = wander(stream(seed, "weather", "clouds", day.toordinal()), DAY_MIN, 25.0, 0.22)
    through = np.clip(clear * (1.0 + clouds * (1.3 - clear)), 0.08, 1.05)
    # Haurwitz' clear sky, good to some percent without turbidity.
    clear_sky = 1098.0 * np.maximum(height, 0.0) * np.exp(-0.057 / np.maximum(height, 1e-3))
    sun: Floats = np.minimum(clear_sky * through, 1150.0)
    return sun
