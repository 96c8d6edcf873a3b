"""A GSM modem at a serial line: rings, and sends the text as a short message. AT commands.

What works when the network of the campus does not: a P1 may be the very switch that is dark.
"""

from __future__ import annotations

import os
import re
import select
import termios
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Retryable
from workorders.notify.letter import Letter
from workorders.notify.sender import NoSuchAddress

_NUMBER = re.compile(r"^\+?[0-9]{3,20}$")
_PART = 70
"""Characters of a short message in UCS-2 (3GPP TS 23.040); longer ones come in parts."""
_MOST_PARTS = 3
_ANSWER_S = 10.0
_SMS_S = 60.0
"""A network may take this long to take a message. [s]"""
_RINGS_S = 30.0
"""Rung before the modem hangs up: who has not picked up by then reads the message. [s]"""
_END, _STOP = b"\x1a", b"\x1b"


class Modem:
    """Rings a number and sends it the text.

    Args:
        device: Of the serial line, set to its speed by the system.
        ring_s: How long it rings at most. [s]
    """

    name = "modem"
    most_bytes = 600
    a_minute = 0

    def __init__(self, device: Path, *, ring_s: float = _RINGS_S) -> None:
        self._device = device
        self._ring_s = ring_s
        self._one = threading.Lock()

    def send(self, address: str, letter: Letter) -> None:
        """The message first, then the ring that makes somebody read it.

        Raises:
            NoSuchAddress: That is no number.
            Retryable: The modem is away, or its network took neither.
        """
        if not _NUMBER.match(address):
            raise NoSuchAddress(f"{address} is no telephone number")
        with self._one, self._opened() as line:
            line.ask("ATE0")
            line.ask("AT+CMGF=1")
            line.ask('AT+CSCS="UCS2"')
            line.ask("AT+CSMP=17,167,0,8")
            for part in _parts(f"{letter.title}\n{letter.body}".strip()):
                line.message(address, part)
            line.ring(address, self._ring_s)

    @contextmanager
    def _opened(self) -> Iterator[_Line]:
        try:
            fd = os.open(self._device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as why:
            raise Retryable(f"the modem is away: {why.strerror}") from why
        try:
            tty.setraw(fd)
            termios.tcflush(fd, termios.TCIFLUSH)
            yield _Line(fd)
        except (OSError, termios.error) as why:
            raise Retryable(f"the modem broke off: {why}") from why
        finally:
            os.close(fd)


class _Line:
    """Commands and answers."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._heard = b""

    def ask(self, command: str, seconds: float = _ANSWER_S) -> None:
        """A command that must be answered OK."""
        self._say(command.encode("ascii") + b"\r")
        said = self._hear(seconds, b"OK", b"ERROR")
        if said != b"OK":
            raise Retryable(f"the modem answered {said.decode(errors='replace')} to {command[:12]}")

    def message(self, number: str, text: str) -> None:
        """A short message, text and number in UCS-2."""
        self._say(f'AT+CMGS="{_ucs2(number)}"\r'.encode("ascii"))
        if self._hear(_ANSWER_S, b">", b"ERROR") != b">":
            self._say(_STOP)
            raise Retryable("the modem takes no short message")
        self._say(_ucs2(text).encode("ascii") + _END)
        if self._hear(_SMS_S, b"OK", b"ERROR") != b"OK":
            raise Retryable("the network did not take the short message")

    def ring(self, number: str, seconds: float) -> None:
        """Rings until somebody picks up or rejects, or the time is over, and hangs up."""
        self._say(f"ATD{number};\r".encode("ascii"))
        said = self._hear(_ANSWER_S, b"OK", b"NO CARRIER", b"NO DIALTONE", b"ERROR")
        if said in {b"ERROR", b"NO DIALTONE"}:
            raise Retryable(f"it could not ring: {said.decode(errors='replace')}")
        if said == b"OK":
            try:
                self._hear(seconds, b"NO CARRIER", b"BUSY", b"NO ANSWER")
            except Retryable:
                self.ask("ATH")

    def _say(self, sent: bytes) -> None:
        while sent:
            select.select([], [self._fd], [], _ANSWER_S)
            sent = sent[os.write(self._fd, sent) :]

    def _hear(self, seconds: float, *wanted: bytes) -> bytes:
        """The first of some words that comes; what came with it is done with."""
        until = time.monotonic() + seconds
        while True:
            for word in wanted:
                if word in self._heard:
                    self._heard = self._heard.split(word, maxsplit=1)[1]
                    return word
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._fd], [], [], left)[0]:
                raise Retryable(f"the modem said nothing within {seconds:g} s")
            self._heard += os.read(self._fd, 4096)


def _parts(text: str) -> list[str]:
    """A text as short messages."""
    return [text[n : n + _PART] for n in range(0, min(len(text), _PART * _MOST_PARTS), _PART)]


def _ucs2(text: str) -> str:
    """As hexadecimal UCS-2, which every modem takes; what lies beyond it is a mark."""
    plain = "".join(c if ord(c) <= 0xFFFF else "?" for c in text)  # noqa: PLR2004
    return plain.encode("utf-16-be").hex().upper()
