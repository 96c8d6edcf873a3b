"""A mail server of our own on loopback: of SMTP (RFC 5321) what one client at a time needs."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default


@dataclass
class Mailbox:
    """What came in, and whom the server does not know."""

    port: int = 0
    unknown: set[str] = field(default_factory=set)
    down: bool = False
    mails: list[tuple[list[str], Message]] = field(default_factory=list)


class Handler(socketserver.StreamRequestHandler):
    """One client's talk."""

    box: Mailbox

    def handle(self) -> None:
        """Until it says good-bye or goes away."""
        with contextlib.suppress(ConnectionError):
            self._talk()

    def _talk(self) -> None:
        if self.box.down:
            self._say("421 down for the night")
            return
        self._say("220 loopback ESMTP")
        self._to: list[str] = []
        while line := self.rfile.readline():
            verb = line.decode().strip().upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            self._say(self._answer(verb, line.decode()))

    def _answer(self, verb: str, line: str) -> str:
        if verb.startswith("RCPT TO:"):
            who = line.split("<")[1].split(">", maxsplit=1)[0]
            if who in self.box.unknown:
                return "550 no such user"
            self._to.append(who)
        elif verb == "DATA":
            self._say("354 go on")
            mail = message_from_bytes(self._data(), policy=default)
            self.box.mails.append((self._to, mail))
            self._to = []
        return "250 ok"

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def receiving() -> Iterator[Mailbox]:
    """A server of its own."""
    mine = Mailbox()
    handler = type("Mine", (Handler,), {"box": mine})
    with socketserver.TCPServer(("127.0.0.1", 0), handler) as server:
        mine.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield mine
        finally:
            server.shutdown()
            thread.join()
