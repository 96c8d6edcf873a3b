"""DL/T 645-2007, the protocol of electricity meters in China: questions and answers as bytes.

A frame is ``FE`` × 0–4, ``68``, six bytes of address (decimal digits, low first), ``68``,
control, length, data with 33H added to each byte, sum, ``16``. Only questions are built
here: nothing in this project can set a meter (control 08 would set its clock).
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.protocols import bcd
from edge.protocols.refusal import ItemRefused, ReplyRefused
from edge.protocols.stream import Grammar, ends_in_sum

READ, READ_ON, READ_ADDRESS = 0x11, 0x12, 0x13
_ANSWER, _MORE, _ERROR = 0x80, 0x20, 0x40
_DIRECTION = 0x80
_ADDED = 0x33
_HEAD, _TAIL = 10, 2
_ANYBODY = "A"
WAKE = b"\xfe" * 4
"""Sent before a question; meters that sleep need it, the others pass over it."""

_REFUSALS = (
    "another error", "no such item", "no right to read it", "rate cannot change",
    "too many time zones", "too many day periods", "too many tariffs", "reserved",
)  # fmt: skip
"""Meaning of the bits of the error byte, lowest first (DL/T 645-2007, 7.1)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame.

    Attributes:
        address: Twelve digits as printed on the meter; ``A`` stands for any digit.
        control: What it is.
        data: Without the 33H.
    """

    address: str
    control: int
    data: bytes

    def pack(self) -> bytes:
        """The bytes on the wire, without wake-ups."""
        coded = bytes((byte + _ADDED) & 0xFF for byte in self.data)
        head = b"\x68" + _address(self.address) + b"\x68"
        body = head + bytes([self.control, len(coded)]) + coded
        return body + bytes([sum(body) & 0xFF, 0x16])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a meter answered: the item's bytes, low first, and whether there are more."""

    address: str
    data: bytes
    more: bool


def _size(head: bytes) -> int | None:
    if head[0] != 0x68:
        return 0
    if len(head) < _HEAD:
        return None if len(head) < 8 or head[7] == 0x68 else 0
    return _HEAD + head[9] + _TAIL if head[7] == 0x68 else 0


GRAMMAR = Grammar(name="DL/T 645", longest=_HEAD + 255 + _TAIL, size=_size, sound=ends_in_sum)


def unpack(frame: bytes) -> Frame:
    """A frame as :data:`GRAMMAR` found it.

    Raises:
        ReplyRefused: These bytes are no frame.
    """
    if len(frame) < _HEAD + _TAIL or _size(frame) != len(frame) or not ends_in_sum(frame):
        msg = f"DL/T 645: {frame.hex(' ')} is no frame"
        raise ReplyRefused(msg)
    data = bytes((byte - _ADDED) & 0xFF for byte in frame[_HEAD:-_TAIL])
    return Frame(frame[6:0:-1].hex().upper(), frame[8], data)


def read_request(address: str, item: int) -> bytes:
    """Ask a meter for an item, such as 0x00010000."""
    return Frame(address, READ, item.to_bytes(4, "little")).pack()


def read_on_request(address: str, item: int, sequence: int) -> bytes:
    """Ask for what follows an answer that said there is more; the first has sequence 1."""
    return Frame(address, READ_ON, item.to_bytes(4, "little") + bytes([sequence])).pack()


def address_request() -> bytes:
    """Ask the one meter on the line for its address."""
    return Frame(_ANYBODY * 12, READ_ADDRESS, b"").pack()


def answer_to(frame: bytes, address: str, item: int, sequence: int | None = None) -> Answer | None:
    """What a frame answers to a question; None where it is not the answer to it.

    Not the answer: the question's own echo, another meter's, the late one to another item.

    Args:
        frame: As :data:`GRAMMAR` found it.
        address: Who was asked; ``A`` for any digit.
        item: What was asked for.
        sequence: Of the question for what follows.

    Raises:
        ItemRefused: The meter asked says that it will not give the item.
    """
    got = unpack(frame)
    asked = READ if sequence is None else READ_ON
    if not got.control & _DIRECTION or not matches(got.address, address):
        return None
    if got.control == asked | _ANSWER | _ERROR:
        raise ItemRefused(_refusal(got, item))
    if got.control & ~_MORE != asked | _ANSWER:
        return None
    data = got.data
    if data[:4] != item.to_bytes(4, "little"):
        return None
    data = data[4:]
    if sequence is not None:
        if data[-1:] != bytes([sequence]):
            return None
        data = data[:-1]
    return Answer(got.address, data, bool(got.control & _MORE))


def speaker(frame: bytes, pattern: str) -> str | None:
    """The meter that answers a read, be it with data or by refusing; None where none does."""
    got = unpack(frame)
    answers = got.control & ~(_MORE | _ERROR) == READ | _ANSWER
    return got.address if answers and matches(got.address, pattern) else None


def address_answer(frame: bytes) -> str | None:
    """The address in an answer to :func:`address_request`; None where it is none."""
    got = unpack(frame)
    if got.control != READ_ADDRESS | _ANSWER or not got.address.isdecimal():
        return None
    named = got.data[::-1].hex()
    return got.address if named in ("", got.address) else None


def value(data: bytes, *, decimals: int, signed: bool = False) -> float | None:
    """A number of an item in its own unit; None where the meter has no value."""
    whole = bcd.number_sign_bit(data) if signed else bcd.number(data)
    return None if whole is None else bcd.scaled(whole, -decimals)


def matches(address: str, pattern: str) -> bool:
    """Whether twelve digits fit a pattern of digits and ``A``."""
    return address.isdecimal() and all(
        wanted in (_ANYBODY, digit) for digit, wanted in zip(address, pattern, strict=True)
    )


def _address(address: str) -> bytes:
    ok = len(address) == 12 and all(digit in "0123456789A" for digit in address)
    if not ok:
        msg = f"DL/T 645: '{address}' is no address; expected twelve digits"
        raise ValueError(msg)
    return bytes.fromhex(address)[::-1]


def _refusal(frame: Frame, item: int) -> str:
    bits = frame.data[0] if frame.data else 0
    words = [word for bit, word in enumerate(_REFUSALS) if bits >> bit & 1]
    return f"meter {frame.address} refuses item {item:08X}: {', '.join(words) or 'no reason'}"
