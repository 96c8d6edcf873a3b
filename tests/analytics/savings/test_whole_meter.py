"""The meter above: its baseline, and what it can have seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.savings.whole_meter import Fault, baseline, reconcile
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


def leaking(extra: float, days: int = 14, noise: float = 0.03) -> tuple[Floats, Bools, Floats]:
    """Twelve weeks sound, some days with a fault of so much, four weeks mended."""
    use, working, oat = meter(84 + days + 28, noise=noise)
    use[84 : 84 + days] += extra
    return use, working, oat


def test_what_was_saved_agrees_and_what_was_not_is_disputed() -> None:
    seen = Fault(began=84, mended=98, days=28, booked=28 * 150.0)
    true = reconcile(*leaking(150.0), [seen])
    assert (true.state, true.excess) == ("agrees", 0.0)
    assert true.drop == pytest.approx(28 * 150.0, abs=true.u)
    wrong = reconcile(*leaking(150.0), [replace(seen, booked=28 * 600.0)])
    assert wrong.state == "disputed"
    assert wrong.excess == pytest.approx(wrong.booked - wrong.drop - wrong.u)


def test_a_repair_that_left_the_meter_where_it_was_is_disputed() -> None:
    use, working, oat = leaking(300.0)
    use[98:] += 300.0
    found = reconcile(use, working, oat, [Fault(began=84, mended=98, days=28, booked=28 * 300.0)])
    assert found.drop < 0.75 * found.booked
    assert found.state == "disputed"


def test_two_faults_at_once_are_told_apart() -> None:
    use, working, oat = meter(126, noise=0.0)
    use[84:98] += 100.0
    use[90:105] += 40.0
    both = [Fault(began=84, mended=98, days=20, booked=2000.0),
            Fault(began=90, mended=105, days=20, booked=800.0)]  # fmt: skip
    assert reconcile(use, working, oat, both).drop == pytest.approx(2800.0)


def test_what_no_meters_day_has_seen_is_left_out_on_both_sides() -> None:
    use, working, oat = leaking(150.0)
    hours = Fault(began=84, mended=84, days=28, booked=1e6)
    found = reconcile(use, working, oat, [hours])
    assert (found.state, found.booked) == ("unknown", 0.0)


def test_days_the_meter_did_not_tell_are_left_out() -> None:
    use, working, oat = leaking(150.0, noise=0.0)
    use[86:90] = np.nan
    use[100:107] = np.nan
    found = reconcile(use, working, oat, [Fault(began=84, mended=98, days=10, booked=1500.0)])
    assert found.drop == pytest.approx(1500.0)


def test_without_a_baseline_nothing_is_disputed_and_nothing_agrees() -> None:
    use, working, oat = meter(30)
    found = reconcile(use, working, oat, [Fault(began=5, mended=9, days=20, booked=1e9)])
    assert (found.state, found.excess) == ("unknown", 0.0)
