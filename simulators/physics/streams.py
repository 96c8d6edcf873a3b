"""Keyed random streams: what one asset draws never changes what another draws."""

from __future__ import annotations

import hashlib

import numpy as np

from core.batch import Floats


def stream(seed: int, *words: str | int) -> np.random.Generator:
    """The random stream of one asset, purpose and day."""
    key = "|".join(str(word) for word in (seed, *words))
    digest = hashlib.blake2b(key.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


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
    keep = float(np.exp(-1.0 / tau_min))
    shocks = rng.standard_normal(size) * (sd * np.sqrt(1.0 - keep * keep))
    shocks[0] = rng.standard_normal() * sd
    powers = keep ** np.arange(size)
    walk: Floats = powers * np.cumsum(shocks / powers)
    return walk
