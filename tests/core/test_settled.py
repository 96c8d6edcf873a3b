"""Confirmations: a model of plain sets says what they should cover."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.settled import Settled

ranges = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 5)).map(lambda r: (r[0], r[0] + r[1])), max_size=20
)


@given(ranges)
def test_covers_exactly_what_was_added(parts: list[tuple[int, int]]) -> None:
    settled, model = Settled(), set[int]()
    for start, end in parts:
        settled = settled.add_ranges([(start, end)])
        model |= set(range(start, end + 1))
    assert {seq for seq in range(1, 60) if settled.covers(seq)} == model


@given(ranges, ranges)
def test_order_of_settling_does_not_matter(
    some: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    forwards = Settled().add_ranges(some).add_ranges(others)
    assert forwards == Settled().add_ranges(others).add_ranges(some)


def test_says_nothing_above_what_was_seen() -> None:
    settled = Settled().add([1, 2, 5])
    assert settled == Settled(upto=2, seen=5, holes=((3, 4),))
    assert not settled.covers(6)
