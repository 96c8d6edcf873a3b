"""Electric chillers by DOE-2's three curves: capacity and power by temperatures, power by load.

EnergyPlus Engineering Reference, "Electric Chiller Model Based on Condenser Entering Temperature".
A curve of temperatures is a + b·x + c·x² + d·y + e·y² + f·x·y, x the chilled water leaving, y the
water (or air) entering the condenser; what is rated is one by the curve.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.batch import Floats
from simulators.physics.constants import constant

_Curve = tuple[float, float, float, float, float, float]


class _Machine(NamedTuple):
    capacity: _Curve
    power: _Curve
    load: tuple[float, float, float]


# EnergyPlus' data set Chillers.idf, "DOE-2 Centrifugal/5.50COP", °C; rated at 6.67 and 29.4 °C.
_WATER = _Machine(
    (0.257896, 0.0389016, -0.00021708, 0.0468684, -0.00094284, -0.00034344),
    (0.933884, -0.058212, 0.00450036, 0.00243, 0.000486, -0.001215),
    (0.222903, 0.313387, 0.46371),
)
# Air-cooled scroll of California's Title 24 ACM manual, °F; rated at 44 and 95 °F.
_AIR = _Machine(
    (0.40070684, 0.01861548, 0.00007199, 0.00177296, -0.00002014, -0.00008273),
    (0.99006553, -0.00584144, 0.00016454, -0.00661136, 0.00016808, -0.00022501),
    (0.06369119, 0.58488832, 0.35280274),
)
# Outside these the curves say nothing that was measured. [°C]
_LEAVING = constant(4.0), constant(12.0)
_CONDENSER = constant(20.0), constant(40.0)
_OUTDOOR = constant(10.0), constant(46.0)
_F_PER_C, _FREEZES_F = 1.8, 32.0
# Below this share of load a machine goes on and off. [1]
LEAST_LOAD = 0.15


def capacity_terms(condenser: Floats, by_air: Floats) -> tuple[Floats, Floats, Floats]:
    """What :func:`capacity_of` needs, made once for many steps.

    Args:
        condenser: What enters the condenser: water, or air where ``by_air``. [°C]
        by_air: Whether it is cooled by air; of the last axis.
    """
    water = _terms(_WATER.capacity, _within(condenser, _CONDENSER), (0.0, 1.0))
    air = _terms(
        _AIR.capacity, _fahrenheit(_within(condenser, _OUTDOOR)), (_FREEZES_F, _F_PER_C)
    )  # fmt: skip
    a, b, c = (np.where(by_air > 0.0, one, other) for one, other in zip(air, water, strict=True))
    return a, b, c


def capacity_of(leaving: Floats, terms: tuple[Floats, Floats, Floats]) -> Floats:
    """What it can give over what is rated, of chilled water leaving. [°C]"""
    x, (a, b, c) = _within(leaving, _LEAVING), terms
    factor: Floats = a + x * (b + c * x)
    return factor


def power_factor(leaving: Floats, condenser: Floats, by_air: Floats) -> Floats:
    """Electricity for a unit of cooling at full load over what is rated.

    Args:
        leaving: Chilled water. [°C]
        condenser: What enters the condenser: water, or air where ``by_air``. [°C]
        by_air: Whether it is cooled by air.
    """
    x = _within(leaving, _LEAVING)
    water = _curve(_WATER.power, x, _within(condenser, _CONDENSER))
    air = _curve(_AIR.power, _fahrenheit(x), _fahrenheit(_within(condenser, _OUTDOOR)))
    return np.asarray(np.where(by_air > 0.0, air, water))


def load_factor(share: Floats, by_air: Floats) -> Floats:
    """Power over that of full load, at ``share`` of it; below 0.15 in proportion."""
    of = np.minimum(np.maximum(share, LEAST_LOAD), 1.0)
    at = np.where(by_air > 0.0, _load(_AIR, of), _load(_WATER, of))
    factor: Floats = at * np.minimum(share / LEAST_LOAD, 1.0)
    return factor


def _terms(c: _Curve, y: Floats, scale: tuple[float, float]) -> tuple[Floats, Floats, Floats]:
    """A curve at ``y`` as a parabola of x in °C, whatever scale it was stated in."""
    zero, unit = scale
    linear = c[1] + c[5] * y
    a = c[0] + zero * (linear + c[2] * zero) + y * (c[3] + c[4] * y)
    return a, unit * (linear + 2.0 * c[2] * zero), np.full_like(y, unit * unit * c[2])


def _curve(c: _Curve, x: Floats, y: Floats) -> Floats:
    value: Floats = c[0] + x * (c[1] + c[2] * x) + y * (c[3] + c[4] * y) + c[5] * x * y
    return value


def _load(machine: _Machine, share: Floats) -> Floats:
    a, b, c = machine.load
    value: Floats = (a + share * (b + c * share)) / (a + b + c)
    return value


def _within(values: Floats, limits: tuple[Floats, Floats]) -> Floats:
    return np.asarray(np.minimum(np.maximum(values, limits[0]), limits[1]))


def _fahrenheit(celsius: Floats) -> Floats:
    return celsius * _F_PER_C + _FREEZES_F
