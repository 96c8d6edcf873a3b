"""Frames of the M-Bus link layer (EN 13757-2): questions, and what slaves answer."""

from __future__ import annotations

from dataclasses import dataclass

from edge.protocols.refusal import ReplyRefused
from edge.protocols.stream import Grammar

ACK = b"\xe5"
SND_NKE, SND_UD, RSP_UD = 0x40, 0x53, 0x08
REQ_UD2 = (0x7B, 0x5B)
"""Asks for data, with the frame count bit set and clear; they take turns."""
SELECT_CI = 0x52
BY_SECONDARY, EVERYBODY = 0xFD, 0xFE
"""Addresses of whoever was selected, and of the one slave on the line."""
_SLAVE_BITS = 0x30
"""Access demand and data flow control, which a slave may set in RSP_UD."""
_HEAD, _TAIL = 4, 2
ANY = "F"


@dataclass(frozen=True, slots=True)
class Long:
    """A frame with data.

    Attributes:
        control: What it is.
        address: Primary address of the slave.
        ci: What the data are.
        data: After the control information.
    """

    control: int
    address: int
    ci: int
    data: bytes

    def pack(self) -> bytes:
        """The bytes on the wire."""
        body = bytes([self.control, self.address, self.ci]) + self.data
        return bytes([0x68, len(body), len(body), 0x68]) + body + bytes([sum(body) & 0xFF, 0x16])

    @property
    def is_answer(self) -> bool:
        """Whether a slave sent it in answer to REQ_UD2."""
        return self.control & ~_SLAVE_BITS == RSP_UD


def short(control: int, address: int) -> bytes:
    """A frame without data: SND_NKE or REQ_UD2."""
    return bytes([0x10, control, address, (control + address) & 0xFF, 0x16])


def _size(head: bytes) -> int | None:
    if head[0] == ACK[0]:
        return 1
    if head[0] == 0x10:
        return 5
    if head[0] != 0x68:
        return 0
    if len(head) < _HEAD:
        return None if head[1:2] == head[2:3] or len(head) < 3 else 0
    ok = head[1] == head[2] >= 3 and head[3] == 0x68
    return _HEAD + head[1] + _TAIL if ok else 0


def _sound(frame: bytes) -> bool:
    if len(frame) == 1:
        return frame == ACK
    start = 1 if frame[0] == 0x10 else _HEAD
    return frame[-1] == 0x16 and frame[-2] == sum(frame[start:-2]) & 0xFF


GRAMMAR = Grammar(name="M-Bus", longest=_HEAD + 255 + _TAIL, size=_size, sound=_sound)


def unpack(frame: bytes) -> Long | None:
    """A frame as :data:`GRAMMAR` found it; None where it carries no data.

    Raises:
        ReplyRefused: These bytes are no frame.
    """
    if not frame or _size(frame) != len(frame) or not _sound(frame):
        msg = f"M-Bus: {frame.hex(' ')} is no frame"
        raise ReplyRefused(msg)
    if frame[0] != 0x68:
        return None
    return Long(frame[4], frame[5], frame[6], frame[7:-_TAIL])


@dataclass(frozen=True, slots=True)
class Secondary:
    """The address that a slave has from its maker.

    Attributes:
        number: Eight digits; ``F`` stands for any.
        maker: Two bytes as sent, four hexadecimal digits; ``FFFF`` for any.
        version: ``FF`` for any.
        medium: ``FF`` for any.
    """

    number: str
    maker: str = "FFFF"
    version: str = "FF"
    medium: str = "FF"

    @staticmethod
    def of(text: str) -> Secondary:
        """From eight digits, or sixteen as ``edge scan`` writes them.

        Raises:
            ValueError: It is neither.
        """
        upper = text.upper()
        ok = len(upper) in (8, 16) and all(c in "0123456789F" for c in upper[:8])
        if not ok or any(c not in "0123456789ABCDEF" for c in upper):
            msg = f"M-Bus: '{text}' is no secondary address; expected 8 digits, or 16 (F: any)"
            raise ValueError(msg)
        rest = upper[8:] or "FFFFFFFF"
        return Secondary(upper[:8], rest[:4], rest[4:6], rest[6:])

    @staticmethod
    def sent(data: bytes) -> Secondary:
        """From the first eight bytes of a variable telegram."""
        number = data[3::-1].hex().upper()
        return Secondary(
            number, *(part.hex().upper() for part in (data[4:6], data[6:7], data[7:8]))
        )

    def __str__(self) -> str:
        return self.number + self.maker + self.version + self.medium

    @property
    def maker_letters(self) -> str:
        """The maker's three letters (EN 62056-21, five bits each)."""
        number = int.from_bytes(bytes.fromhex(self.maker), "little")
        return "".join(chr((number >> shift & 0x1F) + 64) for shift in (10, 5, 0))

    def fits(self, pattern: Secondary) -> bool:
        """Whether this slave may answer to a pattern."""
        digits = zip(self.number, pattern.number, strict=True)
        parts = ((self.maker, pattern.maker), (self.version, pattern.version),
                 (self.medium, pattern.medium))  # fmt: skip
        return all(want in (ANY, got) for got, want in digits) and all(
            set(want) == {ANY} or want == got for got, want in parts
        )

    def select(self) -> bytes:
        """The frame that selects the slaves that fit."""
        data = bytes.fromhex(self.number)[::-1] + bytes.fromhex(
            self.maker + self.version + self.medium
        )
        return Long(SND_UD, BY_SECONDARY, SELECT_CI, data).pack()
