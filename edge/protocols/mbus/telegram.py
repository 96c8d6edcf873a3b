"""What a slave answers to REQ_UD2 (EN 13757-3): its header and its records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from edge.protocols.mbus.frames import Long, Secondary
from edge.protocols.mbus.library import records_of
from edge.protocols.refusal import ReplyRefused

_VARIABLE = (0x72, 0x76)
_HIGH_FIRST = 0x76
_HEADER = 12
_MORE = 0x1F
_MOST_DIFE = 10


class Function(IntEnum):
    """What a record's value is of its kind."""

    INSTANTANEOUS = 0
    MAXIMUM = 1
    MINIMUM = 2
    AT_ERROR = 3


@dataclass(frozen=True, slots=True)
class Record:
    """One value as sent.

    Attributes:
        coding: Low half of the DIF: how the data are coded.
        function: What it is of its kind.
        storage: 0 is now, others are due dates and histories.
        tariff: 0 is the total.
        unit: Part of the meter.
        vif: What is measured: VIF and VIFEs.
        data: Low byte first.
    """

    coding: int
    function: Function
    storage: int
    tariff: int
    unit: int
    vif: bytes
    data: bytes


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
    if frame.ci not in _VARIABLE:
        msg = f"M-Bus: a telegram with CI {frame.ci:02X}; expected variable data (72 or 76)"
        raise ReplyRefused(msg)
    if len(frame.data) < _HEADER:
        msg = f"M-Bus: a telegram of {len(frame.data)} bytes; expected a header of {_HEADER}"
        raise ReplyRefused(msg)
    head = frame.data[:8]
    if frame.ci == _HIGH_FIRST:
        head = head[3::-1] + head[5:3:-1] + head[6:]
    records, more = [], False
    for dif, vif, data in records_of(frame.pack()):
        if dif[0] & 0x0F == 0x0F:  # the maker's own data, and whether more follows
            more = more or dif[0] == _MORE
        else:
            records.append(_record(dif, vif, data))
    return Telegram(Secondary.sent(head), frame.data[8], frame.data[9], tuple(records), more)


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
