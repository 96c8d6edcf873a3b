"""Water of a cooling tower: what evaporates, and what is bled so that salts stay dissolved."""

from __future__ import annotations

from core.batch import Floats

# Latent heat of water at 25 °C, 2,442 kJ/kg, is 1.47 L/kWh; what is warmed instead of evaporated
# and what drifts off make it 1.5, as plant people reckon (2 gpm a million Btu/h is 1.55).
_EVAPORATES = 0.0015  # [m³/kWh rejected]
CYCLES = 5.0
"""Concentration at which a healthy tower is bled."""
_LEAST_CYCLES = 1.05


def evaporated(rejected: Floats) -> Floats:
    """What a tower evaporates of what its chillers reject [kW], their work included. [m³/h]"""
    lost: Floats = _EVAPORATES * rejected
    return lost


def made_up(evaporates: Floats, lacks: float) -> Floats:
    """What has to be filled in: E·C/(C − 1), E evaporating at C cycles of concentration. [m³/h]

    Args:
        evaporates: E. [m³/h]
        lacks: Cycles that it concentrates less than it should.
    """
    cycles = max(CYCLES - lacks, _LEAST_CYCLES)
    asked: Floats = evaporates * (cycles / (cycles - 1.0))
    return asked
