"""When a fault that comes and goes is there: a two-state Markov chain in continuous time."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from core.clock import HOUR_MS, MINUTE_MS
from simulators.physics.faults import Fault
from simulators.physics.streams import stream


class Bouts:
    """Turns of one fault, whole minutes, drawn as far as they are asked for.

    Args:
        onset: Beginning of the first bout. [ms]
        hours: Mean lengths of a bout and of the time between two; both exponential. [h]
        rng: Where chance comes from.
    """

    def __init__(self, onset: int, hours: tuple[float, float], rng: np.random.Generator) -> None:
        self._hours, self._rng = hours, rng
        self._turns = [onset + -onset % MINUTE_MS]

    def acting(self, at: int) -> bool:
        """Whether it is there in the minute that begins at ``at`` [ms]."""
        self._draw(at)
        return bisect_right(self._turns, at) % 2 == 1

    def next_turn(self, at: int) -> int:
        """The first minute after ``at`` in which it comes or goes. [ms]"""
        self._draw(at)
        return self._turns[bisect_right(self._turns, at)]

    def _draw(self, at: int) -> None:
        while self._turns[-1] <= at:
            mean = self._hours[(len(self._turns) - 1) % 2]
            minutes = max(round(self._rng.exponential(mean * HOUR_MS / MINUTE_MS)), 1)
            self._turns.append(self._turns[-1] + minutes * MINUTE_MS)


def bouts_of(fault: Fault, seed: int) -> Bouts | None:
    """A fault's bouts; None where it stays."""
    if fault.bouts_h is None:
        return None
    return Bouts(fault.onset, fault.bouts_h, stream(seed, fault.id, "bouts"))
