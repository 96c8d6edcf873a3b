"""What a slave answers to REQ_UD2 (EN 13757-3): its header and its records."""

from __future__ import annotations

from dataclasses import dataclass

from edge.protocols.mbus.fixed import SIZE as FIXED_SIZE
from edge.protocols.mbus.fixed import records_of_fixed
from edge.protocols.mbus.frames import Long, Secondary
from edge.protocols.mbus.library import records_of
from edge.protocols.mbus.record import Function, Record
from edge.protocols.refusal import ReplyRefused

_VARIABLE = (0x72, 0x76)
_FIXED = (0x73, 0x77)
_HIGH_FIRST = frozenset({0x76, 0x77})
_MODES = {
    2: "DES", 3: "DES", 4: "AES-128", 5: "AES-128", 7: "AES-128", 8: "AES-128", 9: "AES-128",
    10: "AES-128", 13: "TLS",
}  # fmt: skip
"""Modes of encryption of the configuration word (EN 13757-3 and -7)."""
_MODE_BITS = 0x1F
_IDLE = b"\x2f\x2f"
"""Fillers that an encrypted telegram begins with once it has been decrypted."""
_APPLICATION_BITS = 3
_HEADER = 12
_MORE = 0x1F
_MOST_DIFE = 10


@dataclass(frozen=True, slots=True)
class Telegram:
    """One telegram.

    Attributes:
        slave: Who sent it.
        access: Its count of accesses; a repetition has the same.
        status: As sent.
        records: Its values.
        more: Whether another telegram follows.
    """

    slave: Secondary
    access: int
    status: int
    records: tuple[Record, ...]
    more: bool

    @property
    def trouble(self) -> str | None:
        """What the slave says is wrong with itself; its values are bad then.

        An alarm (both low bits: leakage, flow backwards) says something of the building, and
        a low battery of next month: the values stand.
        """
        application = self.status & 3
        words = [
            ("the application is busy", application == 1),
            ("an application error", application == 2),
            ("a permanent error", bool(self.status & 8)),
            ("a temporary error", bool(self.status & 16)),
        ]
        said = [word for word, is_so in words if is_so]
        return f"status {self.status:02X}: {', '.join(said)}" if said else None


def decode(frame: Long) -> Telegram:
    """A telegram of a frame.

    Raises:
        ReplyRefused: It is none that can be read.
    """
    if frame.ci in _FIXED:
        return _fixed(frame)
    if frame.ci not in _VARIABLE:
        msg = (
            f"M-Bus: a telegram with CI {frame.ci:02X}; expected variable data (72 or 76) or "
            "fixed data (73 or 77)"
        )
        raise ReplyRefused(msg)
    if len(frame.data) < _HEADER:
        msg = f"M-Bus: a telegram of {len(frame.data)} bytes; expected a header of {_HEADER}"
        raise ReplyRefused(msg)
    head = frame.data[:8]
    if frame.ci in _HIGH_FIRST:
        head = head[3::-1] + head[5:3:-1] + head[6:]
    _refuse_encrypted(frame.data)
    records, more = [], False
    for dif, vif, data in records_of(frame.pack()):
        if dif[0] & 0x0F == 0x0F:  # the maker's own data, and whether more follows
            more = more or dif[0] == _MORE
        else:
            records.append(_record(dif, vif, data))
    return Telegram(Secondary.sent(head), frame.data[8], frame.data[9], tuple(records), more)


def _fixed(frame: Long) -> Telegram:
    data, high_first = frame.data, frame.ci in _HIGH_FIRST
    if len(data) != FIXED_SIZE:
        msg = f"M-Bus: a fixed telegram of {len(data)} bytes; expected {FIXED_SIZE}"
        raise ReplyRefused(msg)
    number = data[:4] if high_first else data[3::-1]
    # Four bits of the medium, the low ones beside the unit of the first counter. It names no maker.
    low, high = (data[7], data[6]) if high_first else (data[6], data[7])
    medium = f"{(high >> 6) << 2 | low >> 6:02X}"
    slave = Secondary(number.hex().upper(), medium=medium)
    records = records_of_fixed(data, high_first=high_first)
    # The low bits of its status say how the counters are written.
    return Telegram(slave, data[4], data[5] & ~_APPLICATION_BITS, records, more=False)


def _refuse_encrypted(data: bytes) -> None:
    """Say so by name: cut into records it would be numbers that nobody measured.

    Raises:
        ReplyRefused: The telegram is encrypted.
    """
    mode = data[11] & _MODE_BITS
    if mode in _MODES and len(data) > _HEADER and data[_HEADER : _HEADER + 2] != _IDLE:
        msg = (
            f"M-Bus: the telegram is encrypted ({_MODES[mode]}, mode {mode}), and no key can be "
            "given here; have its maker's tool switch encryption off for the wire"
        )
        raise ReplyRefused(msg)


def _record(dif: bytes, vif: bytes, data: bytes) -> Record:
    if len(dif) > 1 + _MOST_DIFE or dif[-1] & 0x80:
        msg = f"M-Bus: a record's DIFEs do not end ({dif.hex(' ')})"
        raise ReplyRefused(msg)
    storage, tariff, unit = dif[0] >> 6 & 1, 0, 0
    for place, extension in enumerate(dif[1:]):
        storage |= (extension & 0x0F) << (1 + 4 * place)
        tariff |= (extension >> 4 & 3) << (2 * place)
        unit |= (extension >> 6 & 1) << place
    return Record(
        dif[0] & 0x0F, Function(dif[0] >> 4 & 3), storage, tariff, unit, vif, data
    )  # fmt: skip
