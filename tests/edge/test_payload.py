"""The payload in two parts is what the codec would have written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import wire
from core.batch import Columns
from edge import payload

POINTS = [("a.m.kwh", "kWh"), ("a.m.p", "kW")]


@given(
    sent_at=st.integers(0, 4_000_000_000_000),
    backfill=st.booleans(),
    oldest=st.none() | st.integers(0, 4_000_000_000_000),
)
def test_spliced_is_as_encoded(sent_at: int, backfill: bool, oldest: int | None) -> None:  # noqa: FBT001
    rows = Columns.of([1, 0], [1000, 2000], [1.5, np.nan], [0, 2])
    ((part, body),) = payload.bodies(rows, POINTS)
    spliced = payload.payload(body, sent_at=sent_at, backfill=backfill, oldest_unsent=oldest)
    encoded = wire.batch_message(
        rows, POINTS, sent_at=sent_at, backfill=backfill, oldest_unsent=oldest
    )
    assert len(part) == 2
    assert wire.decode(spliced, wire.BatchMessage) == encoded


@pytest.mark.parametrize("n", [1, wire.MAX_ROWS, wire.MAX_ROWS + 1, 3 * wire.MAX_ROWS])
def test_splits_at_the_limits_and_keeps_the_order(n: int) -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(0, 1e300, n)
    rows = Columns.of(np.zeros(n, np.int32), 1_700_000_000_000 + np.arange(n) * 10**6, values)
    parts = list(payload.bodies(rows, POINTS))
    assert sum(len(part) for part, _ in parts) == n
    back: list[float] = []
    for part, body in parts:
        whole = payload.payload(body, sent_at=4 * 10**12, backfill=True, oldest_unsent=4 * 10**12)
        message = wire.decode(whole, wire.BatchMessage)
        assert len(part) <= wire.MAX_ROWS
        back += wire.batch_columns(message).value.tolist()
    assert back == values.tolist()


def test_a_wild_time_is_in_a_batch_of_its_own() -> None:
    rows = Columns.of([0, 0, 0], [1000, 240 * 10**12, 2000], [1.0, 2.0, 3.0])
    assert [part.at.tolist() for part, _ in payload.bodies(rows, POINTS)] == [
        [1000, 2000],
        [240 * 10**12],
    ]


def test_splits_below_the_largest_payload() -> None:
    points = [(f"building.equipment-{n:030}.oat", "°C") for n in range(wire.MAX_ROWS)]
    n = wire.MAX_ROWS
    rows = Columns.of(
        np.arange(n, dtype=np.int32), np.full(n, 1_700_000_000_000), np.full(n, 1 / 3)
    )
    parts = list(payload.bodies(rows, points))
    assert len(parts) > 1
    assert all(len(body) < wire.MAX_PAYLOAD_BYTES for _, body in parts)
