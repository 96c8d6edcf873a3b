"""Worlds of one site and seed that go on together, as rows of one model.

Each is the same to the bit as if it went alone: it keeps its own sensors, meters and faults, and
only its air, rooms and plants are stepped beside the others'. Its day's weather, people and draws
are made once for all.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.clock import MINUTE_MS
from simulators.campus import Campus
from simulators.physics.model import Going, Model


class Abreast:
    """Campuses that stand at the same time.

    Args:
        campuses: Twins; none of them goes on by itself before :meth:`leave`.

    Raises:
        ValueError: They stand at different times.
    """

    def __init__(self, campuses: Sequence[Campus]) -> None:
        if len({c.now for c in campuses}) > 1:
            raise ValueError("worlds that go on together stand at the same time")
        self._campuses = list(campuses)
        worlds = [c.world for c in campuses]
        self._model = Model(worlds[0].plan, worlds[0].seed, len(worlds))
        self._model.remember_all([w.model.memory() for w in worlds])
        for world in worlds[1:]:
            world.borrow(worlds[0])

    def advance(self, until: int) -> None:
        """All of them simulate up to the last whole minute of a time."""
        end = until - until % MINUTE_MS
        while (now := self._campuses[0].now) < end:
            stop = min(c.next_change(now, end) for c in self._campuses)
            _together(self._model, [c.going(stop) for c in self._campuses])

    def leave(self) -> None:
        """Each has its own state again and may go on alone."""
        for campus, memory in zip(self._campuses, self._model.memories(), strict=True):
            campus.world.model.remember(memory)
            campus.world.borrow(None)


def _together(model: Model, going: Sequence[Going[None]]) -> None:
    """Steps all to the same time: they ask for the same stretches, whatever their faults."""
    asked = [next(one) for one in going]
    while asked:
        first = asked[0]
        traces = model.run_all(
            first.drivers, [a.now for a in asked], first.minutes, [a.reads for a in asked]
        )
        asked = []
        for one, trace in zip(going, traces, strict=True):
            try:
                asked.append(one.send(trace))
            except StopIteration:
                continue
