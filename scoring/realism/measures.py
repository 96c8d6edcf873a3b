"""What is measured of one series, whatever it is a series of; NaN is a sample that is missing.

Every function gives NaN where its series holds too little to say anything.
"""

from __future__ import annotations

import numpy as np

from core.batch import Bools, Floats, Ints

_SIGMA = 1.4826
"""Of a normal distribution, standard deviation over median absolute deviation."""
_QUANTA = (10.0, 5.0, 2.0, 1.0)
_LEAST_PAIRS = 8


def median(values: Floats) -> float:
    """Of the finite ones."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else float("nan")


def mean(values: Floats) -> float:
    """Of the finite ones."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")


def quantile(values: Floats, share: float) -> float:
    """Of the finite ones; ``share`` from 0 to 1."""
    finite = values[np.isfinite(values)]
    return float(np.quantile(finite, share)) if finite.size else float("nan")


def ratio(part: float, whole: float) -> float:
    """A quotient, NaN of nothing."""
    return part / whole if whole else float("nan")


def robust_sd(values: Floats) -> float:
    """A standard deviation that a few strange values do not move."""
    return _SIGMA * median(np.abs(values - median(values)))


def correlation(one: Floats, other: Floats) -> float:
    """Pearson's, over the samples that both have."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < _LEAST_PAIRS:
        return float("nan")
    a, b = one[both] - one[both].mean(), other[both] - other[both].mean()
    return ratio(float((a * b).sum()), float(np.sqrt((a * a).sum() * (b * b).sum())))


def autocorrelation(values: Floats, lag: int) -> float:
    """Pearson's, of a series with itself ``lag`` samples later."""
    return correlation(values[:-lag], values[lag:])


def first_crossing(values: Floats, longest: int) -> tuple[int, float]:
    """First lag whose autocorrelation is not positive, and the lowest one to ``longest``.

    The lag is ``longest`` where there is none.
    """
    known = np.array([autocorrelation(values, lag) for lag in range(1, longest + 1)])
    below = np.flatnonzero(known <= 0.0)
    return (int(below[0]) + 1 if below.size else longest), quantile(known, 0.0)


def less_trend(values: Floats, window: int) -> Floats:
    """A series less its centred moving mean of ``window`` samples (odd), shorter at both ends."""
    finite = np.isfinite(values)
    ones, filled = np.ones(window), np.where(finite, values, 0.0)
    held = np.convolve(finite.astype(np.float64), ones, "same")
    trend: Floats = np.convolve(filled, ones, "same") / np.maximum(held, 1.0)
    return values - trend


def less_usual(values: Floats, kinds: Ints) -> Floats:
    """(days, n) less the medians, by column, of the days of the same kind."""
    left = np.full_like(values, np.nan)
    for kind in np.unique(kinds):
        rows = kinds == kind
        left[rows] = values[rows] - np.array([median(column) for column in values[rows].T])
    return left


def block_means(values: Floats, size: int) -> Floats:
    """Means of whole blocks of ``size`` samples."""
    whole = len(values) // size * size
    blocks: Floats = values[:whole].reshape(-1, size).mean(axis=1)
    return blocks


def moves(values: Floats, dead_band: float) -> Floats:
    """The steps of a follower that moves only when the series leaves it by a dead band."""
    steps, held = [], float("nan")
    for value in values[np.isfinite(values)]:
        if np.isnan(held):
            held = float(value)
        elif abs(value - held) > dead_band:
            steps.append(float(value) - held)
            held = float(value)
    return np.array(steps)


def reversals(values: Floats, dead_band: float) -> int:
    """How often a series turns: comes back from an extreme by more than a dead band."""
    turns, rising, extreme = 0, 0, float("nan")
    for value in values[np.isfinite(values)]:
        if np.isnan(extreme) or (rising and (value - extreme) * rising >= 0.0):
            extreme = float(value)
        elif abs(value - extreme) > dead_band:
            turns += rising != 0
            rising, extreme = (1 if value > extreme else -1), float(value)
    return turns


def travel(values: Floats, dead_band: float) -> float:
    """The way it goes, by moves beyond a dead band."""
    return float(np.abs(moves(values, dead_band)).sum())


def quantum(values: Floats) -> float:
    """The coarsest step of 1, 2, 5 × 10ⁿ whose multiples all values are (99 in 100 of them).

    Down to 10⁻⁶ of the largest value; below that the series is continuous, and it is 0.
    """
    finite = values[np.isfinite(values)]
    largest = float(np.abs(finite).max()) if finite.size else 0.0
    if largest == 0.0:
        return float("nan")
    top = int(np.floor(np.log10(largest)))
    for power in range(top, top - 7, -1):
        for first in _QUANTA:
            step = first * 10.0**power
            parts = finite / step
            if np.mean(np.abs(parts - np.round(parts)) < 1e-3) >= 0.99:  # noqa: PLR2004 - said above
                return step
    return 0.0


def entropy_bits(counts: Floats) -> float:
    """Shannon's, of counts or shares that need not add to one. [bit]"""
    shares = counts[counts > 0.0] / counts.sum() if counts.sum() > 0.0 else counts[:0]
    return float(-(shares * np.log2(shares)).sum()) if shares.size else float("nan")


def runs(true: Bools) -> list[int]:
    """Lengths of the unbroken stretches that are true, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], true, [False])).astype(np.int8)))
    return [int(end - start) for start, end in zip(edges[::2], edges[1::2], strict=True)]
