"""The circuits of a site as arrays: how they spread over phases, and what their cables lose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.batch import Floats
from core.site import Equipment
from simulators.physics.power.circuits import PHASES, item_of, kind_of, shares_of
from simulators.physics.power.power_faults import PowerFaults
from simulators.physics.power.supply import NOMINAL_V
from simulators.physics.streams import stream, wander
from simulators.physics.weather.weather import DAY_MIN

DROP = 0.02
"""Share of the voltage that a circuit's cable loses at its rating: half of what codes allow."""
_W = 1000.0
# Which phase people load changes by the minute: from the second and third to the first.
_SWAY, _SWAY_SD, _SWAY_MIN = np.array([1.0, -0.5, -0.5]), 0.03, 45.0
# Filters of electronics leak to earth. [A/kW]
_LEAKS_KW, _LEAKY = 0.001, frozenset({"01A1", "01D1"})
_ENERGISED = 0.1  # of its rating, from which a motor counts as magnetised whole


class Wiring:
    """All circuits of a site.

    Args:
        circuits: Their meters.
        seed: Of the campus.
        rating: What each is made for. (branches,) [kW]
        rectified: Those behind a three-phase rectifier.

    Attributes:
        cos: Power factor of each. (branches,)
        amps: Rated current of a phase. (branches,) [A]
        ohms: Of a conductor between main board and circuit. (branches,) [Ω]
    """

    def __init__(
        self, circuits: Sequence[Equipment], seed: int, rating: Floats, rectified: frozenset[int]
    ) -> None:
        self._circuits, self._seed, self._rating = circuits, seed, rating
        items = [item_of(m) for m in circuits]
        kinds = [kind_of(item) for item in items]
        self.cos: Floats = np.array([k.cos for k in kinds])
        self._tan = np.sqrt(1.0 - self.cos**2) / self.cos
        self._idle = np.array([k.idle for k in kinds]) * rating
        self._follows = np.array([k.follows for k in kinds])
        self._triplen = np.array([k.triplen for k in kinds])
        self._single = [i for i, k in enumerate(kinds) if k.spread > 0.0 and i not in rectified]
        shares = np.full((len(kinds), PHASES), 1.0 / PHASES)
        for i in self._single:
            shares[i] = shares_of(circuits[i], kinds[i], seed)
        self._shares = shares.T
        self._leaky = np.array([_LEAKS_KW if item in _LEAKY else 0.0 for item in items])
        self.amps: Floats = rating * _W / (PHASES * NOMINAL_V * self.cos)
        self.ohms: Floats = DROP * NOMINAL_V / self.amps

    def sway(self, ordinal: int) -> Floats:
        """Share of each circuit that changes phase on one day. (minutes, branches)"""
        sway = np.zeros((DAY_MIN, len(self._circuits)))
        for i in self._single:
            rng = stream(self._seed, self._circuits[i].id, "phases", ordinal)
            sway[:, i] = wander(rng, DAY_MIN, _SWAY_MIN, _SWAY_SD)
        return sway

    def by_phase(
        self, taken: Floats, sway: Floats, now: PowerFaults, lone: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """Active and reactive power of each phase of each circuit. (3, minutes, branches)

        Args:
            taken: Of each circuit. (minutes, branches) [kW]
            sway: Of :meth:`sway`, in the same minutes.
            now: Faults as parameters.
            lone: What of each hangs on its first phase alone, in the same minutes. [kW]
        """
        alone = None if lone is None else np.minimum(lone, taken)
        spread = taken if alone is None else taken - alone
        crowd = np.zeros((PHASES, 1))
        crowd[0] = 1.0
        shares = self._shares * (1.0 - now.shifted) + crowd * now.shifted
        power = sway * _SWAY[:, None, None]
        power += shares[:, None, :]
        power *= spread
        if alone is not None:
            power[0] += alone
        if now.dead.any():
            power *= (1.0 - now.dead)[:, None, :]
        idle = np.minimum(taken / (_ENERGISED * self._rating), 1.0) * (self._idle / PHASES)
        reactive = power * self._tan
        reactive += idle
        return power, reactive

    def follow(self, power: Floats, voltage: Floats) -> None:
        """Makes of what circuits ask for at 230 V what they take. (3, minutes, branches)"""
        factor = voltage * (self._follows / NOMINAL_V)
        factor += 1.0 - self._follows
        np.maximum(factor, 0.0, out=factor)
        power *= factor

    def lost(self, current: Floats) -> Floats:
        """What the cables of each circuit lose, its neutral's too. (minutes, branches) [kW]"""
        a, b, c = current
        squares = a * a + b * b + c * c
        back = squares - (a * b + b * c + c * a) + self.triplen(current) ** 2
        lost: Floats = (squares + back) * (self.ohms / _W)
        return lost

    def triplen(self, current: Floats) -> Floats:
        """Third harmonics, which add in the neutral. (minutes, branches) [A]"""
        harmonic: Floats = current.sum(axis=0) * self._triplen
        return harmonic

    def filters(self, power: Floats) -> Floats:
        """What leaks to earth through filters. (minutes, branches) [A]"""
        leaks: Floats = power.sum(axis=0) * self._leaky
        return leaks
