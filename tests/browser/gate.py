"""TLS before a console, as a proxy gives it: it can be away, and it can lose an answer."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Self

_CHUNK = 1 << 16


class Gate:
    """Passes bytes on, decrypted, to a port of this machine.

    Attributes:
        port: Where it listens, whether it is open or not.
        lost: How many answers it has cut off after the console had given them.
    """

    def __init__(self, port: int, behind: int, certificate: Path, key: Path) -> None:
        self.port, self.lost = port, 0
        self._behind, self._marker = behind, b""
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate, key)
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gate", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.come()
        return self

    def __exit__(self, *_: object) -> None:
        self.go()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def come(self) -> None:
        """Be there."""
        self._do(self._listen())

    def go(self) -> None:
        """Be away: nobody is answered, and who was connected is no more."""
        self._do(self._end())

    def lose(self, marker: bytes) -> None:
        """Cut the answer to the next request that has this in its head."""
        self._marker = marker

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(5)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self._tls
        )

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self._behind)
            cut = asyncio.Event()
            await asyncio.gather(
                self._ask(reader, back, cut), self._answer(there, writer, cut),
                return_exceptions=True,
            )  # fmt: skip
        self._open.discard(writer)
        writer.transport.abort()

    async def _ask(
        self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, cut: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                if self._marker and self._marker in data:
                    self._marker = b""
                    cut.set()
                back.write(data)
                await back.drain()
        back.close()

    async def _answer(
        self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await there.read(_CHUNK):
                if cut.is_set():
                    self.lost += 1
                    break
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
