"""One device on its bus over time: when it is due, whether it answers, what is known of it."""

from __future__ import annotations

from core.clock import Clock
from edge.buses.device import Device
from edge.buses.pace import Pace

DEAD_AFTER = 2
"""Polls without an answer until a device is dead: one may be a disturbance."""
DEAD_EVERY_S = 60.0
"""A dead device is asked once a minute: more would slow its neighbours, less be slow to see it."""


ASKED_AGAIN_S = 5.0
"""One lost answer is asked for again as soon as this: within it a box that was busy is free again
(4 s of a stalled machine were met), while a device that fell off costs its neighbours two time-outs
in all before it is dead. A minute would be a minute without readings for one lost datagram."""


class Member:
    """The state of one device; of its bus's thread, but for :attr:`last_good` and :attr:`error`.

    Args:
        device: Which.
        pace: How long it may take.
        due: When it is polled first, monotonic. [s]
        clock: The run clock, for the time of the last good read.
    """

    def __init__(self, device: Device, pace: Pace, due: float, clock: Clock) -> None:
        self.device, self.pace, self.due = device, pace, due
        self._slot = due
        self.last_good: int | None = None
        self.error: str | None = None
        self.proved = not device.template.proof
        self.late = 0
        self._clock = clock
        self._misses = 0
        self._again = False
        self._excused = False

    @property
    def dead(self) -> bool:
        """Whether it is asked only once a minute."""
        return self._misses >= DEAD_AFTER

    def heard(self) -> None:
        """It gave values."""
        self.last_good = self._clock.now()

    def answered(self) -> None:
        """It gave all that was wanted."""
        self.heard()
        self.error = None
        self._misses = 0
        self._again = False

    def failed(self, why: str, *, silent: bool, again: bool) -> None:
        """It gave none, or not all.

        Args:
            why: In words, for health.
            silent: Whether nothing at all came; it is dead after a while.
            again: Whether asking again soon may help.
        """
        self.error = why
        self._again = again
        if not silent:
            self._misses = 0
            return
        self._misses += 1
        self.pace.missed()
        if self.dead:
            # Somebody may have put another device in its place.
            self.proved = not self.device.template.proof

    def away(self, why: str) -> None:
        """Its line is away: that is no fault of its own, and no round of it counts as missed."""
        self.error = why
        self._excused = True

    def next_due(self, now: float) -> int:
        """When it is asked next: at its period, or sooner after one lost answer. now [s]

        Returns:
            How many of its rounds were left out because the bus was not free.
        """
        period = max(self.device.period_s, DEAD_EVERY_S) if self.dead else self.device.period_s
        missed = 0
        if self.due >= self._slot:
            self._slot += period
            missed = max(int((now - self._slot) // period) + 1, 0)
            self._slot += missed * period
            if self._excused:
                missed, self._excused = 0, False
            self.late += missed
        self.due = self._slot
        if self._again and not self.dead:
            # An hour of a meter that is read once an hour is not to hang on one answer. One that
            # answers nonsense may do so for days, and is asked no more often than a dead one.
            pause = ASKED_AGAIN_S if self._misses else DEAD_EVERY_S
            self.due = min(self._slot, now + pause)
        return missed
