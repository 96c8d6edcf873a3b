"""Telegrams of fixed form (CI 73 and 77): two counters, each with a unit out of one table.

The older of the two forms that EN 1434-3 gave M-Bus; the table and the bits are those of "The
M-Bus: A Documentation", revision 4.8, 6.2 and its appendix. The counters become records like
those of variable telegrams, so that a template names what it wants in the same words.
"""

from __future__ import annotations

from edge.protocols import bcd
from edge.protocols.mbus.record import Function, Record

SIZE = 16
"""Number, access, status, medium and units, two counters. [byte]"""
_BINARY, _AT_DUE_DATE = 1, 2
"""Bits of the status: counters are whole numbers, not digits; they are of the due date."""
_UNIT, _SAME_BUT_HISTORIC = 0x3F, 0x3E
_BCD_8, _BCD_12, _INT_32, _INT_64 = 12, 14, 4, 7
_COUNTER, _WIDE = 4, 6

_FROM_2 = (
    "03", "04", "05", "06", "07", "fb00", "fb01", "fb01+1", "fb01+2",  # Wh to 100 MWh
    "0b", "0c", "0d", "0e", "0f", "fb08", "fb09", "fb09+1", "fb09+2",  # kJ to 100 GJ
    "2b", "2c", "2d", "2e", "2f", "fb28", "fb29", "fb29+1", "fb29+2",  # W to 100 MW
    "33", "34", "35", "36", "37", "fb30", "fb31", "fb31+1", "fb31+2",  # kJ/h to 100 GJ/h
    "10", "11", "12", "13", "14", "15", "16", "17", "fb10",  # ml to 100 m³
    "38", "39", "3a", "3b", "3c", "3d", "3e", "3f", "3f+1",  # ml/h to 100 m³/h
)  # fmt: skip
"""The VIF of each unit from code 02 on, and the zeros to append where no VIF is so large. What
lies outside (clock, date, heat cost units, a temperature of which it is not said where, none)
is nothing that a template can name."""


def records_of_fixed(data: bytes, *, high_first: bool) -> tuple[Record, ...]:
    """The counters of a telegram as records; none for one without a unit known here.

    Args:
        data: After the control information, of :data:`SIZE`.
        high_first: Whether numbers come high byte first (CI 77).
    """
    status = data[5]
    codes = [byte & _UNIT for byte in (data[7:5:-1] if high_first else data[6:8])]
    found: list[Record] = []
    for place, code in enumerate(codes):
        historic = code == _SAME_BUT_HISTORIC and place == 1
        known = _vif(codes[0] if historic else code)
        if known is None:
            continue
        raw = data[8 + _COUNTER * place : 8 + _COUNTER * (place + 1)]
        vif, zeros = known
        coding, wide = _widened(raw[::-1] if high_first else raw, zeros, bool(status & _BINARY))
        storage = int(historic or bool(status & _AT_DUE_DATE))
        # Two counters of one kind are two parts of the meter: else neither could be told.
        part = sum(one.vif == vif and one.storage == storage for one in found)
        found.append(Record(coding, Function.INSTANTANEOUS, storage, 0, part, vif, wide))
    return tuple(found)


def _vif(code: int) -> tuple[bytes, int] | None:
    if not 2 <= code < 2 + len(_FROM_2):
        return None
    written, _, zeros = _FROM_2[code - 2].partition("+")
    return bytes.fromhex(written), int(zeros or 0)


def _widened(raw: bytes, zeros: int, binary: bool) -> tuple[int, bytes]:  # noqa: FBT001
    """A counter with zeros appended; as it is where it holds no number."""
    if binary:
        whole = int.from_bytes(raw, "little", signed=True)
        if zeros == 0 or whole in (-1, -(1 << 31)):
            return _INT_32, raw
        return _INT_64, (whole * 10**zeros).to_bytes(8, "little", signed=True)
    number = bcd.number(raw)
    if zeros == 0 or number is None:
        return _BCD_8, raw
    return _BCD_12, bcd.digits(number * 10**zeros, _WIDE)
