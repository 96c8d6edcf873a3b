"""The codec: what goes in comes out, and what is not a message is refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import wire
from core.batch import Columns
from core.errors import Undecodable
from core.quality import Quality
from core.settled import Settled

POINTS = [("a.m.power", "kW"), ("a.m.energy", "kWh"), ("a.ahu1.sat", "°C")]
rows = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 4_000_000_000_000),
        st.floats(allow_nan=True, allow_infinity=False),
        st.integers(0, 2),
    ),
    max_size=30,
)


@given(rows)
def test_a_batch_comes_back_as_it_went(data: list[tuple[int, int, float, int]]) -> None:
    sent = Columns.of([d[0] for d in data], [d[1] for d in data], [d[2] for d in data],
                      [d[3] for d in data])  # fmt: skip
    payload = wire.encode(wire.batch_message(sent, POINTS, sent_at=1))
    message = wire.decode(payload, wire.BatchMessage)
    got = wire.batch_columns(message)
    assert [message.points[i].id for i in got.point] == [POINTS[d[0]][0] for d in data]
    assert got.at.tolist() == sent.at.tolist()
    bad = np.isnan(sent.value) | (sent.quality == Quality.BAD)
    assert got.value[~bad].tolist() == sent.value[~bad].tolist()
    assert np.isnan(got.value[bad]).all()
    assert (got.quality[bad] == Quality.BAD).all()
    assert got.quality[~bad].tolist() == sent.quality[~bad].tolist()


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{21.5 degrees}", "not_json"),
        (b"21.5 degrees", "schema"),
        (b"", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b'{"v":1,"sent_at":1,"x":[NaN]}', "not_json"),
        (b"[" * 100_000, "schema"),
        (b'{"v":2,"sent_at":1}', "version"),
        (b'{"v":1}', "schema"),
        (b'{"v":1,"sent_at":"now"}', "schema"),
        (b'{"v":1,"sent_at":1,"surprise":1}', "schema"),
        (b'{"v":1,"sent_at":1,"p":[0],"dt":[0],"x":["hot"]}', "schema"),
        (b" " * (wire.MAX_PAYLOAD_BYTES + 1), "too_large"),
    ],
)
def test_what_is_no_message_is_refused_by_name(payload: bytes, reason: str) -> None:
    with pytest.raises(Undecodable) as refused:
        wire.decode(payload, wire.BatchMessage)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "body",
    [
        {"p": [0], "dt": [0, 1], "x": [1.0]},
        {"p": [1], "dt": [0], "x": [1.0]},
        {"p": [-1], "dt": [0], "x": [1.0]},
        {"p": [0], "dt": [0], "x": [1.0], "q": [7]},
        {"p": [0], "dt": [10**14], "x": [1.0]},
        {"p": [0], "dt": [-(10**25)], "x": [1.0]},
        {"p": [0], "dt": [-(2**63)], "x": [1.0]},
    ],
)
def test_columns_that_do_not_fit_together_are_refused(body: dict[str, list[int]]) -> None:
    message = wire.BatchMessage(
        v=1, sent_at=1, points=[wire.PointRef("a.m.power", "kW")], t0=5, **body  # type: ignore[arg-type] # wrong on purpose
    )  # fmt: skip
    with pytest.raises(Undecodable):
        wire.batch_columns(message)


def test_a_confirmation_comes_back_as_it_went() -> None:
    said = {"b1": Settled(2, 9, ((3, 4),)), "b2": Settled(7, 7)}
    payload = wire.encode(wire.confirm_message(said, waiting_until=99))
    message = wire.decode(payload, wire.ConfirmMessage)
    assert wire.confirmed(message) == said
    assert message.waiting_until == 99
