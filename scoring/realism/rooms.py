"""Table C, offices: CO₂ and presence of a room, (local days, 1440) a value a minute."""

from __future__ import annotations

import numpy as np

from core.batch import Bools, Floats
from scoring.realism import measures as m

_NIGHT_MIN = slice(60, 300)
"""01 to 05 h: nobody is there and what was breathed out has gone."""
_TREND_MIN = 31
_WORK_MIN = slice(9 * 60, 17 * 60)
_AWAY_MIN = 10
"""A person who sits still is not seen for minutes; a gap this long ends a spell (a choice)."""


def co2(ppm: Floats) -> dict[str, float]:
    """Of one room. [ppm]

    ``co2_floor``: median of the nights' P5. ``co2_noise``: sd at night less a moving mean of half
    an hour. ``co2_noise_1``: its lag of one minute. Median over nights.
    """
    nights = ppm[:, _NIGHT_MIN]
    noise = [m.less_trend(night, _TREND_MIN) for night in nights if np.isfinite(night).any()]
    return {
        "co2_floor": m.median(np.array([m.quantile(night, 0.05) for night in nights])),
        "co2_noise": m.median(np.array([float(np.nanstd(n)) for n in noise])),
        "co2_noise_1": m.median(np.array([m.autocorrelation(n, 1) for n in noise])),
    }


def together(one: Floats, other: Floats) -> dict[str, float]:
    """``co2_together``: correlation over eight nights or more of two rooms' nightly medians."""
    floors = [np.array([m.median(night) for night in ppm[:, _NIGHT_MIN]]) for ppm in (one, other)]
    return {"co2_together": m.correlation(*floors)}


def presence(seen: Floats, workday: Bools) -> dict[str, float]:
    """Of one room and its motion sensor (> 0 is somebody), workdays.

    ``present``: share of 09 to 17 h with somebody seen within 10 minutes; ``spells`` a day and
    ``arrival``, the first [h], medians over days with any.
    """
    shares, spells, arrivals = [], [], []
    for day in seen[workday]:
        there = np.convolve(day > 0.0, np.ones(_AWAY_MIN), "full")[: len(day)] > 0.0
        shares.append(float(there[_WORK_MIN].mean()))
        if there.any():
            spells.append(float(len(m.runs(there))))
            arrivals.append(float(np.argmax(there)) / 60.0)
    return {
        "present": m.median(np.array(shares)),
        "spells": m.median(np.array(spells)),
        "arrival": m.median(np.array(arrivals)),
    }
