"""Commands speak in sentences and exit codes, and print what devices sent as text."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import typer

from core.errors import Fatal, Misconfigured, Mistake, PlantroomError, Refused, Rejected, Retryable
from plantroom.output import AWAY, FAILED, MISTAKE, as_json, shown, speaks, table

MISTAKES = Misconfigured(
    [
        Mistake(file="site.yaml", line=3, what="no such unit 'kw'", suggestion="kW"),
        Mistake(file="site.yaml", line=9, what="'a.x' is there twice"),
    ]
)


def raising(error: Exception) -> Callable[[], None]:
    @speaks
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (MISTAKES, MISTAKE, ("site.yaml:3: no such unit 'kw'; did you mean kW?", "site.yaml:9")),
        (Refused("no order WO-1"), MISTAKE, ("no order WO-1",)),
        (Retryable("the store is away"), AWAY, ("Away for now: the store is away",)),
        (Fatal("another process has the file"), FAILED, ("another process has the file",)),
        (Rejected([1], "text [/] in it"), FAILED, ("1 rows refused: text [/] in it",)),
    ],
)
def test_every_error_has_its_sentence_and_code(
    error: PlantroomError, code: int, said: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        raising(error)()
    assert ended.value.exit_code == code
    told = capsys.readouterr()
    assert not told.out, "what programs read stays clean"
    for words in said:
        assert words in told.err


def test_a_defect_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        raising(ZeroDivisionError())()


def test_json_is_one_document_with_its_letters(capsys: pytest.CaptureFixture[str]) -> None:
    as_json({"name": "梧山", "at": 1})
    told = capsys.readouterr().out
    assert json.loads(told) == {"name": "梧山", "at": 1}
    assert "梧山" in told


def test_a_table_prints_what_looks_like_markup_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table(("what",), [("expected [id, unit]",), ("[/]",), (None,)], empty="nothing")
    told = capsys.readouterr().out
    assert "expected [id, unit]" in told
    assert "[/]" in told


def test_an_empty_table_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    table(("what",), [], empty="Nothing is in quarantine.")
    assert capsys.readouterr().out == "Nothing is in quarantine.\n"


def test_a_terminal_never_obeys_a_device() -> None:
    assert (
        shown("a\x1b[2Jb\n\t温\u202e")
        == "a\N{REPLACEMENT CHARACTER}[2Jb\n\t温\N{REPLACEMENT CHARACTER}"
    )
