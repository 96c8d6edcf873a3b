"""Heat that passes between two streams of water in counterflow, by effectiveness and NTU.

Kays & London, *Compact Heat Exchangers*: ε = (1 − e) / (1 − c·e), e = exp(−NTU·(1 − c)), where c
is the smaller capacity flow over the larger one.
"""

from __future__ import annotations

import numpy as np

from core.batch import Floats
from simulators.physics.constants import constant

# At equal flows ε = NTU / (1 + NTU), which the general form only nears; so close it errs by 0.1 %.
_NEARLY_EQUAL = constant(0.999)
_ONE, _TINY = constant(1.0), constant(1e-9)


def exchanged(conductance: Floats, flows: tuple[Floats, Floats], apart: Floats) -> Floats:
    """Heat from the warmer stream to the colder one. [kW]

    Args:
        conductance: UA. [kW/K]
        flows: Capacity flow of either stream, mass times heat capacity. [kW/K]
        apart: Inlet of the warmer less that of the colder stream. [K]
    """
    smaller = np.maximum(np.minimum(*flows), _TINY)
    ratio = np.minimum(smaller / np.maximum(np.maximum(*flows), _TINY), _NEARLY_EQUAL)
    decays = np.exp(-conductance / smaller * (_ONE - ratio))
    heat: Floats = (_ONE - decays) / (_ONE - ratio * decays) * smaller * apart
    return heat
