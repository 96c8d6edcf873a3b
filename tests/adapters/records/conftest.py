"""The same suite on SQLite and on PostgreSQL: records of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, make_url

from adapters.records import Records
from tests.sample import records_in

DATABASES = (
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres),
)


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of an empty database that nobody else uses."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'records.sqlite'}"
        return
    yield from _database(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def migrated(postgres_url: str) -> Iterator[str]:
    """Name of a PostgreSQL database of the newest revision, to be copied and not to be opened."""
    for url in _database(postgres_url):
        made = Records(url)
        made.upgrade()
        made.close()
        yield str(make_url(url).database)


@pytest.fixture
def records(url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    """Records of the newest revision, empty: copied, as migrating takes longer than most tests."""
    if url.startswith("sqlite"):
        made = records_in(tmp_path)
    else:
        _become(url, request.getfixturevalue("migrated"))
        made = Records(url)
    yield made
    made.close()


def _database(server: str) -> Iterator[str]:
    """Address of a database of one's own, for as long as it is wanted."""
    name = f"records_{uuid4().hex[:12]}"
    with _admin(server) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with _admin(server) as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def _become(url: str, template: str) -> None:
    """An empty database becomes a copy of another."""
    name = make_url(url).database
    with _admin(
        make_url(url).set(database="postgres").render_as_string(hide_password=False)
    ) as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")


@contextmanager
def _admin(server: str) -> Iterator[Connection]:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
