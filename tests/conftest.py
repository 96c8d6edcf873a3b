"""Fixtures of all tests: real servers by session, real data where it is, the sample site."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url

from tests import servers

ROOT = Path(__file__).parent.parent


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[servers.Server]:
    """A running mosquitto with persistence, of this test alone; it may be killed and started."""
    server = servers.make_mosquitto(tmp_path / "mosquitto")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def influx1(tmp_path: Path) -> Iterator[servers.Influx]:
    """A running influxd 1.8.10, of this test alone."""
    influx = servers.make_influx1(tmp_path / "influx1")
    yield influx
    influx.server.stop()


@pytest.fixture
def influx2(tmp_path: Path) -> Iterator[servers.Influx]:
    """A running influxd 2.7.12, of this test alone."""
    influx = servers.make_influx2(tmp_path / "influx2")
    yield influx
    influx.server.stop()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """SQLAlchemy URL of a PostgreSQL shared by the session; make a database of your own in it."""
    yield from servers.make_postgres(tmp_path_factory.mktemp("postgres"))


@pytest.fixture
def postgres_database(postgres_url: str) -> str:
    """URL of an empty PostgreSQL database of this test alone."""
    server, name = make_url(postgres_url), f"own_{uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    admin.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium."""
    path = Path("/usr/bin/chromium")
    if not path.exists():
        servers.missing("browser", "install Debian's chromium")
    return str(path)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the real measurements."""
    folder = Path(os.environ.get("PLANTROOM_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "README.md").exists():
        servers.missing("data", "set PLANTROOM_DATA to the folder of real measurements")
    return folder


@pytest.fixture(scope="session")
def sites_dir() -> Path:
    """Folder of the sample sites."""
    return ROOT / "sites"
