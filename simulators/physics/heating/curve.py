"""What temperature heating asks for: by outdoor air, lowered at night, raised in the morning."""

from __future__ import annotations

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.constants import constant

# 62 °C at 5 °C outdoors and 1.4 K less for each kelvin warmer: coils and radiators sized for 60 °C.
CURVE_C, CURVE_SLOPE = 62.0, 1.4
_CURVE_AT = 5.0
HIGH_C = constant(85.0)
"""More is never asked for. [°C]"""
# Night setback of plant that has to run through, and the boost that makes up for nights: what
# controllers of the field offer, 5–20 K and up to 10 K.
_SETBACK_K, _BOOST_K = 12.0, 8.0
# Room influence: 3 K for each kelvin that the coldest room lacks, at most 8 K: as strong as an
# operator sets it who has heard from that room.
_ROOM_C, _ROOM_GAIN, _ROOM_MOST_K = constant(20.5), constant(3.0), constant(8.0)
_NOUGHT = constant(0.0)


def asked(outdoor: Floats, slope: Floats, up: Floats, phase: tuple[Bools, Bools]) -> Floats:
    """Supply temperature that the curve asks for, before its limits. [°C]

    Args:
        outdoor: As the controller reads it. [°C]
        slope: Of the curve. [K/K]
        up: How far somebody moved the curve. [K]
        phase: Whether it is night, and whether the boost runs.
    """
    night, boost = phase
    follows = CURVE_C - slope * (outdoor - _CURVE_AT) + up
    return np.asarray(follows - _SETBACK_K * night + _BOOST_K * boost)


def limited(wanted: Floats, least: Floats) -> Floats:
    """The reference: what is wanted, not below ``least`` and never above the highest. [°C]"""
    reference: Floats = np.minimum(np.maximum(wanted, least), HIGH_C)
    return reference


def missing(coldest: Floats) -> Floats:
    """What the coldest room adds to the curve. [K]

    Args:
        coldest: Its air; any high number where a building has no radiators. [°C]
    """
    short: Floats = np.minimum(np.maximum(_ROOM_GAIN * (_ROOM_C - coldest), _NOUGHT), _ROOM_MOST_K)
    return short


def grid_supply(outdoor: Floats, wander: Floats) -> Floats:
    """What a district network sends to its stations. [°C]

    Args:
        outdoor: Truly. [°C]
        wander: Of the network by itself. [K]
    """
    # Never below what hot water needs, 90 °C at freezing: chosen, as networks of Chinese and
    # Balkan cities publish their schedules.
    sent = np.minimum(np.maximum(90.0 - 1.3 * outdoor, 68.0), 115.0) + wander
    return np.asarray(sent)
