"""Table D, water: what passes a meter by the hour, (local days, 24) [L], NaN where unknown."""

from __future__ import annotations

import numpy as np

from core.batch import Floats
from scoring.realism import measures as m

_NIGHT = slice(2, 5)
_MORNING_H = 8


def water(litres: Floats) -> dict[str, float]:
    """By key.

    ``zero``: hours without water [%], ``zero_night``: of those from 02 to 05 h. ``cv_08``: sd
    over mean of the hour from 08 h; ``burst``: its variance over its mean [L], the size of what
    is drawn at once. ``hour_lag``: lag of 1 h once each hour's mean is removed.
    """
    eight = litres[:, _MORNING_H]
    eight = eight[np.isfinite(eight)]
    level = float(eight.mean()) if eight.size else float("nan")
    profile = np.array([m.mean(column) for column in litres.T])
    return {
        "zero": zero_hours(litres),
        "zero_night": zero_hours(litres[:, _NIGHT]),
        "cv_08": m.ratio(float(eight.std()), level) if eight.size else float("nan"),
        "burst": m.ratio(float(eight.var()), level) if eight.size else float("nan"),
        "hour_lag": m.autocorrelation((litres - profile).ravel(), 1),
    }


def zero_hours(litres: Floats) -> float:
    """Known hours without water. [%]"""
    known = float(np.isfinite(litres).sum())
    return 100.0 * m.ratio(float((litres == 0.0).sum()), known)
