"""Where the sun stands, and what a clear sky lets through."""

from __future__ import annotations

from datetime import date

import numpy as np

from core.batch import Floats


def declination(day: date) -> float:
    """Of the sun, by Spencer's series (1971). [rad]"""
    b = _turn(day)
    return float(
        0.006918 - 0.399912 * np.cos(b) + 0.070257 * np.sin(b) - 0.006758 * np.cos(2 * b)
        + 0.000907 * np.sin(2 * b) - 0.002697 * np.cos(3 * b) + 0.00148 * np.sin(3 * b)
    )  # fmt: skip


def equation_of_time(day: date) -> float:
    """How far the sundial is ahead of the clock, by Spencer's series. [min]"""
    b = _turn(day)
    return float(
        229.18 * (0.000075 + 0.001868 * np.cos(b) - 0.032077 * np.sin(b)
                  - 0.014615 * np.cos(2 * b) - 0.040849 * np.sin(2 * b))
    )  # fmt: skip


def sine_of_height(latitude: float, behind_min: float, day: date, hours: Floats) -> Floats:
    """Sine of the sun's height; negative below the horizon.

    Args:
        latitude: North. [°]
        behind_min: How late the sun is by the clock. [min]
        day: Which.
        hours: By the clock. [h]
    """
    tilt, phi = declination(day), np.radians(latitude)
    solar = hours + (equation_of_time(day) - behind_min) / 60.0
    angle = np.pi * (solar - 12.0) / 12.0
    height: Floats = np.sin(phi) * np.sin(tilt) + np.cos(phi) * np.cos(tilt) * np.cos(angle)
    return height


def clear_sky(height: Floats) -> Floats:
    """Global horizontal irradiance under no cloud, Haurwitz (1945): some percent. [W/m²]"""
    up = np.maximum(height, 0.0)
    sun: Floats = 1098.0 * up * np.exp(-0.057 / np.maximum(up, 1e-3))
    return sun


def _turn(day: date) -> float:
    return 2.0 * np.pi * (day.timetuple().tm_yday - 1) / 365.0
