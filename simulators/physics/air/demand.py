"""Ventilation by demand: an air handler whose least outdoor air follows the breath in its rooms."""

from __future__ import annotations

import numpy as np

from core.batch import Floats
from simulators.physics.plan import Plan
from simulators.physics.rows import Rows

# The loop is proportional over 200 ppm below its setpoint, as recalled of ASHRAE Guideline 36.
# 800 is chosen: GB/T 18883 allows 1,000 in a room, and the return air is a mean of rooms of which
# one is the fullest; at 600 the loop would hardly ever rest.
_GOOD_PPM, _LIMIT_PPM = 600.0, 800.0
# Of the declared least, which a balancer set for the people a building was made for: what paint and
# carpets ask for when nobody is there, and what a crowd asks for. Chosen: with less than half rooms
# smell in the morning, with more than thrice a heating coil of usual size runs out on cold days.
_EMPTY, _CROWDED = 0.5, 3.0
_NO_AIR = 1e-9


class Demand:
    """Of all air handlers; those that declare ``demand_ventilation`` follow.

    The sensor is the controller's own, in the return duct, and no point shows it.

    Attributes:
        some: Whether any does.
    """

    def __init__(self, plan: Plan, rows: Rows) -> None:
        declared = [a.declared("demand_ventilation") for a in plan.ahus]
        self._rows = rows
        self._follows = np.array(declared, np.float64) > 0.0
        self._declared = plan.least_outdoor
        self.some = any(declared)

    def least(self, co2: Floats, share: Floats) -> Floats:
        """Least outdoor air until the next step, share of the supply. (air handlers,)

        Args:
            co2: In each room. [ppm]
            share: Of its air handler's flow that each takes.
        """
        breath, air = self._rows.to_ahus(np.stack([co2 * share, share]))
        returned = breath / np.maximum(air, _NO_AIR)
        asks = np.clip((returned - _GOOD_PPM) / (_LIMIT_PPM - _GOOD_PPM), 0.0, 1.0)
        wanted = np.minimum(self._declared * (_EMPTY + (_CROWDED - _EMPTY) * asks), 1.0)
        least: Floats = np.where(self._follows, wanted, self._declared)
        return least
