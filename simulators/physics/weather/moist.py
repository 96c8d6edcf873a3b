"""Water in air: saturation, dew point, humidity (Magnus; Alduchov & Eskridge 1996)."""

from __future__ import annotations

import numpy as np

from core.batch import Floats

_E0, _A, _B = 6.1094, 17.625, 243.04
# Of the molecules' weights, in grams a kilogram, and the pressure at sea level. [g/kg], [hPa]
_WEIGHTS, _SEA_LEVEL = 622.0, 1013.25


def saturation(temperature: Floats) -> Floats:
    """Vapour pressure over water, within 0.4 % from −40 to 50 °C. [hPa]"""
    pressure: Floats = _E0 * np.exp(_A * temperature / (temperature + _B))
    return pressure


def dew_point(temperature: Floats, humidity: Floats) -> Floats:
    """Where this air would begin to drip. [°C]

    Args:
        temperature: Dry bulb. [°C]
        humidity: Relative, above 0. [%RH]
    """
    x = np.log(np.maximum(humidity, 0.1) / 100.0) + _A * temperature / (temperature + _B)
    dew: Floats = _B * x / (_A - x)
    return dew


def relative(temperature: Floats, dew: Floats) -> Floats:
    """Relative humidity of air with this dew point, at most 100. [%RH]"""
    share: Floats = np.minimum(100.0 * saturation(dew) / saturation(temperature), 100.0)
    return share


def held(temperature: Floats, humidity: Floats) -> Floats:
    """Water in air of this relative humidity [%RH]. [g/kg of dry air]"""
    pressure = humidity / 100.0 * saturation(temperature)
    water: Floats = _WEIGHTS * pressure / (_SEA_LEVEL - pressure)
    return water


def saturated(temperature: Floats) -> Floats:
    """The most that air of this temperature holds. [g/kg of dry air]"""
    pressure = saturation(temperature)
    water: Floats = _WEIGHTS * pressure / (_SEA_LEVEL - pressure)
    return water


def relative_of(temperature: Floats, water: Floats) -> Floats:
    """Relative humidity of air that holds so much [g/kg of dry air], at most 100. [%RH]"""
    pressure = _SEA_LEVEL * water / (_WEIGHTS + water)
    share: Floats = np.minimum(100.0 * pressure / saturation(temperature), 100.0)
    return share
