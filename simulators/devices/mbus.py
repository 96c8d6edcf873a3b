"""Simulated M-Bus slaves: heat and water meters with primary and secondary addresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulators.devices.cjt188 import HeatState, WaterState
from simulators.devices.meter_bus import MeterBus, MeterFaults, SimulatedMeter

ACK = b"\xe5"
HEAT_MEDIUM, WATER_MEDIUM = 0x04, 0x07
_NKE, _SELECT = 0x40, 0x52
_ASK = (0x7B, 0x5B)
_SELECTED, _ANYBODY = 0xFD, 0xFE
_MORE = b"\x1f"

Records = Callable[[], Sequence[bytes]]
"""The records of each telegram of one reading."""


@dataclass
class EnergyState:
    """What an electricity meter shows.

    Attributes:
        energy: [kWh]
        power: [kW]
    """

    energy: float | None
    power: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a slave is.

    Attributes:
        number: Eight digits.
        maker: Two bytes as sent.
        version: Of the model.
        medium: What it measures.
    """

    number: str
    maker: bytes = b"\x24\x40"
    version: int = 1
    medium: int = HEAT_MEDIUM

    @property
    def wire(self) -> bytes:
        """The eight bytes as sent."""
        return bytes.fromhex(self.number)[::-1] + self.maker + bytes([self.version, self.medium])


def cut(heard: bytes) -> tuple[bytes, bytes] | None:
    """The first question in what was heard."""
    for start in range(len(heard)):
        frame = heard[start:]
        size = 5
        if frame[0] == 0x68 and len(frame) > 4 and frame[1] == frame[2] and frame[3] == 0x68:
            size = frame[1] + 6
        elif frame[0] != 0x10:
            continue
        if len(frame) >= size and frame[size - 1] == 0x16:
            return frame[:size], frame[size:]
    return None


class SimulatedMbusMeter:
    """One slave.

    Args:
        primary: Its primary address, 0 for a new one.
        identity: Its secondary address.
        records: What it measures now.
        status: Its status byte.
    """

    def __init__(
        self, primary: int, identity: Identity, records: Records, *, status: int = 0
    ) -> None:
        self.primary, self.identity, self._records = primary, identity, records
        self.status = status
        self.faults = MeterFaults()
        self.selected = False
        self._asked_with: int | None = None
        self._place = 0
        self._access = 0

    def answer(self, question: bytes) -> bytes | None:
        """What it says to a question; nothing to anything that would set it."""
        if question[0] == 0x10:
            return self._short(question[1], question[2])
        if question[4:7] == bytes([0x53, _SELECTED, _SELECT]):
            self.selected = _fits(self.identity.wire, question[7:15])
            self._reset()
            return ACK if self.selected else None
        return None

    def _short(self, control: int, address: int) -> bytes | None:
        by_selection = address == _SELECTED
        if not (address in (self.primary, _ANYBODY) or (by_selection and self.selected)):
            return None
        if control == _NKE:
            if by_selection:
                self.selected = False
            self._reset()
            return ACK
        if control not in _ASK:
            return None
        if self._asked_with is not None and control != self._asked_with:
            self._place += 1  # a new question: the next telegram
        self._asked_with = control
        self._access = (self._access + 1) % 256
        return self._telegram()

    def _reset(self) -> None:
        self._asked_with, self._place = None, 0

    def _telegram(self) -> bytes:
        parts = self._records()
        place = self._place % len(parts)
        more = _MORE if place < len(parts) - 1 else b""
        header = self.identity.wire + bytes([self._access, self.status, 0, 0])
        body = bytes([0x08, self.primary, 0x72]) + header + parts[place] + more
        return bytes([0x68, len(body), len(body), 0x68]) + body + bytes([sum(body) & 0xFF, 0x16])


def mbus_bus(
    meters: Sequence[SimulatedMeter], *, echo: bool = False, serial_port: str | None = None
) -> MeterBus:
    """A line with such slaves."""
    return MeterBus(meters, cut, echo=echo, wake_ups=0, serial_port=serial_port)


def heat_records(read: Callable[[], HeatState]) -> Records:
    """As heat meters send them: now, of the due date, and of a tariff."""

    def records() -> list[bytes]:
        state = read()
        now = [
            record("0C 06", state.energy, 4), record("0C 14", state.volume, 4, 2),
            record("0B 2D", state.power, 3, 1), record("0B 3B", state.flow, 3, 3),
            record("0A 5A", state.supply, 2, 1), record("0A 5E", state.back, 2, 1),
        ]  # fmt: skip
        due = 0.0 if state.settled is None else state.settled
        others = [
            record("4C 06", due, 4), record("8C 10 06", 22.0, 4), record("1B 2D", 99.9, 3, 1),
            bytes.fromhex("04 6D 0A 0C 61 35"),
        ]  # fmt: skip
        return [b"".join(now + others)]

    return records


def water_records(read: Callable[[], WaterState]) -> Records:
    """As water meters send them: in litres as a number, and of the due date."""

    def records() -> list[bytes]:
        state = read()
        volumes = bytes.fromhex("04 13") + _litres(state.volume)
        volumes += bytes.fromhex("44 13") + _litres(state.settled)
        return [volumes + bytes.fromhex("02 FD 17 00 00")]

    return records


def electricity_records(read: Callable[[], EnergyState]) -> Records:
    """As electricity meters send them: the total, one tariff, and the power now."""

    def records() -> list[bytes]:
        state = read()
        return [
            record("8C 10 04", 1.0, 4) + record("0C 04", state.energy, 4, 2)
            + record("0B 2B", state.power, 3, 3)
        ]  # fmt: skip

    return records


def _litres(volume: float | None) -> bytes:
    """A whole number of litres; the lowest of its size where there is none. volume [m³]"""
    litres = -(1 << 31) if volume is None else round(volume * 1000)
    return litres.to_bytes(4, "little", signed=True)


def record(head: str, value: float | None, size: int, decimals: int = 0) -> bytes:
    """A record of digits; a value below zero has F for its first digit."""
    if value is None:
        return bytes.fromhex(head) + b"\xff" * size
    text = str(round(abs(value) * 10**decimals)).rjust(2 * size, "0")
    if value < 0:
        text = "f" + text[1:]
    return bytes.fromhex(head) + bytes.fromhex(text)[::-1]


def _fits(own: bytes, asked: bytes) -> bool:
    numbers = zip(own[:4].hex(), asked[:4].hex(), strict=True)
    return all(want in ("f", digit) for digit, want in numbers) and all(
        want in (0xFF, byte) for byte, want in zip(own[4:], asked[4:], strict=True)
    )
