"""One question, one answer: whatever else is on the line, the value is the asked meter's."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge.buses.contract import Garbled
from edge.buses.exchange import Exchange
from edge.buses.pace import Pace
from edge.protocols import dlt645

METER, ITEM = "202103160005", 0x00010000


def _answer(whole: int, *, address: str = METER, item: int = ITEM) -> bytes:
    data = bytes.fromhex(f"{whole:08d}")[::-1]
    return dlt645.Frame(address, 0x91, item.to_bytes(4, "little") + data).pack()


QUESTION = dlt645.read_request(METER, ITEM)
OTHERS = st.sampled_from([
    QUESTION, dlt645.WAKE, _answer(1, address="202103160006"), _answer(2, item=0x00020000),
    _answer(3)[:-1], _answer(4)[:-2] + b"\x00\x16", b"\x68", b"\x16", b"\x68\xff\xff",
    dlt645.Frame("202103160006", 0xD1, b"\x02").pack(),
])  # fmt: skip


class ScriptedLine:
    """Gives pieces one after the other, and then nothing."""

    byte_s, collects = 0.0, False

    def __init__(self, before: bytes, after: list[bytes]) -> None:
        self._before, self._after = before, after
        self.renewed = 0

    def send(self, data: bytes) -> float:
        assert not self._before, "what was there before was not thrown away"
        assert data == QUESTION
        return 0.0

    def receive(self, timeout_s: float) -> bytes:
        if timeout_s == 0.0:
            came, self._before = self._before, b""
            return came
        return self._after.pop(0) if self._after else b""

    def renew(self, silent_s: float) -> None:
        assert silent_s > 0
        self.renewed += 1

    def close(self) -> None:
        return


def _ask(line: ScriptedLine, wait_s: float = 5.0) -> float | None:
    answer = Exchange(line, dlt645.GRAMMAR, wait_s, 0).ask(
        QUESTION, lambda frame: dlt645.answer_to(frame, METER, ITEM), Pace(wait_s), "the meter"
    )
    return dlt645.value(answer.data, decimals=0)


@given(
    st.lists(OTHERS | st.binary(max_size=6), max_size=6),
    st.lists(st.integers(1, 200), max_size=8),
    st.sampled_from([b"", _answer(9)]),
)
@example([b"\x68" * 6], [], b"")
def test_only_the_answer_is_taken(others: list[bytes], cuts: list[int], before: bytes) -> None:
    """Also where a late answer of the same meter lay in the buffer before it was asked."""
    sent = b"".join(others) + _answer(1234)
    places = sorted({0, len(sent), *(c for c in cuts if c < len(sent))})
    line = ScriptedLine(before, [sent[a:b] for a, b in itertools.pairwise(places)])
    assert _ask(line) == 1234
    assert line.renewed == 0


@pytest.mark.parametrize("others", [_answer(1, address="202103160006"), _answer(3)[:-1], b"\x68"])
def test_without_it_the_line_is_renewed(others: bytes) -> None:
    line = ScriptedLine(b"", [others])
    with pytest.raises(Garbled, match="bytes without its answer"):
        _ask(line, 0.05)
    assert line.renewed == 1


def test_a_line_that_babbles_is_not_listened_to_for_ever() -> None:
    line = ScriptedLine(b"", [b"\x68\x00" * 500] * 1000)
    with pytest.raises(Garbled):
        _ask(line)
    assert len(line._after) > 900  # noqa: SLF001 - what was not listened to
