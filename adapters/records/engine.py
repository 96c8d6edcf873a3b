"""Engines of the records: SQLite by default, PostgreSQL by address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from core.errors import Misconfigured, Mistake, Retryable

READING = "plantroom_reading"
"""Execution option of a transaction that only reads: it waits for no writer."""

_BUSY_MS = 30_000
"""How long a writer waits for another; transactions here take milliseconds, so a longer wait
means that somebody is stuck, and less would fail on a slow disk."""


def make_engine(url: str) -> Engine:
    """An engine on the address.

    Raises:
        Misconfigured: It is neither SQLite nor PostgreSQL.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed, pool_pre_ping=True, pool_size=10)
    what = f"records cannot be kept in '{parsed.get_backend_name()}'"
    expected = "sqlite:///FILE or postgresql+psycopg://…"
    raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])


def insert_for(engine: Engine) -> Callable[[Any], Any]:
    """The dialect's INSERT, which knows ON CONFLICT; both spell it alike."""
    return sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert


def retryable(error: DBAPIError) -> Retryable | None:
    """What a database error means to its caller, where waiting may help."""
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return Retryable(f"the records database is away: {error.orig}", retry_after_s=1.0)
    return None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # pysqlite would begin by itself, too late to lock; we say BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}",
    ):  # fmt: skip
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads before it writes cannot be upgraded once another has written.
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
