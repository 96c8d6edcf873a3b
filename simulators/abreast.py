"""Worlds of one seed that go on together, as rows of one model.

Each is the same to the bit as if it went alone: it keeps its own sensors, meters and faults, and
only its air, rooms and plants are stepped beside the others'. They may be of one site, whose day's
people and draws are then made once for all, or of several under the same weather.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.clock import DAY_MS, MINUTE_MS
from simulators.campus import Campus
from simulators.physics.model import Going, Model, Step
from simulators.physics.trace import Trace


class Abreast:
    """Campuses that stand at the same time.

    Args:
        campuses: Of one seed; none of them goes on by itself before :meth:`leave`.

    Raises:
        ValueError: They stand at different times.
    """

    def __init__(self, campuses: Sequence[Campus]) -> None:
        if len({c.now for c in campuses}) > 1:
            raise ValueError("worlds that go on together stand at the same time")
        self._campuses = list(campuses)
        worlds = [c.world for c in campuses]
        self._model = Model([w.plan for w in worlds], worlds[0].seed)
        self._model.remember_all([w.model.memory() for w in worlds])
        firsts: dict[int, Campus] = {}
        for campus in campuses:
            first = firsts.setdefault(id(campus.world.plan.site), campus)
            campus.world.borrow(None if first is campus else first.world)

    def advance(self, until: int) -> None:
        """All of them simulate up to the last whole minute of a time."""
        end = until - until % MINUTE_MS
        if self._campuses[0].now < end:
            _together(self._model, [_going(c, end) for c in self._campuses])

    def history(self, days: int) -> None:
        """All of them live through healthy days before their start, which nobody reads.

        Only the last of them is read at all: what sensors said last is remembered.
        """
        for left in range(days, 0, -1):
            _together(
                self._model, [c.unread(left * DAY_MS, plant=left == 1) for c in self._campuses]
            )

    def leave(self) -> None:
        """Each has its own state again and may go on alone."""
        for campus, memory in zip(self._campuses, self._model.memories(), strict=True):
            campus.world.model.remember(memory)
            campus.world.borrow(None)


def _going(campus: Campus, end: int) -> Going[None]:
    while campus.now < end:
        yield from campus.going(campus.next_change(campus.now, end))


def _together(model: Model, going: Sequence[Going[None]]) -> None:
    """Steps all to the same time, each through stretches of its own.

    What changes in one world cuts no other's stretch in two: the model is stepped to where the
    first stretch ends, and the others are given theirs when they are whole.
    """
    asked: list[Step | None] = [next(one) for one in going]
    had: list[list[Trace]] = [[] for _ in going]
    while there := [step for step in asked if step is not None]:
        first, last = there[0].minutes[0], min(step.minutes[1] for step in there)
        traces = model.run_all([step.cut((first, last)) for step in there])
        for w, (step, trace) in enumerate(zip(there, traces, strict=True)):
            had[w].append(trace)
            if step.minutes[1] > last:
                asked[w] = step.cut((last, step.minutes[1]))
                continue
            whole, had[w] = Trace.joined(had[w]), []
            try:
                asked[w] = going[w].send(whole)
            except StopIteration:
                asked[w] = None
