"""An installation of a test's own, and the program to run in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from plantroom.main import app

Cli = Callable[..., Result]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the installation; the settings point there, and no .env is near."""
    folder = tmp_path / "var"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLANTROOM_VAR", str(folder))
    monkeypatch.setenv("PLANTROOM_SITE", str(ROOT / "sites" / "wushan"))
    monkeypatch.setenv("COLUMNS", "200")
    return folder


@pytest.fixture
def cli(var: Path) -> Iterator[Cli]:
    """Runs a command line in the installation."""
    assert var.exists()

    def run(*words: str, given: str | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=given)

    yield run
    # Commands point logs at the standard error of their run, which is closed by now.
    structlog.reset_defaults()
