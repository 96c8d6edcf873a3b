"""The supply of a building: source, transformer, and the star of its three phases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.batch import Floats
from simulators.physics.power.circuits import PHASES
from simulators.physics.streams import fixed, stream, wander
from simulators.physics.weather.weather import DAY_MIN

NOMINAL_V = 230.0
"""Phase to neutral. [V]"""
_W = 1000.0
# Taps are set a little high. The grid sags by day and towards evening, and wanders. [share]
_TAP, _SAG, _SAG_H, _SAG_WIDTH_H = 1.015, (0.010, 0.014), (10.5, 19.5), 2.5
_WANDER_SD, _WANDER_MIN, _PHASE_APART = 0.0035, 90.0, 0.003
# Dry transformers 10/0.4 kV by rating: no-load and load loss, as GB/T 10228 lists them
# (recalled). [kVA]: [kW], [kW]
_SIZES = {
    200: (0.62, 2.53), 250: (0.72, 2.76), 315: (0.88, 3.47), 400: (0.98, 3.99),
    500: (1.16, 4.88), 630: (1.34, 5.88), 800: (1.52, 6.96), 1000: (1.77, 8.13),
    1250: (2.09, 9.69), 1600: (2.45, 11.7),
}  # fmt: skip
_SHORT_CIRCUIT = 0.04
# From the transformer to the main board, and the healthy neutral. [Ω]
_FEEDER_OHM, _NEUTRAL_OHM = 0.002, 0.004
_TURN = np.exp(-2j * np.pi * np.arange(PHASES) / PHASES)[:, None, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformer:
    """One building's transformer.

    Attributes:
        kva: Rating.
        no_load: P0, whatever it carries. [kW]
        load: Pk, at its rating. [kW]
    """

    kva: float
    no_load: float
    load: float

    @property
    def rated_amps(self) -> float:
        """Of a phase on the low side. [A]"""
        return self.kva * _W / (PHASES * NOMINAL_V)

    @property
    def line(self) -> complex:
        """A phase's impedance from the source to the main board. [Ω]"""
        base = NOMINAL_V / self.rated_amps
        resistance = self.load / self.kva * base
        reactance = float(np.sqrt((_SHORT_CIRCUIT * base) ** 2 - resistance**2))
        return complex(resistance + _FEEDER_OHM, reactance + _FEEDER_OHM)

    def loss(self, voltage: Floats, current: Floats) -> Floats:
        """P0 with the square of the voltage, and β² Pk of each phase. (minutes,) [kW]

        Args:
            voltage: Of the phases. (3, minutes) [V]
            current: Of the phases. (3, minutes) [A]
        """
        iron = self.no_load * (voltage / NOMINAL_V) ** 2
        copper = self.load * (current / self.rated_amps) ** 2
        mean: Floats = (iron + copper).mean(axis=0)
        return mean


def transformer(kva: float) -> Transformer:
    """The smallest of the usual sizes that carries this much, the largest beyond. [kVA]"""
    size = min((s for s in _SIZES if s >= kva), default=max(_SIZES))
    return Transformer(kva=float(size), no_load=_SIZES[size][0], load=_SIZES[size][1])


def source_of(seed: int, ordinal: int) -> Floats:
    """Voltage of the grid behind every transformer on one day. (3, minutes) [V]"""
    hours = (np.arange(DAY_MIN) + 0.5) / 60.0
    level = np.full(DAY_MIN, _TAP)
    for depth, middle in zip(_SAG, _SAG_H, strict=True):
        level -= depth * np.exp(-0.5 * ((hours - middle) / _SAG_WIDTH_H) ** 2)
    level += wander(stream(seed, "grid", "voltage", ordinal), DAY_MIN, _WANDER_MIN, _WANDER_SD)
    apart = [fixed(seed, "grid", f"phase {k}", -_PHASE_APART, _PHASE_APART) for k in range(PHASES)]
    source: Floats = NOMINAL_V * (level + np.array(apart)[:, None])
    return source


def neutral_ohms(lost: Floats) -> Floats:
    """Of each building's neutral, when a share of its conductance is lost. [Ω]"""
    ohms: Floats = _NEUTRAL_OHM / (1.0 - lost)
    return ohms


def star(
    source: Floats, power: Floats, reactive: Floats, line: Floats, neutral: Floats
) -> tuple[Floats, Floats]:
    """Voltage at the loads and current in the neutral, of loads as admittances at 230 V.

    V = E − Z·I in each phase; the star point moves by what the neutral does not carry back. A
    building whose neutral is broken has its phases as far apart as its loads are.

    Args:
        source: Phase to neutral of the transformer. (3, minutes, buildings) [V]
        power: Of the loads of each phase. (3, minutes, buildings) [kW]
        reactive: Likewise. [kvar]
        line: Resistance and reactance of a phase, as complex numbers. (buildings,) [Ω]
        neutral: Resistance. (buildings,) [Ω]

    Returns:
        Voltage (3, minutes, buildings) [V], and the neutral's current (minutes, buildings) [A].
    """
    admittance = (power - 1j * reactive) * (_W / NOMINAL_V**2)
    seen = 1.0 + line * admittance
    ideal = source * _TURN
    through = admittance / seen
    moved = (ideal * through).sum(axis=0) / (through.sum(axis=0) + 1.0 / neutral)
    voltage: Floats = np.abs((ideal - moved) / seen)
    back: Floats = np.abs(moved) / neutral
    return voltage, back
