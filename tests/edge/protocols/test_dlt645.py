"""DL/T 645-2007: known frames, what is not an answer, and bytes that were changed on the way."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge.protocols import bcd, dlt645
from edge.protocols.refusal import ItemRefused, ReplyRefused
from edge.protocols.stream import FrameStream

METER, ENERGY = "202103160005", 0x00010000
QUESTION = bytes.fromhex("68 05 00 16 03 21 20 68 11 04 33 33 34 33 11 16")
ANSWER = bytes.fromhex("68 05 00 16 03 21 20 68 91 08 33 33 34 33 89 67 45 33 FD 16")

addresses = st.from_regex(r"[0-9]{12}", fullmatch=True)
items = st.integers(0, 0xFFFFFFFF)


def reply(control: int, data: bytes, item: int = ENERGY, address: str = METER) -> bytes:
    return dlt645.Frame(address, control, item.to_bytes(4, "little") + data).pack()


def test_known_question() -> None:
    assert dlt645.read_request(METER, ENERGY) == QUESTION


def test_known_answer() -> None:
    answer = dlt645.answer_to(ANSWER, METER, ENERGY)
    assert answer is not None
    assert not answer.more
    assert dlt645.value(answer.data, decimals=2) == 1234.56


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(QUESTION, id="the question's echo"),
        pytest.param(reply(0x91, b"\0" * 4, address="202103160006"), id="another meter"),
        pytest.param(reply(0x91, b"\0" * 4, item=0x00020000), id="late, to another item"),
        pytest.param(reply(0x92, b"\0" * 4 + b"\1"), id="to a question for more"),
        pytest.param(reply(0x94, b""), id="to a writing that was never asked"),
        pytest.param(dlt645.Frame("A" * 12, 0x91, ENERGY.to_bytes(4, "little")).pack(),
                     id="from no address"),
    ],
)  # fmt: skip
def test_not_the_answer(frame: bytes) -> None:
    assert dlt645.answer_to(frame, METER, ENERGY) is None


def test_more_follows() -> None:
    first = dlt645.answer_to(reply(0xB1, b"\1\2"), METER, ENERGY)
    assert first is not None
    assert first.more
    assert dlt645.answer_to(reply(0xB2, b"\3\1"), METER, ENERGY, 2) is None
    last = dlt645.answer_to(reply(0x92, b"\3\2"), METER, ENERGY, 2)
    assert last == dlt645.Answer(METER, b"\3", more=False)
    assert dlt645.read_on_request(METER, ENERGY, 2)[8:10] == b"\x12\x05"


def test_refused_item() -> None:
    with pytest.raises(ItemRefused, match="00010000: no such item"):
        dlt645.answer_to(dlt645.Frame(METER, 0xD1, b"\x02").pack(), METER, ENERGY)


def test_address_of_the_one_meter() -> None:
    assert dlt645.address_request()[:10] == b"\x68" + b"\xaa" * 6 + b"\x68\x13\x00"
    named = dlt645.Frame(METER, 0x93, bytes.fromhex(METER)[::-1]).pack()
    assert dlt645.address_answer(named) == METER
    assert dlt645.address_answer(ANSWER) is None


def test_wildcards_match_the_meter() -> None:
    assert dlt645.answer_to(ANSWER, "AAAAAAAAAA05", ENERGY) is not None
    assert dlt645.answer_to(ANSWER, "AAAAAAAAAA06", ENERGY) is None


@pytest.mark.parametrize(
    ("sent", "signed", "value"),
    [
        ("56 34 12 00", False, 1234.56),
        ("56 34 12 80", False, 801234.56),  # a top bit is a digit where none is signed
        ("56 34 12 80", True, -1234.56),
        ("00 00 00 80", True, 0.0),
        ("FF FF FF FF", False, None),
        ("FF FF FF FF", True, None),
        ("56 3A 12 00", False, None),
    ],
)
def test_digits_and_signs(sent: str, signed: bool, value: float | None) -> None:  # noqa: FBT001
    got = dlt645.value(bytes.fromhex(sent), decimals=2, signed=signed)
    assert got == pytest.approx(value) if value is not None else got is None


@pytest.mark.parametrize("address", ["1234", "20210316000B", "2021031600050"])
def test_refuses_what_is_no_address(address: str) -> None:
    with pytest.raises(ValueError, match="twelve digits"):
        dlt645.read_request(address, ENERGY)


@given(addresses, items, st.integers(0, 99_999_999), st.lists(st.sampled_from([0xFE, 0x68])))
def test_round_trip(address: str, item: int, whole: int, before: list[int]) -> None:
    sent = reply(0x91, bcd.digits(whole, 4), item, address)
    frames = FrameStream(dlt645.GRAMMAR).feed(bytes(before) + sent)
    answers = [dlt645.answer_to(frame, address, item) for frame in frames]
    assert [a and dlt645.value(a.data, decimals=0) for a in answers] == [whole]


@given(st.data(), addresses, items)
def test_changed_bytes_are_never_anothers_value(
    data: st.DataObject, address: str, item: int
) -> None:
    frame = bytearray(reply(0x91, b"\x56\x34\x12\x00", item, address))
    changes = st.tuples(st.integers(0, len(frame) - 1), st.integers(0, 255))
    for place, byte in data.draw(st.lists(changes, min_size=1, max_size=4)):
        frame[place] = byte
    frame[-2] = sum(frame[:-2]) & 0xFF
    for whole in FrameStream(dlt645.GRAMMAR).feed(bytes(frame)):
        try:
            answer = dlt645.answer_to(whole, address, item)
        except ReplyRefused:
            continue
        if answer is not None:
            assert whole[1:7] == bytes.fromhex(address)[::-1]
            assert (whole[8] & 0xDF, dlt645.unpack(whole).data[:4]) == (
                0x91, item.to_bytes(4, "little"),
            )  # fmt: skip


@given(st.binary(max_size=40))
@example(b"")
@example(b"\x68" * 12)
def test_any_bytes_are_refused(noise: bytes) -> None:
    with pytest.raises(ReplyRefused):
        dlt645.unpack(noise + b"\0")


@given(st.binary(min_size=1, max_size=8), st.integers(0, 255), st.booleans())
def test_any_number(data: bytes, last: int, signed: bool) -> None:  # noqa: FBT001
    value = dlt645.value(data + bytes([last]), decimals=2, signed=signed)
    assert value is None or abs(value) < 1e17
