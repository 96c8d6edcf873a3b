"""Table C, weather: outdoor temperature and sun of a place by the hour, (days, 24)."""

from __future__ import annotations

import numpy as np

from core.batch import Floats, Ints
from scoring.realism import measures as m

_SOLAR_KW_M2 = 1.367
_CLEAR = 0.75
"""What a clear day lets through of the sun above the air (FAO-56, eq. 37 at sea level)."""
_LEAST_HOURS = 20


def temperature(oat: Floats, month: Ints) -> dict[str, float]:
    """Memory of the anomaly: temperature less the mean of its month and hour.

    ``oat_1``, ``oat_24``, ``oat_72`` by hours; ``oat_day_1`` and ``oat_day_3`` of daily means.
    """
    left = np.full_like(oat, np.nan)
    for number in np.unique(month):
        rows = month == number
        left[rows] = oat[rows] - np.array([m.mean(column) for column in oat[rows].T])
    days = np.array([m.mean(d) if np.isfinite(d).sum() >= _LEAST_HOURS else np.nan for d in left])
    return {
        **{f"oat_{lag}": m.autocorrelation(left.ravel(), lag) for lag in (1, 24, 72)},
        **{f"oat_day_{lag}": m.autocorrelation(days, lag) for lag in (1, 3)},
    }


def sun(irradiance: Floats, yearday: Ints, latitude: float) -> dict[str, float]:
    """The day's sun over that of a clear sky: P5, median, P95 and lag of a day.

    Args:
        irradiance: Global horizontal, (days, 24). [W/m²]
        yearday: From 1.
        latitude: North is positive. [°]
    """
    whole = np.isfinite(irradiance).all(axis=1)
    day = np.where(whole, irradiance.sum(axis=1) / 1000.0, np.nan)
    share = day / (_CLEAR * above_the_air(yearday, latitude))
    return {
        "sun_low": m.quantile(share, 0.05),
        "sun_mid": m.median(share),
        "sun_high": m.quantile(share, 0.95),
        "sun_day_1": m.autocorrelation(share, 1),
    }


def above_the_air(yearday: Ints, latitude: float) -> Floats:
    """Sun of a day on a level plane above the atmosphere (FAO-56, eq. 21 to 25). [kWh/m²]"""
    phi, turn = np.radians(latitude), 2.0 * np.pi * yearday / 365.0
    near = 1.0 + 0.033 * np.cos(turn)
    tilt = 0.409 * np.sin(turn - 1.39)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(tilt), -1.0, 1.0))
    total: Floats = (
        (24.0 / np.pi)
        * _SOLAR_KW_M2
        * near
        * (sunset * np.sin(phi) * np.sin(tilt) + np.cos(phi) * np.cos(tilt) * np.sin(sunset))
    )
    return total
