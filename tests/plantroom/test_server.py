"""The console's server answers when it has started, and ends with its streams."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from sse_starlette import EventSourceResponse

from core.errors import Misconfigured
from plantroom.server import ConsoleServer
from tests.servers import free_port, listening, wait_for


def app() -> FastAPI:
    """A page, and a stream that never ends by itself."""
    made = FastAPI()

    @made.get("/")
    def page() -> str:
        return "here"

    @made.get("/from")
    def address(request: Request) -> str:
        return request.client.host if request.client else ""

    @made.get("/live")
    async def live() -> EventSourceResponse:
        async def ticks() -> AsyncIterator[dict[str, str]]:
            while True:
                yield {"data": "tick"}
                await asyncio.sleep(0.1)

        return EventSourceResponse(ticks())

    return made


def test_it_answers_as_soon_as_it_has_started() -> None:
    port = free_port()
    server = ConsoleServer(app(), "127.0.0.1", port)
    server.start()
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
        assert answer.json() == "here"
        assert "server" not in answer.headers
    finally:
        server.stop()
    assert not listening(port)


def test_it_stops_within_seconds_though_somebody_listens_to_a_stream() -> None:
    port, heard = free_port(), threading.Event()
    server = ConsoleServer(app(), "127.0.0.1", port)
    server.start()

    def listen() -> None:
        # A stream that is cut is what browsers connect again for.
        with (
            contextlib.suppress(httpx.RemoteProtocolError),
            httpx.stream("GET", f"http://127.0.0.1:{port}/live", trust_env=False) as stream,
        ):
            for line in stream.iter_lines():
                if line:
                    heard.set()

    listener = threading.Thread(target=listen)
    listener.start()
    wait_for(heard.is_set, "the stream")
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 4
    listener.join(5)
    assert not listener.is_alive()
    assert not listening(port)


def test_a_taken_port_is_said_and_nothing_hangs() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        server = ConsoleServer(app(), "127.0.0.1", port)
        with pytest.raises(Misconfigured, match=f"cannot listen on 127.0.0.1:{port}"):
            server.start()


def test_after_one_server_has_stopped_another_streams() -> None:
    for _ in range(2):
        port = free_port()
        server = ConsoleServer(app(), "127.0.0.1", port)
        server.start()
        with httpx.stream("GET", f"http://127.0.0.1:{port}/live", trust_env=False) as stream:
            assert next(line for line in stream.iter_lines() if line) == "data: tick"
        server.stop()


@pytest.mark.parametrize(
    ("proxies", "said", "counted"),
    [
        (["127.0.0.1"], "203.0.113.9", "203.0.113.9"),
        (["127.0.0.0/8"], "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (["10.8.0.1", "10.9.0.0/24"], "203.0.113.9", "127.0.0.1"),
        ([], "203.0.113.9", "127.0.0.1"),
    ],
    ids=["trusted", "what a stranger put before it", "another", "nobody"],
)
def test_a_proxy_says_for_whom_it_asks_where_it_is_trusted(
    monkeypatch: pytest.MonkeyPatch, proxies: list[str], said: str, counted: str
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # uvicorn's own, which nobody here means
    port = free_port()
    server = ConsoleServer(app(), "127.0.0.1", port, proxies=proxies)
    server.start()
    try:
        forged = {"X-Forwarded-For": said}
        answer = httpx.get(f"http://127.0.0.1:{port}/from", headers=forged, trust_env=False)
        assert answer.json() == counted
    finally:
        server.stop()
