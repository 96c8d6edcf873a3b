"""The points a payload names to the points of the site; strangers go to quarantine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from core.batch import Columns
from core.ports import Quarantined
from core.site import Site
from core.wire_columns import Table
from ingest.arrival import Reported
from ingest.refuse import refused_rows

_ENTRIES_KEPT = 1_000_000
"""A gateway sends the same few tables for ever. With fewer, a large fleet looks its points
up anew for each batch; with no bound, one that changes its table each time fills the memory."""


class Stranger(IntEnum):
    """Why a named point is not one of the site's, as sent by this gateway."""

    NO = 0
    UNKNOWN_POINT = 1
    IDENTITY = 2
    UNIT = 3


_WHY = {
    Stranger.UNKNOWN_POINT: "the site has no such point",
    Stranger.IDENTITY: "another gateway is the one that may send it",
    Stranger.UNIT: "not the unit of the point",
}


@dataclass(frozen=True, slots=True)
class _Looked:
    point: NDArray[np.int32]
    why: NDArray[np.int8]
    strange: bool


class Resolver:
    """Looks up tables of points, and keeps what it found."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._kept: dict[tuple[str, Table], _Looked] = {}
        self._entries = 0
        self._same: dict[tuple[str, int], tuple[Table, _Looked]] = {}

    def resolve(self, reported: Reported) -> tuple[Columns, list[Quarantined]]:
        """The rows with site indices, and those that are not this gateway's to send."""
        looked = self._look(reported.gateway, reported.table)
        rows = reported.rows
        if not looked.strange:
            return _placed(rows, looked), []
        why = looked.why[rows.point]
        return _placed(rows.keep(why == Stranger.NO), looked), list(_refused(reported, why))

    def _look(self, gateway: str, table: Table) -> _Looked:
        # The same object is the same table, and found without reading all of it.
        same = self._same.get((gateway, id(table)))
        if same is not None and same[0] is table:
            return same[1]
        looked = self._known(gateway, table)
        self._make_room(len(table))
        self._same[gateway, id(table)] = table, looked
        return looked

    def _known(self, gateway: str, table: Table) -> _Looked:
        looked = self._kept.get((gateway, table))
        if looked is None:
            self._make_room(len(table))
            looked = self._looked_up(gateway, table)
            self._kept[gateway, table] = looked
        return looked

    def _make_room(self, entries: int) -> None:
        if self._entries + entries > _ENTRIES_KEPT:
            self._same.clear()
            self._kept.clear()
            self._entries = 0
        self._entries += entries + 1

    def _looked_up(self, gateway: str, table: Table) -> _Looked:
        index = np.array([self._site.index.get(id_, -1) for id_, _ in table], dtype=np.int32)
        why = np.array(
            [self._why(gateway, int(i), unit) for i, (_, unit) in zip(index, table, strict=True)],
            dtype=np.int8,
        )
        return _Looked(index, why, bool(why.any()))

    def _why(self, gateway: str, index: int, unit: str) -> Stranger:
        if index < 0:
            return Stranger.UNKNOWN_POINT
        point = self._site.points[index]
        if point.gateway != gateway:
            return Stranger.IDENTITY
        return Stranger.NO if point.unit == unit else Stranger.UNIT


def _placed(rows: Columns, looked: _Looked) -> Columns:
    return Columns(
        point=looked.point[rows.point], at=rows.at, value=rows.value, quality=rows.quality
    )


def _refused(reported: Reported, why: NDArray[np.int8]) -> Iterator[Quarantined]:
    for stranger, words in _WHY.items():
        rows = why == stranger
        if rows.any():
            yield from refused_rows(
                reported, reported.rows.keep(rows), reported.table, stranger.name.lower(), words
            )
