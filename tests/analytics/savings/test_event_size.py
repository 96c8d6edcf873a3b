"""The size of an event held to series of known truth."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.savings.event_size import Days, size

N, DURING = 84, 14


def made(seed: int, added: float, *, of: int = DURING) -> tuple[Days, Days]:
    """A meter that follows weekdays and weather, days that remember the one before (ρ 0.5)."""
    rng = np.random.default_rng(seed)
    count = N + of
    oat = 8.0 + 5.0 * np.sin(np.arange(count) / 9.0) + rng.normal(0, 1.5, count)
    working = np.arange(count) % 7 < 5
    noise = np.zeros(count)
    for n in range(1, count):
        noise[n] = 0.5 * noise[n - 1] + rng.normal(0, 8.0)
    use = 200.0 + 60.0 * working + 4.0 * np.maximum(16.0 - oat, 0.0) + noise
    use[N:] += added
    parts = [Days(use=use[s], working=working[s], oat=oat[s]) for s in (slice(N), slice(N, None))]
    return parts[0], parts[1]


def test_nine_intervals_of_ten_hold_what_was_added() -> None:
    held, errors = 0, []
    for seed in range(200):
        found = size(*made(seed, 30.0))
        assert found is not None
        held += abs(found.per_day - 30.0) <= found.u
        errors.append(found.per_day - 30.0)
    assert 0.82 <= held / 200 <= 0.97
    assert abs(np.mean(errors)) < 1.0


def test_days_that_were_not_measured_are_none_of_it() -> None:
    before, during = made(3, -25.0)
    during.use[2:6] = np.nan
    found = size(before, during)
    assert found is not None
    assert (found.before, found.during) == (84, 10)
    assert found.per_day == pytest.approx(-25.0, abs=found.u)


def test_too_few_days_say_nothing() -> None:
    before, during = made(1, 30.0, of=4)
    assert size(before, during) is None
    short = Days(use=before.use[:27], working=before.working[:27], oat=before.oat[:27])
    assert size(short, made(1, 30.0)[1]) is None
