"""What a unit of a formula costs: by meters where they tell, as believed where they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.savings.unit_cost import Cost, Days, cost

CALM, ILL = 28, 8
BELIEVED = 0.75


def days(factor: float, noise: float, *, seed: int = 4, formula: float = 60.0) -> Days:
    """A meter whose weather, day types and noise hide a fault of so much times its formula."""
    chance = np.random.default_rng(seed)
    n = CALM + ILL
    oat = 6.0 + 4.0 * np.sin(np.arange(n) / 3.0)
    working = np.arange(n) % 7 < 5
    faulty = np.arange(n) >= CALM
    said = np.where(faulty, formula, 0.0) - 3.0 + chance.normal(0.0, 0.5, n)
    usual = np.where(working, 90.0, 50.0) + 4.0 * np.maximum(14.0 - oat, 0.0)
    use = usual + factor * np.where(faulty, formula, 0.0) + chance.normal(0.0, noise, n)
    return Days(use=use, oat=oat, working=working, formula=said, healthy=~faulty, faulty=faulty)


def test_a_quiet_meter_tells_what_no_rated_cop_knows() -> None:
    told = cost(days(1.9, 2.0), BELIEVED)
    assert told.factor == pytest.approx(1.9, abs=0.1)
    assert told.share < 0.1
    assert told.days == ILL


def test_a_meter_in_the_noise_of_the_weather_leaves_what_is_believed() -> None:
    told = cost(days(1.9, 300.0), BELIEVED)
    assert told.factor == pytest.approx(1.0, abs=0.4)
    assert told.half == pytest.approx(BELIEVED, rel=0.25)


@pytest.mark.parametrize("lost", ["meter", "weather", "healthy", "fault"])
def test_what_no_meter_told_is_as_it_is_believed(lost: str) -> None:
    seen = days(1.9, 2.0)
    blind = {
        "meter": replace(seen, use=np.full(CALM + ILL, np.nan)),
        "weather": replace(seen, oat=np.where(seen.faulty, 31.0, seen.oat)),
        "healthy": replace(seen, healthy=seen.healthy & (np.arange(CALM + ILL) < 6)),
        "fault": replace(seen, faulty=np.zeros(CALM + ILL, dtype=np.bool_)),
    }[lost]
    assert cost(blind, BELIEVED) == cost(None, BELIEVED) == Cost(factor=1.0, half=BELIEVED)


def test_the_interval_holds_where_days_remember_each_other() -> None:
    held = []
    for seed in range(120):
        chance = np.random.default_rng(1_000 + seed)
        rest = np.zeros(CALM + ILL)
        for n in range(1, len(rest)):
            rest[n] = 0.5 * rest[n - 1] + chance.normal(0.0, 8.0)
        calm = days(1.3, 0.0, seed=seed)
        told = cost(replace(calm, use=calm.use + rest), 50.0)
        held.append(abs(told.factor - 1.3) <= told.half)
    assert 0.82 < np.mean(held) <= 0.99
