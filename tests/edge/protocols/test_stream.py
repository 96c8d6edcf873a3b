"""Frames found in a stream: cut anywhere, behind noise, behind a start byte that lies."""

from __future__ import annotations

import itertools
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.protocols import cjt188, dlt645
from edge.protocols.mbus import frames as mbus
from edge.protocols.stream import FrameStream, Grammar

DLT = bytes.fromhex("68 05 00 16 03 21 20 68 91 08 33 33 34 33 89 67 45 33 FD 16")
CJT = bytes.fromhex("68 10 44 33 22 11 00 33 78 01 03 1F 90 00 80 16")
MBUS = bytes.fromhex("68 0B 0B 68 53 FD 52 78 56 34 12 FF FF FF FF B2 16")

GRAMMARS = [
    pytest.param(dlt645.GRAMMAR, DLT, id="DL/T 645"),
    pytest.param(cjt188.GRAMMAR, CJT, id="CJ/T 188"),
    pytest.param(mbus.GRAMMAR, MBUS, id="M-Bus"),
]


@pytest.mark.parametrize(("grammar", "frame"), GRAMMARS)
@given(cuts=st.lists(st.integers(0, 60), max_size=6))
def test_cut_anywhere(grammar: Grammar, frame: bytes, cuts: list[int]) -> None:
    line, stream = b"\xfe\xfe" + frame + b"\xfe" + frame, FrameStream(grammar)
    places = sorted({0, len(line), *(c for c in cuts if c < len(line))})
    got = [f for a, b in itertools.pairwise(places) for f in stream.feed(line[a:b])]
    assert got == [frame, frame]
    assert stream.noise == 3


@pytest.mark.parametrize(("grammar", "frame"), GRAMMARS)
def test_false_start_hides_nothing(grammar: Grammar, frame: bytes) -> None:
    for lie in (b"\x68", b"\x68" * 3, b"\x68\xff\xff\x68", b"\x68" + b"\x00" * 9 + b"\xff"):
        assert FrameStream(grammar).feed(lie + frame) == [frame], lie.hex()


@pytest.mark.parametrize(("grammar", "frame"), GRAMMARS)
def test_wrong_sum_is_no_frame(grammar: Grammar, frame: bytes) -> None:
    for place in range(len(frame)):
        changed = bytearray(frame)
        changed[place] ^= 0x04
        assert FrameStream(grammar).feed(bytes(changed) + frame)[-1:] == [frame]
        assert bytes(changed) not in FrameStream(grammar).feed(bytes(changed))


@pytest.mark.parametrize(("grammar", "frame"), GRAMMARS)
def test_fuzzed_for_a_second(grammar: Grammar, frame: bytes) -> None:
    chance = random.Random(645)  # noqa: S311
    stream, end = FrameStream(grammar), time.monotonic() + 1.0
    fed = frames = 0
    while time.monotonic() < end:
        piece = bytearray(chance.choice([frame, chance.randbytes(30), b"\x68" * 20, b"\xe5"]))
        for _ in range(chance.choice([0, 1, 3])):
            piece[chance.randrange(len(piece))] = chance.randrange(256)
        frames += len(stream.feed(bytes(piece)))
        fed += len(piece)
        assert len(stream._held) < grammar.longest  # noqa: SLF001 - it must stay bounded
    assert fed > 1_000
    assert frames > 5
