"""Between reading and publishing: what was read lasts here until the store has it.

SQLite, one commit a batch, before any byte of it leaves. A batch keeps the name it was
written under, whatever boot it is now; only a confirmation makes it forgettable, or a
discard by the stated bounds, which is announced.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from core.batch import BatchName, Columns
from core.clock import SystemClock
from core.errors import Refused
from core.settled import Settled
from edge import forgetting, payload, settling
from edge.limits import Limits
from edge.schema import connect, transaction, worded


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A batch in the outbox.

    Attributes:
        id: Grows in the order of writing, over all boots.
        boot: With ``seq`` its name, as it was written.
        first: Earliest device time in it. [ms]
        last: Latest device time in it. [ms]
        readings: How many.
        notice: It tells of a discard and holds no readings.
    """

    id: int
    boot: str
    seq: int
    first: int
    last: int
    readings: int
    notice: bool

    def name(self, gateway: str) -> BatchName:
        """Its name on the wire."""
        return BatchName(gateway, self.boot, self.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How full an outbox is.

    Attributes:
        batches: Waiting for their confirmation, notices too.
        readings: In them.
        bytes: In them.
        kept: Batches confirmed and kept against a restore.
        full: Share of the bytes that may wait, 0…1.
        oldest: Earliest device time that waits. [ms]
        discarded: Batches ever dropped unconfirmed.
    """

    batches: int
    readings: int
    bytes: int
    kept: int
    full: float
    oldest: int | None
    discarded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What :meth:`Outbox.append` wrote, and how many batches it had to drop for it."""

    entries: tuple[Entry, ...]
    discarded: int


_LAST_ROW = 2**63 - 1
_FIELDS = "id, boot, seq, first, last, readings, notice"


class Outbox:
    """One gateway's outbox. Safe from any thread; close it by :meth:`close`.

    Opening it begins a new boot: a random id, committed at once.

    Args:
        path: Of its file; made where absent.
        limits: How much may wait and be kept.
        now: The machine's time, for ages; not the run clock. [ms]

    Raises:
        Fatal: The file is not an outbox, or damaged.
        Retryable: It cannot be written just now.
    """

    def __init__(
        self, path: Path, *, limits: Limits | None = None, now: Callable[[], int] | None = None
    ) -> None:
        self.path = path
        self.limits = limits or Limits()
        self._now = now or SystemClock().now
        self._lock = threading.RLock()
        self._db = connect(path)
        self.boot = secrets.token_hex(6)
        try:
            with self._write(durable=True):
                self._db.execute(
                    "INSERT INTO boot (id, started) VALUES (?, ?)", (self.boot, self._now())
                )
        except BaseException:
            self._db.close()
            raise

    def append(
        self, rows: Columns, points: payload.PointTable, *, read_until: int | None = None
    ) -> Appended:
        """Commit readings; durable on return, in as many batches as the wire asks for.

        Args:
            rows: What was read; ``point`` indexes ``points``.
            points: Id and unit of every point.
            read_until: How far the driver has read, kept in the same commit. [ms]

        Raises:
            Retryable: The disk is full: nothing of it was written, keep the rows.
        """
        now = self._now()
        entries: list[int] = []
        with self._write(durable=True):
            for part, body in payload.bodies(rows, points) if len(rows) else ():
                entries.append(forgetting.insert(
                    self._db, self.boot, body, now=now, first=int(part.at.min()),
                    last=int(part.at.max()), readings=len(part),
                ))  # fmt: skip
            discarded = self._discard(now, min(entries, default=None))
            if read_until is not None:
                self._mark("read_until", read_until)
            written = tuple(entry for row in entries for entry in self._entries("id = ?", (row,)))
        return Appended(entries=written, discarded=discarded)

    @property
    def read_until(self) -> int | None:
        """How far the driver had read at the last commit, over all boots. [ms]"""
        with self._lock, worded(self.path):
            return self._marked("read_until")

    def unsent(self, exclude: Collection[int], most: int) -> list[Entry]:
        """The oldest that wait, without those already under way."""
        found = self._entries("confirmed IS NULL ORDER BY id LIMIT ?", (len(exclude) + most,))
        return [entry for entry in found if entry.id not in exclude][:most]

    def waiting(self, ids: Collection[int]) -> set[int]:
        """Those of the rows that still wait; others were confirmed or dropped."""
        marks = ",".join("?" * len(ids))
        return {e.id for e in self._entries(f"confirmed IS NULL AND id IN ({marks})", tuple(ids))}

    def body(self, row: int) -> bytes | None:
        """What never changes of a batch's payload; None where it was dropped."""
        with self._lock, worded(self.path):
            found = self._db.execute("SELECT data FROM body WHERE id = ?", (row,)).fetchone()
        return bytes(found[0]) if found else None

    def oldest_unsent(self, exclude: Collection[int]) -> int | None:
        """Earliest device time that waits, without what is under way. [ms]"""
        found = self._entries(
            "confirmed IS NULL AND notice = 0 ORDER BY first LIMIT ?", (len(exclude) + 1,)
        )
        return next((entry.first for entry in found if entry.id not in exclude), None)

    def empty(self) -> bool:
        """Whether everything is confirmed."""
        with self._lock, worded(self.path):
            return not self._db.execute(
                "SELECT 1 FROM batch WHERE confirmed IS NULL LIMIT 1"
            ).fetchone()

    def settle(self, boots: Mapping[str, Settled], *, complete: bool = True) -> None:
        """Apply a confirmation; it may fall back, and then what is kept waits again.

        Args:
            boots: What ingest says of each boot.
            complete: The confirmation names every boot that ingest knows, so that one it
                does not name is one it has forgotten.
        """
        now = self._now()
        with self._write(durable=False):
            settling.apply(self._db, self.boot, boots, now=now, window=self.limits.window)
            if complete and boots:
                settling.absent(self._db, boots)
            before = now - int(self.limits.keep_s * 1000)
            forgetting.purge_kept(self._db, most_bytes=self.limits.keep_bytes, before=before)

    def tidy(self) -> int:
        """Drop what is older than the bounds; how many unconfirmed batches."""
        now = self._now()
        with self._write(durable=True):
            before = now - int(self.limits.keep_s * 1000)
            forgetting.purge_kept(self._db, most_bytes=self.limits.keep_bytes, before=before)
            return self._discard(now)

    def resend(self, since: int) -> int:
        """Write what is kept anew, under the present boot; how many readings.

        Under the old names it would count as confirmed before it is stored. That holds for what
        still waits too: ingest may have a receipt of it whose confirmation never came. Whole
        batches: of the first, readings before ``since`` go along, which does no harm.

        Args:
            since: Device time from which on. [ms]

        Raises:
            Refused: So much may not wait at once (``Limits.max_bytes``).
        """
        where = "notice = 0 AND last >= ?"
        with self._write(durable=True):
            size = int(self._db.execute(
                f"SELECT coalesce(sum(size), 0) FROM batch WHERE {where}",  # noqa: S608 constant
                (since,),
            ).fetchone()[0])  # fmt: skip
            if size + self._total(confirmed=False)[2] > self.limits.max_bytes:
                raise Refused(f"{size} bytes since then do not fit the outbox; choose a later time")
            readings = 0
            for entry in self._entries(f"{where} ORDER BY id", (since,)):
                body = self.body(entry.id)
                if body is not None:
                    readings += entry.readings
                    forgetting.insert(
                        self._db, self.boot, body, now=self._now(), first=entry.first,
                        last=entry.last, readings=entry.readings,
                    )  # fmt: skip
        return readings

    def depth(self) -> Depth:
        """How full it is."""
        with self._lock, worded(self.path):
            batches, readings, size = self._total(confirmed=False)
            kept = self._total(confirmed=True)[0]
            discarded = self._marked("discarded") or 0
        return Depth(
            batches=batches, readings=readings, bytes=size, kept=kept,
            full=min(1.0, size / self.limits.max_bytes), oldest=self.oldest_unsent(()),
            discarded=discarded,
        )  # fmt: skip

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _discard(self, now: int, new_from: int | None = None) -> int:
        dropped = forgetting.discard_waiting(
            self._db, self.boot, now=now, most_bytes=self.limits.max_bytes,
            before=now - int(self.limits.max_age_s * 1000),
            new_from=_LAST_ROW if new_from is None else new_from,
        )  # fmt: skip
        if dropped:
            self._mark("discarded", (self._marked("discarded") or 0) + dropped)
        return dropped

    def _entries(self, where: str, values: tuple[int, ...]) -> list[Entry]:
        with self._lock, worded(self.path):
            rows = self._db.execute(
                f"SELECT {_FIELDS} FROM batch WHERE {where}",  # noqa: S608 only constants
                values,
            ).fetchall()
        return [
            Entry(id=r[0], boot=r[1], seq=r[2], first=r[3], last=r[4], readings=r[5],
                  notice=bool(r[6]))
            for r in rows
        ]  # fmt: skip

    def _total(self, *, confirmed: bool) -> tuple[int, int, int]:
        row = self._db.execute(
            "SELECT batches, readings, bytes FROM total WHERE confirmed = ?", (confirmed,)
        ).fetchone()
        return int(row[0]), int(row[1]), int(row[2])

    def _mark(self, name: str, value: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO mark VALUES (?, ?)", (name, value))

    def _marked(self, name: str) -> int | None:
        row = self._db.execute("SELECT value FROM mark WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else None

    @contextmanager
    def _write(self, *, durable: bool) -> Iterator[None]:
        with self._lock, transaction(self._db, self.path, durable=durable):
            yield
