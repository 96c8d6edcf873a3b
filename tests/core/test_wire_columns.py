"""Batches that are recognised read as those that are read anew, whatever stands in them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import wire
from core.errors import Undecodable
from core.wire_columns import BatchReader

whole = st.one_of(st.integers(-3, 5), st.integers(), st.just(2**63), st.floats(), st.none())
column = st.lists(whole, max_size=5)
batches = st.fixed_dictionaries(
    {"v": st.sampled_from([1, 1, 1, 2, None]), "sent_at": st.sampled_from([0, 5, 5, -1, 2**60])},
    optional={
        "points": st.one_of(
            st.lists(st.tuples(st.sampled_from(["a.p", "b.q"]), st.just("kW")), max_size=4),
            st.sampled_from([[["a"]], [1], None, {}]),
        ),
        "t0": st.sampled_from([0, 1_750_000_000_000, -1, "x"]),
        "p": st.one_of(st.lists(st.integers(0, 3), max_size=4), column),
        "dt": st.one_of(st.lists(st.integers(0, 10**14), max_size=4), column),
        "x": st.one_of(st.lists(st.one_of(st.none(), st.floats()), max_size=4), column),
        "q": st.one_of(st.none(), st.lists(st.integers(0, 2), max_size=4), column),
        "backfill": st.sampled_from([True, False, 1]),
        "oldest_unsent": st.sampled_from([None, 7, -7]),
        "discarded": st.sampled_from([None, [], [["b", 1, 2, 3, 4]], [["b", 0, 2, 3, 4]]]),
        "more": st.just(1),
    },
)
reader = BatchReader()
"""One for all examples, so that each meets what earlier ones left behind."""


def anew(payload: bytes) -> tuple[Any, ...]:
    message = wire.decode(payload, wire.BatchMessage)
    table = tuple((p.id, p.unit) for p in message.points)
    rows = wire.batch_columns(message)
    return (
        message.sent_at, message.backfill, message.oldest_unsent, tuple(message.discarded or ()),
        table, rows.point.tolist(), rows.at.tolist(), repr(rows.value.tolist()),
        rows.quality.tolist(),
    )  # fmt: skip


def recognised(payload: bytes) -> tuple[Any, ...]:
    read = reader.read(payload)
    rows = read.rows
    return (
        read.sent_at, read.backfill, read.oldest_unsent, read.discarded, read.table,
        rows.point.tolist(), rows.at.tolist(), repr(rows.value.tolist()), rows.quality.tolist(),
    )  # fmt: skip


def same(payload: bytes) -> None:
    try:
        said = anew(payload)
    except Undecodable as error:
        said = (error.reason, str(error))
    try:
        found = recognised(payload)
    except Undecodable as error:
        found = (error.reason, str(error))
    assert found == said


@given(batches)
def test_reads_what_the_codec_reads(batch: dict[str, Any]) -> None:
    same(json.dumps(batch).encode())


@given(st.binary(max_size=60), batches)
def test_refuses_what_the_codec_refuses(noise: bytes, batch: dict[str, Any]) -> None:
    same(noise)
    payload = json.dumps(batch).encode()
    same(payload[: len(noise)] + noise + payload[len(noise) :])


@pytest.mark.parametrize("columns", ['"p":[0,],"dt":[0],"x":[1]', '"p":[0],"dt":[0]],"x":[1]'])
def test_a_column_that_is_left_unread_must_be_json_too(columns: str) -> None:
    same(f'{{"v":1,"sent_at":1,"points":[["a.p","kW"]],"t0":5,{columns}}}'.encode())


def test_what_repeats_itself_is_the_same_object_and_never_changed() -> None:
    start = {"v": 1, "sent_at": 1, "points": [["a", "kW"], ["b", "kW"]], "p": [0, 1], "dt": [0, 0]}
    first = reader.read(json.dumps(start | {"x": [1.0, None]}).encode())
    second = reader.read(json.dumps(start | {"x": [3.0, 4.0]}).encode())
    assert first.table is second.table
    assert first.rows.point is second.rows.point
    assert first.rows.quality.tolist() == [0, 2], "no value is bad, in this batch alone"
    assert second.rows.quality.tolist() == [0, 0]
    with pytest.raises(ValueError, match="read-only"):
        second.rows.point[0] = 1


def test_a_gateway_that_never_repeats_itself_does_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.wire_columns._KEPT_BYTES", 1000)
    own = BatchReader()
    for n in range(500):
        said = {"v": 1, "sent_at": 1, "points": [[f"p{n}", "kW"]], "p": [0], "dt": [n], "x": [1]}
        assert own.read(json.dumps(said).encode()).table == ((f"p{n}", "kW"),)
        assert own._tables._bytes <= 1000  # noqa: SLF001 the bound is the promise
        assert len(own._tables._known) < 100  # noqa: SLF001
    assert np.array_equal(own.read(json.dumps(said).encode()).rows.at, [499])
