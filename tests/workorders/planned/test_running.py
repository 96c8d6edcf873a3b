"""Hours of running and conditions: what adds up, what is unknown, what breaks a stretch."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import HOUR_MS, MINUTE_MS
from workorders.planned.running import Ran, Read, crossed, fillings, ran


def readings(pairs: list[tuple[int, float]], most_min: int = 2) -> Read:
    """Of minutes and values."""
    at = np.array([minute * MINUTE_MS for minute, _ in pairs], np.int64)
    value = np.array([value for _, value in pairs], np.float64)
    return Read(at=at, value=value, good=~np.isnan(value), most_ms=most_min * MINUTE_MS)


SERIES = st.lists(
    st.tuples(st.integers(0, 600), st.sampled_from([0.0, 1.0, float("nan")])),
    max_size=120, unique_by=lambda pair: pair[0],
).map(sorted)  # fmt: skip


@given(series=SERIES, cuts=st.lists(st.integers(1, 599), max_size=8, unique=True))
@settings(max_examples=150, deadline=None)
def test_what_ran_adds_up_over_any_cuts(series: list[tuple[int, float]], cuts: list[int]) -> None:
    read = readings(series)
    edges = [0, *sorted(cuts), 600]
    parts = [ran(read, a * MINUTE_MS, b * MINUTE_MS, 0.5) for a, b in pairwise(edges)]
    whole = ran(read, 0, 600 * MINUTE_MS, 0.5)
    assert whole == Ran(sum(p.ran_ms for p in parts), sum(p.unknown_ms for p in parts))
    assert 0 <= whole.ran_ms + whole.unknown_ms <= 600 * MINUTE_MS


def test_a_gap_is_unknown_and_never_idle_or_running() -> None:
    read = readings([(n, 1.0) for n in (1, 2, 3, 60, 61)])
    found = ran(read, 0, 61 * MINUTE_MS, 0.5)
    # 0-3, 58-60 and 60-61 are spoken for; a reading vouches for two minutes and no more.
    assert found == Ran(6 * MINUTE_MS, 55 * MINUTE_MS)


def test_no_reading_at_all_is_all_unknown() -> None:
    assert ran(readings([]), 0, HOUR_MS, 0.5) == Ran(0, HOUR_MS)


def test_a_condition_counts_hours_of_running_and_a_healthy_reading_breaks_it() -> None:
    # The first reading speaks for two minutes: one of them before zero.
    beyond = [(n, 300.0) for n in range(1, 181)]
    read = readings(beyond)
    high = read.value > 250
    assert crossed(read, high, None, 0, 180 * MINUTE_MS, 2 * HOUR_MS) == 119 * MINUTE_MS
    broken = readings([(n, 100.0 if n == 90 else 300.0) for n in range(1, 181)])
    assert crossed(broken, broken.value > 250, None, 0, 180 * MINUTE_MS, 2 * HOUR_MS) is None
    # Off for an hour in between: that hour neither counts nor breaks it.
    fan = readings([(n, 0.0 if 60 < n <= 120 else 1.0) for n in range(1, 181)])
    off = readings([(n, 0.0 if 60 < n <= 120 else 300.0) for n in range(1, 181)])
    at = crossed(off, off.value > 250, fan, 0, 180 * MINUTE_MS, 2 * HOUR_MS)
    assert at == 179 * MINUTE_MS


def test_a_condition_crosses_once_by_which_day_it_is_asked_for() -> None:
    read = readings([(n, 300.0) for n in range(1, 601)])
    high = read.value > 250
    asked = [crossed(read, high, None, a * MINUTE_MS, (a + 60) * MINUTE_MS, 2 * HOUR_MS)
             for a in range(0, 600, 60)]  # fmt: skip
    assert [a for a in asked if a is not None] == [119 * MINUTE_MS]


@given(
    hours=st.lists(st.floats(0, 24), min_size=1, max_size=60), need=st.integers(5, 200),
    cut=st.integers(1, 60),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_fillings_seen_early_are_those_seen_late(hours: list[float], need: int, cut: int) -> None:
    first = date(2026, 1, 1)
    days = [(first + timedelta(days=n), round(h * HOUR_MS)) for n, h in enumerate(hours)]
    late = fillings(days, need, first)
    early = fillings(days[:cut], need, first)
    assert late[: len(early)] == early
    assert [one.n for one in late] == list(range(1, len(late) + 1))


def test_what_was_full_before_it_was_planned_here_is_one() -> None:
    first = date(2026, 1, 1)
    days = [(first + timedelta(days=n), 20 * HOUR_MS) for n in range(30)]
    found = fillings(days, 100, first + timedelta(days=20))
    assert [(one.n, one.day) for one in found] == [
        (4, first + timedelta(days=20)), (5, first + timedelta(days=24)),
        (6, first + timedelta(days=29)),
    ]  # fmt: skip
    assert found[0].hours == pytest.approx(400)
