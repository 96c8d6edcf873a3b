"""Batches read with what they repeat remembered: a gateway names the same points for ever.

Columns that look as an earlier message's are not read again but recognised, byte for byte, and
only the values are. What is in any way unusual goes to :mod:`core.wire`, which says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from core import wire
from core.batch import Columns, Ints
from core.quality import Quality

Table = tuple[tuple[str, str], ...]
"""The points a payload names, each with its unit."""

_KEPT_BYTES = 2 * 2**20
"""Of payload that one memory holds; what is made of it is some four times as large. A thousand
gateways of a hundred points need 4 MB of tables; with no bound one that never repeats itself fills
the memory."""
_LONGEST = 65_536
"""Bytes of a column worth remembering: a backlog's large batches seldom come twice."""

_NONE = msgspec.Raw(b"[]")


class _Raw(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """:class:`core.wire.BatchMessage` with the columns that repeat themselves left unread."""

    v: wire.Version
    sent_at: wire.Ms
    points: msgspec.Raw = _NONE
    t0: wire.Ms = 0
    p: msgspec.Raw = _NONE
    dt: msgspec.Raw = _NONE
    x: list[float | None] = []
    q: msgspec.Raw | None = None
    backfill: bool = False
    oldest_unsent: wire.Ms | None = None
    discarded: list[tuple[str, wire.Seq, wire.Seq, wire.Ms, wire.Ms]] | None = None


T = TypeVar("T")


class _Memory(Generic[T]):
    """What was made of bytes, by the bytes."""

    def __init__(self, make: Callable[[bytes], T]) -> None:
        self._make = make
        self._known: dict[bytes, T] = {}
        self._bytes = 0

    def of(self, raw: msgspec.Raw) -> T:
        said = bytes(raw)
        found = self._known.get(said)
        if found is None:
            found = self._make(said)
            if len(said) <= _LONGEST:
                self._keep(said, found)
        return found

    def _keep(self, said: bytes, found: T) -> None:
        if self._bytes + len(said) > _KEPT_BYTES:
            self._known.clear()
            self._bytes = 0
        self._known[said] = found
        self._bytes += len(said)


@dataclass(frozen=True, slots=True)
class Read:
    """A batch that was read.

    Attributes:
        table: What ``rows.point`` indexes; of equal payloads the same object.
        rows: The readings.
    """

    sent_at: int
    backfill: bool
    oldest_unsent: int | None
    discarded: tuple[tuple[str, int, int, int, int], ...]
    table: Table
    rows: Columns


class BatchReader:
    """Reads batches as :func:`core.wire.decode` and ``batch_columns`` do; by one thread."""

    def __init__(self) -> None:
        self._decoder = msgspec.json.Decoder(_Raw)
        self._tables = _Memory(_table)
        self._points = _Memory(_points)
        self._offsets = _Memory(_offsets)
        self._qualities = _Memory(_qualities)

    def read(self, payload: bytes) -> Read:
        """The batch of a payload.

        Raises:
            Undecodable: As they do.
        """
        if len(payload) <= wire.MAX_PAYLOAD_BYTES:
            try:
                return self._fast(payload)
            except (ValueError, OverflowError, RecursionError):
                pass  # msgspec's errors are ValueErrors; below it is said what is wrong
        message = wire.decode(payload, wire.BatchMessage)
        table = tuple((point.id, point.unit) for point in message.points)
        return Read(
            message.sent_at, message.backfill, message.oldest_unsent,
            tuple(message.discarded or ()), table, wire.batch_columns(message),
        )  # fmt: skip

    def _fast(self, payload: bytes) -> Read:
        raw = self._decoder.decode(payload)
        table = self._tables.of(raw.points)
        point, highest = self._points.of(raw.p)
        offset = self._offsets.of(raw.dt)
        n = len(point)
        quality = _GOOD[:n] if raw.q is None else self._qualities.of(raw.q)
        value = np.array(raw.x, dtype=np.float64)  # None becomes NaN
        if not (len(offset) == len(value) == len(quality) == n <= wire.MAX_ROWS):
            raise ValueError("columns")
        if highest >= len(table):
            raise ValueError("columns")
        if raw.q is not None or np.isnan(value).any():
            quality = quality.copy()
            quality[np.isnan(value)] = Quality.BAD
            value[quality == Quality.BAD] = np.nan
        return Read(
            raw.sent_at, raw.backfill, raw.oldest_unsent, tuple(raw.discarded or ()), table,
            Columns(point=point, at=raw.t0 + offset, value=value, quality=quality),
        )  # fmt: skip


_table_decoder = msgspec.json.Decoder(list[wire.PointRef])
_column_decoder = msgspec.json.Decoder(list[int])
_quality_decoder = msgspec.json.Decoder(list[int] | None)
_GOOD = np.zeros(wire.MAX_ROWS, np.int8)
_GOOD.setflags(write=False)


def _table(said: bytes) -> Table:
    return tuple((point.id, point.unit) for point in _table_decoder.decode(said))


def _points(said: bytes) -> tuple[NDArray[np.int32], int]:
    """Indices, and the highest of them."""
    column = np.array(_column_decoder.decode(said), dtype=np.int64)
    highest = int(column.max()) if len(column) else -1
    if len(column) and (column.min() < 0 or highest > np.iinfo(np.int32).max):
        raise ValueError("columns")
    return _fixed(column.astype(np.int32)), highest


def _offsets(said: bytes) -> Ints:
    column = np.array(_column_decoder.decode(said), dtype=np.int64)
    if len(column) and (column.min() < -wire.WIDEST_MS or column.max() > wire.WIDEST_MS):
        raise ValueError("columns")
    return _fixed(column)


def _qualities(said: bytes) -> NDArray[np.int8]:
    column = np.array(_quality_decoder.decode(said), dtype=np.int64)
    if column.ndim != 1 or (
        len(column) and (column.min() < Quality.GOOD or column.max() > Quality.BAD)
    ):
        raise ValueError("columns")
    return _fixed(column.astype(np.int8))


A = TypeVar("A", bound=NDArray[Any])


def _fixed(column: A) -> A:
    """Shared by all messages that have it, so nobody may change it."""
    column.setflags(write=False)
    return column
