"""What foreign devices sent while the store was away, on ingest's own disk.

For a device that knows no confirmation the MQTT acknowledgement is all there is. It may be
given when the message is durable here; a *confirmation*, which means the store, never is
(delivery of batches rests on their edge's own outbox, so they are not kept here).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.errors import Fatal, Retryable
from ingest.arrival import Arrival

SPOOL_BYTES = 256 * 2**20
"""A thousand devices that speak once a minute fill it in a day. With more, the return of the store
is followed by hours of old messages; with less, the broker's queue overflows sooner."""
_ROW_BYTES = 64
"""What a message costs beside its topic and payload."""
_TABLES = """
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload BLOB NOT NULL,
  retain INTEGER NOT NULL, received INTEGER NOT NULL
)
"""
_TOTAL = "count(*), coalesce(sum(length(payload) + length(CAST(topic AS BLOB))), 0)"


class Spool:
    """A queue in a file: in at the tail, out at the head. Safe from any thread.

    Args:
        path: Of its file, one of this process alone; made where absent.
        most_bytes: Most that may wait.

    Raises:
        Fatal: The file is no spool, or damaged.
        Retryable: It cannot be written just now.
    """

    def __init__(self, path: Path, *, most_bytes: int = SPOOL_BYTES) -> None:
        self.path = path
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        with self._meant():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            # A message that was acknowledged must outlast a power cut: nobody sends it again.
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute(_TABLES)
            row = self._db.execute(f"SELECT {_TOTAL} FROM message").fetchone()  # noqa: S608
        self._messages = int(row[0])
        self._bytes = int(row[1]) + _ROW_BYTES * self._messages

    def room(self) -> int:
        """How much more may be kept. [bytes]"""
        with self._lock:
            return max(self._most_bytes - self._bytes, 0)

    def depth(self) -> tuple[int, int]:
        """Messages that wait, and their bytes."""
        with self._lock:
            return self._messages, self._bytes

    def keep(self, arrivals: Sequence[Arrival]) -> int:
        """Put messages at the tail, all or none; durable on return. The id of the last.

        Raises:
            Retryable: The disk is full: nothing of it was written.
        """
        rows = [(a.topic, a.payload, a.retain, a.received) for a in arrivals]
        with self._lock, self._meant():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany(
                    "INSERT INTO message (topic, payload, retain, received) VALUES (?, ?, ?, ?)",
                    rows,
                )
                last = self._db.execute("SELECT max(id) FROM message").fetchone()[0]
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._messages += len(arrivals)
            self._bytes += sum(cost(arrival) for arrival in arrivals)
        return int(last)

    def head(self, most: int, most_bytes: int) -> tuple[int, list[Arrival]]:
        """The oldest messages, at least one where there is any, and the id to forget them by.

        Raises:
            Retryable: The file cannot be read just now.
        """
        taken: list[Arrival] = []
        last = size = 0
        with self._lock, self._meant():
            for id_, topic, payload, retain, received in self._db.execute(
                "SELECT id, topic, payload, retain, received FROM message ORDER BY id LIMIT ?",
                (most,),
            ):
                size += len(payload)
                if taken and size > most_bytes:
                    break
                last = id_
                taken.append(Arrival(
                    topic=topic, payload=bytes(payload), retain=bool(retain), received=received,
                    ack=_nothing,
                ))  # fmt: skip
        return last, taken

    def forget(self, upto: int) -> None:
        """Drop what is stored: everything up to an id.

        Raises:
            Retryable: The file cannot be written just now; the messages would only be written
                once more.
        """
        with self._lock, self._meant():
            count, size = self._db.execute(
                f"SELECT {_TOTAL} FROM message WHERE id <= ?",  # noqa: S608 a constant
                (upto,),
            ).fetchone()
            self._db.execute("DELETE FROM message WHERE id <= ?", (upto,))
            self._messages -= int(count)
            self._bytes -= int(size) + _ROW_BYTES * int(count)

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _meant(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            raise Retryable(f"the spool {self.path} cannot be used: {error}") from error
        except sqlite3.DatabaseError as error:
            raise Fatal(f"the spool {self.path} is damaged: {error}") from error


def cost(arrival: Arrival) -> int:
    """What a message takes of the room. [bytes]"""
    return len(arrival.payload) + len(arrival.topic.encode()) + _ROW_BYTES


def _nothing() -> None:
    """The acknowledgement was given when the message was put here."""
