"""Sparkplug B payloads, written byte by byte, so that a reader is tried on another's work.

Field numbers from Sparkplug 3.0.0, chapter 6.4; the wire format from protobuf's encoding guide.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

_VARINT, _FIXED64, _BYTES = 0, 1, 2
INT64, DOUBLE, BOOLEAN = 4, 10, 11
_MORE = 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric: a birth names it, data name its alias alone.

    Attributes:
        value: None is *no value*.
        at: When it was measured. [ms]
        historical: Whether it was kept and is sent later.
    """

    name: str = ""
    alias: int = 0
    kind: int = DOUBLE
    value: float | None = None
    at: int = 0
    historical: bool = False


def payload(metrics: Iterable[Metric], *, at: int | None, seq: int | None) -> bytes:
    """A payload; a will has neither time nor sequence. [ms]"""
    made = b"" if at is None else _number(1, at)
    made += b"".join(_bytes(2, _metric(metric)) for metric in metrics)
    return made if seq is None else made + _number(3, seq)


def _metric(metric: Metric) -> bytes:
    made = _bytes(1, metric.name.encode()) if metric.name else b""
    if metric.alias:
        made += _number(2, metric.alias)
    if metric.at:
        made += _number(3, metric.at)
    made += _number(4, metric.kind)
    if metric.historical:
        made += _number(5, 1)
    if metric.value is None:
        return made + _number(7, 1)
    if metric.kind == INT64:
        return made + _number(11, int(metric.value) % 2**64)
    if metric.kind == BOOLEAN:
        return made + _number(14, int(bool(metric.value)))
    return made + _key(13, _FIXED64) + struct.pack("<d", metric.value)


def _number(field: int, value: int) -> bytes:
    return _key(field, _VARINT) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _key(field, _BYTES) + _varint(len(value)) + value


def _key(field: int, wire: int) -> bytes:
    return _varint(field << 3 | wire)


def _varint(value: int) -> bytes:
    made = bytearray()
    while value >= _MORE:
        made.append(value & 0x7F | _MORE)
        value >>= 7
    made.append(value)
    return bytes(made)
