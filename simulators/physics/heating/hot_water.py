"""Domestic hot water: a tank of two nodes, what is drawn, and the ring that keeps taps warm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.constants import constant

COLD_C = constant(12.0)
"""Of the street, near the ground's mean. [°C]"""
# Charged below 52 °C at the sensor, until 58 °C: above 50 °C in the ring, so that no legionella
# grow (DVGW W 551), and not much above, for lime.
LOW_C, HIGH_C = constant(52.0), constant(58.0)
_COIL_KW_K, _COIL_MOST_KW = constant(4.0), constant(40.0)
# Two cubic metres, three fifths of them above the coil.
_UPPER_KWH_K, _LOWER_KWH_K = 1.4, 0.95
_SHELL_KW_K = constant(0.004)
# The ring loses a kilowatt with the tank at 55 °C and cools by 5 K on its way (DVGW W 551).
_RING_KW_K, _RING_K, _ROOM_C = constant(1.0 / 35.0), constant(5.0), constant(20.0)
_NOUGHT, _HALF, _ONE = constant(0.0), constant(0.5), constant(1.0)


@dataclass(frozen=True, slots=True)
class Charging:
    """What a step of the tank did.

    Attributes:
        upper: Water above the coil. [°C]
        lower: Water at the coil. [°C]
        lost: To rooms, of shell and ring. [kW]
    """

    upper: Floats
    lower: Floats
    lost: Floats


def calls(charging: Floats, upper: Floats, lower: Floats, reads_low: Floats) -> Bools:
    """Whether the thermostat asks for heat, as before between its two limits.

    Args:
        charging: What it asked before.
        upper: Water above. [°C]
        lower: Water below. [°C]
        reads_low: How much less it reads than there is. [K]
    """
    reads = _HALF * (upper + lower) - reads_low
    asks: Bools = ((charging > _NOUGHT) | (reads < LOW_C)) & (reads <= HIGH_C)
    return asks


def charged(loop: Floats, lower: Floats) -> Floats:
    """What the coil can give from a loop of such a temperature. [kW]"""
    heat: Floats = np.minimum(_COIL_KW_K * np.maximum(loop - lower, _NOUGHT), _COIL_MOST_KW)
    return heat


def ring(times: Floats) -> Floats:
    """What the ring loses for each kelvin, ``times`` as much as with its insulation. [kW/K]"""
    lost: Floats = _RING_KW_K * times
    return lost


def step(
    upper: Floats, lower: Floats, heat: Floats, draw: Floats, ring_loss: Floats, hours: float
) -> Charging:
    """Both nodes after a step.

    Who draws mixes to the temperature he wants: he takes heat, and less water of a hotter tank.

    Args:
        upper: Water above. [°C]
        lower: Water below. [°C]
        heat: Of the coil. [kW]
        draw: Heat drawn above the street's cold. [kW]
        ring_loss: Of the ring. [kW/K]
        hours: Length of the step. [h]
    """
    over = upper - _ROOM_C
    looped = ring_loss * np.maximum(over, _NOUGHT)
    carries = looped / _RING_K
    rises = carries + draw / np.maximum(upper - COLD_C, _ONE)
    shell = _SHELL_KW_K * over
    above = upper + constant(hours / _UPPER_KWH_K) * (rises * (lower - upper) - shell)
    below = lower + constant(hours / _LOWER_KWH_K) * (
        heat + carries * (upper - lower) - looped + (rises - carries) * (COLD_C - lower)
    )
    return Charging(above, below, looped + shell)


def stored(upper: Floats, lower: Floats) -> Floats:
    """Heat in the tank, from 0 °C. [kWh]"""
    held: Floats = _UPPER_KWH_K * upper + _LOWER_KWH_K * lower
    return held
