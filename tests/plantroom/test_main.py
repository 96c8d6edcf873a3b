"""The command line teaches itself, and says what is not there."""

from __future__ import annotations

import importlib.metadata
import re

import pytest
import typer

from plantroom.main import app
from tests.plantroom.conftest import Cli


def paths(group: typer.Typer, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command below a group, as the words that call it."""
    root = typer.main.get_command(group)
    found: list[tuple[str, ...]] = []

    def walk(command: object, words: tuple[str, ...]) -> None:
        children = getattr(command, "commands", None)
        found.append(words)
        for name, child in (children or {}).items():
            walk(child, (*words, name))

    walk(root, before)
    return found


COMMANDS = paths(app)


def test_the_commands_are_those_of_the_readme() -> None:
    top = {words[0] for words in COMMANDS if len(words) == 1}
    assert top == {
        "demo", "run", "replay", "backtest", "site", "quarantine", "dashboards", "user", "edge",
        "gateway", "backup", "restore", "docs", "realism", "simulate", "score", "readings",
        "torture", "notify", "savings",
        "planned", "cmms", "report", "teaching",
    }  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_and_its_options(words: tuple[str, ...], cli: Cli) -> None:
    answer = cli(*words, "--help")
    assert answer.exit_code == 0
    assert "Usage:" in answer.output
    command = typer.main.get_command(app)
    for word in words:
        command = command.commands[word]  # type: ignore[attr-defined]
    assert command.help, "a command without a sentence"
    for parameter in command.params:
        named = getattr(parameter, "help", None)
        obvious = parameter.name in {"limit", "id_", "help"}
        assert named or obvious, f"{' '.join(words)}: {parameter.name} says nothing"


def test_exit_codes_are_said(cli: Cli) -> None:
    said = re.sub(r"\s+", " ", cli("--help").output)
    assert "Exit codes: 2 something asked or written is wrong" in said


def test_without_a_command_it_helps_instead_of_doing_something(cli: Cli) -> None:
    answer = cli()
    assert "Usage:" in answer.output


def test_it_says_its_version(cli: Cli) -> None:
    answer = cli("--version")
    assert answer.exit_code == 0
    assert answer.output.strip() == importlib.metadata.version("plantroom")


def test_a_setting_that_cannot_stand_is_named_without_its_value(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTROOM_HTTP_PORT", "secret-in-the-wrong-place")
    answer = cli("user", "list")
    assert answer.exit_code == 2
    assert "PLANTROOM_HTTP_PORT" in answer.stderr
    assert "secret" not in answer.output
