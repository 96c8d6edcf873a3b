"""Time to detect with faults never found; how sure a share is."""

from __future__ import annotations

import pytest

from scoring.bounds import bootstrap_low, exact_low, share_low
from scoring.survival import quantile


def test_without_censoring_it_is_the_plain_quantile() -> None:
    times = [(float(t), True) for t in (5, 1, 4, 2, 3)]
    assert quantile(times, 0.5) == 3.0
    assert quantile(times, 0.9) == 5.0


def test_faults_never_found_push_it_up() -> None:
    found = [(1.0, True), (2.0, True), (3.0, True)]
    assert quantile(found, 0.5) == 2.0
    # By hand: 5 at risk, 4/5 at 1 h, 3/5 at 2 h, 2/5 at 3 h.
    assert quantile([*found, (100.0, False), (100.0, False)], 0.5) == 3.0
    assert quantile([*found, *[(100.0, False)] * 7], 0.5) is None


def test_a_fault_whose_watch_ended_early_says_nothing_later() -> None:
    # By hand: S(1) = 3/4; one is censored at 2; S(3) = 3/4 · 1/2 = 0.375.
    times = [(1.0, True), (2.0, False), (3.0, True), (4.0, False)]
    assert quantile(times, 0.5) == 3.0
    assert quantile(times, 0.7) is None


def test_nothing_to_find_takes_no_time() -> None:
    assert quantile([], 0.5) is None


@pytest.mark.parametrize(
    ("right", "of", "low"), [(29, 29, 0.902), (54, 60, 0.812), (114, 120, 0.903)]
)
def test_the_exact_bound_is_the_tables(right: int, of: int, low: float) -> None:
    found = exact_low(right, of)
    assert found == pytest.approx(low, abs=0.005)


def test_thousands_of_orders_have_a_bound_too() -> None:
    low = exact_low(4500, 5000)
    assert low is not None
    # Wilson's interval is close by for so many: 0.8927.
    assert low == pytest.approx(0.8927, abs=0.001)


def test_no_order_proves_nothing() -> None:
    assert exact_low(0, 0) is None
    assert bootstrap_low([]) is None
    assert share_low([(0, 0)]) is None
    assert exact_low(0, 5) == pytest.approx(0.0, abs=1e-9)


def test_errors_that_hang_together_weigh_more() -> None:
    even = [(9, 10)] * 10
    lumped = [(10, 10)] * 9 + [(0, 10)]
    together, apart = bootstrap_low(lumped), bootstrap_low(even)
    assert together is not None
    assert apart == 0.9
    assert together < apart


def test_a_run_without_errors_is_not_certain() -> None:
    assert share_low([(5, 5), (5, 5)]) == pytest.approx(0.05 ** (1 / 10), abs=1e-6)
