"""Water for lawns: what the grass loses, put back on every other morning."""

from __future__ import annotations

import numpy as np

from core.batch import Floats
from core.site import Equipment
from simulators.physics.streams import fixed
from simulators.physics.weather.weather import DAY_MIN, Weather

# Turf of a warm season takes 0.80 to 0.85 of what short, wet grass would (FAO 56, table 12); of a
# sprinkler's water three quarters come to the roots (FAO training manual 4, annex I).
_CROP, _REACHES = 0.8, 0.75
# Below it grass rests; above it the air is that of a rainy day. [°C], [%RH]
_GROWS_ABOVE, _RAINY = 10.0, 88.0
_LAWN_M2, _SPRINKLERS_M3H = 600.0, 3.0
# After the small hours, before the people. [min]
_FROM, _UNTIL = 315.0, 375.0
_EVERY = 2
# Latent heat 2.45 MJ/kg, psychrometer 0.066 kPa/K.
_MJ_MM, _GAMMA = 2.45, 0.066


def irrigation(seed: int, meter: Equipment, ordinal: int, weather: Weather) -> Floats:
    """Sprinklers of one branch on a day, at their nominal pressure. (minutes,) [m³/min]

    Args:
        seed: Of the campus.
        meter: Of the branch; ``lawn_m2`` says what it waters [m²], ``rated_flow`` what its
            sprinklers give [m³/h].
        ordinal: Of the day.
        weather: Of the day.
    """
    flow = meter.number("rated_flow", _SPRINKLERS_M3H) / 60.0
    start = fixed(seed, meter.id, "irrigation", _FROM, _UNTIL)
    damp = float(weather.humidity.mean()) > _RAINY
    if ordinal % _EVERY or damp or float(weather.oat.mean()) < _GROWS_ABOVE:
        return np.zeros(DAY_MIN)
    wanted = _EVERY * _CROP / _REACHES * lost(weather) / 1000.0 * meter.number("lawn_m2", _LAWN_M2)
    edges = np.clip(np.arange(DAY_MIN + 1.0), start, start + wanted / flow)
    given: Floats = flow * np.diff(edges)
    return given


def lost(weather: Weather) -> float:
    """What short grass gives to the air on a day, by Makkink's equation (1957). [mm]"""
    warm = float(weather.oat.mean())
    saturated = 0.6108 * float(np.exp(17.27 * warm / (warm + 237.3)))
    slope = 4098.0 * saturated / (warm + 237.3) ** 2
    sun = float(weather.sun.mean()) * 0.0864  # W/m² over a day in MJ/m²
    return max(0.0, 0.61 * slope / (slope + _GAMMA) * sun / _MJ_MM - 0.12)
