"""Keyed random streams: what one asset draws never changes what another draws."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np

from core.batch import Floats

_FORGETS = 8.0
"""Time constants after which a lag has forgotten all but 0.03 %."""


def stream(seed: int, *words: str | int) -> np.random.Generator:
    """The random stream of one asset, purpose and day."""
    key = "|".join(str(word) for word in (seed, *words))
    digest = hashlib.blake2b(key.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


@lru_cache(maxsize=1 << 14)
def fixed(seed: int, asset: str, purpose: str, low: float, high: float) -> float:
    """A number that belongs to an asset for good: an offset, a class error."""
    return float(stream(seed, asset, purpose).uniform(low, high))


def wander(rng: np.random.Generator, size: int, tau_min: float, sd: float) -> Floats:
    """An Ornstein-Uhlenbeck walk of one minute a step, stationary from its start.

    Args:
        rng: Where the noise comes from.
        size: Steps. [min]
        tau_min: Time constant; at least 5, or the closed form overflows. [min]
        sd: Standard deviation of the walk.
    """
    spread, powers = _forgetting(tau_min, size)
    shocks = rng.standard_normal(size)
    shocks *= sd * spread
    shocks[0] = rng.standard_normal() * sd
    shocks /= powers
    walk: Floats = np.cumsum(shocks)
    walk *= powers
    return walk


@lru_cache(maxsize=64)
def _forgetting(tau_min: float, size: int) -> tuple[float, Floats]:
    """Of a walk: the spread of its shocks for one of its own, and what is left of it by step."""
    keep = float(np.exp(-1.0 / tau_min))
    powers: Floats = keep ** np.arange(size, dtype=np.float64)
    powers.flags.writeable = False
    return float(np.sqrt(1.0 - keep * keep)), powers


def smooth_wander(rng: np.random.Generator, size: int, tau_min: float, sd: float) -> Floats:
    """A walk that two equal lags have rounded: it has no jumps from one minute to the next.

    Args:
        rng: Where the noise comes from.
        size: Steps. [min]
        tau_min: Time constant of each lag; at least 5. [min]
        sd: Standard deviation of the walk.
    """
    kernel, variance = _rounding(tau_min)
    rough = wander(rng, size + len(kernel) - 1, tau_min, 1.0)
    walk: Floats = np.convolve(rough, kernel, "valid") * (sd / np.sqrt(variance))
    return walk


@lru_cache(maxsize=64)
def _rounding(tau_min: float) -> tuple[Floats, float]:
    """Weights of the second lag, and the variance that it leaves a walk of one."""
    keep = float(np.exp(-1.0 / tau_min))
    kernel: Floats = keep ** np.arange(int(_FORGETS * tau_min), dtype=np.float64)
    kernel.flags.writeable = False
    return kernel, (1.0 + keep * keep) / (1.0 - keep * keep) ** 2


def autoregression(keeps: float, *, length: int) -> Floats:
    """Weights of the last shocks, newest first, whose sum is an autoregression of unit spread.

    Args:
        keeps: What is kept of the value before.
        length: How many shocks; what is older must have died away.
    """
    weights: Floats = keeps ** np.arange(length, dtype=np.float64)
    scaled: Floats = weights / np.sqrt((weights**2).sum())
    return scaled


def remembered(weights: Floats, seed: int, *words: str | int, ordinal: int) -> float:
    """A value of one day that remembers the days before, though any day stands alone.

    Args:
        weights: Of :func:`autoregression`.
        seed: Of the campus.
        words: Asset and purpose.
        ordinal: Of the day.
    """
    shocks = [_shock(seed, words, ordinal - k) for k in range(len(weights))]
    return float(weights @ np.array(shocks))


@lru_cache(maxsize=1 << 15)
def _shock(seed: int, words: tuple[str | int, ...], ordinal: int) -> float:
    return float(stream(seed, *words, ordinal).standard_normal())
