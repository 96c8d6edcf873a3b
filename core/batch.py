"""Readings in columns: the unit of work from the wire to the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class BatchName(NamedTuple):
    """Who wrote a batch and as which one; the key of its confirmation."""

    gateway: str
    boot: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Readings in canonical units, one row each; what was not read is an absent row.

    Attributes:
        point: Index into the site's point table. (n,) int32
        at: End of the measured interval, UTC. (n,) int64 [ms]
        value: In the unit of the point's quantity; NaN exactly where the device
            said *no value*. (n,) float64
        quality: Codes of :class:`core.quality.Quality`. (n,) int8
    """

    point: NDArray[np.int32]
    at: Ints
    value: Floats
    quality: NDArray[np.int8]

    def __post_init__(self) -> None:
        size = len(self.point)
        if not (len(self.at) == len(self.value) == len(self.quality) == size):
            sizes = {len(c) for c in (self.point, self.at, self.value, self.quality)}
            msg = f"columns differ in length: {sorted(sizes)}"
            raise ValueError(msg)

    def __len__(self) -> int:
        return len(self.point)

    def keep(self, rows: Bools | Ints) -> Columns:
        """Only the rows that are true, or that are named by index."""
        if rows.dtype == np.bool_:
            # Found once for all columns; and all of them are no reason to copy any.
            named = np.flatnonzero(rows)
            if len(named) == len(self):
                return self
            rows = named
        return Columns(
            point=self.point[rows],
            at=self.at[rows],
            value=self.value[rows],
            quality=self.quality[rows],
        )

    @staticmethod
    def of(
        point: Sequence[int] | NDArray[np.int32],
        at: Sequence[int] | Ints,
        value: Sequence[float] | Floats,
        quality: Sequence[int] | NDArray[np.int8] | None = None,
    ) -> Columns:
        """Columns from whatever is at hand; quality is good unless given."""
        points = np.asarray(point, dtype=np.int32)
        return Columns(
            point=points,
            at=np.asarray(at, dtype=np.int64),
            value=np.asarray(value, dtype=np.float64),
            quality=np.zeros(len(points), np.int8)
            if quality is None
            else np.asarray(quality, dtype=np.int8),
        )

    @staticmethod
    def joined(parts: Sequence[Columns]) -> Columns:
        """All rows of all parts, in their order; one part is given back as it is."""
        if not parts:
            return Columns.of([], [], [])
        if len(parts) == 1:
            return parts[0]
        return Columns(
            point=np.concatenate([p.point for p in parts]),
            at=np.concatenate([p.at for p in parts]),
            value=np.concatenate([p.value for p in parts]),
            quality=np.concatenate([p.quality for p in parts]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One named batch: what a gateway sent under one sequence number.

    Attributes:
        name: The key of its confirmation.
        rows: Its readings.
        received: When the server received it, UTC, run clock. [ms]
    """

    name: BatchName
    rows: Columns
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Readings as a store gives them back, by point and then time.

    Attributes:
        rows: The readings.
        received: When the server received each, UTC. (n,) int64 [ms]
    """

    rows: Columns
    received: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Use of registers by interval: what was consumed, not what the dial shows.

    Attributes:
        point: Index of the register's point. (n,) int32
        at: End of the interval, UTC. (n,) int64 [ms]
        value: Use in the interval, in the register's unit; NaN where unknown. (n,) float64
        state: Codes of :class:`core.quality.IntervalState`. (n,) int8
        revision: Raised each time the interval is derived anew. (n,) int32
    """

    point: NDArray[np.int32]
    at: Ints
    value: Floats
    state: NDArray[np.int8]
    revision: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.point)
