"""Water in air: saturation, dew point, humidity (Magnus; Alduchov & Eskridge 1996)."""

from __future__ import annotations

import numpy as np

from core.batch import Floats
from simulators.physics.constants import constant

_E0, _A, _B = constant(6.1094), constant(17.625), constant(243.04)
# Of the molecules' weights, in grams a kilogram, and the pressure at sea level. [g/kg], [hPa]
_WEIGHTS, _SEA_LEVEL = constant(622.0), constant(1013.25)
_LEAST, _WHOLE = constant(0.1), constant(100.0)


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
    x = np.log(np.maximum(humidity, _LEAST) / _WHOLE) + _A * temperature / (temperature + _B)
    dew: Floats = _B * x / (_A - x)
    return dew


def relative(temperature: Floats, dew: Floats) -> Floats:
    """Relative humidity of air with this dew point, at most 100. [%RH]"""
    share: Floats = np.minimum(_WHOLE * saturation(dew) / saturation(temperature), _WHOLE)
    return share


def held(temperature: Floats, humidity: Floats) -> Floats:
    """Water in air of this relative humidity [%RH]. [g/kg of dry air]"""
    pressure = humidity / _WHOLE * saturation(temperature)
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
    share: Floats = np.minimum(_WHOLE * pressure / saturation(temperature), _WHOLE)
    return share
