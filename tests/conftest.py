"""Fixtures of all tests: real servers by session, real data where it is, the sample site."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres, sample, servers

ROOT = Path(__file__).parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that ask for a time of their own begin first.

    The longest of all would leave the other workers idle if they came last.
    """
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


@pytest.fixture(scope="session", autouse=True)
def _seldom_collected() -> Iterator[None]:
    """What was imported stays: looking through it for waste took an eighth of all tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 10, 50)
    yield
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def _once() -> Iterator[None]:
    """Site files are composed and records migrated once a process; copies do for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adapters.sites.document.YAML", sample.ReadOnce)
        patch.setattr("adapters.records.migrate.upgrade", sample.upgrade)
        yield


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
def postgres_database(postgres_url: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database of this test alone."""
    url = postgres.created(postgres_url)
    yield url
    postgres.dropped(url)


@pytest.fixture(scope="session")
def _migrated(postgres_url: str) -> str:
    url = postgres.created(postgres_url)
    sample.really_upgrade(url)
    return url


@pytest.fixture
def postgres_records(_migrated: str) -> Iterator[str]:
    """URL of a PostgreSQL database of the newest revision, without a row; emptied afterwards."""
    yield _migrated
    postgres.emptied(_migrated)


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
