"""A batch's payload in two parts: what never changes, and what is set anew at every sending."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core import wire
from core.batch import Columns

_HEAD = b'{"v":1,"sent_at":0'
_HEAD_ROOM = 120  # sent_at, backfill and oldest_unsent at their longest
_ERA_MS = 10**12
"""Three decades: one reading from 2399 must not make a batch wider than the wire takes, and
so take the good readings beside it into quarantine."""

PointTable = Sequence[tuple[str, str]]
"""Id and unit of each point, by the index that ``Columns.point`` holds."""
Discarded = tuple[str, int, int, int, int]
"""``[boot, from, to, first time, last time]`` of a notice."""


def bodies(rows: Columns, points: PointTable) -> Iterator[tuple[Columns, bytes]]:
    """Rows in as many batches as the limits of the wire ask for, each with its body."""
    era = rows.at // _ERA_MS
    for one in np.unique(era):
        yield from _split(rows.keep(era == one), points)


def _split(rows: Columns, points: PointTable) -> Iterator[tuple[Columns, bytes]]:
    if len(rows) <= wire.MAX_ROWS:
        body = _tail(wire.batch_message(rows, points, sent_at=0))
        if len(body) + _HEAD_ROOM <= wire.MAX_PAYLOAD_BYTES:
            yield rows, body
            return
    middle = min(len(rows) // 2, wire.MAX_ROWS)
    yield from _split(rows.keep(np.arange(middle)), points)
    yield from _split(rows.keep(np.arange(middle, len(rows))), points)


def notice(discarded: Sequence[Discarded]) -> bytes:
    """Body of a notice of what had to be dropped."""
    return _tail(wire.BatchMessage(v=1, sent_at=0, discarded=list(discarded)))


def payload(body: bytes, *, sent_at: int, backfill: bool, oldest_unsent: int | None) -> bytes:
    """The whole payload of one sending."""
    head = b'{"v":1,"sent_at":%d' % sent_at
    if backfill:
        head += b',"backfill":true'
    if oldest_unsent is not None:
        head += b',"oldest_unsent":%d' % oldest_unsent
    return head + body


def _tail(message: wire.BatchMessage) -> bytes:
    encoded = wire.encode(message)
    if not encoded.startswith(_HEAD):
        msg = f"the codec no longer begins with {_HEAD!r}"
        raise AssertionError(msg)
    return encoded[len(_HEAD) :]
