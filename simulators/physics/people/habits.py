"""What makes one day of a building's people unlike the next: habits, moods and chance.

A building's Tuesdays are alike for a term: a timetable, a team's day at home, a market. Beside
them goes a mood that holds for a fortnight (a project, an examination, an illness that goes
round) and one that holds for days. Real buildings remember all three: their residuals still
correlate after a week, by 0.03 to 0.36 within a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from simulators.physics.streams import autoregression, fixed, remembered, stream

TERM_DAYS = 112
"""How long a timetable holds: a term of sixteen weeks."""
# A people factor a day of sd 0.15 in all, without which a building's days are all alike. Its
# parts are chosen: what holds for days (AR 0.5), for a fortnight (AR 0.93), for a weekday.
_DAYS, _DAYS_SD = autoregression(0.5, length=10), 0.115
_WEEKS, _WEEKS_SD = autoregression(0.93, length=60), 0.09
_WEEKDAY_SD = 0.07
_WEEK = 7
# What all buildings share of it (rain, an event of the campus): hourly residuals of two correlate
# by 0.1 to 0.2.
_SHARED = 0.15
# Spread of the hour a building's people start at: of its weekdays and of its days. [min]
_WEEKDAY_SHIFT_MIN, _SHIFT_MIN = 12.0, 21.0
# Some houses are fullest in the morning, some fill until evening: by how much more at one end of
# the hours than in the middle, of the house, of its weekdays and of a day. Chosen.
_TILT, _WEEKDAY_TILT_SD, _TILT_SD = (-0.08, 0.08), 0.05, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a day of a building differs from its usual one.

    Attributes:
        share: Of its usual people that come.
        shift: How much later they do. [min]
        tilt: By which share more are there at the end of the hours than in their middle, and
            fewer at the beginning.
    """

    share: float
    shift: float
    tilt: float


def habit_of(seed: int, building: str, day: date, chance: tuple[float, float]) -> Habit:
    """Of a building on a day; ``chance`` is two normal draws of the day, of its shift and tilt."""
    ordinal, (shift, tilt) = day.toordinal(), chance
    own, all_ = (
        remembered(_DAYS, seed, name, "attendance", ordinal=ordinal)
        for name in (building, "campus")
    )
    mood = remembered(_WEEKS, seed, building, "mood", ordinal=ordinal)
    usual, later, leans = _weekday(seed, building, day.weekday(), ordinal // TERM_DAYS)
    factor = _DAYS_SD * (np.sqrt(1.0 - _SHARED) * own + np.sqrt(_SHARED) * all_)
    factor += _WEEKS_SD * mood + _WEEKDAY_SD * usual
    return Habit(
        share=float(np.exp(factor)),
        shift=_WEEKDAY_SHIFT_MIN * later + _SHIFT_MIN * shift,
        tilt=fixed(seed, building, "tilt", *_TILT) + _WEEKDAY_TILT_SD * leans + _TILT_SD * tilt,
    )


@lru_cache(maxsize=256)
def _weekday(seed: int, building: str, weekday: int, term: int) -> tuple[float, float, float]:
    """Normal draws of a weekday of a term: its people, their hour, their tilt.

    The weekdays of a term have nothing in common: what one has more of, others have less.
    """
    drawn = stream(seed, building, "weekdays", term).standard_normal((3, _WEEK))
    usual, later, leans = (drawn - drawn.mean(axis=1, keepdims=True))[:, weekday]
    return float(usual), float(later), float(leans)
