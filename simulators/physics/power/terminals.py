"""Cable terminals that warm with the square of their current, and more where a contact is bad."""

from __future__ import annotations

import numpy as np

from core.batch import Floats

# A sound terminal is 35 K above its switch room at its rated current (IEC 61439 allows 70 K, a
# board is built for half); what a bad contact turns to heat leaves through the same surface,
# which grows with the rating. [K], [K·A/W], [min]
_RISE, _SHEDS, _LAG_MIN = 35.0, 100.0, 25.0
# A switch room follows the weather a little. [°C]
_ROOM, _FOLLOWS, _TEMPERATE = 21.0, 0.2, 12.0


class Terminals:
    """Terminals whose temperature is measured.

    Args:
        amps: Rated current of each. (terminals,) [A]

    Attributes:
        rise: How far each is above its room. [K]
    """

    def __init__(self, amps: Floats) -> None:
        self._amps = amps
        self.rise = np.zeros(len(amps))

    def run(self, current: Floats, heat: Floats, oat: Floats) -> Floats:
        """Temperature of each by minute. (minutes, terminals) [°C]

        Args:
            current: Of the phase that carries most. (minutes, terminals) [A]
            heat: What a bad contact turns to heat. (minutes, terminals) [W]
            oat: Outdoor air. (minutes,) [°C]
        """
        ends = _RISE * (current / self._amps) ** 2 + heat * (_SHEDS / self._amps)
        keeps = float(np.exp(-1.0 / _LAG_MIN))
        takes, rises = ends * (1.0 - keeps), np.empty_like(ends)
        for k, rise in enumerate(self.rise.tolist()):
            # Step by step, so that the bits are the same however time is cut; in plain numbers,
            # which for a few terminals are faster than arrays of their length.
            above = rise
            rises[:, k] = [above := above * keeps + t for t in takes[:, k].tolist()]
        self.rise = rises[-1].copy()
        room = _ROOM + _FOLLOWS * (oat - _TEMPERATE)
        warm: Floats = room[:, None] + rises
        return warm
