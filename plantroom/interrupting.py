"""Ctrl-C that is never lost: it raises, and is remembered where the exception went astray."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def remembered() -> Iterator[threading.Event]:
    """Within it, an event that is set once Ctrl-C was pressed; look at it between steps.

    ``KeyboardInterrupt`` is raised as ever, so that whatever waits wakes up. Raised while the
    interpreter runs a finaliser or a weak reference's callback it is dropped, and the program
    goes on as if nobody had asked: thousands of objects die in a step of the campus.

    Raises:
        KeyboardInterrupt: Wherever the main thread is.
    """
    asked = threading.Event()

    def wake(number: int, frame: FrameType | None) -> None:
        asked.set()
        signal.default_int_handler(number, frame)

    def dropped(what: sys.UnraisableHookArgs, /) -> None:
        if not issubclass(what.exc_type, KeyboardInterrupt):
            told(what)

    told, sys.unraisablehook = sys.unraisablehook, dropped
    before = signal.signal(signal.SIGINT, wake)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
        sys.unraisablehook = told
