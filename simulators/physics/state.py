"""What each asset remembers from one minute to the next, in plain numbers.

Feedback is stepped a minute at a time. For the few dozen assets of a campus plain floats
are some twenty times faster there than arrays of their length; all that has no feedback is
arrays over time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from core.batch import Floats

OUTSIDE_CO2 = 420.0


@dataclass(slots=True, kw_only=True)
class AirState:
    """Of one air handler.

    Attributes:
        integral: Of the supply controller, 1 = one actuator's full way.
        economising: 1 while outdoor air cools for nothing.
        heat: Position of the heating valve, 0…1.
        cool: Of the cooling valve.
        damper: Of the outdoor damper.
        coil_heat: Rise across the heating coil. [K]
        coil_cold: Drop across the cooling coil. [K]
        mixed: True mixed air. [°C]
        supply: True supply air. [°C]
        felt_supply: What the supply sensor's element has. [°C]
        felt_return: What the return sensor's element has. [°C]
        said_supply: What the supply sensor said last. [°C]
        said_return: What the return sensor said last. [°C]
        setpoint: Of supply air. [°C]
        speed: Of the fan, 0…1.
    """

    integral: float = 0.0
    economising: float = 0.0
    heat: float = 0.0
    cool: float = 0.0
    damper: float = 0.0
    coil_heat: float = 0.0
    coil_cold: float = 0.0
    mixed: float = 19.0
    supply: float = 20.0
    felt_supply: float = 20.0
    felt_return: float = 20.0
    said_supply: float = 20.0
    said_return: float = 20.0
    setpoint: float = 18.0
    speed: float = 0.0


@dataclass(slots=True, kw_only=True)
class RoomState:
    """Of one zone: air and mass [°C], carbon dioxide [ppm]."""

    air: float = 20.0
    mass: float = 20.0
    co2: float = OUTSIDE_CO2


@dataclass(slots=True, kw_only=True)
class PlantState:
    """Of one building's boiler, tank and chiller.

    Attributes:
        hot: Boiler water leaving. [°C]
        flame: 1 while the burner burns.
        heating: 1 while the boiler is enabled.
        tank: Domestic hot water. [°C]
        charging: 1 while the tank is charged.
        chilled: Chilled water leaving. [°C]
        cooling_left: How long the chiller still runs. [min]
    """

    hot: float = 40.0
    flame: float = 0.0
    heating: float = 0.0
    tank: float = 55.0
    charging: float = 0.0
    chilled: float = 18.0
    cooling_left: float = 0.0


S = TypeVar("S", AirState, RoomState, PlantState)


def saved(states: Sequence[AirState] | Sequence[RoomState] | Sequence[PlantState]) -> Floats:
    """States of one kind as an array. (assets, numbers)"""
    return np.array([[getattr(s, f.name) for f in fields(s)] for s in states], dtype=np.float64)


def restore(states: Sequence[S], rows: Floats) -> None:
    """Puts saved numbers back.

    Raises:
        ValueError: They are of another number of assets.
    """
    for state, row in zip(states, rows, strict=True):
        for field, value in zip(fields(state), row, strict=True):
            setattr(state, field.name, float(value))
