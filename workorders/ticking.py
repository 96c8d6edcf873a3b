"""A thread that does something again and again until it is told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from core.errors import Retryable

LOG = logging.getLogger(__name__)
_JOIN_S = 30.0
"""A message on its way to a slow hook may take its time-out; longer would hold up a stop."""


class Ticking:
    """Calls something at intervals from a thread of its own; no error ends it.

    A thread that dies in silence would leave every later message unsent and every clock stopped.
    """

    def __init__(self, name: str, do: Callable[[], object]) -> None:
        self._name = name
        self._do = do
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it has been started and not stopped."""
        return self._thread is not None

    def start(self, every_s: float) -> None:
        """Begin, with the first call after one interval. [s]"""
        self._stop.clear()
        self._thread = threading.Thread(
            target=self._run, args=(every_s,), name=self._name, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End it after the call in hand; nothing where it does not run."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_JOIN_S)
            self._thread = None

    def _run(self, every_s: float) -> None:
        while not self._stop.wait(every_s):
            try:
                self._do()
            except Retryable as why:
                LOG.warning("%s waits: %s", self._name, why)
            except Exception:
                LOG.exception("a step of %s failed; tried again", self._name)
