"""The console's web server, in a thread of its own so that the other parts keep theirs."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI
from sse_starlette.sse import AppStatus

from core.errors import Fatal, Misconfigured, Mistake

_START_S = 20.0
_STOP_S = 4.0
"""The whole program must end within five seconds of Ctrl-C."""


class ConsoleServer:
    """Serves the application until it is stopped.

    Args:
        app: What answers.
        host: Where it listens.
        port: Its port.
        proxies: Addresses and networks that are believed when they say for whom they ask; throttles
            and limits count by that address.
    """

    def __init__(self, app: FastAPI, host: str, port: int, *, proxies: Sequence[str] = ()) -> None:
        self._server = uvicorn.Server(
            uvicorn.Config(
                app, host=host, port=port, log_level="warning", access_log=False,
                timeout_graceful_shutdown=2, server_header=False,
                # Said even where empty: uvicorn would take a variable of its own, or loopback.
                proxy_headers=bool(proxies), forwarded_allow_ips=list(proxies),
            )
        )  # fmt: skip
        self._host, self._port = host, port
        self._socket: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, name="console", daemon=True)

    def start(self) -> None:
        """Serve, and return once requests are answered.

        Raises:
            Misconfigured: It cannot listen there.
        """
        AppStatus.should_exit = False
        self._socket = self._listening()
        self._thread.start()
        until = time.monotonic() + _START_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                raise Fatal("the console did not start; the log says why")
            time.sleep(0.02)

    def stop(self) -> None:
        """End streams and requests, then the thread."""
        # Without uvicorn's own signal handler nobody else tells the streams to end.
        AppStatus.should_exit = True
        self._server.should_exit = True
        self._thread.join(_STOP_S)
        AppStatus.should_exit = False  # it is one for the whole process: others stream on

    def _listening(self) -> socket.socket:
        # Not by uvicorn, which would only end its own thread.
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            return socket.create_server((self._host, self._port), family=family, backlog=2048)
        except OSError as error:
            what = f"the console cannot listen on {self._host}:{self._port}: {error.strerror}"
            expected = "a free port, and an address of this machine"
            raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)]) from error

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket] if self._socket else None)
