"""The records database, opened: one transaction a session, migrations, backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from adapters.records.base import ALL, Scope
from adapters.records.engine import READING, make_engine, retryable
from adapters.records.findings import RecordFindings
from adapters.records.models import RecordModels
from adapters.records.people import People
from adapters.records.progress import RecordProgress
from adapters.records.quarantine import RecordQuarantine
from adapters.records.receipts import RecordReceipts
from adapters.records.scoping import ScopedSession
from adapters.records.verdicts import RecordVerdicts
from core.errors import Misconfigured, Mistake

MIGRATIONS = Path(__file__).parent / "migrations"


class Records:
    """Everything that is not telemetry.

    Attributes:
        url: Its address; may hold a password.
        engine: For migrations and for the ports beside this file alone.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: Engine = make_engine(url)

    @contextmanager
    def session(self, scope: Scope, *, reading: bool = False) -> Iterator[ScopedSession]:
        """One transaction, committed when left, rolled back by an error.

        Args:
            scope: Buildings that it may see; background work names ``ALL``.
            reading: It only reads, so it waits for no writer.

        Raises:
            Retryable: The database is away or locked.
        """
        bind = self.engine.execution_options(**{READING: True}) if reading else self.engine
        try:
            with (
                ScopedSession(bind, scope=scope, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session
        except DBAPIError as error:
            meant = retryable(error)
            if meant is None:
                raise
            raise meant from error

    @cached_property
    def receipts(self) -> RecordReceipts:
        """Which batches are durable."""
        return RecordReceipts(self)

    @cached_property
    def quarantine(self) -> RecordQuarantine:
        """What was refused."""
        return RecordQuarantine(self)

    @cached_property
    def progress(self) -> RecordProgress:
        """How far data goes."""
        return RecordProgress(self)

    @cached_property
    def verdicts(self) -> RecordVerdicts:
        """What rules said."""
        return RecordVerdicts(self)

    @cached_property
    def findings(self) -> RecordFindings:
        """Episodes."""
        return RecordFindings(self)

    @cached_property
    def models(self) -> RecordModels:
        """Versions of the site model."""
        return RecordModels(self)

    @cached_property
    def people(self) -> People:
        """Who has a log-in, and who is on call."""
        return People(self)

    def upgrade(self) -> None:
        """Bring the tables to what this version needs; data stays."""
        with self.engine.begin() as connection:
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def backup(self, folder: Path) -> Path:
        """Copy everything into a file of a folder, consistently, while others write.

        Raises:
            Misconfigured: PostgreSQL has its own tool for this.
        """
        if self.engine.dialect.name != "sqlite":
            what = "records in PostgreSQL are backed up by its own tools"
            raise Misconfigured([Mistake(file="", line=0, what=what, expected="pg_dump")])
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / "records.sqlite"
        with (
            closing(sqlite3.connect(str(self.engine.url.database))) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
        return target

    def close(self) -> None:
        """Release all connections."""
        self.engine.dispose()


def alembic_config() -> Config:
    """Where the migrations are; the connection is handed over by who runs them."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


__all__ = ["ALL", "Records", "alembic_config"]
