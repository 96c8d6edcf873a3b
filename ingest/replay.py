"""Entries of the quarantine through the same way as what arrives, after a model was mended."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
import structlog

from core import wire
from core.batch import BatchName
from core.errors import Fatal, Retryable, Undecodable
from core.ports import LateRange, Quarantined, ReadingStore, Receipts, RefusedRows
from core.replaying import Held, Tried
from core.site import Site
from ingest.arrival import Arrival, Reported
from ingest.judge import Accepted, Judge
from ingest.progress import Placed, Tracker
from ingest.sort import Foreign, Lot, Sorter
from ingest.use import Derived, Use

log = structlog.get_logger(__name__)

ROWS = frozenset({"unknown_point", "identity", "unit", "time", "domain", "store"})
"""Reasons whose payload is a batch of the refused rows, whatever they came in."""
_BOOT = "replay"
"""Stands for the boot of an entry here: one batch may have entries of several reasons."""
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
        self, site: Site, store: ReadingStore, receipts: Receipts, judge: Judge, use: Use,
        tracker: Tracker, foreign: Foreign | None = None,
    ) -> None:  # fmt: skip
        self._store, self._receipts = store, receipts
        self._sorter = Sorter(site.id, foreign)
        self._judge, self._use, self._tracker = judge, use, tracker

    def replay(self, held: Sequence[Held]) -> Replayed:
        """Try these entries, in one write.

        Raises:
            Retryable: The store or the records are away; trying again is right.
        """
        lots = {one.id: self._read(one) for one in held}
        reported = [r for lot in lots.values() for r in lot.reported]
        accepted = self._judge.accept(reported)
        names = {batch.name for batch in accepted.batches}
        refused = self._store.write(accepted.batches, receipted=names) if names else ()
        use = self._use.derive(accepted.placed.rows, certain=False)
        late = self._tracker.late(_as_backfill(accepted.placed), use.changed)
        self._announced(lots)
        return Replayed(_results(lots, accepted, refused), late, use)

    def _read(self, held: Held) -> Lot:
        """The entry as messages; one that breaks its reader stays, and says so."""
        try:
            lot = _rows(held) if held.reason in ROWS else self._message(held)
        except (Retryable, Fatal):
            raise
        except Undecodable as error:
            lot = Lot(refused=[_still(held, error.reason, str(error))])
        except Exception as error:
            # Asked for again at every start, it must not end ingest each time.
            log.exception("an entry of the quarantine cannot be read", entry=held.id)
            lot = Lot(refused=[_still(held, held.reason, str(error))])
        for nth, one in enumerate(lot.reported):
            name = BatchName(one.gateway, f"{_BOOT}-{held.id}", nth + 1)
            lot.reported[nth] = replace(one, name=name, backfill=True, received=held.received)
        return lot

    def _message(self, held: Held) -> Lot:
        arrival = Arrival(
            topic=held.topic, payload=held.payload, retain=True, received=held.received,
            ack=lambda: None,
        )  # fmt: skip
        return self._sorter.sort([arrival])

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


def _rows(held: Held) -> Lot:
    message = wire.decode(held.payload, wire.BatchMessage)
    return Lot(
        reported=[
            Reported(
                gateway=held.gateway, name=held.name, topic=held.topic,
                table=tuple((point.id, point.unit) for point in message.points),
                rows=wire.batch_columns(message), received=held.received,
            )
        ]
    )  # fmt: skip


def _still(held: Held, reason: str, detail: str) -> Quarantined:
    return Quarantined(
        gateway=held.gateway, topic=held.topic, payload=b"", reason=reason, detail=detail,
        readings=0, received=held.received,
    )  # fmt: skip


def _as_backfill(placed: Placed) -> Placed:
    return Placed(placed.rows, placed.owner, np.ones(len(placed.rows), np.bool_))


def _results(
    lots: dict[int, Lot], accepted: Accepted, refused: Sequence[RefusedRows]
) -> list[Tried]:
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
