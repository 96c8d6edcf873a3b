"""Medians of how long faults stood open, of cases that ended and of those that did not."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.savings.time_open import Stood, joined, median
from core.clock import DAY_MS


def stood(*days: float, ended: bool = True) -> list[Stood]:
    return [Stood(round(d * DAY_MS), ended) for d in days]


def test_of_cases_that_all_ended_it_is_the_middle_one() -> None:
    assert median(stood(3, 90, 12.5, 40, 7)) == 13
    assert median(stood(3, 90, 12.5, 40)) is None, "four hold the median in 88 of 100"


def test_those_that_still_stood_make_it_longer_and_half_of_them_none() -> None:
    assert median([*stood(3, 7, 40), *stood(20, 30, ended=False)]) == 40
    assert median([*stood(3, 7), *stood(20, 30, 30, ended=False)]) is None


@pytest.mark.parametrize("looked", [60.0, 200.0])
def test_the_true_median_is_found_although_time_was_short(looked: float) -> None:
    """Exponential with median 40 days; looked at for so long from random beginnings."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(60):
        life = rng.exponential(40.0 / np.log(2.0), 60)
        seen = rng.uniform(0.5 * looked, looked, 60)
        found.append(median([Stood(round(min(a, b) * DAY_MS), bool(a < b))
                             for a, b in zip(life, seen, strict=True)]))  # fmt: skip
    known = [n for n in found if n is not None]
    assert len(known) >= 50
    assert np.mean(known) == pytest.approx(40.0, rel=0.1)


def test_what_the_weather_hid_is_one_case() -> None:
    day = DAY_MS
    spans = [(0, 3 * day), (10 * day, 12 * day), (40 * day, None), (70 * day, 90 * day)]
    assert joined(spans, 60 * day) == [Stood(12 * day, True), Stood(20 * day, False)]
