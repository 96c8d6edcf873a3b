"""A broker in process (amqtt, MQTT 3.1.1): nothing to install for the demo, tests and one machine.

What it cannot do (docs/wire-contract.md): no shared subscriptions, sessions and retained
messages end with the process, and a message unacknowledged for 5 s is not sent again. The
confirmed outbox makes that harmless for our own edges; foreign devices need Mosquitto.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import socket
import threading
from collections.abc import ItemsView, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from amqtt.adapters import ReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action, BrokerConfig, ListenerConfig, ListenerType
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from core import topics
from core.errors import Misconfigured, Mistake

_log = structlog.get_logger(__name__)
_SHUTDOWN_S = 1.0
_START_S = 10.0
_OPENING_S = 10.0
_LONGEST_CONNECT = 2 * 2**20  # a will is the largest part, and no payload of ours is above 1 MiB
_MQTT_311 = 4
_UNSUPPORTED_VERSION = bytes([0x20, 2, 0, 1])
_PLUGINS = "adapters.mqtt.embedded"


class PasswordPlugin(BaseAuthPlugin):
    """Lets in whom the broker was told of; nobody without a password."""

    @dataclass
    class Config:
        """What amqtt fills in."""

        users: dict[str, str] = field(default_factory=dict)

    async def authenticate(self, *, session: Session) -> bool | None:
        """Compare in constant time. In memory, since hashing would stall the broker's loop."""
        users: Mapping[str, str] = self.config.users
        expected = users.get(session.username or "")
        if expected is None:
            return False
        return hmac.compare_digest(expected.encode(), (session.password or "").encode())


class PrefixPlugin(BaseTopicPlugin):
    """Keeps gateways to their own topics; only ingest may confirm."""

    @dataclass
    class Config:
        """What amqtt fills in."""

        ingest: str = ""

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None,
        action: Action | None = None,
    ) -> bool | None:  # fmt: skip
        """Whether the user may publish or read there."""
        user = (session.username if session else None) or ""
        if user == self.config.ingest:
            return True
        parts = (topic or "").split("/")
        address = topics.parse("/".join([*parts[:2], "any", *parts[3:]]))
        if address is None or address.gateway != user:
            allowed = False
        else:
            allowed = (address.channel == "confirm") is (action is not Action.PUBLISH)
        if not allowed:
            _log.warning("mqtt topic refused", user=user, topic=topic, action=str(action))
        return allowed


class _Snapshots(dict[str, list[tuple[Session, int]]]):
    """Subscriptions that may change while amqtt walks over them.

    It awaits within such walks, so that a client that subscribes meanwhile would end them by
    an error: the message would reach nobody else, or the session that resumes would be cut.
    """

    def __iter__(self) -> Iterator[str]:
        return iter(list(super().__iter__()))

    def items(self) -> ItemsView[str, list[tuple[Session, int]]]:  # type: ignore[override]
        return dict(super().items()).items()


class _Opened(ReaderAdapter):
    """A connection whose first packet has been read already."""

    def __init__(self, first: bytes, reader: asyncio.StreamReader) -> None:
        self._first, self._reader = first, reader

    async def read(self, n: int = -1) -> bytes:
        if self._first:
            taken, self._first = self._first[:n], self._first[n:]
            return taken if len(taken) == n else taken + await self.read(n - len(taken))
        return await (self._reader.read(n) if n < 0 else self._reader.readexactly(n))

    def feed_eof(self) -> None:
        self._reader.feed_eof()


async def _opening(reader: asyncio.StreamReader) -> tuple[bytes, int]:
    """The first packet, and the protocol level it asks for."""
    head = bytearray(await reader.readexactly(2))
    while head[-1] & 0x80 and len(head) < 5:  # noqa: PLR2004 at most four bytes of length
        head += await reader.readexactly(1)
    length = sum((byte & 0x7F) << (7 * i) for i, byte in enumerate(head[1:]))
    body = await reader.readexactly(min(length, _LONGEST_CONNECT))
    name_end = 2 + int.from_bytes(body[:2], "big")
    return bytes(head + body), body[name_end] if len(body) > name_end else 0


