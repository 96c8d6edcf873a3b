"""Bringing the tables to what this version needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from adapters.records.engine import make_engine, meant
from core.errors import Fatal

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x757067726164
"""PostgreSQL's advisory lock of an upgrade, 'upgrad' as a number; one for all processes."""


def upgrade(url: str) -> None:
    """All revisions that are missing, in one transaction; two processes at once do it once.

    Raises:
        Retryable: The database is away or locked.
        Fatal: A row was left without what it belongs to.
    """
    # A table that SQLite makes anew is dropped before: that must not take its children along.
    engine = make_engine(url, foreign_keys=False)
    try:
        with meant(), engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            command.upgrade(alembic_config(connection), "head")
            _check_foreign_keys(connection)
    finally:
        engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """Where the migrations are, and the connection whose transaction they run in."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        raise Fatal(f"rows without what they belong to, in {sorted({row[0] for row in orphans})}")
