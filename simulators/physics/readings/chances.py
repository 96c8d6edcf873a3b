"""A number 0…1 for every reading: what happens to one changes nothing of another."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from core.batch import Columns, Floats, Ints
from core.site import Site


class Chances:
    """Uniform numbers by point and time, so that they are the same however time is cut.

    Args:
        site: For the points' names.
        seed: Of the campus.
    """

    def __init__(self, site: Site, seed: int) -> None:
        self._key = np.array([_hashed(f"{seed}|{p.id}") for p in site.points], dtype=np.uint64)

    def of(self, rows: Columns, purpose: str) -> Floats:
        """A number of each reading, its own for each purpose."""
        return _mixed(self._key[rows.point] ^ _words(rows.at) ^ np.uint64(_hashed(purpose)))

    def at(self, point: int, at: Ints, purpose: str) -> Floats:
        """The same of one point at some times [ms]."""
        return _mixed(self._key[point] ^ _words(at) ^ np.uint64(_hashed(purpose)))


def _words(at: Ints) -> NDArray[np.uint64]:
    words: NDArray[np.uint64] = at.astype(np.uint64)
    return words


def _hashed(words: str) -> int:
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest(), "little")


def _mixed(keys: NDArray[np.uint64]) -> Floats:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014), as a number 0…1."""
    z = keys + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    share: Floats = (z >> np.uint64(11)).astype(np.float64) / 2.0**53
    return share
