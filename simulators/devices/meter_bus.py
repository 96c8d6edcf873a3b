"""A line with meters on it, as a serial port or behind a device server: right, or wrong on purpose.

All meters hear every question; those that answer together destroy each other's bytes, as on
the wire.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

HOST = "127.0.0.1"
_CHUNK = 4096
_LOOK_S = 0.2
_PIECE = 8
"""Bytes that a serial port's chip holds back at the most before it gives them."""
_LONGEST = 512
"""Bytes of a question at the most; what is longer is noise."""

Cut = Callable[[bytes], tuple[bytes, bytes] | None]
"""The first whole question in what was heard, and what is behind it; None where none is whole."""


class SimulatedMeter(Protocol):
    """One meter on a line."""

    faults: MeterFaults

    def answer(self, question: bytes) -> bytes | None:
        """What it says to a question; None where it is not meant or says nothing."""
        ...


@dataclass
class MeterFaults:
    """What goes wrong with one meter; may be changed while it serves.

    Attributes:
        dead: It does not answer.
        late_s: How late the next answers come, one each. [s]
        garbage: Bytes sent instead of the next answers, one each.
        wrong_sums: How many of the next answers have a wrong sum.
        cut: How many bytes are missing at the end of the next answers, one each.
        lost: How many of the next answers are lost on the line, though the meter gave them.
    """

    dead: bool = False
    late_s: list[float] = field(default_factory=list)
    garbage: list[bytes] = field(default_factory=list)
    wrong_sums: int = 0
    cut: list[int] = field(default_factory=list)
    lost: int = 0

    def spoil(self, answer: bytes) -> tuple[float, bytes]:
        """When and what really goes out on the line. [s]"""
        if self.lost:
            self.lost -= 1
            answer = b""
        if self.garbage:
            answer = self.garbage.pop(0)
        if self.wrong_sums:
            self.wrong_sums -= 1
            answer = answer[:-2] + bytes([answer[-2] ^ 0x55]) + answer[-1:]
        if self.cut:
            answer = answer[: -self.cut.pop(0)]
        return self.late_s.pop(0) if self.late_s else 0.0, answer


class MeterBus:
    """Meters of one protocol on one line, served over TCP, or at the end of a serial line.

    Args:
        meters: All on it.
        cut: How questions are found.
        echo: Whether the line sends questions back, as a two-wire converter does.
        wake_ups: FE sent before each answer.
        serial_port: Path of a serial port, instead of TCP.
        port: TCP port; any free one for 0.
        byte_s: Time of a byte on the line; 0 for a line that takes none. [s]
        in_pieces: Whether an answer comes as the line carries it, and not in one piece at its end.
    """

    def __init__(
        self, meters: Sequence[SimulatedMeter], cut: Cut, *, echo: bool = False,
        wake_ups: int = 4, serial_port: str | None = None, port: int = 0, byte_s: float = 0.0,
        in_pieces: bool = False,
    ) -> None:  # fmt: skip
        self.meters = list(meters)
        self.asked: list[bytes] = []
        """Every question heard."""
        self.connections = 0
        self._cut, self._echo, self._wake, self._byte_s = cut, echo, b"\xfe" * wake_ups, byte_s
        self._serial_port, self.port, self._in_pieces = serial_port, port, in_pieces
        self._heard = b""
        self._out: list[tuple[float, int, bytes]] = []
        self._order = itertools.count()
        self._fd: int | None = None
        self._client: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="meter-bus", daemon=True)

    @property
    def endpoint(self) -> str:
        """``host:port`` of the device server."""
        return f"{HOST}:{self.port}"

    def __enter__(self) -> Self:
        if self._serial_port is not None:
            self._fd = os.open(self._serial_port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        else:
            self._listener = socket.create_server((HOST, self.port))
            self.port = self._listener.getsockname()[1]
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        for end in (self._client, self._listener):
            if end is not None:
                end.close()
        if self._fd is not None:
            os.close(self._fd)

    def hang_up(self) -> None:
        """Close the client's connection, as a device server does when it restarts."""
        client = self._client
        if client is not None:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def hear(self, data: bytes) -> None:
        """Take bytes from the line; answers go out when they are due."""
        if self._echo:
            self._send_at(time.monotonic(), data)
        self._heard = (self._heard + data)[-_LONGEST:]
        while (found := self._cut(self._heard)) is not None:
            question, self._heard = found
            self.asked.append(question)
            self._answer(question)

    def _answer(self, question: bytes) -> None:
        spoken = [
            meter.faults.spoil(said)
            for meter in self.meters
            if (said := meter.answer(question)) is not None and not meter.faults.dead
        ]
        if not spoken:
            return
        late_s = min(late for late, _ in spoken)
        said = collided([part for _, part in spoken])
        # An acknowledgement of one byte has nothing before it.
        said = self._wake + said if len(said) > 1 else said
        begun = time.monotonic() + late_s + len(question) * self._byte_s
        step = _PIECE if self._in_pieces else max(1, len(said))
        for start in range(0, len(said), step):
            piece = said[start : start + step]
            self._send_at(begun + (start + len(piece)) * self._byte_s, piece)

    def _send_at(self, when: float, data: bytes) -> None:
        heapq.heappush(self._out, (when, next(self._order), data))

    def _run(self) -> None:
        while not self._stopping.is_set():
            due = self._out[0][0] - time.monotonic() if self._out else _LOOK_S
            watched = [end for end in (self._fd, self._listener, self._client) if end is not None]
            for ready in select.select(watched, [], [], min(_LOOK_S, max(0.0, due)))[0]:
                if ready is self._listener:
                    self._accept()
                else:
                    self._take()
            while self._out and self._out[0][0] <= time.monotonic():
                self._give(heapq.heappop(self._out)[2])

    def _accept(self) -> None:
        """A new client takes the place of the one before, as a device server has one."""
        assert self._listener is not None  # noqa: S101 - it was ready
        if self._client is not None:
            self._client.close()
        self._client, _ = self._listener.accept()
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections += 1
        self._heard = b""

    def _take(self) -> None:
        data = b""
        with contextlib.suppress(OSError):
            if self._fd is not None:
                data = os.read(self._fd, _CHUNK)
            elif self._client is not None:
                data = self._client.recv(_CHUNK)
        if data:
            self.hear(data)
        elif self._client is not None:
            self._client.close()
            self._client = None

    def _give(self, data: bytes) -> None:
        """Whoever is connected now gets it, also what was asked before it came."""
        with contextlib.suppress(OSError):
            if self._fd is not None:
                os.write(self._fd, data)
            elif self._client is not None:
                self._client.sendall(data)


def collided(answers: Sequence[bytes]) -> bytes:
    """What is heard when several speak at once: a 0 of any of them wins over the others' 1."""
    longest = max(len(answer) for answer in answers)
    heard = (1 << 8 * longest) - 1
    for answer in answers:
        heard &= int.from_bytes(answer.ljust(longest, b"\xff"), "big")
    return heard.to_bytes(longest, "big")
