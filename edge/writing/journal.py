"""What was written to devices, by whom, why, and what stood there before: kept on this box.

One SQLite file a box, beside the outboxes. Nothing is ever taken out of it. What is to be
given back stands here before a byte goes to the device, so that whoever runs next can do it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path

from core.errors import Fatal, Retryable

_VERSION = 1
_TABLES = """
CREATE TABLE written (
  id INTEGER PRIMARY KEY AUTOINCREMENT, point TEXT NOT NULL, device TEXT NOT NULL,
  "by" TEXT NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL, ends INTEGER NOT NULL,
  priority INTEGER NOT NULL, old REAL, number REAL NOT NULL, value REAL NOT NULL, was REAL,
  state TEXT NOT NULL, said TEXT NOT NULL DEFAULT '', ended INTEGER, ended_by TEXT
);
CREATE UNIQUE INDEX standing ON written (point) WHERE state IN ('begun', 'standing');
CREATE TABLE heartbeat (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL);
"""


class State(StrEnum):
    """How far one writing is."""

    BEGUN = "begun"
    """Committed; whether the device has it is not known yet."""
    STANDING = "standing"
    """The device was read back and has it."""
    RELEASED = "released"
    """Given back: what stood before stands again, or the priority is free."""
    LEFT = "left"
    """Somebody else wrote there since: theirs was left alone."""
    REFUSED = "refused"
    """The device would not have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One writing.

    Attributes:
        at: When it was begun, system time; ``ends`` when it is to be given back. [ms]
        priority: Of BACnet; Modbus knows none.
        old: Number that stood in the device; None where the priority was free.
        number: Number written, as it stands in the device.
        value: The same in the unit of the point; ``was`` what it showed before.
        ended: When it was given back or came to nothing. [ms]
    """

    id: int
    point: str
    device: str
    by: str
    why: str
    at: int
    ends: int
    priority: int
    old: float | None
    number: float
    value: float
    was: float | None
    state: State
    said: str
    ended: int | None
    ended_by: str | None


_COLUMNS = ", ".join(f'"{field.name}"' for field in fields(Written))


class Journal:
    """The file. Safe from any thread and for several processes.

    Args:
        path: Made where absent.

    Raises:
        Fatal: It is no journal of this version.
        Retryable: It cannot be opened just now.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._opened() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("BEGIN IMMEDIATE")
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            if version == 0:
                for statement in filter(str.strip, _TABLES.split(";")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {_VERSION}")
            elif version != _VERSION:
                raise Fatal(f"{path} is no journal of this version ({version}, not {_VERSION})")

    def begin(
        self, *, point: str, device: str, by: str, why: str, at: int, ends: int, priority: int,
        old: float | None, number: float, value: float, was: float | None,
    ) -> Written | None:  # fmt: skip
        """Note what is about to be written, on disk when this returns; None where one stands."""
        with self._opened() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                row = db.execute(
                    'INSERT INTO written (point, device, "by", why, at, ends, priority, old, '
                    "number, value, was, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'begun')",
                    (point, device, by, why, at, ends, priority, old, number, value, was),
                ).lastrowid
            except sqlite3.IntegrityError:
                return None
            (made,) = self._found(db, "id = ?", (row,))
        return made

    def became(
        self, id_: int, state: State, said: str, *, at: int | None = None, by: str | None = None
    ) -> None:
        """Note what came of it; an end is never changed again."""
        with self._opened() as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute(
                "UPDATE written SET state = ?, said = ?, ended = ?, ended_by = ?"
                " WHERE id = ? AND ended IS NULL",
                (state, said, at, by, id_),
            )

    def standing(self) -> list[Written]:
        """What has to be given back."""
        with self._opened() as db:
            return self._found(db, "state IN ('begun', 'standing') ORDER BY ends", ())

    def all(self, most: int = 1000) -> list[Written]:
        """The newest first."""
        with self._opened() as db:
            return self._found(db, "1 ORDER BY id DESC LIMIT ?", (most,))

    def beat(self, at: int) -> None:
        """An agent runs here, and gives back what is due. [ms]"""
        with self._opened() as db:
            db.execute("INSERT OR REPLACE INTO heartbeat VALUES (1, ?)", (at,))

    def last_beat(self) -> int | None:
        """When one last said so. [ms]"""
        with self._opened() as db:
            row = db.execute("SELECT at FROM heartbeat").fetchone()
        return int(row[0]) if row else None

    def _found(
        self, db: sqlite3.Connection, where: str, values: tuple[object, ...]
    ) -> list[Written]:
        rows = db.execute(f"SELECT {_COLUMNS} FROM written WHERE {where}", values)  # noqa: S608
        names = [field.name for field in fields(Written)]
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return [Written(**{**one, "state": State(one["state"])}) for one in found]

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """A connection a call: it is rarely used, by threads and processes that come and go."""
        try:
            db = sqlite3.connect(self._path, isolation_level=None, timeout=10)
            try:
                db.execute("PRAGMA synchronous = FULL")
                yield db
                if db.in_transaction:
                    db.execute("COMMIT")
            finally:
                db.close()
        except sqlite3.OperationalError as error:
            raise Retryable(f"the journal {self._path} cannot be used: {error}") from error
