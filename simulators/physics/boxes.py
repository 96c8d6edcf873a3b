"""Terminal boxes: how much of its air handler's air each room takes."""

from __future__ import annotations

import numpy as np

from core.batch import Floats
from simulators.physics.air_faults import RoomParameters
from simulators.physics.plan import Plan
from simulators.physics.rows import Rows

# Boxes give warmer rooms more air.
_AT, _BASE, _SLOPE, _LOW, _HIGH = 21.5, 0.6, 0.25, 0.3, 1.5
# A unit without rooms gets its own air back. [m³/s], [°C]
_LEAST, _STALE_C = 1e-9, 22.0


class Boxes:
    """All boxes of all worlds.

    Attributes:
        state: Share of its air handler's flow that each room takes. (1, rooms)
        share: The same. (rooms,)
    """

    def __init__(self, plan: Plan, rows: Rows) -> None:
        self._rows = rows
        self._size = rows.repeated(plan.area) * rows.fed
        self.state = np.zeros((1, rows.zones))
        self.share = self.state[0]
        self._claims = np.empty((2, rows.zones))

    def open(self, air: Floats, sensors: RoomParameters) -> Floats:
        """Sets the boxes; gives the air that comes back to each air handler. (air handlers,) [°C]

        Args:
            air: Of the rooms. [°C]
            sensors: What is wrong with theirs.
        """
        felt, claims = air + sensors.bias, self._claims
        if sensors.lies is not None:
            np.copyto(felt, sensors.says, where=sensors.lies)
        wide = np.minimum(np.maximum(_BASE + _SLOPE * (felt - _AT), _LOW), _HIGH)
        np.multiply(self._size, wide, out=claims[0])
        np.multiply(claims[0], air, out=claims[1])
        sums = self._rows.to_ahus(claims)
        sums[0] += _LEAST
        sums[1] += _LEAST * _STALE_C
        np.divide(claims[0], self._rows.from_ahus(sums[:1])[0], out=self.share)
        returned: Floats = sums[1] / sums[0]
        return returned
