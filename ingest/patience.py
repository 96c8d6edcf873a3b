"""The one place that tries again: what failed for now is repeated until it is durable."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import structlog

from core.errors import PlantroomError, Retryable

T = TypeVar("T")
log = structlog.get_logger(__name__)

FIRST_S = 0.1
MOST_S = 5.0
"""Pause between tries: shorter hammers a store that is starting up, longer leaves it idle
while the outboxes of the campus fill."""


class Interrupted(PlantroomError):
    """Told to stop while waiting; what was under way stays the broker's and the edge's."""


class Patience:
    """Repeats calls that raise :class:`core.errors.Retryable`, with growing pauses.

    Args:
        waiting: Called before each pause: who depends on us may be told to rest.

    Attributes:
        away: Told True before each pause, and False by the first call that works.
    """

    def __init__(self, waiting: Callable[[], None]) -> None:
        self._waiting = waiting
        self.away: Callable[[bool], None] = lambda _: None
        self._stopped = threading.Event()
        self.retries = 0

    def run(self, call: Callable[[], T], what: str) -> T:
        """The call's answer, however often it takes.

        Raises:
            Interrupted: :meth:`stop` was called meanwhile.
            Fatal: As the call does.
        """
        pause = FIRST_S
        while True:
            try:
                answer = call()
            except Retryable as error:
                self.retries += 1
                self.away(True)
                log.warning("will try again", what=what, error=str(error), pause_s=pause)
                self._waiting()
                if self._stopped.wait(min(max(pause, error.retry_after_s), MOST_S)):
                    raise Interrupted(what) from error
                pause = min(2 * pause, MOST_S)
            else:
                self.away(False)
                return answer

    def stop(self) -> None:
        """End the pause that is under way, and every later one."""
        self._stopped.set()
