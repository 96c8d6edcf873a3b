"""M-Bus link layer: known frames, secondary addresses, and changed bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.protocols.mbus.frames import (
    ACK,
    GRAMMAR,
    REQ_UD2,
    SND_NKE,
    Long,
    Secondary,
    short,
    unpack,
)
from edge.protocols.refusal import ReplyRefused
from edge.protocols.stream import FrameStream

SELECT = bytes.fromhex("68 0B 0B 68 53 FD 52 78 56 34 12 FF FF FF FF B2 16")


def test_known_frames() -> None:
    assert Secondary.of("12345678").select() == SELECT
    assert short(SND_NKE, 1) == bytes.fromhex("10 40 01 41 16")
    assert [short(c, 1) for c in REQ_UD2] == [
        bytes.fromhex("10 7B 01 7C 16"), bytes.fromhex("10 5B 01 5C 16"),
    ]  # fmt: skip


def test_secondary_addresses() -> None:
    slave = Secondary.sent(bytes.fromhex("78 56 34 12 24 40 01 07"))
    assert str(slave) == "1234567824400107"
    assert Secondary.of(str(slave)) == slave
    assert [slave.fits(Secondary.of(p)) for p in ("12345678", "12FFFFF8", "12345679")] == [
        True, True, False,
    ]  # fmt: skip
    assert not slave.fits(Secondary.of("12345678FFFFFF04"))
    for wrong in ("1234567", "1234567X", "123456789"):
        with pytest.raises(ValueError, match="secondary address"):
            Secondary.of(wrong)


def test_an_acknowledgement_inside_a_frame_is_none() -> None:
    frame = Long(0x08, 1, 0x72, b"\xe5" * 20).pack()
    stream = FrameStream(GRAMMAR)
    assert [f for byte in frame for f in stream.feed(bytes([byte]))] == [frame]
    assert stream.feed(ACK) == [ACK]


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.binary(max_size=252))
def test_round_trip(control: int, address: int, ci: int, data: bytes) -> None:
    long = Long(control, address, ci, data)
    [frame] = FrameStream(GRAMMAR).feed(long.pack())
    assert unpack(frame) == long


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_a_frame(noise: bytes) -> None:
    try:
        got = unpack(noise)
    except ReplyRefused:
        return
    assert got is None or got.pack() == noise
