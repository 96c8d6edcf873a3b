"""The records database, opened: one transaction a session, migrations, backup."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from adapters.records import backup, migrate
from adapters.records.base import ALL, Scope
from adapters.records.corrections import RecordCorrections
from adapters.records.engine import READING, make_engine, meant
from adapters.records.findings import RecordFindings
from adapters.records.gateways import RecordGateways
from adapters.records.hand import RecordHandReadings
from adapters.records.meters import RecordMeterEvents
from adapters.records.models import RecordModels
from adapters.records.people import People
from adapters.records.progress import RecordProgress
from adapters.records.quarantine import RecordQuarantine
from adapters.records.receipts import RecordReceipts
from adapters.records.scoping import ScopedSession
from adapters.records.staff import Staff
from adapters.records.verdicts import RecordVerdicts
from core.errors import Misconfigured, Mistake


class Records:
    """Everything that is not telemetry. Thread-safe; several processes may share a database.

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

        On SQLite one that may write holds the only write lock from its first statement on:
        keep it short, and write nothing else of the records inside it.

        Args:
            scope: Buildings that it may see; background work names ``ALL``.
            reading: It only reads, so it waits for no writer; the database refuses changes.

        Raises:
            Retryable: The database is away or locked.
            Fatal: Its file is broken or may not be written.
        """
        bind = self.engine.execution_options(**{READING: True}) if reading else self.engine
        with (
            meant(),
            ScopedSession(bind, scope=scope, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @cached_property
    def receipts(self) -> RecordReceipts:
        """Which batches are durable."""
        return RecordReceipts(self)

    @cached_property
    def quarantine(self) -> RecordQuarantine:
        """What was refused."""
        return RecordQuarantine(self)

    @cached_property
    def meters(self) -> RecordMeterEvents:
        """What happened to registers, and what people said of it."""
        return RecordMeterEvents(self)

    @cached_property
    def gateways(self) -> RecordGateways:
        """How gateways are."""
        return RecordGateways(self)

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
    def staff(self) -> Staff:
        """Rosters, leave and licences."""
        return Staff(self)

    @cached_property
    def hand(self) -> RecordHandReadings:
        """Readings that people entered."""
        return RecordHandReadings(self)

    @cached_property
    def corrections(self) -> RecordCorrections:
        """The same as they stand over what devices send."""
        return RecordCorrections(self)

    @cached_property
    def models(self) -> RecordModels:
        """Versions of the site model."""
        return RecordModels(self)

    @cached_property
    def people(self) -> People:
        """Who has a log-in, and who is on call."""
        return People(self)

    def upgrade(self) -> None:
        """Bring the tables to what this version needs; data stays.

        Raises:
            Retryable: The database is away or locked.
            Fatal: Its file is broken.
        """
        migrate.upgrade(self.url)

    def backup(self, folder: Path) -> Path:
        """Copy everything into a file of a folder, consistently, while others write.

        The file is SQLite whatever the records are kept in, so either is restored from it.

        Raises:
            Retryable: The database is away.
        """
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / backup.FILE
        if self.engine.dialect.name == "sqlite":
            with (
                closing(sqlite3.connect(str(self.engine.url.database))) as source,
                closing(sqlite3.connect(target)) as copy,
            ):
                source.backup(copy)
            return target
        target.unlink(missing_ok=True)
        with _opened(target) as copied:
            snapshot = self.engine.execution_options(isolation_level="REPEATABLE READ")
            with meant(), snapshot.connect() as source, copied.engine.begin() as into:
                backup.copy_rows(source, into)
        return target

    def restore(self, folder: Path) -> None:
        """Fill empty records from a backup, of this version or an older one.

        Raises:
            Misconfigured: There is no backup in the folder, or the records are not empty.
            Retryable: The database is away or locked.
        """
        kept = folder / backup.FILE
        if not kept.is_file():
            what, expected = f"there is no {backup.FILE} in the backup", "a folder of backup"
            raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])
        self.upgrade()
        with TemporaryDirectory() as scratch:
            copy = Path(scratch) / backup.FILE
            shutil.copyfile(kept, copy)
            with _opened(copy) as kept_records, meant(), self.engine.begin() as into:
                backup.refuse_unless_empty(into)
                with kept_records.engine.connect() as source:
                    backup.copy_rows(source, into)

    def check_empty(self) -> None:
        """Whether a restore would find these records empty; their tables are made.

        Raises:
            Misconfigured: They hold something.
            Retryable: The database is away or locked.
        """
        self.upgrade()
        with meant(), self.engine.connect() as connection:
            backup.refuse_unless_empty(connection)

    def close(self) -> None:
        """Release all connections."""
        self.engine.dispose()


@contextmanager
def _opened(path: Path) -> Iterator[Records]:
    """Records of the newest revision in a file, closed again: nothing stays in its log."""
    records = Records(f"sqlite:///{path}")
    try:
        records.upgrade()
        yield records
    finally:
        records.close()


__all__ = ["ALL", "Records"]
