"""CJ/T 188: known frames, both orders of an item, units, and what is not an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.protocols import bcd, cjt188
from edge.protocols.cjt188 import Order
from edge.protocols.refusal import ItemRefused, ReplyRefused
from edge.protocols.stream import FrameStream

WATER, METER, ITEM = 0x10, "78330011223344", 0x901F
QUESTION = bytes.fromhex("68 10 44 33 22 11 00 33 78 01 03 1F 90 00 80 16")
ANSWER = bytes.fromhex(
    "68 10 44 33 22 11 00 33 78 81 16 1F 90 00 00 77 66 55 2C 00 77 66 55 2C"
    "31 01 22 11 05 15 20 21 84 13 16"
)

orders: st.SearchStrategy[Order] = st.sampled_from(["low_first", "high_first"])
addresses = st.from_regex(r"[0-9]{14}", fullmatch=True)


def reply(data: bytes, *, control: int = 0x81, order: Order = "low_first",
          kind: int = WATER, address: str = METER, item: int = ITEM) -> bytes:  # fmt: skip
    content = cjt188.item_bytes(item, order) + b"\0" + data
    return cjt188.Frame(kind, address, control, content).pack()


def test_known_question() -> None:
    assert cjt188.read_request(WATER, METER, ITEM, "low_first") == QUESTION


def test_known_answer() -> None:
    answer = cjt188.answer_to(ANSWER, WATER, METER, ITEM, "low_first")
    assert answer is not None
    assert len(answer.data) == 0x16 - 3
    assert cjt188.value(answer.data[0:5], decimals=2) == (556_677.0, "m³")
    assert cjt188.value(answer.data[5:10], decimals=2) == (556_677.0, "m³")


def test_both_orders_have_one_sum_and_different_bytes() -> None:
    old = cjt188.read_request(WATER, METER, ITEM, "high_first")
    assert old[11:13] == b"\x90\x1f"
    assert old[-2] == QUESTION[-2]
    assert cjt188.answer_to(ANSWER, WATER, METER, ITEM, "high_first") is None


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(QUESTION, id="the question's echo"),
        pytest.param(reply(b"", address="78330011223345"), id="another meter"),
        pytest.param(reply(b"", kind=0x20), id="another type of meter"),
        pytest.param(reply(b"", item=0xD120), id="late, to another item"),
        pytest.param(reply(b"", control=0x84), id="to a writing that was never asked"),
    ],
)
def test_not_the_answer(frame: bytes) -> None:
    assert cjt188.answer_to(frame, WATER, METER, ITEM, "low_first") is None


def test_refused_item() -> None:
    with pytest.raises(ItemRefused, match="refuses item 901F"):
        cjt188.answer_to(reply(b"", control=0xC1), WATER, METER, ITEM, "low_first")


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("45 23 01 00 2C", (123.45, "m³")),
        ("45 23 01 00 29", (123.45, "L")),
        ("45 23 01 00 05", (123.45, "kWh")),
        ("45 23 01 00 08", (123450.0, "kWh")),
        ("45 23 01 00 11", (123.45, "GJ")),
        ("EE EE EE EE 29", None),
        ("EE EE EE EE EE", None),
    ],
)
def test_units_and_no_value(sent: str, value: tuple[float, str] | None) -> None:
    assert cjt188.value(bytes.fromhex(sent), decimals=2) == value


def test_refuses_a_unit_that_is_none() -> None:
    with pytest.raises(ReplyRefused, match="7F is the code of no unit"):
        cjt188.value(bytes.fromhex("45 23 01 00 7F"), decimals=2)


@given(addresses, st.integers(0, 99_999_999), orders, st.sampled_from([0x10, 0x19, 0x20, 0x30]))
def test_round_trip(address: str, whole: int, order: Order, kind: int) -> None:
    data = bcd.digits(whole, 4) + b"\x2c"
    sent = b"\xfe" * 3 + reply(data, order=order, kind=kind, address=address)
    [frame] = FrameStream(cjt188.GRAMMAR).feed(sent)
    answer = cjt188.answer_to(frame, kind, address, ITEM, order)
    assert answer is not None
    assert cjt188.value(answer.data, decimals=0) == (whole, "m³")


@given(st.data(), addresses, orders)
def test_changed_bytes_are_never_anothers_value(
    data: st.DataObject, address: str, order: Order
) -> None:
    frame = bytearray(reply(b"\x45\x23\x01\x00\x2c", order=order, address=address))
    changes = st.tuples(st.integers(0, len(frame) - 1), st.integers(0, 255))
    for place, byte in data.draw(st.lists(changes, min_size=1, max_size=4)):
        frame[place] = byte
    frame[-2] = sum(frame[:-2]) & 0xFF
    for whole in FrameStream(cjt188.GRAMMAR).feed(bytes(frame)):
        try:
            answer = cjt188.answer_to(whole, WATER, address, ITEM, order)
            if answer is None:
                continue
            cjt188.value(answer.data[:5], decimals=2)
        except ReplyRefused:
            continue
        assert whole[1:9] == bytes([WATER]) + bytes.fromhex(address)[::-1]
        assert whole[9] == 0x81
        assert whole[11:13] == cjt188.item_bytes(ITEM, order)


@given(st.binary(max_size=40))
def test_any_bytes_are_refused(noise: bytes) -> None:
    with pytest.raises(ReplyRefused):
        cjt188.unpack(noise + b"\0")


@given(st.binary(max_size=8), st.booleans())
def test_any_number(data: bytes, unit: bool) -> None:  # noqa: FBT001
    try:
        value = cjt188.value(data, decimals=2, unit_byte=unit)
    except ReplyRefused:
        return
    assert value is None or value[0] >= 0
