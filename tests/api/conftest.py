"""Consoles for tests: one that is only looked at, and one of each test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.console import Console, running


@pytest.fixture(scope="session")
def looked_at(tmp_path_factory: pytest.TempPathFactory, sites_dir: Path) -> Iterator[Console]:
    """Shared by the session: tests read, and never change it."""
    with running(tmp_path_factory.mktemp("console"), sites_dir) as console:
        yield console


@pytest.fixture
def console(tmp_path: Path, sites_dir: Path) -> Iterator[Console]:
    """Of this test alone."""
    with running(tmp_path, sites_dir, filled=False) as made:
        yield made
