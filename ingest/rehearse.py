"""What a replay would do, told without doing it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core import wire
from core.ports import ReadingStore
from core.replaying import ROWS, Held, Tried
from core.site import Site
from ingest.held import read_held
from ingest.judge import Accepted, Judge
from ingest.replay import results
from ingest.sort import Foreign, Lot, Sorter

SHOWN = 20
"""Readings of an entry shown before and after; the rest of them is mended alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One reading, as it came and as it would be stored; None is no value.

    Attributes:
        at: Device time. [ms]
    """

    at: int
    point: str
    value: float | None
    unit: str
    to_point: str
    to_value: float | None
    to_unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What would come of one entry.

    Attributes:
        tried: As a replay would report it; ``stored`` are those that could be.
        present: Of these, readings of a point and time that the store has already: they stay.
            None where it was not asked.
        changes: The first readings.
    """

    tried: Tried
    present: int | None
    changes: tuple[Change, ...]


def rehearse(
    held: Sequence[Held], site: Site, foreign: Foreign | None = None,
    store: ReadingStore | None = None,
) -> list[Rehearsed]:  # fmt: skip
    """Try these entries without writing anything.

    Args:
        held: With what is to be mended in them.
        site: The model to try with; ingest uses the one it was started with.
        foreign: Reads what is not of our own wire.
        store: Asked what it has already.

    Raises:
        Retryable: The store is away.
    """
    sorter = Sorter(site.id, foreign)
    lots = {one.id: read_held(one, site, sorter) for one in held}
    judge = Judge(site)
    accepted = judge.accept([r for lot in lots.values() for r in lot.reported])
    tried = {one.id: one for one in results(lots, accepted)}
    return [
        Rehearsed(
            tried=tried[one.id],
            present=None if store is None else _present(lots[one.id], accepted, store),
            changes=tuple(_changes(one, lots[one.id])),
        )
        for one in held
    ]


def _present(lot: Lot, accepted: Accepted, store: ReadingStore) -> int:
    names = {one.name for one in lot.reported}
    found = 0
    for batch in accepted.batches:
        if batch.name in names:
            rows = batch.rows
            points = np.unique(rows.point).tolist()
            there = store.read(points, int(rows.at.min()) - 1, int(rows.at.max())).rows
            had = set(zip(there.point.tolist(), there.at.tolist(), strict=True))
            mine = set(zip(rows.point.tolist(), rows.at.tolist(), strict=True))
            found += len(had & mine)
    return found


def _changes(held: Held, lot: Lot) -> Iterator[Change]:
    """The first readings before and after; of rows alone, since only they can be mended."""
    if held.reason not in ROWS or not lot.reported:
        return
    message = wire.decode(held.payload, wire.BatchMessage)
    came, become = wire.batch_columns(message), lot.reported[0]
    for nth in range(min(SHOWN, len(came))):
        ref, to = message.points[came.point[nth]], become.table[become.rows.point[nth]]
        yield Change(
            at=int(came.at[nth]), point=ref.id, value=_number(came.value[nth]), unit=ref.unit,
            to_point=to[0], to_value=_number(become.rows.value[nth]), to_unit=to[1],
        )  # fmt: skip


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
