"""Migrations make exactly the tables that the code maps, in one go, once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select

import adapters.records.checks
import adapters.records.cmms
import adapters.records.crew
import adapters.records.notifying
import adapters.records.orders
import adapters.records.planned
import adapters.records.teaching
import adapters.records.work  # noqa: F401 - their tables belong to the metadata
from adapters.records import ALL, Records
from adapters.records.base import Base
from adapters.records.engine import make_engine
from adapters.records.migrate import MIGRATIONS, alembic_config
from adapters.records.quarantine import Chosen
from adapters.records.tables import AttemptRow, AuditRow
from core.errors import Fatal, Misconfigured, Retryable
from tests.sample import really_upgrade


@pytest.fixture(autouse=True)
def _really(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here every revision is run, and nothing is copied in its place."""
    monkeypatch.setattr("adapters.records.migrate.upgrade", really_upgrade)


def test_migrations_and_mapped_tables_are_equal(records: Records) -> None:
    with records.engine.begin() as connection:
        options = {"compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_every_mapped_table_is_made(records: Records) -> None:
    made = set(inspect(records.engine).get_table_names()) - {"alembic_version"}
    assert made == set(Base.metadata.tables)


def test_an_upgrade_twice_keeps_what_is_there(records: Records) -> None:
    records.models.keep("wushan", "v1", b"model", 5)
    records.upgrade()
    assert [row.version for row in records.models.versions()] == ["v1"]


def test_two_who_upgrade_at_once_do_it_once(url: str) -> None:
    made = [Records(url), Records(url)]
    failed: list[BaseException] = []

    def upgrade(one: Records) -> None:
        try:
            one.upgrade()
        except BaseException as error:  # noqa: BLE001 a thread's failure belongs to the test
            failed.append(error)

    threads = [threading.Thread(target=upgrade, args=(one,)) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert made[0].receipts.settled() == {}
    for one in made:
        one.close()


def test_the_migrations_are_in_the_package() -> None:
    assert (MIGRATIONS / "env.py").is_file()
    assert list((MIGRATIONS / "versions").glob("r0001_*.py"))


@pytest.mark.parametrize("url", ["mysql://x/y", "no address", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_hold_records_is_told(url: str) -> None:
    with pytest.raises(Misconfigured):
        make_engine(url)


def test_a_broken_file_stops_its_part(tmp_path: Path) -> None:
    (tmp_path / "r.sqlite").write_bytes(b"this is no database, however long it may be" * 99)
    records = Records(f"sqlite:///{tmp_path / 'r.sqlite'}")
    with pytest.raises(Fatal):
        records.upgrade()
    records.close()


def test_a_database_that_is_away_may_come_back() -> None:
    records = Records("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Retryable):
        records.receipts.settled()
    records.close()


def test_who_only_reads_can_change_nothing(records: Records) -> None:
    with pytest.raises(Exception, match="read"), records.session(ALL, reading=True) as session:
        session.add(AuditRow(at=1, actor="x", action="y"))
    with records.session(ALL) as session:
        session.add(AuditRow(at=1, actor="x", action="y"))


def test_an_error_takes_the_whole_session_back(records: Records) -> None:
    def fail() -> None:
        with records.session(ALL) as session:
            session.add(AuditRow(at=1, actor="x", action="y"))
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with records.session(ALL, reading=True) as session:
        assert session.query(AuditRow).count() == 0


def test_two_who_read_before_they_write_lose_nothing(records: Records) -> None:
    """Begun without a lock, the second would read what the first is about to replace."""
    with records.session(ALL) as session:
        session.add(AttemptRow(subject="login:x", failures=0))

    def count() -> None:
        for _ in range(50):
            with records.session(ALL) as session:
                query = select(AttemptRow).with_for_update()
                session.scalars(query).one().failures += 1

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with records.session(ALL, reading=True) as session:
        assert session.scalars(select(AttemptRow.failures)).one() == 100


def test_what_was_in_quarantine_before_is_open(url: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "r0001_first_tables")
        connection.exec_driver_sql(
            "INSERT INTO quarantine (key, gateway, topic, payload, reason, detail, readings, "
            "received) VALUES ('k', 'gw-a', 't', '', 'unit', 'kw', 3, 5)"
        )
    engine.dispose()
    records = Records(url)
    records.upgrade()
    (row,) = records.quarantine.list(chosen=Chosen(state="open"))
    assert (row.state, row.stored, row.tries, row.by, row.at) == ("open", 0, 0, "", None)
    assert records.quarantine.ask(Chosen(), "chen", 9) == 1
    records.close()
