"""Buildings beside each other: a stock is no four copies of one building, nor a tidy one.

Of a stock's buildings, each with its ``night_day`` and ``weekend`` ratio of table A.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.batch import Floats
from scoring.realism.measures import quantile

POINTS = 0.20
"""How far a share of the simulated stock may be from the real one's: twenty points."""
_ABOVE = (("night_day", 0.35), ("night_day", 0.5), ("weekend", 0.5))
_SPREAD = ("night_day", "weekend")
NAMES: Mapping[str, str] = {
    "night_day_above_0.35": "night / day above 0.35",
    "night_day_above_0.5": "night / day above 0.5",
    "weekend_above_0.5": "not worked / workday above 0.5",
    "night_day_spread": "P90 / P10 of night / day",
    "weekend_spread": "P90 / P10 of not worked / workday",
}


def stock(values: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Shares of the buildings above a ratio, and P90 over P10; NaN of no building."""
    made = {}
    for key, limit in _ABOVE:
        known = _known(values, key)
        made[f"{key}_above_{limit:g}"] = float((known > limit).mean()) if known.size else np.nan
    for key in _SPREAD:
        known = _known(values, key)
        low = quantile(known, 0.1)
        made[f"{key}_spread"] = quantile(known, 0.9) / low if low > 0.0 else float("nan")
    return made


def like(real: Mapping[str, float], simulated: Mapping[str, float]) -> dict[str, bool]:
    """Whether shares are within twenty points, and spreads at least half of the real ones."""
    return {
        key: simulated[key] >= value / 2.0
        if key.endswith("_spread")
        else abs(simulated[key] - value) <= POINTS
        for key, value in real.items()
        if key in simulated
    }


def _known(values: Mapping[str, Sequence[float]], key: str) -> Floats:
    return np.array([v for v in values.get(key, ()) if np.isfinite(v)])
