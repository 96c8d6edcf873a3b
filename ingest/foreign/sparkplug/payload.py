"""Sparkplug payloads, decoded and guarded; and the one that we send."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError

from core import wire
from core.errors import Undecodable
from ingest.foreign.sparkplug.schema import DataType, PayloadMessage

REBIRTH = "Node Control/Rebirth"
BD_SEQ = "bdSeq"
MOST_METRICS = wire.MAX_ROWS
_LATEST_MS = 253_402_300_799_000  # the year 9999, as on our own wire
_GOOD = 192  # OPC's code; 0 is bad and 500 stale (Sparkplug 3.0.0, chapter 6.4.5)

_SIGNED = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
_NO_NUMBER = {DataType.STRING, DataType.TEXT, DataType.DATE_TIME}
_LAST_NUMBER = DataType.BOOLEAN


class Metric(NamedTuple):
    """One metric of a payload.

    Attributes:
        name: Its name; None where only the alias says which it is.
        alias: Its short number within the node's birth.
        at: When it was measured; None where the payload's time is meant. [ms]
        datatype: As declared; None where the birth has said it.
        historical: Whether it was kept and is sent later.
        null: Whether it has no value.
        good: False where its quality property says bad or stale.
        value: As it stands in the message.
    """

    name: str | None
    alias: int | None
    at: int | None
    datatype: int | None
    historical: bool
    null: bool
    good: bool
    value: int | float | bool | bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One payload; ``seq`` is None where none is written: some libraries leave out zeros, or it."""

    at: int | None
    seq: int | None
    metrics: tuple[Metric, ...]

    def number(self, name: str) -> int | None:
        """A metric's whole number by name, such as the birth–death sequence."""
        for metric in self.metrics:
            if metric.name == name and isinstance(metric.value, int):
                return int(metric.value)
        return None


def decode(payload: bytes) -> Payload:
    """Read a payload.

    Raises:
        Undecodable: It is no protobuf, or not of Sparkplug's shape.
    """
    if len(payload) > wire.MAX_PAYLOAD_BYTES:
        raise Undecodable("too_large", f"{len(payload)} bytes, at most {wire.MAX_PAYLOAD_BYTES}")
    message: Any = PayloadMessage()
    try:
        message.ParseFromString(payload)
    except (DecodeError, ValueError, RecursionError) as error:
        raise Undecodable("not_protobuf", str(error)) from error
    if len(message.metrics) > MOST_METRICS:
        raise Undecodable("too_large", f"{len(message.metrics)} metrics, at most {MOST_METRICS}")
    return Payload(
        at=_time(message),
        seq=int(message.seq) % 256 if message.HasField("seq") else None,
        metrics=tuple(_metrics(message.metrics)),
    )


def number_of(metric: Metric, declared: int | None) -> float | None:
    """A metric's value as a number; None where it has none.

    Whole numbers below zero travel as two's complement in unsigned fields; the width is the
    declared type's. NaN and infinity are *no value*.

    Args:
        metric: As it came.
        declared: Its type by the birth, where the metric itself says none.

    Raises:
        ValueError: It is no number; the message says what it is.
    """
    if metric.null or not metric.good:
        return None
    kind = metric.datatype or declared or 0
    if kind in _NO_NUMBER or kind > _LAST_NUMBER or isinstance(metric.value, bytes):
        raise ValueError(f"of type {_type(kind)}, where a number was expected")
    if metric.value is None:
        return None
    if isinstance(metric.value, int) and kind in _SIGNED:
        return float(_signed(metric.value, _SIGNED[DataType(kind)]))
    number = float(metric.value)
    return number if math.isfinite(number) else None


def rebirth(at: int) -> bytes:
    """The command that asks a node for its birth. [ms]"""
    message: Any = PayloadMessage(timestamp=at)
    message.metrics.add(
        name=REBIRTH.encode(), timestamp=at, datatype=DataType.BOOLEAN, boolean_value=True
    )
    done: bytes = message.SerializeToString()
    return done


def _metrics(messages: Any) -> Iterator[Metric]:
    for message in messages:
        which = message.WhichOneof("value")
        yield Metric(
            name=_text(message.name) if message.HasField("name") else None,
            alias=int(message.alias) if message.HasField("alias") else None,
            at=_time(message),
            datatype=int(message.datatype) or None,
            historical=bool(message.is_historical),
            null=bool(message.is_null),
            good=not message.HasField("properties") or _is_good(message.properties),
            value=getattr(message, which) if which else None,
        )


def _time(message: Any) -> int | None:
    """A message's time; None where it has none, or 0, which nobody means. [ms]"""
    at = int(message.timestamp)
    if at > _LATEST_MS:
        raise Undecodable("schema", f"the time {at} is after the year 9999")
    return at or None


def _text(written: bytes) -> str:
    try:
        return written.decode()
    except UnicodeDecodeError as error:
        raise Undecodable("schema", f"a name is not UTF-8: {error}") from error


def _is_good(properties: Any) -> bool:
    for key, value in zip(properties.keys, properties.values, strict=False):
        if key.lower() == b"quality" and not value.is_null:
            which = value.WhichOneof("value")
            return which is None or getattr(value, which) == _GOOD
    return True


def _signed(value: int, bits: int) -> int:
    low = int(value) & ((1 << bits) - 1)
    return low - (1 << bits) if low >> (bits - 1) else low


def _type(kind: int) -> str:
    return DataType(kind).name.lower() if kind in list(DataType) else f"number {kind}"
