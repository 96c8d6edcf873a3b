"""A gas boiler: burner, water in it, and the valve that mixes its water down to the curve."""

from __future__ import annotations

import numpy as np

from core.batch import Bools, Floats

# Water and iron: some 2 L and 4 kg a kilowatt of a boiler with its hydraulic separator.
KWH_K_PER_KW = 0.0028
# Shell and flue at a standstill: half a percent of its output 50 K above the plant room, as makers
# of boilers this size state.
SHELL_PER_K = 0.0001
LEAST_C = 48.0
"""Air handlers' coils get no colder water. [°C]"""
DIFFERENTIAL_K = 20.0
"""Between burner on and burner off; narrow ones cycle. [K]"""
_LEAST_DIFFERENTIAL_K = 1.0
# The boiler is kept above the curve by half its differential, so that mixing never lacks heat.
_ABOVE_K, _FOR_TANK_C = 10.0, 65.0
_LEAST_FIRE, _TINY = 0.25, 1e-9
# Each start blows cold air through for a minute and each stop for half of one: air of full fire,
# 1.26 m³ a kWh of gas (stoichiometric 9.5 m³/m³ of methane, a fifth more), warmed by 50 K, is
# 0.55 Wh a kilowatt of output. EN 676 asks for 20 s at least before the flame, makers for more.
PURGE_KWH_PER_KW = 0.00055
# Flue gas follows the water: a point of efficiency for 20 K (Siegert), 60 °C as rated.
_PER_K, _RATED_C = 0.0005, 60.0


def target(reference: Floats, charging: Floats) -> Floats:
    """What the boiler's own water is held at. [°C]

    Args:
        reference: Of the heating circuit. [°C]
        charging: 1 while the tank is charged.
    """
    held: Floats = np.maximum(reference, charging * _FOR_TANK_C) + _ABOVE_K
    return held


def flame(burning: Floats, water: Floats, aimed: Floats, narrower: Floats) -> Floats:
    """1 while the burner burns: from half a differential below its target to as much above.

    Args:
        burning: Whether it burnt before.
        water: In the boiler. [°C]
        aimed: Its target. [°C]
        narrower: How far its differential was narrowed. [K]
    """
    half = 0.5 * np.maximum(DIFFERENTIAL_K - narrower, _LEAST_DIFFERENTIAL_K)
    lit: Floats = np.where(water < aimed - half, 1.0, np.where(water > aimed + half, 0.0, burning))
    return lit


def fire(still: Floats, lifts: Floats, aimed: Floats, narrower: Floats) -> tuple[Floats, Bools]:
    """Mean share of full fire of a burner that burns, and whether it goes out within the step.

    It modulates through its differential, and goes out at the top of it.

    It answers to the water as it is after the step, or a narrow differential would overshoot it.

    Args:
        still: Water after the step without any fire. [°C]
        lifts: How much warmer full fire makes it. [K]
        aimed: Its target. [°C]
        narrower: How far its differential was narrowed. [K]
    """
    band = np.maximum(DIFFERENTIAL_K - narrower, _LEAST_DIFFERENTIAL_K)
    share = ((aimed - still) / band + 0.5) / (1.0 + lifts / band)
    share = np.minimum(np.maximum(share, _LEAST_FIRE), 1.0)
    until = (aimed + 0.5 * band - still) / np.maximum(lifts, _TINY)
    return np.minimum(share, np.maximum(until, 0.0)), share > until


def fuel(heat: Floats, water: Floats, efficiency: Floats) -> Floats:
    """Gas for heat into the water, by its lower heating value. [kW]

    Args:
        heat: Into the water. [kW]
        water: In the boiler. [°C]
        efficiency: As rated, faults taken off.
    """
    burnt: Floats = heat / (efficiency - _PER_K * (water - _RATED_C))
    return burnt
