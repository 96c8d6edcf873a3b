"""How commands speak: tables for people, JSON for programs, errors that say what to do."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from core.errors import Fatal, Misconfigured, PlantroomError, Refused, Retryable

out = Console()
err = Console(stderr=True, soft_wrap=True)
"""Wrapped by the terminal alone: a path that is broken in two cannot be copied or searched for."""

P = ParamSpec("P")
R = TypeVar("R")

MISTAKE, AWAY, FAILED = 2, 3, 4
"""Exit codes: something written or asked is wrong; something is away for now; it broke."""


def as_json(value: object) -> None:
    """One JSON document on standard output, for programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def shown(text: str) -> str:
    """Text that a terminal prints and never obeys: devices may send its control codes."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """A table, or a sentence that says why there is none."""
    if not rows:
        out.print(empty)
        return
    drawn = Table(box=None, header_style="dim", pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        # As text: what devices sent may hold what looks like markup.
        drawn.add_row(*(Text("" if cell is None else shown(str(cell))) for cell in row))
    out.print(drawn)


def bars(console: Console = out, *, quiet: bool) -> Progress:
    """Bars of long work, each with what is done now and for how long."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=quiet)


def speaks(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose errors are sentences and exit codes, never tracebacks."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Misconfigured as error:
            for mistake in error.mistakes:
                err.print(str(mistake), style="red", markup=False, highlight=False)
            raise typer.Exit(MISTAKE) from None
        except Retryable as error:
            err.print(f"Away for now: {error}", style="red", markup=False)
            raise typer.Exit(AWAY) from None
        except Refused as error:
            err.print(str(error), style="red", markup=False)
            raise typer.Exit(MISTAKE) from None
        except (Fatal, PlantroomError) as error:
            err.print(str(error), style="red", markup=False)
            raise typer.Exit(FAILED) from None

    return run
