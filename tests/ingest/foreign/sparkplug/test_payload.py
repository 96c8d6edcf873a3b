"""The codec: another implementation's payloads, two's complement, and whatever bytes may come."""

from __future__ import annotations

import math
from typing import Any

import pytest
from google.protobuf import unknown_fields
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Undecodable
from ingest.foreign.sparkplug.payload import REBIRTH, Metric, decode, number_of, rebirth
from ingest.foreign.sparkplug.schema import DataType, PayloadMessage
from tests.ingest.foreign.sparkplug import packets, vectors
from tests.ingest.foreign.town import NOW

WIDTHS = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
ALL = (vectors.NBIRTH, vectors.DBIRTH, vectors.NDATA, vectors.DDATA, vectors.DDEATH)


def values(payload: bytes) -> dict[str | int | None, float | None]:
    found = {}
    for metric in decode(payload).metrics:
        try:
            found[metric.name or metric.alias] = number_of(metric, None)
        except ValueError:
            found[metric.name or metric.alias] = math.nan
    return found


def test_another_implementations_payloads_are_read() -> None:
    birth = decode(vectors.NBIRTH)
    assert (birth.at, birth.seq) == (NOW + 2000, 0)
    assert birth.number("bdSeq") == decode(vectors.NDEATH).number("bdSeq") == 1
    assert values(vectors.NBIRTH) == {
        "bdSeq": 1, "Meter/Total": 184332.7, "Outdoor": -5, "Count": 4294967295, "Tiny": -128,
    }  # fmt: skip
    assert [m.alias for m in birth.metrics] == [None, 1, 2, 3, 4]
    running, power, label = decode(vectors.DBIRTH).metrics
    assert (number_of(running, None), number_of(power, None)) == (1.0, 1500.5)
    assert power.good
    with pytest.raises(ValueError, match="of type string"):
        number_of(label, None)
    assert values(vectors.NDATA) == {1: 184333.2, 2: -12}
    assert values(vectors.DDATA) == {11: 0.0, 12: 0.25}
    assert (decode(vectors.DDEATH).seq, decode(vectors.DDEATH).metrics) == (None, ())


@pytest.mark.parametrize("payload", ALL)
def test_the_schema_declares_all_that_another_implementation_writes(payload: bytes) -> None:
    message = PayloadMessage()
    message.ParseFromString(payload)
    assert len(unknown_fields.UnknownFieldSet(message)) == 0
    for metric in message.metrics:
        assert len(unknown_fields.UnknownFieldSet(metric)) == 0
    again = message.SerializeToString()
    assert sorted(again) == sorted(payload), "the same bytes, written back"


@given(st.sampled_from(sorted(WIDTHS)), st.data())
def test_numbers_below_zero_are_twos_complement(kind: DataType, data: st.DataObject) -> None:
    bits = WIDTHS[kind]
    wanted = data.draw(st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1))
    # Widths below 32 are written by some as their own bits, by others with the sign in all 32.
    for sent in {wanted & ((1 << bits) - 1), wanted & ((1 << max(bits, 32)) - 1)}:
        field = "long_value" if bits == 64 else "int_value"
        body = packets.packet(packets.metric("x", kind=kind, **{field: sent}))
        assert number_of(decode(body).metrics[0], None) == float(wanted)


def test_the_type_of_the_birth_holds_where_data_names_none() -> None:
    body = packets.packet(packets.metric(alias=2, int_value=4294967291))
    metric = decode(body).metrics[0]
    assert number_of(metric, DataType.INT32) == -5
    assert number_of(metric, DataType.UINT32) == 4294967291


@pytest.mark.parametrize(
    "more",
    [
        {"is_null": True},
        {"is_null": True, "double_value": 4.0},
        {"double_value": math.nan},
        {"double_value": -math.inf},
        {},
        {"double_value": 4.0, "properties": {"keys": [b"Quality"], "values": [{"int_value": 0}]}},
        {"double_value": 4.0, "properties": {"keys": [b"Quality"], "values": [{"int_value": 500}]}},
    ],
)
def test_no_value_is_no_number(more: dict[str, Any]) -> None:
    body = packets.packet(packets.metric("x", kind=DataType.DOUBLE, **more))
    assert number_of(decode(body).metrics[0], None) is None


def test_the_command_that_asks_for_a_birth() -> None:
    (metric,) = decode(rebirth(NOW)).metrics
    assert (metric.name, metric.datatype, metric.value) == (REBIRTH, DataType.BOOLEAN, True)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\xff\xff", "not_protobuf"),
        (vectors.NBIRTH[:-3], "not_protobuf"),
        (packets.packet({"name": b"\xff\xfe"}), "schema"),
        (packets.packet(packets.metric("x", at=2**63)), "schema"),
        (packets.packet(*[{"alias": 1}] * 20_001), "too_large"),
        (b"\x00" * 1_048_577, "too_large"),
    ],
)
def test_what_is_no_payload(payload: bytes, reason: str) -> None:
    with pytest.raises(Undecodable) as caught:
        decode(payload)
    assert caught.value.reason == reason


def _numbers(metrics: tuple[Metric, ...]) -> None:
    for metric in metrics:
        try:
            number = number_of(metric, None)
        except ValueError:
            continue
        assert number is None or math.isfinite(number)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_bytes_come_are_read_or_refused(payload: bytes) -> None:
    try:
        _numbers(decode(payload).metrics)
    except Undecodable as error:
        assert error.reason in {"not_protobuf", "schema", "too_large"}  # noqa: PT017


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(ALL), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6)
)
def test_mutated_payloads_are_read_or_refused(base: bytes, changes: list[tuple[int, int]]) -> None:
    payload = bytearray(base)
    for place, byte in changes:
        payload[place % len(payload)] = byte
    try:
        _numbers(decode(bytes(payload)).metrics)
    except Undecodable as error:
        assert error.reason in {"not_protobuf", "schema", "too_large"}  # noqa: PT017
