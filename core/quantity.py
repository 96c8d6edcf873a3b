"""What is measured, each quantity with the one unit that it has inside the project.

Conversion happens only at the rim, where data enters or leaves. A temperature and a
temperature difference are different quantities: 10 °F are −12.2 °C, but a difference
of 10 °F is 5.6 K.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import Misconfigured, Mistake

T = TypeVar("T", float, NDArray[np.float64])


class Kind(StrEnum):
    """How a value behaves over time; also the measurement it is stored under."""

    GAUGE = "gauge"
    """A level now: power, temperature."""
    REGISTER = "register"
    """A running total, absolute; use is its difference."""
    STATE = "state"
    """A reported status, a small whole number."""
    COMMAND = "command"
    """What a controller asks for, a small whole number or a percentage."""


class Quantity(StrEnum):
    """A measured quantity; its canonical unit stands in :data:`CANONICAL`."""

    ACTIVE_ENERGY = "active_energy"
    REACTIVE_ENERGY = "reactive_energy"
    ACTIVE_POWER = "active_power"
    REACTIVE_POWER = "reactive_power"
    APPARENT_POWER = "apparent_power"
    VOLTAGE = "voltage"
    CURRENT = "current"
    POWER_FACTOR = "power_factor"
    FREQUENCY = "frequency"
    VOLUME = "volume"
    VOLUME_FLOW = "volume_flow"
    GAS_VOLUME = "gas_volume"
    HEAT_ENERGY = "heat_energy"
    HEAT_POWER = "heat_power"
    TEMPERATURE = "temperature"
    TEMPERATURE_DIFFERENCE = "temperature_difference"
    PRESSURE = "pressure"
    DUCT_PRESSURE = "duct_pressure"
    AIR_FLOW = "air_flow"
    PERCENT = "percent"
    HUMIDITY = "humidity"
    CO2 = "co2"
    ILLUMINANCE = "illuminance"
    IRRADIANCE = "irradiance"
    STATUS = "status"
    COUNT = "count"


CANONICAL: dict[Quantity, str] = {
    Quantity.ACTIVE_ENERGY: "kWh",
    Quantity.REACTIVE_ENERGY: "kvarh",
    Quantity.ACTIVE_POWER: "kW",
    Quantity.REACTIVE_POWER: "kvar",
    Quantity.APPARENT_POWER: "kVA",
    Quantity.VOLTAGE: "V",
    Quantity.CURRENT: "A",
    Quantity.POWER_FACTOR: "1",
    Quantity.FREQUENCY: "Hz",
    Quantity.VOLUME: "m³",
    Quantity.VOLUME_FLOW: "m³/h",
    Quantity.GAS_VOLUME: "m³",
    Quantity.HEAT_ENERGY: "kWh",
    Quantity.HEAT_POWER: "kW",
    Quantity.TEMPERATURE: "°C",
    Quantity.TEMPERATURE_DIFFERENCE: "K",
    Quantity.PRESSURE: "kPa",
    Quantity.DUCT_PRESSURE: "Pa",
    Quantity.AIR_FLOW: "m³/s",
    Quantity.PERCENT: "%",
    Quantity.HUMIDITY: "%RH",
    Quantity.CO2: "ppm",
    Quantity.ILLUMINANCE: "lx",
    Quantity.IRRADIANCE: "W/m²",
    Quantity.STATUS: "bool",
    Quantity.COUNT: "n",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as others write it: canonical = value · factor + offset."""

    factor: float
    offset: float = 0.0


_IDENTITY = Unit(1.0)
_ENERGY = {"Wh": Unit(1e-3), "MWh": Unit(1e3), "MJ": Unit(1 / 3.6), "GJ": Unit(1e3 / 3.6)}
_POWER = {"W": Unit(1e-3), "MW": Unit(1e3)}
_CUBIC_FOOT_M3 = 0.3048**3
_PSI_KPA = 0.45359237 * 9.80665 / 0.0254**2 / 1e3

FOREIGN: dict[Quantity, dict[str, Unit]] = {
    Quantity.ACTIVE_ENERGY: _ENERGY,
    Quantity.HEAT_ENERGY: _ENERGY,
    # An hourly use [kWh] written as a level is the mean power of that hour.
    Quantity.ACTIVE_POWER: {**_POWER, "kWh/h": _IDENTITY},
    Quantity.HEAT_POWER: {**_POWER, "kWh/h": _IDENTITY},
    Quantity.VOLTAGE: {"kV": Unit(1e3)},
    Quantity.CURRENT: {"mA": Unit(1e-3)},
    Quantity.VOLUME: {"L": Unit(1e-3), "ft³": Unit(_CUBIC_FOOT_M3)},
    Quantity.GAS_VOLUME: {"L": Unit(1e-3), "ft³": Unit(_CUBIC_FOOT_M3)},
    Quantity.VOLUME_FLOW: {"L/h": Unit(1e-3), "L/min": Unit(0.06), "L/s": Unit(3.6)},
    Quantity.TEMPERATURE: {"°F": Unit(5 / 9, -32 * 5 / 9), "K": Unit(1.0, -273.15)},
    Quantity.TEMPERATURE_DIFFERENCE: {"°F": Unit(5 / 9), "°C": _IDENTITY},
    Quantity.PRESSURE: {
        "bar": Unit(100.0),
        "MPa": Unit(1e3),
        "Pa": Unit(1e-3),
        "psi": Unit(_PSI_KPA),
    },
    Quantity.DUCT_PRESSURE: {"kPa": Unit(1e3), "inH₂O": Unit(249.089)},
    Quantity.AIR_FLOW: {
        "m³/h": Unit(1 / 3600),
        "L/s": Unit(1e-3),
        "cfm": Unit(_CUBIC_FOOT_M3 / 60),
    },
    Quantity.PERCENT: {"1": Unit(100.0)},
    Quantity.HUMIDITY: {"%": _IDENTITY, "1": Unit(100.0)},
    Quantity.STATUS: {"1": _IDENTITY},
}
"""Units that may come in, by quantity. A spelling that is not here is a mistake, never a guess."""


def units_of(quantity: Quantity) -> tuple[str, ...]:
    """Every spelling accepted for the quantity, the canonical one first."""
    return (CANONICAL[quantity], *FOREIGN.get(quantity, {}))


def unit_for(quantity: Quantity, spelling: str) -> Unit:
    """The conversion from a spelled unit to the canonical one.

    Raises:
        Misconfigured: The spelling is not a unit of this quantity.
    """
    if spelling == CANONICAL[quantity]:
        return _IDENTITY
    try:
        return FOREIGN.get(quantity, {})[spelling]
    except KeyError:
        mistake = Mistake(
            file="",
            line=0,
            what=f"'{spelling}' is not a unit of {quantity}",
            expected=" or ".join(units_of(quantity)),
        )
        raise Misconfigured([mistake]) from None


def to_canonical(value: T, spelling: str, quantity: Quantity) -> T:
    """A value in the canonical unit of its quantity."""
    unit = unit_for(quantity, spelling)
    return value * unit.factor + unit.offset
