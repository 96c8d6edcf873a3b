"""A real browser before a console over real parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.api.console import Console, running

expect.set_options(timeout=20_000)
"""What comes, comes: a busy machine may take longer than the five seconds that are usual."""


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory, sites_dir: Path) -> Iterator[Console]:
    """Shared by the session: pages are looked at, nothing is changed."""
    with running(tmp_path_factory.mktemp("shown"), sites_dir) as console:
        yield console


@pytest.fixture
def worked(tmp_path: Path, sites_dir: Path) -> Iterator[Console]:
    """Of one test, which changes things."""
    with running(tmp_path, sites_dir) as console:
        yield console


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers: one in a process, since a thread bears no second."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """Chromium without a window."""
    started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    yield started
    started.close()
