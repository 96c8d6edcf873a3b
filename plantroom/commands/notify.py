"""``plantroom notify``: whether messages reach people."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from adapters.locales import translator
from adapters.records import Records
from adapters.settings import load_settings
from core.errors import Misconfigured, Refused, Retryable
from plantroom.database import opened_records
from plantroom.output import AWAY, as_json, out, speaks, table
from workorders import messages
from workorders.notify import Letter
from workorders.notify.channels import LogChannel
from workorders.notify.installed import Installed
from workorders.notify.sender import Way
from workorders.notify.state import State, state_of

app = typer.Typer(no_args_is_help=True, help="Messages to people: whether they arrive.")
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("test")
@speaks
def send(
    person: Annotated[str, typer.Argument(help="Log-in of who gets a test message.")],
    *,
    ring: Annotated[bool, typer.Option("--ring", help="Ring their telephone too.")] = False,
    json_: Json = False,
) -> None:
    """Send somebody a test message, by each of their ways at once. Exit 3 if one failed.

    It says what each channel answered; whether it was read, only the person can say.
    """
    settings = load_settings()
    records = opened_records(settings)
    who = records.people.get(person)
    if who is None:
        raise Refused(f"nobody has the log-in '{person}'; plantroom user list shows all")
    installed = Installed(settings, records, address=settings.address)
    ways = [
        way for way in installed.of(who.login, who.mail, who.phone)
        if not isinstance(way.sender, LogChannel)
    ]  # fmt: skip
    if ring:
        ways += installed.ringing(who.login, who.mail, who.phone)
    if not ways:
        raise Refused(
            f"{person} has no way that this installation serves; set PLANTROOM_NOTIFY_MAIL or "
            "another channel, and their address on the page Messages"
        )
    say = translator(who.language)
    letter = Letter(
        key=f"test.{time.time_ns()}.{person}", order="", priority=1 if ring else 3, kind="test",
        title=say(messages.TEST), body="", link=settings.address,
        at=time.time_ns() // 1_000_000,
    )  # fmt: skip
    rows = [(way.sender.name, way.address, _tried(way, letter)) for way in ways]
    if json_:
        as_json([{"channel": c, "address": a, "error": e or None} for c, a, e in rows])
    else:
        shown = [(c, a, e or "taken") for c, a, e in rows]
        table(("channel", "address", "answer"), shown, empty="")
    if any(error for *_, error in rows):
        raise typer.Exit(AWAY)


@app.command()
@speaks
def status(*, json_: Json = False) -> None:
    """How each channel is, and what waits in the outbox. Exit 3 if a channel is dead."""
    settings = load_settings()
    records = opened_records(settings)
    found = _state(records, Installed(settings, records, address=settings.address))
    if json_:
        as_json({
            "waiting": found.waiting, "oldest_waiting": found.oldest, "held": found.held,
            "failed": found.failed,
            "channels": [
                {"name": c.name, "dead": c.dead, "failures": c.failures,
                 "failing_since": c.failing_since, "taken_at": c.taken_at, "error": c.error or None}
                for c in found.channels
            ],
        })  # fmt: skip
    else:
        rows = [(c.name, "dead" if c.dead else "well", c.failures, c.error) for c in found.channels]
        table(("channel", "is", "failures in a row", "last error"), rows, empty="")
        out.print(
            f"{found.waiting} messages wait, {found.held} of them for an hour; "
            f"{found.failed} were given up"
        )
    if any(channel.dead for channel in found.channels):
        raise typer.Exit(AWAY)


def _state(records: Records, installed: Installed) -> State:
    return state_of(records, [s.name for s in installed.senders])


def _tried(way: Way, letter: Letter) -> str:
    """What a channel said where it did not take it."""
    try:
        way.sender.send(way.address, letter)
    except (Retryable, Misconfigured) as why:
        return str(why)
    return ""
