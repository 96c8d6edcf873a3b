"""A district heating station: exchanger, primary valve and the controller that moves it."""

from __future__ import annotations

import numpy as np

from core.batch import Floats
from simulators.physics.constants import constant
from simulators.physics.plan import WATER_HEAT

# Equal-percentage valve of rangeability 30, as the coils' have.
_RANGE, _WIDE = constant(30.0), constant(30.0 - 1.0)
# Plates for 10 K of mean logarithmic difference, as generous ones are; the valve for 30 K of
# primary spread with a quarter in hand.
UA_PER_KW, FLOW_PER_KW = 1.0 / 10.0, 1.25 / (WATER_HEAT * 30.0)
# Plates and the pipe to the sensor: twenty seconds of rated flow at 11 K, 0.4 L a kilowatt; plates
# alone hold a tenth of a litre.
KWH_K_PER_KW = 1.0 / 11.0 / 180.0
# Pipes and fittings between network and exchanger, mostly bare. [1/K]
_BARE_PER_K, _ROOM_C = constant(0.0002), constant(20.0)
LEAST_C = 30.0
"""No secondary supply is asked for below this. [°C]"""
_GAIN, _INTEGRAL_PER_H = constant(0.006), 0.09
_WAY_PER_H, _REST = 24.0, constant(0.008)
# A sensor strapped to a pipe reads 0.6 % of the way to the room: a fifth of a
# kelvin, as much as two substations' returns seem to cross by.
_STRAPPED = 0.006
_NOUGHT, _HALF, _ONE = constant(0.0), constant(0.5), constant(1.0)
_FLOW = constant(FLOW_PER_KW)


def controlled(valve: Floats, errors: tuple[Floats, Floats], hours: float) -> Floats:
    """Where the controller wants the valve after a step, 0…1: proportional and integral.

    Args:
        valve: What it wanted before.
        errors: Reference less supply, now and a step before. [K]
        hours: Length of the step. [h]
    """
    now, before = errors
    moved = valve + _GAIN * (now - before) + constant(_INTEGRAL_PER_H * hours) * now
    wanted: Floats = np.minimum(np.maximum(moved, _NOUGHT), _ONE)
    return wanted


def moved(position: Floats, wanted: Floats, hours: float) -> Floats:
    """Where the actuator is after a step; it takes 2.5 minutes for its way and rests nearby."""
    way = wanted - position
    most, least = constant(_WAY_PER_H * hours), constant(-_WAY_PER_H * hours)
    stepped = np.minimum(np.maximum(way, least), most)
    return np.asarray(position + ((np.abs(way) > _REST) | (wanted <= _NOUGHT)) * stepped)


def primary_flow(position: Floats, passes: Floats, shuts: Floats, capacity: Floats) -> Floats:
    """Through a valve so far open. [m³/h]

    Args:
        position: 0…1.
        passes: What it lets through when shut, 0…1,
        shuts: and what it holds back then.
        capacity: Of the station. [kW]
    """
    opened = np.maximum(_RANGE**position - _ONE, _NOUGHT) / _WIDE
    flow: Floats = (passes + shuts * opened) * capacity * _FLOW
    return flow


def conductance(capacity: Floats, fouled: Floats) -> Floats:
    """Of the exchanger. [kW/K]

    Args:
        capacity: Of the station. [kW]
        fouled: Share of it that is lost.
    """
    left: Floats = capacity * UA_PER_KW * (1.0 - fouled)
    return left


def bare_loss(capacity: Floats, supply: Floats, back: Floats) -> Floats:
    """What primary pipes lose to the plant room behind the network's meter. [kW]"""
    lost: Floats = capacity * _BARE_PER_K * np.maximum(_HALF * (supply + back) - _ROOM_C, _NOUGHT)
    return lost


def strapped(pipe: Floats) -> Floats:
    """What a sensor on the outside of a pipe has. [°C]"""
    felt: Floats = pipe - _STRAPPED * (pipe - _ROOM_C)
    return felt
