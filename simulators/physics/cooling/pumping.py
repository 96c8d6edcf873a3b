"""Electricity of pumps at part speed."""

from __future__ import annotations

import numpy as np

from core.batch import Floats
from simulators.physics.constants import constant


def pump_share(flow: Floats, still: float) -> Floats:
    """Power of a pump over its rated power.

    The head it works against is friction, which follows the square of the flow, and a part that
    does not: a difference of pressure that is held. Affinity laws, ASHRAE Handbook, HVAC Systems
    and Equipment, centrifugal pumps; efficiency as at full flow.

    Args:
        flow: Over rated flow.
        still: Share of the rated head that does not fall with the flow.
    """
    head = constant(still) + constant(1.0 - still) * np.square(flow)
    power: Floats = flow * head
    return power
