"""Numbers of a telegram, selected by what they are and never by where they stand.

Meters of one make and type send their records in another order after a change of firmware,
so a template names kind, storage, tariff, function and part of the meter.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge.protocols import bcd
from edge.protocols.mbus.record import Function, Record
from edge.protocols.refusal import ReplyRefused


class What(StrEnum):
    """What a record measures; the unit of each stands in :data:`UNITS`."""

    ENERGY = "energy"
    VOLUME = "volume"
    POWER = "power"
    VOLUME_FLOW = "volume_flow"
    FLOW_TEMPERATURE = "flow_temperature"
    RETURN_TEMPERATURE = "return_temperature"
    TEMPERATURE_DIFFERENCE = "temperature_difference"
    EXTERNAL_TEMPERATURE = "external_temperature"
    PRESSURE = "pressure"
    HUMIDITY = "humidity"
    VOLTAGE = "voltage"
    CURRENT = "current"


UNITS: dict[What, str] = {
    What.ENERGY: "kWh", What.VOLUME: "m³", What.POWER: "kW",
    What.VOLUME_FLOW: "m³/h", What.FLOW_TEMPERATURE: "°C",
    What.RETURN_TEMPERATURE: "°C", What.TEMPERATURE_DIFFERENCE: "K",
    What.EXTERNAL_TEMPERATURE: "°C", What.PRESSURE: "kPa", What.HUMIDITY: "%RH",
    What.VOLTAGE: "V", What.CURRENT: "A",
}  # fmt: skip

_J_PER_WH = 3600.0
_NO_NEGATIVE = (What.ENERGY, What.VOLUME)
"""All bits set reads as −1, which no register of these shows; a temperature may."""


@dataclass(frozen=True, slots=True)
class _Range:
    """VIFs from ``first`` on: the last ``bits`` bits are a power of ten above ``exponent``."""

    first: int
    bits: int
    what: What
    exponent: int
    divisor: float = 1.0


_PRIMARY = (
    _Range(0x00, 3, What.ENERGY, -6),
    _Range(0x08, 3, What.ENERGY, -3, _J_PER_WH),
    _Range(0x10, 3, What.VOLUME, -6),
    _Range(0x28, 3, What.POWER, -6),
    _Range(0x30, 3, What.POWER, -3, _J_PER_WH),
    _Range(0x38, 3, What.VOLUME_FLOW, -6),
    _Range(0x40, 3, What.VOLUME_FLOW, -7, 1 / 60),
    _Range(0x48, 3, What.VOLUME_FLOW, -9, 1 / 3600),
    _Range(0x58, 2, What.FLOW_TEMPERATURE, -3),
    _Range(0x5C, 2, What.RETURN_TEMPERATURE, -3),
    _Range(0x60, 2, What.TEMPERATURE_DIFFERENCE, -3),
    _Range(0x64, 2, What.EXTERNAL_TEMPERATURE, -3),
    _Range(0x68, 2, What.PRESSURE, -1),
)
"""EN 13757-3, primary value information: energy from mWh and J, pressure from mbar…"""
_FB = (
    _Range(0x00, 1, What.ENERGY, 2),
    _Range(0x08, 1, What.ENERGY, 5, _J_PER_WH),
    _Range(0x10, 1, What.VOLUME, 2),
    _Range(0x1A, 1, What.HUMIDITY, -1),
    _Range(0x28, 1, What.POWER, 2),
    _Range(0x30, 1, What.POWER, 5, _J_PER_WH),
)
"""After FB: from 0.1 MWh, 0.1 GJ, 100 m³, 0.1 %, 0.1 MW, 0.1 GJ/h."""
_FD = (_Range(0x40, 4, What.VOLTAGE, -9), _Range(0x50, 4, What.CURRENT, -12))
"""After FD: from nV and pA."""

_LAST_ERROR = 0x1F
"""VIFEs up to it are errors of the record (no data, overflow…), and 00 says that there is none."""
_MAKERS = 0x7F
"""A VIFE behind which all are the maker's own."""

