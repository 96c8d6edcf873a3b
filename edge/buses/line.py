"""A line of bytes to meters: a serial port, or a serial device server reached over TCP."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from typing import Protocol

from adapters.sites.devicekeys import BusKeys, SerialKeys
from core.errors import Retryable

_CONNECT_S = 5.0
_CHUNK = 4096
METER_LINE = SerialKeys(baud=2400)
"""What is assumed behind a device server of which nothing is said: 2400 8E1, as DL/T 645-2007,
CJ/T 188 and M-Bus begin."""


class Line(Protocol):
    """Bytes out and in; opened by the first sending. Of its bus's thread alone."""

    byte_s: float
    """Time of one byte on the wire. [s]"""
    collects: bool
    """Whether an answer may come in one piece when it has ended: device servers do that."""

    def send(self, data: bytes) -> float:
        """Send, and say how long it is still on its way to the wire. [s]

        Raises:
            Retryable: The line cannot be opened, or broke.
        """
        ...

    def receive(self, timeout_s: float) -> bytes:
        """What comes within a time; empty where nothing does. [s]

        Raises:
            Retryable: The line broke.
        """
        ...

    def renew(self, silent_s: float) -> None:
        """After a question without its answer: let nothing late be taken for the next one.

        Args:
            silent_s: Up to when a late answer may still come. [s]
        """
        ...

    def close(self) -> None:
        """Release it."""
        ...


def line_of(bus: BusKeys) -> Line:
    """The line of a bus; not opened yet."""
    serial = bus.serial or METER_LINE
    byte_s = serial.bits_a_byte / serial.baud
    if bus.tcp is not None:
        return TcpLine(bus.tcp, byte_s)
    return SerialLine(serial, byte_s)


def byte_time_s(bus: BusKeys) -> float:
    """Time of one byte on the wire of a bus. [s]"""
    serial = bus.serial or METER_LINE
    return serial.bits_a_byte / serial.baud


class TcpLine:
    """Through a serial device server.

    Args:
        place: ``host:port``.
        byte_s: Time of one byte on the line behind it. [s]
    """

    collects = True

    def __init__(self, place: str, byte_s: float) -> None:
        self.byte_s = byte_s
        self._place = place
        host, _, port = place.rpartition(":")
        self._at = (host.strip("[]"), int(port))
        self._socket: socket.socket | None = None

    def send(self, data: bytes) -> float:
        try:
            if self._socket is None:
                self._socket = socket.create_connection(self._at, timeout=_CONNECT_S)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(data)
        except OSError as error:
            raise self._broken(error) from error
        return len(data) * self.byte_s

    def receive(self, timeout_s: float) -> bytes:
        if self._socket is None:
            return b""
        try:
            if not select.select([self._socket], [], [], max(0.0, timeout_s))[0]:
                return b""
            data = self._socket.recv(_CHUNK)
        except OSError as error:
            raise self._broken(error) from error
        if not data:
            raise self._broken("the other side closed it")
        return data

    def renew(self, silent_s: float) -> None:  # noqa: ARG002 - what comes late, comes nowhere
        self.close()

    def close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None

    def _broken(self, why: object) -> Retryable:
        self.close()
        return Retryable(f"no line to {self._place}: {why}")


class SerialLine:
    """A serial port of this machine.

    Args:
        keys: Port, speed and parity.
        byte_s: Time of one byte. [s]
    """

    collects = False

    def __init__(self, keys: SerialKeys, byte_s: float) -> None:
        import serial  # noqa: PLC0415 - only where there is a port

        self.byte_s = byte_s
        self._port = serial.Serial(
            port=None, baudrate=keys.baud, bytesize=keys.bits, parity=keys.parity,
            stopbits=keys.stop, timeout=0, write_timeout=_CONNECT_S, exclusive=True,
        )  # fmt: skip
        self._port.port = keys.port

    @property
    def settings(self) -> tuple[int, int, str, int]:
        """Speed, data bits, parity and stop bits that the port is opened with."""
        port = self._port
        return port.baudrate, port.bytesize, port.parity, port.stopbits

    def send(self, data: bytes) -> float:
        try:
            if not self._port.is_open:
                self._port.open()
            self._port.write(data)
            self._port.flush()  # waits until the wire has it
        except Exception as error:  # OSError, ValueError, termios.error: each system has its own
            raise self._broken(error) from error
        return 0.0

    def receive(self, timeout_s: float) -> bytes:
        if not self._port.is_open:
            return b""
        try:
            self._port.timeout = max(0.0, timeout_s)
            first = bytes(self._port.read(1))
            return first + bytes(self._port.read(self._port.in_waiting)) if first else b""
        except (OSError, TypeError) as error:  # TypeError: closed by the system while it reads
            raise self._broken(error) from error

    def renew(self, silent_s: float) -> None:
        end = time.monotonic() + silent_s
        while (left := end - time.monotonic()) > 0:
            self.receive(left)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._port.close()

    def _broken(self, why: object) -> Retryable:
        self.close()
        return Retryable(f"no line to {self._port.port}: {why}")
