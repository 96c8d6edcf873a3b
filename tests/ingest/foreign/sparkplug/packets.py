"""Payloads made for tests, with every field that a node may send."""

from __future__ import annotations

from typing import Any

from ingest.foreign.sparkplug.schema import DataType, PayloadMessage
from tests.ingest.foreign.town import NOW

STEM = "spBv1.0/Town"


def metric(
    name: str | None = None, *, alias: int | None = None, kind: DataType | None = None,
    at: int | None = None, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """A metric's fields; what is None is not written."""
    fields = {
        "name": None if name is None else name.encode(), "alias": alias, "datatype": kind,
        "timestamp": at, **more,
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value is not None}


def packet(*metrics: dict[str, Any], seq: int | None = None, at: int | None = NOW) -> bytes:
    """A payload."""
    message: Any = PayloadMessage()
    if at is not None:
        message.timestamp = at
    if seq is not None:
        message.seq = seq
    for fields in metrics:
        message.metrics.add(**fields)
    made: bytes = message.SerializeToString()
    return made


def node_birth(
    total: float = 10.0, *, seq: int = 0, bd_seq: int = 7, at: int = NOW, alias: int = 1
) -> bytes:
    """The birth of the town's node."""
    return packet(
        metric("bdSeq", kind=DataType.INT64, long_value=bd_seq),
        metric("Node Control/Rebirth", kind=DataType.BOOLEAN, boolean_value=False),
        metric("Meter/Total", alias=alias, kind=DataType.DOUBLE, double_value=total),
        metric("Outdoor", alias=2, kind=DataType.INT32, int_value=2**32 - 5),
        seq=seq, at=at,
    )  # fmt: skip


def device_birth(*, seq: int, at: int = NOW) -> bytes:
    """The birth of its pump."""
    return packet(
        metric("Running", alias=11, kind=DataType.BOOLEAN, boolean_value=True),
        metric("Power", alias=12, kind=DataType.FLOAT, float_value=1500.0),
        seq=seq, at=at,
    )  # fmt: skip


def node_death(bd_seq: int = 7) -> bytes:
    """Its will."""
    return packet(metric("bdSeq", kind=DataType.INT64, long_value=bd_seq), at=None)
