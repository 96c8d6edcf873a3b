"""Capacitor banks at the main boards: steps that a controller switches."""

from __future__ import annotations

import numpy as np

from core.batch import Floats

# The controller aims at a power factor of 0.95: tan φ 0.33. It adds a step when 0.7 of one is
# missing (the C/k that makers print is two thirds) and drops one that overcompensates by half.
_AIM, _ADDS, _DROPS = 0.33, 0.7, 0.5
_STEPS = 8


class Banks:
    """All banks of a site; one step a minute.

    Args:
        kvar: Rating of each building's bank. (buildings,) [kvar]

    Attributes:
        on: Steps that are on, by building.
    """

    def __init__(self, kvar: Floats) -> None:
        self._step = kvar / _STEPS
        self.on = np.zeros(len(kvar))

    def run(self, power: Floats, reactive: Floats, lost: Floats) -> Floats:
        """What the banks give, minute by minute. (minutes, buildings) [kvar]

        Args:
            power: Of each building. (minutes, buildings) [kW]
            reactive: Of its loads. (minutes, buildings) [kvar]
            lost: Share of its capacitance that each bank has lost. (buildings,)
        """
        given = np.zeros_like(power)
        for b, nominal in enumerate(self._step.tolist()):
            step = nominal * (1.0 - float(lost[b]))
            given[:, b] = self._one(b, nominal, step, power[:, b], reactive[:, b])
        return given

    def _one(self, b: int, nominal: float, step: float, power: Floats, reactive: Floats) -> Floats:
        on, most, k = int(self.on[b]), _STEPS if nominal > 0.0 else 0, 0
        steps = np.empty(len(power))
        bears = np.maximum(_AIM * power, _ADDS * nominal)
        while k < len(power):
            lags = reactive[k:] - on * step
            adds = (lags > bears[k:]) & (on < most)
            drops = (lags < -_DROPS * nominal) & (on > 0)
            moves = np.flatnonzero(adds | drops)
            still = int(moves[0]) if len(moves) else len(lags)
            steps[k : k + still] = on
            k += still
            if len(moves):
                on += 1 if adds[still] else -1
                steps[k] = on
                k += 1
        self.on[b] = on
        given: Floats = steps * step
        return given
