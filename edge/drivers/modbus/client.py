"""One Modbus line by pymodbus: a question, its own answer, or an error that says why not."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Sequence

from pymodbus import FramerType, ModbusException
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.exceptions import ConnectionException
from pymodbus.pdu import ModbusPDU

from adapters.sites.devicekeys import BusKeys
from core.errors import Retryable
from edge.buses.contract import Denied, Garbled, NoAnswer
from edge.buses.endpoint import host_and_port
from edge.buses.pace import Pace
from edge.drivers.modbus.cost import frames_s
from edge.drivers.modbus.registers import BITS

# What it says there, health says here, by device.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)

_CONNECT_S = 3.0  # a TCP connection that takes longer on a campus is no connection
_STRAY = 4096
EXCEPTIONS = {
    1: "no such function", 2: "no such register", 3: "no such count", 4: "device failure",
    5: "still at work", 6: "busy", 8: "memory parity error", 10: "gateway has no path",
    11: "gateway had no answer",
}  # fmt: skip
"""Exception codes of the Modbus application protocol V1.1b3, 7."""
_FOR_GOOD = frozenset({1, 2, 3})
"""Codes that say the same tomorrow: the question is wrong, not the moment."""
_SILENT = frozenset({10, 11})


class Unreadable(Denied):
    """The device has no such registers, or not so many at once."""


class Line:
    """The client of one bus.

    After a time-out the connection is closed. Where answers carry no number (RTU) the line is
    then left alone for twice the longest answer and what came meanwhile is thrown away: else
    one late answer makes every later one the answer to the question before, with a good sum.

    Args:
        bus: How it is reached.

    Attributes:
        numbered: Whether question and answer carry a number by which they are matched.
    """

    def __init__(self, bus: BusKeys) -> None:
        self._bus = bus
        self._client: ModbusTcpClient | ModbusSerialClient | None = None
        self._quiet_until = 0.0
        framing = bus.framing or ("rtu" if bus.serial is not None else "tcp")
        self.numbered = bus.tcp is not None and framing == "tcp"

    def ask(self, unit: int, function: int, start: int, count: int, pace: Pace) -> list[int]:
        """Registers or bits of a device.

        Raises:
            Unreadable: It has none there.
            Denied: It will not now.
            NoAnswer: It is silent.
            Garbled: What came is no answer to this question.
            Retryable: The line is away.
        """
        if self._client is not None:
            # An idle connection may have been closed by the other side: nothing of it comes late.
            with contextlib.suppress(ConnectionException):
                return self._asked(unit, function, start, count, pace)
            self.close()
        try:
            return self._asked(unit, function, start, count, pace)
        except ConnectionException as error:
            # Some gateways do so where the device behind them is silent.
            self._give_up(pace)
            raise NoAnswer("the connection was closed instead of an answer") from error

    def set(self, unit: int, function: int, start: int, words: Sequence[int], pace: Pace) -> None:
        """Write a coil (function 1) or holding registers (3); never repeated here.

        Raises:
            Denied: The device will not.
            NoAnswer: It is silent: whether it was written is not known.
            Garbled: What came is no answer to this.
            Retryable: The line is away.
        """
        client = self._open()
        client.comm_params.timeout_connect = pace.timeout_s
        try:
            if function in BITS:
                answer = client.write_coil(start, bool(words[0]), device_id=unit)
            elif len(words) == 1:
                answer = client.write_register(start, words[0], device_id=unit)
            else:
                answer = client.write_registers(start, list(words), device_id=unit)
        except (ModbusException, OSError, ValueError, IndexError, AttributeError) as error:
            self._give_up(pace)
            raise NoAnswer(f"no answer to a write: {error}") from error
        if answer.isError():
            code = int(getattr(answer, "exception_code", 0))
            why = EXCEPTIONS.get(code, f"exception {code}")
            raise (NoAnswer if code in _SILENT else Denied)(f"will not be written: {why}")
        if getattr(answer, "address", start) != start:
            self._give_up(pace)
            raise Garbled("an answer to another write")

    def identity(self, unit: int, pace: Pace) -> str:
        """Maker, product and revision as the device says them; empty where it says nothing."""
        try:
            client = self._open()
            client.comm_params.timeout_connect = pace.timeout_s
            answer = client.read_device_information(device_id=unit)
        except Retryable:
            return ""
        except (ModbusException, OSError, ValueError, IndexError, AttributeError):
            # Many devices do not know the question and are silent.
            self._give_up(pace)
            return ""
        said = getattr(answer, "information", None) or {}
        return " ".join(
            part.decode("latin-1").strip("\0 ") for _, part in sorted(said.items()) if part
        )

    def close(self) -> None:
        """Release the line."""
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.close()  # type: ignore[no-untyped-call]
        self._client = None

    def _asked(self, unit: int, function: int, start: int, count: int, pace: Pace) -> list[int]:
        client = self._open()
        # The pace is of the device's thinking; a long answer of a slow line comes on top.
        line_s = 0.0
        if self._bus.serial is not None:
            line_s = frames_s(function, count, self._bus.serial)
        client.comm_params.timeout_connect = pace.timeout_s + line_s
        ask = {
            1: client.read_coils, 2: client.read_discrete_inputs,
            3: client.read_holding_registers, 4: client.read_input_registers,
        }[function]  # fmt: skip
        began = time.monotonic()
        try:
            answer = ask(start, count=count, device_id=unit)
        except ConnectionException:
            raise
        except (ModbusException, OSError, ValueError, IndexError, AttributeError) as error:
            # The library's decoder raises the last three on frames cut or lengthened.
            waited = time.monotonic() - began
            self._give_up(pace)
            if isinstance(error, ModbusException):
                raise NoAnswer(f"no answer within {waited:.2f} s") from error
            raise Garbled(f"no answer to the question: {error}") from error
        pace.answered(max(time.monotonic() - began - line_s, 0.0))
        return self._checked(answer, function, count, pace)

    def _checked(self, answer: ModbusPDU, function: int, count: int, pace: Pace) -> list[int]:
        if answer.isError():
            code = int(getattr(answer, "exception_code", 0))
            why = EXCEPTIONS.get(code, f"exception {code}")
            if code in _SILENT:
                raise NoAnswer(why)
            raise (Unreadable if code in _FOR_GOOD else Denied)(why)
        read = [int(b) for b in answer.bits] if function in BITS else list(answer.registers)
        # Bits come in whole bytes; registers come as asked, or they are another answer.
        wanted = -(-count // 8) * 8 if function in BITS else count
        if answer.function_code != function or len(read) != wanted:
            self._give_up(pace)
            raise Garbled(f"an answer of {len(read)} for a question of {wanted}")
        return read[:count]

    def _give_up(self, pace: Pace) -> None:
        self.close()
        if not self.numbered:
            self._quiet_until = time.monotonic() + pace.silence_s

    def _open(self) -> ModbusTcpClient | ModbusSerialClient:
        if self._client is None:
            time.sleep(max(self._quiet_until - time.monotonic(), 0.0))
            client = self._made()
            if not client.connect():
                raise Retryable(f"{self._place()} cannot be reached")
            self._client = client
        if isinstance(self._client, ModbusTcpClient) and not self.numbered:
            self._discard(self._client)
        return self._client

    def _discard(self, client: ModbusTcpClient) -> None:
        """Throw away what came unasked; on serial lines the library does it itself."""
        if client.socket is None:
            return
        client.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError, OSError):
            while client.socket.recv(_STRAY):
                pass

    def _made(self) -> ModbusTcpClient | ModbusSerialClient:
        bus, serial = self._bus, self._bus.serial
        if bus.tcp is not None:
            host, port = host_and_port(bus.tcp)
            framer = FramerType.SOCKET if self.numbered else FramerType.RTU
            return ModbusTcpClient(
                host, port=port, framer=framer, timeout=_CONNECT_S, retries=0
            )  # fmt: skip
        assert serial is not None  # noqa: S101 - the site was checked
        return ModbusSerialClient(
            serial.port, framer=FramerType.RTU, baudrate=serial.baud, bytesize=serial.bits,
            parity=serial.parity, stopbits=serial.stop, timeout=bus.longest_answer, retries=0,
        )  # fmt: skip

    def _place(self) -> str:
        return self._bus.tcp or (self._bus.serial.port if self._bus.serial else "")
