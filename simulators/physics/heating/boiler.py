"""A gas boiler: burner, water in it, and the valve that mixes its water down to the curve."""

from __future__ import annotations

import numpy as np

from core.batch import Bools, Floats
from simulators.physics.constants import constant

# Water and iron: some 3.5 L and 4 kg a kilowatt of a boiler with its header and separator: chosen.
KWH_K_PER_KW = 0.0045
# Shell and flue at a standstill: half a percent of its output 50 K above the plant room, as makers
# of boilers this size state.
SHELL_PER_K = 0.0001
LEAST_C = 48.0
"""Air handlers' coils get no colder water. [°C]"""
DIFFERENTIAL_K = 20.0
"""Between burner on and burner off; narrow ones cycle. [K]"""
_LEAST_DIFFERENTIAL_K = 1.0
_NOUGHT, _ONE = constant(0.0), constant(1.0)
# The boiler is kept above the curve by half its differential, so that mixing never lacks heat.
_ABOVE_K, _FOR_TANK_C = constant(10.0), constant(65.0)
_LEAST_FIRE, _A_STEP, _TINY = constant(0.25), constant(1.0 / 3.0), constant(1e-9)
# Each start blows cold air through for a minute and each stop for half of one: air of full fire,
# 1.26 m³ a kWh of gas (stoichiometric 9.5 m³/m³ of methane, a fifth more), warmed by 50 K, is
# 0.55 Wh a kilowatt of output. EN 676 asks for 20 s at least before the flame, makers for more.
PURGE_KWH_PER_KW = 0.00055
# Flue gas follows the water: a point of efficiency for 20 K (Siegert), 60 °C as rated.
_PER_K, _RATED_C = constant(0.0005), constant(60.0)


def target(reference: Floats, charging: Floats) -> Floats:
    """What the boiler's own water is held at. [°C]

    Args:
        reference: Of the heating circuit. [°C]
        charging: 1 while the tank is charged.
    """
    held: Floats = np.maximum(reference, charging * _FOR_TANK_C) + _ABOVE_K
    return held


def band(narrower: Floats) -> Floats:
    """Differential between burner on and off.

    Args:
        narrower: How far it was narrowed. [K]
    """
    left: Floats = np.maximum(DIFFERENTIAL_K - narrower, _LEAST_DIFFERENTIAL_K)
    return left


def flame(burning: Floats, over: Floats, above: Floats, below: Floats) -> Bools:
    """Whether the burner burns: from half a differential below its target to as much above.

    Args:
        burning: Whether it burnt before.
        over: Water in the boiler less its target. [K]
        above: Half the differential between on and off,
        below: and as much below nought. [K]
    """
    lit: Bools = ((burning > _NOUGHT) | (over < below)) & (over <= above)
    return lit


def fire(
    water: Floats, still: Floats, lifts: Floats, aimed: Floats, above: Floats
) -> tuple[Floats, Bools]:
    """Mean share of full fire of a burner that burns, and whether it goes out within the step.

    It modulates: it covers what is taken and brings its water to the target, a third of the way in
    a step; not below its least fire, so that with less to do it goes out at the top of its
    differential.

    Args:
        water: In the boiler. [°C]
        still: Water after the step without any fire. [°C]
        lifts: How much warmer full fire makes it. [K]
        aimed: Its target. [°C]
        above: Half the differential between on and off. [K]
    """
    lifts = np.maximum(lifts, _TINY)
    needs = water - still + _A_STEP * (aimed - water)
    share = np.minimum(np.maximum(needs / lifts, _LEAST_FIRE), _ONE)
    until = (above + aimed - still) / lifts
    return np.minimum(share, np.maximum(until, _NOUGHT)), share > until


def fuel(heat: Floats, water: Floats, efficiency: Floats) -> Floats:
    """Gas for heat into the water, by its lower heating value. [kW]

    Args:
        heat: Into the water. [kW]
        water: In the boiler. [°C]
        efficiency: As rated, faults taken off.
    """
    burnt: Floats = heat / (efficiency - _PER_K * (water - _RATED_C))
    return burnt
