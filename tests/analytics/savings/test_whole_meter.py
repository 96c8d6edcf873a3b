"""The meter above: its baseline, and what it can have seen."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.savings.whole_meter import baseline, reconcile
from core.batch import Bools, Floats
from tests.analytics.savings.test_interval import wandering


def meter(days: int, seed: int = 1, noise: float = 0.1) -> tuple[Floats, Bools, Floats]:
    """A heated building's days: use, working days, outdoor air."""
    chance = np.random.default_rng(seed)
    oat = 5.0 + 6.0 * np.sin(np.arange(days) / 9.0)
    working = np.arange(days) % 7 < 5
    use = 400.0 + 150.0 * working + 30.0 * np.maximum(18.0 - oat, 0)
    return use * (1 + noise * wandering(chance, 1, days, 0.5)[0]), working, oat


def test_it_learns_day_types_and_weather() -> None:
    use, working, oat = meter(84, noise=0.0)
    made = baseline(use, working, oat)
    assert made is not None
    assert made.expected(working, oat) == pytest.approx(use)


def test_three_weeks_are_no_baseline() -> None:
    assert baseline(*meter(21)) is None


def test_sums_are_covered_as_they_say() -> None:
    """Four weeks after twelve, over many buildings."""
    held = []
    for seed in range(300):
        use, working, oat = meter(112, seed)
        made = baseline(use[:84], working[:84], oat[:84])
        assert made is not None
        error = (made.expected(working[84:], oat[84:]) - use[84:]).sum()
        held.append(abs(error) <= (made.of_sum(28) or 0.0))
    assert 0.84 <= np.mean(held) <= 0.99


def test_what_was_saved_agrees_and_what_was_not_is_disputed() -> None:
    use, working, oat = meter(112, noise=0.03)
    made = baseline(use[:84], working[:84], oat[:84])
    after = use[84:] - 150.0
    true = reconcile(made, [150.0] * 28, after, working[84:], oat[84:])
    assert (true.state, true.excess) == ("agrees", 0.0)
    wrong = reconcile(made, [600.0] * 28, after, working[84:], oat[84:])
    assert wrong.state == "disputed"
    assert wrong.excess == pytest.approx(wrong.booked - wrong.drop - wrong.u)


def test_a_single_day_is_never_clipped() -> None:
    """Half of the days the meter used more than expected: their sum agrees all the same."""
    use, working, oat = meter(112, noise=0.1)
    made = baseline(use[:84], working[:84], oat[:84])
    one_day = [reconcile(made, [20.0], use[84 + n : 85 + n] - 20.0, working[84 + n : 85 + n],
                         oat[84 + n : 85 + n]).drop for n in range(28)]  # fmt: skip
    assert min(one_day) < 0 < max(one_day)
    whole = reconcile(made, [20.0] * 28, use[84:] - 20.0, working[84:], oat[84:])
    assert whole.state == "agrees"


def test_days_the_meter_did_not_tell_are_left_out_on_both_sides() -> None:
    use, working, oat = meter(112, noise=0.0)
    made = baseline(use[:84], working[:84], oat[:84])
    after = use[84:].copy()
    after[:7] = np.nan
    found = reconcile(made, [10.0] * 28, after, working[84:], oat[84:])
    assert found.booked == pytest.approx(210.0)
    assert found.drop == pytest.approx(0.0, abs=1e-6)


def test_without_a_baseline_nothing_is_disputed_and_nothing_agrees() -> None:
    found = reconcile(None, [1e9], np.array([1.0]), np.array([True]), np.array([5.0]))
    assert (found.state, found.excess) == ("unknown", 0.0)
