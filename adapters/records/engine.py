"""Engines of the records: SQLite by default, PostgreSQL by address."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from core.errors import Fatal, Misconfigured, Mistake, PlantroomError, Retryable

READING = "plantroom_reading"
"""Execution option of a transaction that only reads: it waits for no writer."""

_BUSY_MS = 30_000
"""How long a writer waits for another; transactions here take milliseconds, so a longer wait
means that somebody is stuck, and less would fail on a slow disk."""
_AGAIN_S = 0.01
_MOST_CONNECTIONS = 40
"""At once: FastAPI's pool of forty threads may all be asking; more would be a leak."""
_BROKEN = ("malformed", "not a database", "readonly database")
_OURS = ("no such table", "no such column", "syntax error")


def make_engine(url: str, *, foreign_keys: bool = True) -> Engine:
    """An engine on the address.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql+psycopg://…``.
        foreign_keys: Whether SQLite checks them; a migration that makes a table anew must not.

    Raises:
        Misconfigured: It is neither SQLite in a file nor PostgreSQL with its driver.
    """
    parsed = _address(url)
    if parsed.get_backend_name() == "sqlite":
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            parsed, connect_args={"check_same_thread": False}, max_overflow=_MOST_CONNECTIONS - 5
        )
        event.listen(engine, "connect", _prepared_sqlite(foreign_keys=foreign_keys))
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        parsed, pool_pre_ping=True, pool_size=10, max_overflow=_MOST_CONNECTIONS - 10
    )
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def insert_for(engine: Engine) -> Callable[[Any], Any]:
    """The dialect's INSERT, which knows ON CONFLICT; both spell it alike."""
    return sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert


def clean(text: str) -> str:
    """Text as every database takes it: no NUL, no half of a pair; strangers write both."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


@contextmanager
def meant() -> Iterator[None]:
    """Turns errors of the database into what the caller should do.

    Raises:
        Retryable: It is away, locked or full.
        Fatal: Its file is broken or may not be written.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise Retryable(f"the records database is busy: {error}") from error
    except DBAPIError as error:
        what = _meaning(error)
        if what is None:
            raise
        raise what from error


def _meaning(error: DBAPIError) -> PlantroomError | None:
    said = str(error.orig)
    if any(word in said for word in _BROKEN):
        return Fatal(f"the records database cannot be used: {said}")
    waits = isinstance(error, OperationalError) and not any(word in said for word in _OURS)
    if waits or error.connection_invalidated:
        return Retryable(f"the records database is away: {said}", retry_after_s=1.0)
    return None


def _address(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise _mistake("this is no database address", "sqlite:///FILE") from error
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        if find_spec("psycopg") is None:
            raise _mistake("psycopg is not installed", "pip install 'plantroom[postgres]'")
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        expected = "sqlite:///FILE or postgresql+psycopg://…"
        raise _mistake(f"records cannot be kept in '{backend}'", expected)
    if parsed.database in {None, "", ":memory:"}:
        raise _mistake("connections share the records, memory would not", "sqlite:///FILE")
    return parsed


def _mistake(what: str, expected: str) -> Misconfigured:
    return Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])


def _prepared_sqlite(*, foreign_keys: bool) -> Callable[[Any, Any], None]:
    def prepare(connection: Any, _record: Any) -> None:
        # pysqlite would begin by itself, too late to lock; we say BEGIN ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        log_ahead(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    return prepare


def log_ahead(cursor: Any) -> None:
    """A file that is new is turned to a write-ahead log by whoever opens it first.

    Two who do so at once would each wait for the other, so that SQLite refuses one of them at
    once, whatever its time-out; a moment later there is nothing to turn.

    Raises:
        sqlite3.OperationalError: Somebody keeps it locked, or it cannot be written.
    """
    until = time.monotonic() + _BUSY_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_AGAIN_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    reading = _reading(connection)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
    # A transaction that reads before it writes cannot be upgraded once another has written.
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if _reading(connection):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _reading(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(READING, False))
