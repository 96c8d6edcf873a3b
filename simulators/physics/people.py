"""Who is there: arrivals, lunch, leaving, by building and day."""

from __future__ import annotations

from datetime import date

import numpy as np

from core.batch import Floats
from core.site import Schedule
from simulators.physics.streams import stream, wander
from simulators.physics.weather import DAY_MIN

# Offices of five real rooms: occupied 44 % of 09–17 in the median; full houses do not exist.
_SHARE, _SHARE_SD = 0.80, 0.05
_OFFDAY_SHARE, _NOBODY = 0.04, 1e-3


def presence(seed: int, asset: str, day: date, schedule: Schedule, *, workday: bool) -> Floats:
    """Share of the people of a building or zone that is there, by minute, 0…1."""
    rng = stream(seed, asset, "people", day.toordinal())
    start, end = schedule.workday or (480, 1080)
    minutes = np.arange(DAY_MIN) + 0.5
    shift = rng.normal(0.0, 8.0, 2)
    came = 1.0 / (1.0 + np.exp(-(minutes - (start + 25.0 + shift[0])) / 14.0))
    left = 1.0 / (1.0 + np.exp(-(minutes - (end - 35.0 + shift[1])) / 14.0))
    lunch = 0.35 * np.exp(-(((minutes - 745.0) / 32.0) ** 2))
    share = np.clip(rng.normal(_SHARE, _SHARE_SD), 0.5, 0.98) if workday else _OFFDAY_SHARE
    wobble = 1.0 + wander(rng, DAY_MIN, 60.0, 0.05)
    there = share * came * (1.0 - left) * (1.0 - lunch) * wobble
    return np.where(there > _NOBODY, np.minimum(there, 1.0), 0.0)
