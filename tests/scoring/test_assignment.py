"""The heaviest assignment, against all of them tried."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from core.batch import Floats
from scoring.assignment import assigned


def best(weights: Floats) -> float:
    rows, columns = weights.shape
    if rows > columns:
        return best(weights.T)
    return max(
        float(sum(weights[r, c] for r, c in enumerate(chosen)))
        for chosen in permutations(range(columns), rows)
    )


@pytest.mark.parametrize("seed", range(60))
def test_no_other_assignment_is_heavier(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = rng.integers(1, 6, 2)
    weights = np.round(rng.uniform(0, 6, shape), int(rng.integers(0, 3)))
    weights[rng.random(shape) < 0.5] = 0.0
    pairs = assigned(weights)
    assert sum(weights[r, c] for r, c in pairs) == pytest.approx(best(weights))
    assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)
    assert all(weights[r, c] > 0 for r, c in pairs)


def test_the_greedy_choice_is_not_taken() -> None:
    assert assigned(np.array([[6.0, 5.0], [5.0, 0.0]])) == [(0, 1), (1, 0)]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nobody_is_assigned_to_nothing(shape: tuple[int, int]) -> None:
    assert assigned(np.zeros(shape)) == []
