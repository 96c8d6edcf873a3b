"""A serial line of two ends without hardware: two pseudo-terminals, copied into each other."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import threading
import tty
from typing import Self

_CHUNK = 4096
_LOOK_S = 0.2


class PtyPair:
    """Two ends, each with a path that opens like a serial port. Linux and macOS.

    Attributes:
        ends: Their paths.
    """

    def __init__(self) -> None:
        pairs = [pty.openpty() for _ in range(2)]
        self._masters = [master for master, _ in pairs]
        # Our own handle keeps an end alive while nobody else has it open.
        self._slaves = [slave for _, slave in pairs]
        for fd in (*self._masters, *self._slaves):
            tty.setraw(fd)
        self.ends = (os.ttyname(self._slaves[0]), os.ttyname(self._slaves[1]))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._copy, name="pty-pair", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        for fd in (*self._masters, *self._slaves):
            with contextlib.suppress(OSError):
                os.close(fd)

    def _copy(self) -> None:
        other = dict(zip(self._masters, reversed(self._masters), strict=True))
        while not self._stopping.is_set():
            for fd in select.select(self._masters, [], [], _LOOK_S)[0]:
                with contextlib.suppress(OSError):
                    os.write(other[fd], os.read(fd, _CHUNK))
