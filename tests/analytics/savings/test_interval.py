"""The interval on series of known truth, over many seeds at once."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.savings.interval import Part, combined, spread, student, unselected
from core.batch import Floats


def wandering(chance: np.random.Generator, runs: int, days: int, rho: float) -> Floats:
    """Days that remember the day before. (runs, days), variance 1"""
    found = np.empty((runs, days))
    found[:, 0] = chance.normal(size=runs)
    for day in range(1, days):
        kick = chance.normal(size=runs) * np.sqrt(1 - rho**2)
        found[:, day] = rho * found[:, day - 1] + kick
    return found


@pytest.mark.parametrize(("blocks", "low", "high"), [(6, 0.86, 0.94), (12, 0.86, 0.94)])
def test_the_level_is_covered_as_it_says(blocks: int, low: float, high: float) -> None:
    chance = np.random.default_rng(3)
    rates = 5.0 + chance.normal(0.0, 1.0, (1500, blocks))
    exposure = np.full(blocks * 8, 1.0)
    held = 0
    for rate in rates:
        found = spread(exposure, np.repeat(rate, 8), blocks)
        assert found is not None
        held += abs(rate.mean() - 5.0) <= found.of_level()
    assert low <= held / len(rates) <= high


def test_a_formula_for_white_noise_would_cover_far_less() -> None:
    """Days with ρ 0.7: hours taken for independent say 90 and hold half of that."""
    chance = np.random.default_rng(5)
    series = wandering(chance, 600, 56, 0.7)
    naive = student(55) * series.std(axis=1, ddof=1) / np.sqrt(56)
    assert (np.abs(series.mean(axis=1)) <= naive).mean() < 0.7
    held = 0
    for one in series:
        found = spread(np.ones(56), one, 4)
        assert found is not None
        held += abs(one.mean()) <= found.of_level()
    assert 0.82 <= held / len(series) <= 0.95


def test_fewer_than_four_blocks_say_nothing() -> None:
    assert spread(np.ones(30), np.ones(30), 3) is None
    assert spread(np.ones(3), np.ones(3), 4) is None
    assert spread(np.zeros(8), np.zeros(8), 4) is None


def test_the_winners_curse_is_taken_off() -> None:
    chance = np.random.default_rng(7)
    raw, freed = [], []
    for _ in range(400):
        nights = chance.normal(1.0, 0.3, 300)
        alarm = nights[nights > 1.2][:3]
        raw.append(alarm.mean())
        freed.append(unselected(alarm, 1.2, 0.3))
    assert np.mean(raw) == pytest.approx(1.38, abs=0.03)
    assert np.mean(freed) == pytest.approx(1.0, abs=0.15)


def test_a_flow_far_beyond_the_limit_needs_no_correction() -> None:
    assert unselected(np.array([2.0, 2.2]), 0.1, 0.05) == pytest.approx(2.1)


def test_students_factor() -> None:
    known = {3: 2.353, 5: 2.015, 9: 1.833, 30: 1.697}
    for freedom, factor in known.items():
        assert student(freedom) == pytest.approx(factor, rel=0.004)


def test_a_systematic_part_does_not_shrink_with_days() -> None:
    days = [Part(amount=10.0, random=5.0, groups={"flow:x": 0.15}, shared={}) for _ in range(100)]
    assert combined(days[:1]) == pytest.approx(np.hypot(5.0, 1.5))
    assert combined(days) == pytest.approx(np.hypot(50.0, 150.0))
    two = [Part(amount=a, random=0.0, groups={"cop:b": 0.15}, shared={}) for a in (100.0, -40.0)]
    assert combined(two) == pytest.approx(9.0)
