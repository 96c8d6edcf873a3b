"""Sessions for tests: a listener that remembers, a session that is stopped in the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from adapters.mqtt import Session
from core.ports import Message, Will
from tests.adapters.mqtt.conftest import USERS

DIRECT: ContextVar[bool] = ContextVar("DIRECT", default=False)
"""Which client sessions of a test speak by: paho, or our own."""


class Heard:
    """Remembers what a session told, and acknowledges where asked to."""

    def __init__(self, *, acking: bool = True) -> None:
        self.messages: list[Message] = []
        self.connections: list[bool] = []
        self.acking = acking
        self.gate = threading.Event()
        self.gate.set()

    def message(self, message: Message) -> None:
        self.gate.wait(30)
        self.messages.append(message)
        if self.acking:
            message.ack()

    def connected(self, session_present: bool) -> None:  # noqa: FBT001 as in the port
        self.connections.append(session_present)

    @property
    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.messages]


@contextmanager
def session(
    port: int,
    user: str,
    filters: tuple[str, ...] = (),
    heard: Heard | None = None,
    *,
    will: Will | None = None,
    password: str | None = None,
    receive_maximum: int = 1000,
    direct: bool | None = None,
) -> Iterator[Session]:
    """A started session of one of the broker's users."""
    made = Session(
        "127.0.0.1", port, user, username=user, password=password or USERS[user],
        reconnect_cap_s=0.2, receive_maximum=receive_maximum,
        direct=DIRECT.get() if direct is None else direct,
    )  # fmt: skip
    heard = heard or Heard()
    made.listen(filters, heard.message, heard.connected, will=will)
    made.start()
    try:
        yield made
    finally:
        made.stop()
