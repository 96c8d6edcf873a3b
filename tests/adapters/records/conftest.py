"""The same suite on SQLite and on PostgreSQL: records of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.records import Records
from tests.sample import records_in

DATABASES = (
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres),
)


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database that nobody else uses: empty, or what ``records`` opens."""
    made = "records" in request.fixturenames
    if request.param == "sqlite":
        if made:
            records_in(tmp_path).close()
        return f"sqlite:///{tmp_path / 'records.sqlite'}"
    return str(request.getfixturevalue("postgres_records" if made else "postgres_database"))


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    """Records of the newest revision, empty."""
    made = Records(url)
    yield made
    made.close()
