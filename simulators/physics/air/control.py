"""The air handlers' controllers: split range, economiser, setpoint, and what sensors tell them.

One supply controller drives the heating valve, then the outdoor damper, then the cooling valve.
"""

from __future__ import annotations

import numpy as np

from core.batch import Floats
from simulators.physics.constants import constant

# Tuned by hand until it no longer hunts: more gain turns the valve with every breath of the
# sensor, a shorter integral swings, a longer one needs an hour. Chosen. [1/K], [1/min]
GAIN, INTEGRAL = 0.035, 60.0 / 200.0
# Of the drive; a cooling valve has 1. Heating coils and outdoor air move the supply some half as
# far, so that as much less of the drive opens them wide.
HEAT_SPAN, DAMPER_SPAN = 0.6, 0.6
# Supply setpoint follows the return: 17 °C at 22 °C, so that rooms that warm get colder air.
_SP_LOW, _SP_HIGH, _SP_AT = constant(15.0), constant(28.0), constant(22.0)
_SP_BASE, _SP_SLOPE = constant(17.0), constant(4.0)
_SP_KEEPS = constant(1.0 - (1.0 - 1.0 / 30.0) ** 5)
# The economiser compares dry bulbs, with half a kelvin of hysteresis either side.
_ECON_ON_K, _ECON_OFF_K = constant(1.5), constant(0.5)
# Air handlers ask for no heat above this. [°C]
_HEAT_UNTIL_C = constant(16.0)
_NOUGHT, _SPAN, _LOWEST = constant(0.0), constant(DAMPER_SPAN), constant(-HEAT_SPAN)


def next_setpoint(setpoint: Floats, wanted: Floats) -> Floats:
    """Of supply air, five minutes on, as it is and as it is wanted. [°C]"""
    after: Floats = setpoint + _SP_KEEPS * (wanted - setpoint)
    return after


def wanted_setpoint(said_return: Floats, moved: Floats) -> Floats:
    """Supply air that the return air asks for. [°C]

    Args:
        said_return: Return air, as read. [°C]
        moved: Added by somebody. [K]
    """
    wanted = _SP_BASE + _SP_SLOPE * (_SP_AT - said_return)
    limited: Floats = np.minimum(np.maximum(wanted, _SP_LOW), _SP_HIGH) + moved
    return limited


def economises(economising: Floats, said_return: Floats, oat: Floats) -> Floats:
    """The drive's range for outdoor air, where that cools for nothing, else nought.

    Args:
        economising: As it was.
        said_return: As read. [°C]
        oat: As read. [°C]
    """
    gap = said_return - oat
    on = (gap > _ECON_ON_K) | ((economising > _NOUGHT) & (gap >= _ECON_OFF_K))
    span: Floats = on * _SPAN
    return span


def lowest_drive(oat: Floats) -> Floats:
    """Lower end of the split range: below nought where heat may be asked for."""
    low: Floats = np.where(oat < _HEAT_UNTIL_C, _LOWEST, _NOUGHT)
    return low


class SupplyLoop:
    """The supply controllers of all rows, one number each a minute.

    Attributes:
        gain: Of each. [1/K]
        integral: Times its gain, by minute. [1/K]
    """

    def __init__(self, rows: int) -> None:
        self.gain, self.integral = np.full(rows, GAIN), np.full(rows, GAIN * INTEGRAL)
        self._error, self._drive = np.empty(rows), np.empty(rows)

    def drive(
        self, said: Floats, setpoint: Floats, total: Floats, low: Floats, high: Floats
    ) -> Floats:
        """Moves the integrals on; gives the drives: below nought heat, above damper, then cold.

        Args:
            said: Supply air as read. (rows,) [°C]
            setpoint: Its setpoint. [°C]
            total: Integrals; written.
            low: Lowest drive now,
            high: and the highest.
        """
        error, drive = self._error, self._drive
        np.subtract(said, setpoint, error)
        np.multiply(error, self.integral, drive)
        np.add(total, drive, total)
        np.maximum(total, low, out=total)
        np.minimum(total, high, out=total)
        np.multiply(error, self.gain, drive)
        np.add(drive, total, drive)
        np.maximum(drive, low, out=drive)
        return np.minimum(drive, high, out=drive)


class Actuators:
    """Valves and dampers: 90 s for the whole way, at rest within 1.2 %."""

    RATE, REST = 60.0 / 90.0, constant(0.012)

    def __init__(self, shape: tuple[int, int]) -> None:
        self._way, self._size = np.empty(shape), np.empty(shape)
        self._rests, self._called = np.empty(shape, np.bool_), np.empty(shape, np.bool_)

    def move(self, position: Floats, wanted: Floats, rate: Floats, back: Floats) -> None:
        """Moves positions a minute on. Driven shut they go home: an end switch decides.

        Args:
            position: 0…1; written.
            wanted: Commands, 0…1.
            rate: Way in this minute; nought where it cannot move,
            back: and as much below nought.
        """
        way, rests = self._way, self._rests
        np.subtract(wanted, position, way)
        np.abs(way, self._size)
        np.less_equal(self._size, self.REST, rests)
        np.greater(wanted, _NOUGHT, self._called)
        np.logical_and(rests, self._called, rests)
        np.minimum(way, rate, out=way)
        np.maximum(way, back, out=way)
        np.copyto(way, _NOUGHT, where=rests)
        np.add(position, way, position)
