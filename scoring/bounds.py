"""How sure a share is."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, log, log1p

import numpy as np

ONE_SIDED = 0.05
"""Of one-sided 95 % bounds."""
_DRAWS, _HALVINGS = 2000, 60


def exact_low(right: int, of: int) -> float | None:
    """The one-sided lower 95 % bound of a share: Clopper and Pearson, Biometrika 26 (1934) 404.

    None where there is nothing to judge by.
    """
    if not of:
        return None
    low, high = 0.0, right / of
    for _ in range(_HALVINGS):
        share = (low + high) / 2
        tail = _tail(right, of, share)
        low, high = (share, high) if tail < ONE_SIDED else (low, share)
    return low


def _tail(least: int, of: int, share: float) -> float:
    """The chance of at least so many, by logarithms: thousands of orders overflow a product."""
    if least == 0:
        return 1.0
    counts = range(least, of + 1)
    return sum(
        exp(
            lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1)
            + k * log(share) + (of - k) * log1p(-share)
        )
        for k in counts
    )  # fmt: skip


def bootstrap_low(groups: Sequence[tuple[int, int]], seed: int = 0) -> float | None:
    """The same by drawing whole groups again: what happens in one building hangs together.

    Args:
        groups: Right and all, of each group.
        seed: Of the draws.
    """
    if not groups or not sum(of for _, of in groups):
        return None
    rng, known = np.random.default_rng(seed), np.array(groups, dtype=np.float64)
    drawn = known[rng.integers(0, len(known), (_DRAWS, len(known)))].sum(axis=1)
    some = drawn[:, 1] > 0
    return float(np.quantile(drawn[some, 0] / drawn[some, 1], ONE_SIDED))


def share_low(groups: Sequence[tuple[int, int]]) -> float | None:
    """The lower of both bounds: without an error the bootstrap alone would claim certainty."""
    exact = exact_low(sum(right for right, _ in groups), sum(of for _, of in groups))
    drawn = bootstrap_low(groups)
    return None if exact is None or drawn is None else min(exact, drawn)
