"""Modbus devices on loopback or a serial port, by pymodbus' server: right, or wrong on purpose."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException
from pymodbus.server import ModbusSerialServer, ModbusTcpServer

from core.errors import Retryable
from simulators.devices.modbus_registers import ModbusRegisters

# A reader that gives up and closes is what these devices are for, and no news.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)

_START_S = 5.0
HOST = "127.0.0.1"
_COILS = (5, 15)
"""Functions that write single bits."""


@dataclass
class ModbusFaults:
    """What goes wrong on purpose; may be changed while it serves.

    Attributes:
        dead: Units that do not answer.
        late_s: How late the next answers come, one each. [s]
        each_s: How long every other answer takes. [s]
        short: How many registers fewer the next answers have, one each.
        refused: Registers, on the wire, that no answer may hold.
        code: With which exception they are refused.
        deaf: Whether it takes writes and does nothing.
    """

    dead: set[int] = field(default_factory=set)
    late_s: list[float] = field(default_factory=list)
    each_s: float = 0.0
    short: list[int] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    code: ExcCodes = ExcCodes.ILLEGAL_ADDRESS
    deaf: bool = False


class ModbusServer:
    """Devices of one bus, by unit id; like those on a line, they answer one after the other.

    Args:
        units: Their registers by unit id.
        rtu: Frames without numbers, as a device server passes on; on a serial port always.
        serial_port: Path of a serial port, instead of TCP.
        port: TCP port; any free one for 0.
    """

    def __init__(
        self, units: Mapping[int, ModbusRegisters], *, rtu: bool = False,
        serial_port: str | None = None, port: int = 0,
    ) -> None:  # fmt: skip
        self.units = units
        self.faults = ModbusFaults()
        self.asked: list[tuple[int, int, int, int]] = []
        """Every question: unit, function, start, count."""
        self.written: list[tuple[int, int, int, list[int]]] = []
        """Every write: unit, function, start, values."""
        self.connections = 0
        self._rtu, self._serial_port = rtu, serial_port
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._server: ModbusTcpServer | ModbusSerialServer | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="modbus-server", daemon=True)

    @property
    def endpoint(self) -> str:
        """``host:port`` of a TCP server."""
        return f"{HOST}:{self.port}"

    def start(self) -> None:
        """Serve until :meth:`stop`.

        Raises:
            Retryable: The port cannot be had.
        """
        self._thread.start()
        if not self._ready.wait(_START_S) or self._failure is not None:
            raise Retryable(f"no Modbus server on port {self.port}: {self._failure}")

    def stop(self) -> None:
        """Close all connections and the port."""
        if self._server is not None and self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._end(self._server), self._loop).result(_START_S)
        self._thread.join(_START_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def set(self, address: str, name: str, value: float | None) -> None:
        """Write a value of the device with an address, in its template's unit."""
        self.units[int(address)].set(name, value)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as error:  # noqa: BLE001 - told by start()
            self._failure = error
            self._ready.set()
        finally:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

    @staticmethod
    async def _end(server: ModbusTcpServer | ModbusSerialServer) -> None:
        await server.shutdown()  # type: ignore[no-untyped-call]

    async def _serve(self) -> None:
        self._server = server = self._made()
        # Ours has the devices; the library's own stores cannot be late or short.
        server.context = _Line(self)  # type: ignore[assignment]
        await server.serve_forever(background=True)
        if self._serial_port is None:
            self.port = int(server.transport.sockets[0].getsockname()[1])  # type: ignore[attr-defined]
        self._ready.set()
        await server.serving

    def _made(self) -> ModbusTcpServer | ModbusSerialServer:
        if self._serial_port is not None:
            return ModbusSerialServer(
                [], framer=FramerType.RTU, port=self._serial_port, baudrate=115_200,
                ignore_missing_devices=True, trace_connect=self._connected,
            )  # fmt: skip
        return ModbusTcpServer(
            [], framer=FramerType.RTU if self._rtu else FramerType.SOCKET,
            address=(HOST, self.port), ignore_missing_devices=True, trace_connect=self._connected,
        )  # fmt: skip

    def _connected(self, is_open: bool) -> None:  # noqa: FBT001 - the library's call
        self.connections += is_open


class _Line:
    """What pymodbus asks for data: one question at a time, in their order, as on a line."""

    def __init__(self, server: ModbusServer) -> None:
        self._server = server
        self._turn = asyncio.Lock()

    async def async_getValues(  # noqa: N802 - the library's call
        self, unit: int, function: int, start: int, count: int = 1
    ) -> list[int] | list[bool] | ExcCodes:
        server, faults = self._server, self._server.faults
        server.asked.append((unit, function, start, count))
        async with self._turn:
            if unit not in server.units or unit in faults.dead:
                raise NoSuchIdException  # and so is silent
            read = server.units[unit].read(function, start, count)
            await asyncio.sleep(faults.late_s.pop(0) if faults.late_s else faults.each_s)
            if faults.refused.intersection(range(start, start + count)):
                return faults.code
            if read is None:
                return ExcCodes.ILLEGAL_ADDRESS
            if faults.short:
                read = read[: len(read) - faults.short.pop(0)]
            return [bool(b) for b in read] if function in (1, 2) else read

    async def async_setValues(  # noqa: N802 - the library's call
        self, unit: int, function: int, start: int, values: Sequence[int | bool]
    ) -> ExcCodes | None:
        server, faults = self._server, self._server.faults
        server.written.append((unit, function, start, [int(value) for value in values]))
        async with self._turn:
            if unit not in server.units or unit in faults.dead:
                raise NoSuchIdException  # and so is silent
            if faults.refused.intersection(range(start, start + len(values))):
                return faults.code
            # Coils are read by function 1, holding registers by 3.
            read_by = 1 if function in _COILS else 3
            if not faults.deaf:
                for i, value in enumerate(values):
                    server.units[unit].poke(read_by, start + i, int(value))
            await asyncio.sleep(faults.late_s.pop(0) if faults.late_s else faults.each_s)
        return None

    def device_ids(self) -> list[int]:
        return list(self._server.units)
