"""The run clock never runs back."""

from __future__ import annotations

from core.clock import SteppedClock, SystemClock


def test_a_stepped_clock_stands_until_it_is_moved() -> None:
    clock = SteppedClock(1_000)
    assert clock.now() == clock.now() == 1_000
    clock.advance(5_000)
    clock.advance(2_000)
    assert clock.now() == 5_000


def test_the_system_clock_is_in_milliseconds() -> None:
    assert 1_700_000_000_000 < SystemClock().now() < 10_000_000_000_000