_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 6: 6, 7: 8}
_DECIMALS = {9: 1, 10: 2, 11: 3, 12: 4, 14: 6}
_REAL = 5
"""Codings of the DIF and their bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which record a value is.

    Attributes:
        what: What it measures.
        storage: 0 is now.
        tariff: 0 is the total.
        unit: Part of the meter.
        function: Instantaneous unless it says otherwise.
        vif: These bytes and no others, for a meter that sends one kind twice.
        extensions: VIFEs after the VIF, such as ``3B`` (forward flow only).
    """

    what: What
    storage: int = 0
    tariff: int = 0
    unit: int = 0
    function: Function = Function.INSTANTANEOUS
    vif: bytes | None = None
    extensions: bytes = b""


def select(records: Sequence[Record], wanted: Selection) -> float | None:
    """The one value that is meant, in the unit of its kind; None where it has no value.

    Raises:
        ReplyRefused: No record is that, or several are.
    """
    found = [r for r in records if _fits(r, wanted)]
    if len(found) != 1:
        seen = f"{len(found)} records" if found else "no record"
        narrower = " (give its vif)" if found else ""
        msg = (
            f"M-Bus: {seen} for {wanted.what} of storage {wanted.storage}, tariff {wanted.tariff},"
            f" unit {wanted.unit}, {wanted.function.name.lower()}{narrower}"
        )
        raise ReplyRefused(msg)
    return number(found[0])


def number(record: Record) -> float | None:
    """A record's value in the unit of its kind; None where it has none or is no number."""
    kind = kind_of(record.vif)
    if kind is None:
        return None
    span, exponent, vifes = kind
    whole = None if _extensions(vifes)[1] else _whole(record)
    if whole is None or (whole == -1 and record.coding in _INTEGERS and span.what in _NO_NEGATIVE):
        return None
    if isinstance(whole, float):
        value = whole * 10.0**exponent
        return value / span.divisor if math.isfinite(value) else None
    return bcd.scaled(whole, exponent) / span.divisor


def kind_of(vif: bytes) -> tuple[_Range, int, bytes] | None:
    """What a VIF means: its range, power of ten, and the VIFEs that are left."""
    if not vif:
        return None
    table: Sequence[_Range] = _PRIMARY
    code, rest = vif[0] & 0x7F, vif[1:]
    if vif[0] in (0xFB, 0xFD):
        if not rest:
            return None
        table, code, rest = _FB if vif[0] == 0xFB else _FD, rest[0] & 0x7F, rest[1:]
    for span in table:
        if span.first <= code < span.first + (1 << span.bits):
            return span, span.exponent + code - span.first, rest
    return None


def _extensions(vifes: bytes) -> tuple[bytes, bool]:
    """What extends a VIF, and whether the slave reports an error of the record among it."""
    codes = bytes(byte & 0x7F for byte in vifes)
    own = codes.find(_MAKERS)
    known, rest = (codes, b"") if own < 0 else (codes[:own], codes[own:])
    extending = bytes(code for code in known if code > _LAST_ERROR)
    return extending + rest, any(0 < code <= _LAST_ERROR for code in known)


def _fits(record: Record, wanted: Selection) -> bool:
    kind = kind_of(record.vif)
    return (
        kind is not None
        and kind[0].what is wanted.what
        and _extensions(kind[2])[0] == wanted.extensions
        and wanted.vif in (None, record.vif)
        and (record.storage, record.tariff, record.unit, record.function)
        == (wanted.storage, wanted.tariff, wanted.unit, wanted.function)
    )


def _whole(record: Record) -> int | float | None:
    data, coding = record.data, record.coding
    if _INTEGERS.get(coding) == len(data):
        # The lowest number of its size stands for 'not available' (EN 13757-3, type B).
        whole = int.from_bytes(data, "little", signed=True)
        return None if whole == -(1 << (8 * len(data) - 1)) else whole
    if _DECIMALS.get(coding) == len(data):
        return bcd.number_leading_f(data)
    if coding == _REAL and len(data) == 4:
        value = float(struct.unpack("<f", data)[0])
        return value if math.isfinite(value) else None
    return None
