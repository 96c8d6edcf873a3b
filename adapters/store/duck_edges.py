"""What is remembered of each series, so that live data need not be searched for."""

from __future__ import annotations

import numpy as np

from core.batch import Bools, Floats, Ints

_NEVER = np.iinfo(np.int64).min
_FAR = np.iinfo(np.int64).max


class Edges:
    """Oldest and newest time of each series, by series id.

    A row beyond them is certainly not stored yet, which is what live data and history in
    time order nearly always are: nothing has to be looked up or deleted for it.
    """

    def __init__(self) -> None:
        self.oldest = np.empty(0, np.int64)
        self.newest = np.empty(0, np.int64)

    def grow(self, size: int) -> None:
        """Have room for this many series."""
        more = max(size - len(self.oldest), 0)
        self.oldest = np.concatenate([self.oldest, np.full(more, _FAR)])
        self.newest = np.concatenate([self.newest, np.full(more, _NEVER)])

    def widen(self, series: Ints, ts: Ints) -> None:
        """These rows are stored now."""
        np.minimum.at(self.oldest, series, ts)
        np.maximum.at(self.newest, series, ts)

    def forget(self, series: int) -> None:
        """Nothing is known to be stored of one series."""
        self.oldest[series], self.newest[series] = _FAR, _NEVER

    def may_hold(self, series: Ints, ts: Ints) -> Bools:
        """Which rows could be stored already."""
        return np.asarray((ts >= self.oldest[series]) & (ts <= self.newest[series]))


class Newest(Edges):
    """Edges, and the newest row of each series itself."""

    def __init__(self) -> None:
        super().__init__()
        self.value = np.empty(0, np.float64)
        self.quality = np.empty(0, np.int8)
        self.received = np.empty(0, np.int64)

    def grow(self, size: int) -> None:
        """Have room for this many series."""
        more = max(size - len(self.oldest), 0)
        super().grow(size)
        self.value = np.concatenate([self.value, np.full(more, np.nan)])
        self.quality = np.concatenate([self.quality, np.zeros(more, np.int8)])
        self.received = np.concatenate([self.received, np.zeros(more, np.int64)])

    def put(self, series: Ints, ts: Ints, value: Floats, quality: Ints, received: Ints) -> None:
        """These rows are stored now; sorted by series, then time, each key once."""
        self.widen(series, ts)
        top = ts == self.newest[series]
        at = series[top]
        self.value[at] = value[top]
        self.quality[at] = quality[top]
        self.received[at] = received[top]
