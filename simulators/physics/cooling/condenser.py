"""The warm side of chillers: condenser, tower and fans, solved for all minutes at once.

It takes no time of its own here: the water of a condenser loop comes round in a few minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Floats
from simulators.physics.cooling.chillers import load_factor, power_factor

# Rated: 5 K of condenser water (ISO 16358, AHRI 550: 0.054 L/s a kilowatt), tower 3.5 K from wet
# bulb at 25.6 °C; condensing 2 K above the leaving water.
_RANGE_K, _APPROACH_K, _CONDENSER_NTU = 5.0, 3.5, 1.2
_TOWER_SHARE = _RANGE_K / (_RANGE_K + _APPROACH_K)
_TOWER_NTU = 0.89  # -ln(1 - _TOWER_SHARE)
# Fans hold the basin at wet bulb and 4 K, at least 20 °C.
_HELD_ABOVE_K, _BASIN_C = 4.0, 20.0
# A tower with its fan off still passes a tenth of its air.
_DRAUGHT = 0.1
# A tower fan takes 1 % and its pump 1.8 % of what is rejected (ASHRAE 90.1: 20 m head, 70 %).
_FAN_SHARE, _PUMP_SHARE = 0.010, 0.018
_ROUNDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """By row.

    Attributes:
        capacity: Of one chiller, rated. [kW]
        cop: Rated.
        by_air: 1 where air cools the condenser.
        recharge: Electricity over that of a machine full of refrigerant, less one.
        fouled: Share of the condenser's conductance that is lost.
        tower_fouled: The same of the tower's fill.
    """

    capacity: Floats
    cop: Floats
    by_air: Floats
    recharge: Floats
    fouled: Floats
    tower_fouled: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmSide:
    """By minute and row.

    Attributes:
        power: Of the compressors. [kW]
        extra: Of tower fans and condenser pumps. [kW]
        rejected: Heat to the outdoors. [kW]
        to_condenser: Water, or air, that enters the condenser. [°C]
        from_condenser: What leaves it. [°C]
    """

    power: Floats
    extra: Floats
    rejected: Floats
    to_condenser: Floats
    from_condenser: Floats


def wet_bulb(oat: Floats, humidity: Floats) -> Floats:
    """By Stull (2011), who states errors of −1.0 to +0.65 K from 5 to 99 % humidity. [°C]"""
    rh = np.maximum(humidity, 5.0)
    cold: Floats = (
        oat * np.arctan(0.151977 * np.sqrt(rh + 8.313659))
        + np.arctan(oat + rh)
        - np.arctan(rh - 1.676331)
        + 0.00391838 * rh**1.5 * np.arctan(0.023101 * rh)
        - 4.686035
    )
    return cold


def basin(wet: Floats, fouled: Floats) -> Floats:
    """Tower water at full load and full fan, as a chiller must expect it. [°C]"""
    share = tower_share(np.ones_like(wet), fouled)
    return np.maximum(wet + _RANGE_K * (1.0 / share - 1.0), _BASIN_C)


def tower_share(fan: Floats, fouled: Floats) -> Floats:
    """How far a tower cools water on its way to wet bulb, at such a share of its air."""
    ntu = _TOWER_NTU * (1.0 - fouled) * np.maximum(fan, _DRAUGHT) ** 0.6
    return np.asarray(1.0 - np.exp(-ntu))


def warm_side(
    given: Floats, running: Floats, leaving: Floats, outdoors: tuple[Floats, Floats], of: Machines
) -> WarmSide:
    """What compressors, towers and condenser pumps do for cooling that was given.

    Args:
        given: By all chillers of a row. [kW]
        running: How many run.
        leaving: Chilled water. [°C]
        outdoors: Dry bulb and wet bulb. [°C]
        of: The machines.
    """
    oat, wet = outdoors
    at_least_one = np.maximum(running, 1.0)
    share = given / (at_least_one * np.maximum(of.capacity, 1.0))
    # Capacity flow of the condenser stream, rated load and work over its range. [kW/K]
    carries = at_least_one * np.maximum(of.capacity, 1.0) * (1.0 + 1.0 / of.cop) / _RANGE_K
    rejected = given * (1.0 + 1.0 / of.cop)
    sound, now = (1.0 - np.exp(-_CONDENSER_NTU * f) for f in (1.0, 1.0 - of.fouled))
    entering, power = oat, given / of.cop
    for _ in range(_ROUNDS):
        if not (of.by_air > 0.0).all():
            full = wet + rejected / carries * (1.0 / tower_share(np.ones_like(wet), of.tower_fouled)
                                               - 1.0)  # fmt: skip
            held = np.maximum(wet + _HELD_ABOVE_K, _BASIN_C)
            entering = np.where(of.by_air > 0.0, oat, np.maximum(full, held))
        # A fouled condenser condenses warmer, as if its water came in that much warmer.
        warmer = rejected / carries * (1.0 / now - 1.0 / sound)
        full_load = power_factor(leaving, entering + warmer, of.by_air) / of.cop
        power = (
            (1.0 + of.recharge)
            * full_load
            * load_factor(share, of.by_air)
            * (at_least_one * of.capacity)
        )
        power = np.where(running > 0.0, power, 0.0)
        rejected = np.where(running > 0.0, given + power, 0.0)
    fan = _fan(entering, wet, rejected / carries, of.tower_fouled)
    rated = np.maximum(of.capacity, 1.0) * (1.0 + 1.0 / of.cop)
    extra = np.where(of.by_air > 0.0, 0.0, running * rated * (_PUMP_SHARE + _FAN_SHARE * fan**3))
    return WarmSide(
        power=power, extra=extra, rejected=rejected, to_condenser=entering,
        from_condenser=entering + rejected / carries,
    )  # fmt: skip


def _fan(entering: Floats, wet: Floats, warmed: Floats, fouled: Floats) -> Floats:
    """Share of full air that cools to ``entering`` what comes ``warmed`` above it, 0…1."""
    needs = warmed / np.maximum(warmed + entering - wet, 0.01)
    ntu = -np.log(np.maximum(1.0 - needs, 1e-3))
    air = (ntu / (_TOWER_NTU * np.maximum(1.0 - fouled, 0.05))) ** (1.0 / 0.6)
    return np.asarray(np.where(air <= _DRAUGHT, 0.0, np.minimum(air, 1.0)))
