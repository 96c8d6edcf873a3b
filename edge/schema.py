"""The outbox's file: its tables, how it is opened, and what a transaction is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Fatal, PlantroomError, Retryable

VERSION = 1

# The body stands apart: a confirmation then rewrites a small row and not half a megabyte.
# Totals are kept by triggers, so that a deep backlog is not counted again at every step.
TABLES = """
CREATE TABLE boot (
  id TEXT PRIMARY KEY, started INTEGER NOT NULL,
  last_seq INTEGER NOT NULL DEFAULT 0, seen INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE batch (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  boot TEXT NOT NULL, seq INTEGER NOT NULL, notice INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, readings INTEGER NOT NULL,
  size INTEGER NOT NULL, created INTEGER NOT NULL, confirmed INTEGER
);
CREATE UNIQUE INDEX batch_name ON batch (boot, seq);
CREATE INDEX waiting_name ON batch (boot, seq) WHERE confirmed IS NULL;
CREATE INDEX waiting_order ON batch (id) WHERE confirmed IS NULL;
CREATE INDEX waiting_time ON batch (first) WHERE confirmed IS NULL AND notice = 0;
CREATE INDEX kept_order ON batch (id) WHERE confirmed IS NOT NULL;
CREATE TABLE body (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE total (
  confirmed INTEGER PRIMARY KEY, batches INTEGER NOT NULL,
  readings INTEGER NOT NULL, bytes INTEGER NOT NULL
);
INSERT INTO total VALUES (0, 0, 0, 0), (1, 0, 0, 0);
CREATE TRIGGER batch_in AFTER INSERT ON batch BEGIN
  UPDATE total SET batches = batches + 1, readings = readings + new.readings,
    bytes = bytes + new.size WHERE confirmed = (new.confirmed IS NOT NULL);
END;
CREATE TRIGGER batch_out AFTER DELETE ON batch BEGIN
  UPDATE total SET batches = batches - 1, readings = readings - old.readings,
    bytes = bytes - old.size WHERE confirmed = (old.confirmed IS NOT NULL);
  DELETE FROM body WHERE id = old.id;
END;
CREATE TRIGGER batch_settled AFTER UPDATE OF confirmed ON batch
WHEN (old.confirmed IS NULL) <> (new.confirmed IS NULL) BEGIN
  UPDATE total SET batches = batches - 1, readings = readings - old.readings,
    bytes = bytes - old.size WHERE confirmed = (old.confirmed IS NOT NULL);
  UPDATE total SET batches = batches + 1, readings = readings + new.readings,
    bytes = bytes + new.size WHERE confirmed = (new.confirmed IS NOT NULL);
END;
CREATE TABLE gone (
  boot TEXT NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (boot, first_seq)
);
CREATE TABLE told (
  boot TEXT NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, notice INTEGER NOT NULL
);
CREATE INDEX told_notice ON told (notice);
CREATE INDEX told_name ON told (boot, first_seq);
CREATE INDEX gone_end ON gone (boot, last_seq);
CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, made where absent.

    Raises:
        Fatal: It is not an outbox, or of another version.
        Retryable: The disk is full or the file cannot be written just now.
    """
    with worded(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        try:
            _prepare(db, path)
        except BaseException:
            db.close()
            raise
    return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    # A reading that was committed must outlast a power cut (docs/wire-contract.md).
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version == 0 and not db.execute("SELECT 1 FROM sqlite_master").fetchone():
        db.executescript(f"BEGIN;{TABLES}PRAGMA user_version = {VERSION};COMMIT;")
    elif version != VERSION:
        raise Fatal(f"{path} is not an outbox of this version ({version}, not {VERSION})")


@contextmanager
def transaction(db: sqlite3.Connection, path: Path, *, durable: bool) -> Iterator[None]:
    """All or nothing; ``durable`` where a power cut must not take it back.

    What a power cut may take back is a confirmation: the batch is then sent once more.
    """
    with worded(path):
        db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


@contextmanager
def worded(path: Path) -> Iterator[None]:
    """SQLite's errors as what the caller should do."""
    try:
        yield
    except (PlantroomError, sqlite3.ProgrammingError):
        raise
    except (sqlite3.OperationalError, OSError) as error:
        raise Retryable(f"the outbox {path} cannot be written: {error}") from error
    except sqlite3.DatabaseError as error:
        raise Fatal(f"the outbox {path} is damaged: {error}") from error
