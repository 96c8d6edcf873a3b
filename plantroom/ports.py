"""TCP ports: the wanted one, or the next that is free."""

from __future__ import annotations

import socket

from core.errors import Misconfigured, Mistake

_TRIES, _HIGHEST = 50, 65_535


def next_free(wanted: int, host: str = "127.0.0.1") -> int:
    """The wanted port, or the next free one above it.

    Raises:
        Misconfigured: None of fifty is free.
    """
    last = min(wanted + _TRIES - 1, _HIGHEST)
    for port in range(wanted, last + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise Misconfigured(
        [Mistake(file="", line=0, what=f"ports {wanted} to {last} are all taken",
                 expected="a free port; choose one with --port")]
    )  # fmt: skip