class EmbeddedBroker:
    """amqtt in a thread with a loop of its own, on the loopback.

    Args:
        port: To listen on; 0 takes a free one, see :attr:`port`.
        folder: For its files; made where absent. (amqtt keeps nothing on disk so far.)
        users: Password by user. A session without a user would get no offline queue.
        ingest: The user who alone may publish confirmations and read every gateway; each
            other user is a gateway and may use only its own topics. None lets everyone do
            everything.
        host: Address to bind.

    Raises:
        Misconfigured: ``ingest`` is not one of the users.
    """

    def __init__(
        self,
        port: int = 0,
        folder: Path | None = None,
        users: Mapping[str, str] | None = None,
        *,
        ingest: str | None = "ingest",
        host: str = "127.0.0.1",
    ) -> None:
        self._users = dict(users or {})
        if ingest is not None and ingest not in self._users:
            what = f"the embedded broker has no user '{ingest}', who alone may confirm batches"
            expected = "a password for that user, or another name as `ingest`"
            raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])
        self._wanted, self._host, self._ingest, self._folder = port, host, ingest, folder
        self._port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Where it listens; known after :meth:`start`."""
        return self._port

    def start(self) -> None:
        """Listen; returns when connections are accepted.

        Raises:
            Misconfigured: The port is taken or may not be used.
        """
        if self._thread is not None:
            return
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        listener = self._bind()
        self._port = int(listener.getsockname()[1])
        _quiet()
        started: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(listener, started), name="mqtt-broker", daemon=True
        )
        self._thread.start()
        started.result(_START_S)

    def stop(self) -> None:
        """End all connections and the thread, within about a second."""
        thread, self._thread = self._thread, None
        if thread is None or self._loop is None or self._stop is None:
            return
        with contextlib.suppress(RuntimeError):  # the loop may have ended by itself
            self._loop.call_soon_threadsafe(self._stop.set)
        thread.join(_SHUTDOWN_S * 4)

    def _bind(self) -> socket.socket:
        try:
            return socket.create_server((self._host, self._wanted), backlog=128)
        except OSError as error:
            what = f"cannot listen on {self._host}:{self._wanted}: {error.strerror}"
            expected = "a free port; another broker, or another Plantroom, may be running"
            raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)]) from error

    def _run(self, listener: socket.socket, started: Future[None]) -> None:
        try:
            asyncio.run(self._serve(listener, started))
        except BaseException as error:  # noqa: BLE001 the starter is told, whatever it was
            if not started.done():
                started.set_exception(error)
            else:
                _log.exception("embedded broker ended")
        finally:
            listener.close()

    async def _serve(self, listener: socket.socket, started: Future[None]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(_report)
        broker = Broker(self._config())
        broker._subscriptions = _Snapshots()  # noqa: SLF001 there is no other way to mend it
        await broker.start()
        connections: set[asyncio.Task[None] | None] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            connections.add(task)
            # asyncio does so only for sockets that name their protocol, which an accepted one
            # does not: each answer would wait 40 ms for the other side's delayed ACK.
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                first, level = await asyncio.wait_for(_opening(reader), _OPENING_S)
                if level == _MQTT_311:
                    opened = _Opened(first, reader)
                    await broker.external_connected(opened, StreamWriterAdapter(writer), "default")
                else:
                    # amqtt would wait for ever for the rest of what it takes for a 3.1.1 packet.
                    writer.write(_UNSUPPORTED_VERSION)
                    await writer.drain()
            except (asyncio.CancelledError, OSError, TimeoutError, asyncio.IncompleteReadError):
                pass  # ended by us or by the other side: nothing to report
            finally:
                connections.discard(task)
                writer.close()

        server = await asyncio.start_server(connected, sock=listener)
        started.set_result(None)
        await self._stop.wait()
        server.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(broker.shutdown(), _SHUTDOWN_S)
        left = [task for task in connections if task is not None]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _config(self) -> BrokerConfig:
        plugins: dict[str, dict[str, object]] = {
            f"{_PLUGINS}.PasswordPlugin": {"users": self._users}
        }
        if self._ingest is not None:
            plugins[f"{_PLUGINS}.PrefixPlugin"] = {"ingest": self._ingest}
        # External: the socket is ours, so that a taken port is told in words.
        listener = ListenerConfig(type=ListenerType.EXTERNAL, max_connections=-1)
        return BrokerConfig(listeners={"default": listener}, plugins=plugins)


def _report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    _log.warning(
        "embedded broker", what=context.get("message"), error=repr(context.get("exception"))
    )


def _quiet() -> None:
    """Silence amqtt where nobody asked for its log: it reports each late acknowledgement."""
    for name in ("amqtt", "transitions"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.CRITICAL)
