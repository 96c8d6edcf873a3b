"""How a building's use of electricity varies beside its people: by hours, weeks and tenancies."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np

from core.batch import Floats
from simulators.physics.streams import autoregression, fixed, remembered, stream
from simulators.physics.weather.weather import DAY_MIN

_HOURS = 24
# What a series needs to look like 33 real buildings: hourly AR 0.8 with t₃ innovations and sd
# 0.05, a base of AR 0.97 a day and sd 0.06, six lumps a week, and level steps.
_HOUR_KEEPS, _HOUR_SD, _HOUR_FREEDOM, _HOUR_MOST = 0.8, 0.05, 3.0, 0.3
_BASE_SD, _BASE = 0.06, autoregression(0.97, length=150)
_LUMPS, _LUMP_CHANCE = 3, 6.0 / 7.0 / 3.0
# Half of them come by the week: a print run each Tuesday, at its hour give or take. [min]
_WEEKLY, _WEEKLY_SHIFT_MIN, _TERM_DAYS = 0.5, 15.0, 112
_LUMP_LEAST, _LUMP_MOST, _LUMP_H = 0.03, 0.15, (0.5, 3.0)
# Tenants, machines, a refit: a level holds for five months in the mean, then steps. Real buildings
# step by over 15 % 0–1–4 times a year.
_TENANCY_DAYS, _TENANCY_SD = 150, 0.08


def hours_factor(seed: int, building: str, ordinal: int) -> Floats:
    """By which all circuits of a building are up or down, by minute; days meet at midnight."""
    shocks = np.concatenate([_hour_shocks(seed, building, ordinal + d) for d in (-2, -1, 0, 1)])
    weights = _HOUR_KEEPS ** np.arange(2 * _HOURS, dtype=np.float64)
    walk = np.convolve(shocks, weights)[2 * _HOURS : 3 * _HOURS + 1]
    minutes = np.arange(DAY_MIN) + 0.5
    logs = np.interp(minutes, np.arange(_HOURS + 1) * 60.0, walk)
    factor: Floats = np.exp(np.clip(logs, -_HOUR_MOST, _HOUR_MOST))
    return factor


def base_factor(seed: int, building: str, ordinal: int) -> float:
    """By which what never stops is up or down on a day."""
    return float(np.exp(_BASE_SD * remembered(_BASE, seed, building, "base", ordinal=ordinal)))


def tenancy_factor(seed: int, building: str, ordinal: int) -> float:
    """A level that holds for months, then steps."""
    block = ordinal // _TENANCY_DAYS
    if ordinal % _TENANCY_DAYS < _moved_in(seed, building, block):
        block -= 1
    rng = stream(seed, building, "tenancy", block)
    return float(np.exp(_TENANCY_SD * rng.standard_normal()))


def lumps(seed: int, building: str, day: date) -> Floats:
    """What runs now and then, a print run, a machine on trial: share of the day level."""
    ordinal = day.toordinal()
    rng = stream(seed, building, "lumps", ordinal)
    by_chance, shift = rng.random((4, _LUMPS)), rng.standard_normal(_LUMPS)
    term = ordinal // _TERM_DAYS
    weekly = stream(seed, building, "weekly lumps", term, day.weekday()).random((4, _LUMPS))
    late = _WEEKLY_SHIFT_MIN * shift
    chance = _LUMP_CHANCE * _WEEKLY, _LUMP_CHANCE * (1.0 - _WEEKLY)
    return _running(weekly, chance[0], late) + _running(by_chance, chance[1], np.zeros(_LUMPS))


def _running(drawn: Floats, often: float, late: Floats) -> Floats:
    """Lumps by the minute, of uniform draws: whether it comes, when, how long, how large."""
    chance, start, length, size = drawn
    minutes, total = np.arange(DAY_MIN), np.zeros(DAY_MIN)
    for k in np.flatnonzero(chance < often):
        runs = 60.0 * (_LUMP_H[0] + (_LUMP_H[1] - _LUMP_H[0]) * length[k])
        first = start[k] * (DAY_MIN - runs) + late[k]
        on = (minutes >= first) & (minutes < first + runs)
        total += np.where(on, _LUMP_LEAST * (_LUMP_MOST / _LUMP_LEAST) ** size[k], 0.0)
    return total


def _moved_in(seed: int, building: str, block: int) -> float:
    return fixed(seed, f"{building}|{block}", "moved in", 0.0, float(_TENANCY_DAYS))


@lru_cache(maxsize=256)
def _hour_shocks(seed: int, building: str, ordinal: int) -> Floats:
    rng = stream(seed, building, "hours", ordinal)
    scale = _HOUR_SD * np.sqrt((1.0 - _HOUR_KEEPS**2) * (_HOUR_FREEDOM - 2.0) / _HOUR_FREEDOM)
    shocks: Floats = rng.standard_t(_HOUR_FREEDOM, _HOURS) * scale
    return shocks
