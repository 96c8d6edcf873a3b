"""CJ/T 188, the protocol of water, heat and gas meters in China: questions and answers as bytes.

A frame is ``FE`` × 0–4, ``68``, type of meter, seven bytes of address (decimal digits, low
first), control, length, item, serial number, data as it is, sum, ``16``. Item 901F is sent
``1F 90`` by meters of the 2018 edition and ``90 1F`` by those of 2004; the sum is the
same, so the device's template has to say which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edge.protocols import bcd
from edge.protocols.refusal import ItemRefused, ReplyRefused
from edge.protocols.stream import Grammar, ends_in_sum

READ, READ_ADDRESS = 0x01, 0x03
_ANSWER, _ERROR = 0x80, 0x40
_HEAD, _TAIL = 11, 2
_ANYBODY = "A"
_ANY_KIND = 0xAA
_ADDRESS_ITEM = 0x810A
_DIGITS = 14
WAKE = b"\xfe" * 4
"""Sent before a question; meters that sleep need it, the others pass over it."""

Order = Literal["low_first", "high_first"]
"""How an item's two bytes are sent: ``1F 90`` or ``90 1F``."""

UNITS: dict[int, tuple[str, int]] = {
    0x02: ("kWh", -3), 0x05: ("kWh", 0), 0x08: ("kWh", 3), 0x0A: ("kWh", 5),
    0x01: ("MJ", -6), 0x0B: ("MJ", -3), 0x0E: ("MJ", 0), 0x11: ("GJ", 0), 0x13: ("GJ", 2),
    0x14: ("kW", -3), 0x17: ("kW", 0), 0x1A: ("kW", 3),
    0x29: ("L", 0), 0x2C: ("m³", 0), 0x32: ("L/h", 0), 0x35: ("m³/h", 0),
}  # fmt: skip
"""Code of a unit → its spelling and the power of ten before it (CJ/T 188, units of measurement)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame.

    Attributes:
        kind: Type of meter: 10 to 19 water, 20 to 29 heat, 30 to 39 gas (hexadecimal).
        address: Fourteen digits as printed on the meter; ``A`` stands for any digit.
        control: What it is.
        data: Item, serial number and content.
    """

    kind: int
    address: str
    control: int
    data: bytes

    def pack(self) -> bytes:
        """The bytes on the wire, without wake-ups."""
        body = bytes([0x68, self.kind]) + _address(self.address)
        body += bytes([self.control, len(self.data)]) + self.data
        return body + bytes([sum(body) & 0xFF, 0x16])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a meter answered: who it is and the item's bytes."""

    kind: int
    address: str
    data: bytes


def _size(head: bytes) -> int | None:
    if head[0] != 0x68:
        return 0
    return _HEAD + head[10] + _TAIL if len(head) >= _HEAD else None


GRAMMAR = Grammar(name="CJ/T 188", longest=_HEAD + 255 + _TAIL, size=_size, sound=ends_in_sum)


def unpack(frame: bytes) -> Frame:
    """A frame as :data:`GRAMMAR` found it.

    Raises:
        ReplyRefused: These bytes are no frame.
    """
    if len(frame) < _HEAD + _TAIL or _size(frame) != len(frame) or not ends_in_sum(frame):
        msg = f"CJ/T 188: {frame.hex(' ')} is no frame"
        raise ReplyRefused(msg)
    return Frame(frame[1], frame[8:1:-1].hex().upper(), frame[9], frame[_HEAD:-_TAIL])


def item_bytes(item: int, order: Order) -> bytes:
    """An item, such as 0x901F, in the order that its meter wants."""
    return item.to_bytes(2, "little" if order == "low_first" else "big")


def read_request(kind: int, address: str, item: int, order: Order, serial: int = 0) -> bytes:
    """Ask a meter for an item."""
    return Frame(kind, address, READ, item_bytes(item, order) + bytes([serial])).pack()


def address_request(order: Order) -> bytes:
    """Ask the one meter on the line for its address."""
    data = item_bytes(_ADDRESS_ITEM, order) + b"\0"
    return Frame(_ANY_KIND, _ANYBODY * _DIGITS, READ_ADDRESS, data).pack()


def address_answer(frame: bytes) -> tuple[int, str] | None:
    """Type and address in an answer to :func:`address_request`; None where it is none."""
    got = unpack(frame)
    if got.control != READ_ADDRESS | _ANSWER or not got.address.isdecimal():
        return None
    return got.kind, got.address


def answer_to(frame: bytes, kind: int, address: str, item: int, order: Order) -> Answer | None:
    """What a frame answers to a question; None where it is not the answer to it.

    The serial number is not compared: meters are known that count their own, and an answer
    to the question before, of the same meter and item, is a few seconds old at most.

    Raises:
        ItemRefused: The meter asked says that it will not give the item.
    """
    got = unpack(frame)
    if not matches(got.address, address) or got.kind != kind:
        return None
    if got.control == READ | _ANSWER | _ERROR:
        msg = f"meter {got.address} refuses item {item:04X} (status {got.data[1:].hex(' ')})"
        raise ItemRefused(msg)
    if got.control != READ | _ANSWER or got.data[:2] != item_bytes(item, order):
        return None
    return Answer(got.kind, got.address, got.data[3:])


def value(data: bytes, *, decimals: int, unit_byte: bool = True) -> tuple[float, str] | None:
    """A number of an item and its unit (empty where none is sent); None where it has no value.

    Raises:
        ReplyRefused: The code of the unit means nothing.
    """
    if not unit_byte:
        whole = bcd.number(data)
        return None if whole is None else (bcd.scaled(whole, -decimals), "")
    whole = bcd.number(data[:-1])
    if whole is None:
        return None
    code = data[-1]
    if code not in UNITS:
        msg = f"CJ/T 188: {code:02X} is the code of no unit"
        raise ReplyRefused(msg)
    spelling, exponent = UNITS[code]
    return bcd.scaled(whole, exponent - decimals), spelling


def matches(address: str, pattern: str) -> bool:
    """Whether fourteen digits fit a pattern of digits and ``A``."""
    return address.isdecimal() and all(
        wanted in (_ANYBODY, digit) for digit, wanted in zip(address, pattern, strict=True)
    )


def _address(address: str) -> bytes:
    ok = len(address) == _DIGITS and all(digit in "0123456789A" for digit in address)
    if not ok:
        msg = f"CJ/T 188: '{address}' is no address; expected fourteen digits"
        raise ValueError(msg)
    return bytes.fromhex(address)[::-1]
