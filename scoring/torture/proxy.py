"""A small HTTP proxy before InfluxDB that answers badly when told to."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import suppress
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from scoring.torture.processes import HOST

_SLOW_S = 1.5
"""Of each request: as long as a store that merges its files takes now and then."""
_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}


class Mood(Enum):
    """How the store seems to its clients."""

    WELL = auto()
    SLOW = auto()
    BUSY = auto()
    """503, and nothing was done."""
    DEAF = auto()
    """503, and all was done: what was stored is stored, and its client does not know."""
    CUT = auto()
    """Done, and the connection ends without an answer."""


class Proxy:
    """Listens on a port of its own until :meth:`stop`."""

    def __init__(self, port: int) -> None:
        self.mood = Mood.WELL
        self.spoilt = 0
        """Requests that were not simply passed on."""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                with suppress(OSError):  # whoever asked may have been killed meanwhile
                    _serve(proxy, port, self)

            do_GET = do_POST  # noqa: N815 as its base asks for it

            def log_message(self, *_: object) -> None:
                """Says nothing: what was spoilt is counted."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="torture-proxy", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End it and its connections."""
        self._server.shutdown()
        self._server.server_close()


def _serve(proxy: Proxy, port: int, asked: BaseHTTPRequestHandler) -> None:
    body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
    mood = proxy.mood
    proxy.spoilt += mood is not Mood.WELL
    if mood is Mood.BUSY:
        _answer(asked, 503, [("Retry-After", "1")], b'{"error":"busy"}')
        return
    if mood is Mood.SLOW:
        time.sleep(_SLOW_S)
    got = _passed(asked, port, body)
    if mood is Mood.CUT or got is None:
        _cut(asked)
    elif mood is Mood.DEAF:
        _answer(asked, 503, [("Retry-After", "1")], b'{"error":"busy"}')
    else:
        _answer(asked, *got)


def _passed(
    asked: BaseHTTPRequestHandler, port: int, body: bytes
) -> tuple[int, list[tuple[str, str]], bytes] | None:
    """The store's own answer; None where it is away."""
    store = http.client.HTTPConnection(HOST, port, timeout=30)
    headers = {k: v for k, v in asked.headers.items() if k.lower() not in _HOP}
    try:
        store.request(asked.command, asked.path, body, headers)
        answer = store.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        store.close()


def _answer(
    asked: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], body: bytes
) -> None:
    asked.send_response(status)
    for name, value in headers:
        if name.lower() not in _HOP:
            asked.send_header(name, value)
    asked.send_header("Content-Length", str(len(body)))
    asked.end_headers()
    asked.wfile.write(body)


def _cut(asked: BaseHTTPRequestHandler) -> None:
    asked.close_connection = True
    asked.connection.shutdown(socket.SHUT_RDWR)
