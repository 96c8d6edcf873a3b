"""Entries of the quarantine through the same way as what arrives, after a model was mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from core.batch import BatchName
from core.ports import LateRange, Receipts, RefusedRows
from core.replaying import Held, Tried
from core.site import Site
from ingest.held import read_held
from ingest.judge import Accepted, Judge
from ingest.overlay import Overlay, Written
from ingest.progress import Placed, Tracker
from ingest.sort import Foreign, Lot, Sorter
from ingest.use import Derived, Use

_SHOWN = 3
"""Refusals that an entry repeats; after the first ones the rest says the same."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did.

    Attributes:
        tried: By entry.
        late: What has to be judged again.
        use: What became of the use of registers.
    """

    tried: list[Tried]
    late: list[LateRange]
    use: Derived


class Replayer:
    """Stores what can be placed now; rows that are present stay, since they came later.

    Called by the thread that writes, between two writes.
    """

    def __init__(
        self, site: Site, overlay: Overlay, receipts: Receipts, judge: Judge, use: Use,
        tracker: Tracker, foreign: Foreign | None = None,
    ) -> None:  # fmt: skip
        self._site, self._overlay, self._receipts = site, overlay, receipts
        self._sorter = Sorter(site.id, foreign)
        self._judge, self._use, self._tracker = judge, use, tracker

    def replay(self, held: Sequence[Held]) -> Replayed:
        """Try these entries, in one write.

        Raises:
            Retryable: The store or the records are away; trying again is right.
        """
        lots = {one.id: read_held(one, self._site, self._sorter) for one in held}
        reported = [r for lot in lots.values() for r in lot.reported]
        accepted = self._judge.accept(reported)
        names = {batch.name for batch in accepted.batches}
        written = Written()
        if names:
            written = self._overlay.write(accepted.batches, receipted=names)
        use = self._use.derive(accepted.placed.rows, certain=False)
        late = self._tracker.late(_as_backfill(accepted.placed), use.changed)
        self._announced(lots)
        return Replayed(results(lots, accepted, written.refused), late, use)

    def _announced(self, lots: dict[int, Lot]) -> None:
        """A notice that could not be read when it came: what it names is lost, and settled."""
        discarded = [
            (one.gateway, boot, first, last)
            for lot in lots.values()
            for one in lot.reported
            for boot, first, last, _, _ in one.discarded
        ]
        if discarded:
            self._receipts.settle([], discarded)


def _as_backfill(placed: Placed) -> Placed:
    return Placed(placed.rows, placed.owner, np.ones(len(placed.rows), np.bool_))


def results(
    lots: Mapping[int, Lot], accepted: Accepted, refused: Sequence[RefusedRows] = ()
) -> list[Tried]:
    """What came, or would come, of each entry."""
    left = [(q.name, q.readings, f"{q.reason}: {q.detail}") for q in accepted.refused]
    left += [(r.name, len(r.rows), f"store: {r.reason}") for r in refused]
    return [_result(id_, lot, left) for id_, lot in lots.items()]


def _result(id_: int, lot: Lot, refused: Sequence[tuple[BatchName | None, int, str]]) -> Tried:
    names: AbstractSet[BatchName | None] = {one.name for one in lot.reported}
    mine = [(n, words) for name, n, words in refused if name in names]
    left = sum(n for n, _ in mine)
    said = [words for _, words in mine] + [f"{q.reason}: {q.detail}" for q in lot.refused]
    if lot.ignored:
        said.append("its topic is none that ingest reads")
    read = sum(len(one.rows) for one in lot.reported)
    return Tried(id=id_, stored=read - left, left=left, said="; ".join(said[:_SHOWN]))
