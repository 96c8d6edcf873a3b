"""Rows that cannot be placed, as entries of the quarantine with a payload of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core import wire
from core.batch import Columns
from core.ports import Quarantined
from ingest.arrival import Reported

_NAMED = 3
"""Points named in a detail; the payload has them all."""


def refused_rows(
    reported: Reported,
    rows: Columns,
    table: Sequence[tuple[str, str]],
    reason: str,
    detail: str,
) -> list[Quarantined]:
    """Some rows of a batch, in a payload that can be mended and sent again.

    Single values that came side by side are an entry each, as they were a message each.

    Args:
        reported: Where they come from.
        rows: The refused ones; ``point`` indexes ``table``.
        table: Id and unit by index.
        reason: A stable word (docs/wire-contract.md).
        detail: What was expected, for a person.
    """
    if not reported.topics:
        return [_entry(reported, reported.topic, rows, table, reason, detail)]
    ids = [id_ for id_, _ in reported.table]
    came_in = dict(zip(ids, reported.topics, strict=True))
    return [
        _entry(reported, came_in[table[point][0]], rows.keep(np.array([i])), table, reason, detail)
        for i, point in enumerate(rows.point.tolist())
    ]


def _entry(
    reported: Reported, topic: str, rows: Columns, table: Sequence[tuple[str, str]], reason: str,
    detail: str,
) -> Quarantined:  # fmt: skip
    index, count = np.unique(rows.point, return_counts=True)
    used = [table[i][0] for i in index.tolist()]
    more = f" and {len(used) - _NAMED} more" if len(used) > _NAMED else ""
    message = wire.batch_message(
        rows,
        table,
        sent_at=reported.received if reported.sent_at is None else reported.sent_at,
        backfill=True,
    )
    return Quarantined(
        gateway=reported.gateway,
        topic=topic,
        payload=wire.encode(message),
        reason=reason,
        detail=f"{', '.join(used[:_NAMED])}{more}: {detail}",
        readings=len(rows),
        received=reported.received,
        name=reported.name,
        point=used[0] if len(used) == 1 else None,
        points=dict(zip(used, count.tolist(), strict=True)),
    )
