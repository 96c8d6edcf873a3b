"""All batches of one write, resolved and validated at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.batch import Batch, BatchName, Columns
from core.ports import Quarantined
from core.site import Site
from core.wire_columns import Table
from ingest.arrival import Reported
from ingest.overlay import HAND_BOOT
from ingest.progress import Placed
from ingest.refuse import refused_rows
from ingest.resolve import Resolver
from ingest.validate import WHY, Limits, Pace, Unplaceable, beyond_span, unplaceable, with_suspects

FOREIGN_BOOT = "-"
"""Boot of readings that came without a batch; no gateway may name itself so."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What of a write can be stored, and what cannot be placed.

    Attributes:
        placed: All accepted rows.
        batches: The same by batch; empty ones are left out.
        of: The batches' senders, by name.
        refused: The rest.
    """

    placed: Placed
    batches: list[Batch]
    of: dict[BatchName, Reported]
    refused: list[Quarantined]


class Judge:
    """Resolves and validates; remembers only what the rate check needs."""

    def __init__(self, site: Site) -> None:
        self._resolver = Resolver(site)
        self._limits = Limits.of(site)
        self.table: Table = tuple((p.id, p.unit) for p in site.points)
        self._pace = Pace(self._limits)

    def remember(self, newest: Columns) -> None:
        """Begin from the newest reading of each point."""
        self._pace.remember(newest)

    def accept(self, reported: Sequence[Reported]) -> Accepted:
        """Tell what can be stored; one bad reading never stands in the way of the rest."""
        parts: list[Columns] = []
        refused: list[Quarantined] = []
        for one in reported:
            rows, strangers = self._resolver.resolve(one)
            parts.append(rows)
            refused += strangers
        rows = Columns.joined(parts)
        owner = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        received = np.array([one.received for one in reported], dtype=np.int64)[owner]
        why = unplaceable(rows, received, self._limits)
        if why.any():
            refused += self._unplaced(reported, rows, owner, why)
            rows, owner = rows.keep(why == Unplaceable.NO), owner[why == Unplaceable.NO]
        rows = with_suspects(rows, beyond_span(rows, self._limits))
        rows = with_suspects(rows, self._pace.too_fast(rows))
        backfill = np.array([one.backfill for one in reported], dtype=np.bool_)[owner]
        batches, of = _batches(reported, rows, owner)
        return Accepted(Placed(rows, owner, backfill), batches, of, refused)

    def _unplaced(
        self,
        reported: Sequence[Reported],
        rows: Columns,
        owner: NDArray[np.int64],
        why: NDArray[np.int8],
    ) -> list[Quarantined]:
        return [
            entry
            for code, words in WHY.items()
            for i in np.unique(owner[why == code]).tolist()
            for entry in refused_rows(
                reported[i],
                rows.keep((owner == i) & (why == code)),
                self.table,
                code.name.lower(),
                words,
            )
        ]


def _batches(
    reported: Sequence[Reported], rows: Columns, owner: NDArray[np.int64]
) -> tuple[list[Batch], dict[BatchName, Reported]]:
    edges = np.searchsorted(owner, np.arange(len(reported) + 1)).tolist()
    batches: list[Batch] = []
    of: dict[BatchName, Reported] = {}
    for i, one in enumerate(reported):
        name = one.name or BatchName(one.gateway, HAND_BOOT if one.by_hand else FOREIGN_BOOT, i)
        of[name] = one
        if edges[i] < edges[i + 1]:
            part = slice(edges[i], edges[i + 1])
            own = Columns(
                point=rows.point[part],
                at=rows.at[part],
                value=rows.value[part],
                quality=rows.quality[part],
            )
            batches.append(Batch(name=name, rows=own, received=one.received))
    return batches, of
