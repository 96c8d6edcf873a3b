"""Table C, gas: one meter by the hour, (local days, 24) in any unit, NaN where one is missing."""

from __future__ import annotations

import numpy as np

from core.batch import Bools, Floats, Ints
from scoring.realism import measures as m

_WINTER, _SUMMER = (12, 1, 2), (6, 7, 8)
_LEAST_DAYS = 14


def gas(hours: Floats, workday: Bools, month: Ints) -> dict[str, float]:
    """By key; months from 1 to 12. NaN for what the season does not show.

    ``gas_daily_cv``: scatter (robust sd over median) of the workdays' totals in winter.
    ``gas_residual_1``: lag of 1 h of what differs from the median of its month, kind of day and
    hour. ``gas_winter_zero``: winter hours without use [%]. ``gas_summer``: mean use of summer
    over that of winter.
    """
    winter, summer = np.isin(month, _WINTER), np.isin(month, _SUMMER)
    daily = hours[winter & workday].mean(axis=1)
    enough = winter.sum() >= _LEAST_DAYS
    cold = hours[winter]
    known = float(np.isfinite(cold).sum())
    return {
        "gas_daily_cv": m.ratio(m.robust_sd(daily), m.median(daily)) if enough else float("nan"),
        "gas_residual_1": m.autocorrelation(m.less_usual(hours, month * 2 + workday).ravel(), 1),
        "gas_winter_zero": 100.0 * m.ratio(float((cold == 0.0).sum()), known)
        if enough
        else float("nan"),
        "gas_summer": m.ratio(m.mean(hours[summer]), m.mean(cold))
        if enough and summer.sum() >= _LEAST_DAYS
        else float("nan"),
    }
