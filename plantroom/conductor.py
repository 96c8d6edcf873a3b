"""Fast time, in steps: the run clock moves on only when every part has finished the step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.clock import HOUR_MS, SteppedClock
from core.errors import Fatal

SETTLE_S = 120.0
"""How long one step may wait for its confirmations. Below ten seconds a busy machine would
fail a healthy run; above some minutes a broken one would look alive."""


class SteppedAgent(Protocol):
    """What the conductor needs of an edge agent."""

    def step(self, until: int) -> object:
        """Read the devices up to a time, commit, publish."""
        ...

    def wait_settled(self, timeout_s: float) -> bool:
        """Whether ingest has confirmed everything within the time."""
        ...


class Stepped(Protocol):
    """A part that does what is due at a time."""

    def step(self, now: int) -> object:
        """Do it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Conductor:
    """Moves all parts of one run through time together.

    Attributes:
        clock: The run clock, shared by all parts.
        world: Moves the simulated campus to a time; replays have none.
        agents: Edge agents.
        parts: Analytics, work orders, crew: in the order of a reading's way.
        after: Called when a step is finished, with its time.
    """

    clock: SteppedClock
    agents: Sequence[SteppedAgent]
    parts: Sequence[Stepped]
    world: Callable[[int], None] | None = None
    after: Callable[[int], None] | None = None

    def step(self, to: int) -> None:
        """One step: everything that happens until ``to``, to its end.

        Raises:
            Fatal: Readings were not confirmed in time: going on would judge without them.
        """
        if self.world is not None:
            self.world(to)
        self.clock.advance(to)
        for agent in self.agents:
            agent.step(to)
        for agent in self.agents:
            if not agent.wait_settled(SETTLE_S):
                msg = f"readings up to {to} were not confirmed within {SETTLE_S:.0f} s"
                raise Fatal(msg)
        for part in self.parts:
            part.step(to)
        if self.after is not None:
            self.after(to)

    def run(self, start: int, end: int, *, step_ms: int = HOUR_MS) -> None:
        """Steps from a time to another."""
        at = start
        while at < end:
            at = min(at + step_ms, end)
            self.step(at)
