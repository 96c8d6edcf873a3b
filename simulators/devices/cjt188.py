"""Simulated CJ/T 188 water and heat meters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from simulators.devices.meter_bus import MeterBus, MeterFaults, SimulatedMeter

COLD_WATER, HEAT = 0x10, 0x20
_M3, _L, _KWH, _KW, _M3_H = 0x2C, 0x29, 0x05, 0x17, 0x35
_READ, _READ_ADDRESS = 0x01, 0x03
_WILD = 0xAA
_HEAD = 11
_CLOCK = bytes.fromhex("22 11 05 15 01 21 20")
_LOW_BATTERY = 0x04  # bit 2 of the first status byte


@dataclass
class WaterState:
    """What a water meter shows.

    Attributes:
        volume: The register; None where it has none. [m³]
        settled: The register on the settlement day; as now where nothing is said. [m³]
        in_litres: Whether it sends litres.
        low_battery: What its status says.
    """

    volume: float | None
    settled: float | None = None
    in_litres: bool = False
    low_battery: bool = False

    def content(self) -> bytes:
        """Register, register of the settlement day, clock, status."""
        settled = self.volume if self.settled is None else self.settled
        content = self._register(self.volume) + self._register(settled)
        return content + _CLOCK + bytes([_LOW_BATTERY if self.low_battery else 0, 0])

    def _register(self, volume: float | None) -> bytes:
        unit, factor = (_L, 1000.0) if self.in_litres else (_M3, 1.0)
        return digits(None if volume is None else volume * factor, 4, 2) + bytes([unit])


@dataclass
class HeatState:
    """What a heat meter shows.

    Attributes:
        energy: [kWh]
        power: [kW]
        flow: [m³/h]
        volume: [m³]
        supply: [°C]
        back: Of the return. [°C]
        settled: The energy on the settlement day; as now where nothing is said. [kWh]
        low_battery: What its status says.
    """

    energy: float | None
    power: float | None = 0.0
    flow: float | None = 0.0
    volume: float | None = 0.0
    supply: float | None = 0.0
    back: float | None = 0.0
    settled: float | None = None
    low_battery: bool = False

    def content(self) -> bytes:
        """Settlement day, energy, power, flow, volume, both temperatures, hours, clock, status."""
        settled = self.energy if self.settled is None else self.settled
        measured = [
            (digits(settled, 4, 2), _KWH), (digits(self.energy, 4, 2), _KWH),
            (digits(self.power, 4, 2), _KW), (digits(self.flow, 4, 4), _M3_H),
            (digits(self.volume, 4, 2), _M3),
        ]  # fmt: skip
        content = b"".join(number + bytes([unit]) for number, unit in measured)
        content += digits(self.supply, 3, 2) + digits(self.back, 3, 2) + digits(1234, 3, 0)
        return content + _CLOCK + bytes([_LOW_BATTERY if self.low_battery else 0, 0])


def cut(heard: bytes) -> tuple[bytes, bytes] | None:
    """The first question in what was heard."""
    for start in range(len(heard)):
        frame = heard[start:]
        if len(frame) > _HEAD and frame[0] == 0x68 and frame[9] < 0x80:
            size = _HEAD + frame[10] + 2
            if len(frame) >= size and frame[size - 1] == 0x16:
                return frame[:size], frame[size:]
    return None


class Content(Protocol):
    """What a meter shows."""

    def content(self) -> bytes:
        """Item 901F, behind the serial number."""
        ...


class SimulatedCjt188Meter:
    """One meter.

    Args:
        kind: Its type, such as :data:`COLD_WATER`.
        address: Its fourteen digits.
        read: What it shows now.
        high_first: Whether it is of the 2004 edition: item 901F is 90 1F.
    """

    def __init__(
        self, kind: int, address: str, read: Callable[[], Content],
        *, high_first: bool = False,
    ) -> None:  # fmt: skip
        self.kind, self.address, self._read = kind, address, read
        self._item = b"\x90\x1f" if high_first else b"\x1f\x90"
        self.faults = MeterFaults()

    def answer(self, question: bytes) -> bytes | None:
        """What it says to a question; nothing to anything that would set it."""
        wire = bytes.fromhex(self.address)[::-1]
        pairs = zip(question[2:9], wire, strict=True)
        is_meant = question[1] in (self.kind, _WILD) and all(a in (b, _WILD) for a, b in pairs)
        if sum(question[:-2]) & 0xFF != question[-2] or not is_meant:
            return None
        if question[9] == _READ_ADDRESS:
            return self._frame(0x83, question[_HEAD : _HEAD + 3])
        if question[9] != _READ:
            return None
        item, serial = question[_HEAD : _HEAD + 2], question[_HEAD + 2]
        if item != self._item:
            return self._frame(0xC1, bytes([serial, 0, 0]))
        return self._frame(0x81, item + bytes([serial]) + self._read().content())

    def _frame(self, control: int, data: bytes) -> bytes:
        body = bytes([0x68, self.kind]) + bytes.fromhex(self.address)[::-1]
        body += bytes([control, len(data)]) + data
        return body + bytes([sum(body) & 0xFF, 0x16])


def cjt188_bus(
    meters: Sequence[SimulatedMeter], *, echo: bool = False, serial_port: str | None = None
) -> MeterBus:
    """A line with such meters."""
    return MeterBus(meters, cut, echo=echo, serial_port=serial_port)


def digits(value: float | None, size: int, decimals: int) -> bytes:
    """A number of digits, the lowest byte first; EE where there is none.

    Raises:
        ValueError: It has more, or is below zero.
    """
    if value is None:
        return b"\xee" * size
    text = str(round(value * 10**decimals)).rjust(2 * size, "0")
    if len(text) > 2 * size or value < 0:
        msg = f"{value} does not fit {2 * size} digits"
        raise ValueError(msg)
    return bytes.fromhex(text)[::-1]
