"""``plantroom teaching``: what false alarms propose, and an engineer's yes or no."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from adapters.locales import translator
from adapters.records import Records
from adapters.settings import load_settings
from adapters.sites import load_site
from api.teaching import change_words
from core.actor import SYSTEM, Actor
from core.clock import SystemClock
from core.errors import Refused
from core.site import Site
from plantroom.database import opened_records
from plantroom.output import as_json, out, speaks, table
from workorders.duty import RosterDuty
from workorders.teaching.board import LessonBoard

app = typer.Typer(no_args_is_help=True, help="What closed orders teach the rules.")
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Of the proposal, from the list.")]
As = Annotated[str, typer.Option("--as", help="Log-in of the engineer who decides.")]
Why = Annotated[str, typer.Option("--because", help="Why; it is kept.")]


@app.command("list")
@speaks
def list_(*, json_: Json = False) -> None:
    """Rules with how often they were right, then proposals and what holds."""
    _, _, board = _opened()
    rules, lessons = board.rules(SYSTEM), board.lessons(SYSTEM)
    if json_:
        as_json({
            "rules": [
                {"rule": r.rule, "right": r.counts.right, "judged": r.counts.judged,
                 "unjudged": r.counts.unjudged, "low": round(r.counts.low, 4),
                 "standing": r.standing} for r in rules
            ],
            "lessons": [
                {"id": x.id, "rule": x.rule, "target": x.target, "kind": x.kind.value,
                 "standing": x.standing.value, "detail": dict(x.detail),
                 "tried": x.evidence.get("tried"), "until": x.until, "owner": x.owner}
                for x in lessons
            ],
        })  # fmt: skip
        return
    table(
        ("rule", "true of judged", "not below", "not judged", "now"),
        [(r.rule, f"{r.counts.right} of {r.counts.judged}", f"{100 * r.counts.low:.0f} %",
          r.counts.unjudged, _STANDING[r.standing]) for r in rules],
        empty="No order has ended in 90 days.",
    )  # fmt: skip
    if lessons:
        out.print()
        tr = translator("en")
        table(
            ("number", "rule", "where", "what", "change", "now"),
            [(x.id, x.rule, x.target, x.kind.value, change_words(x, tr), x.standing.value)
             for x in lessons],
            empty="",
        )  # fmt: skip


@app.command()
@speaks
def accept(
    number: Number,
    who: As,
    why: Why,
    until: Annotated[str, typer.Option(help="Last day, such as 2026-03-31; 90 days where empty.")]
    = "",
    owner: Annotated[str, typer.Option(help="Log-in of who answers for it.")] = "",
) -> None:  # fmt: skip
    """It holds from now on, until the end of a day."""
    site, records, board = _opened()
    zone = ZoneInfo(site.timezone)
    today = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        last = datetime.fromisoformat(until).replace(tzinfo=zone) if until else None
    except ValueError as error:
        raise Refused(f"'{until}' is no day; expected one such as 2026-03-31") from error
    end = (last or today + timedelta(days=89)) + timedelta(days=1)
    board.accept(
        _engineer(records, who), number, reason=why, until=round(end.timestamp() * 1000),
        owner=owner,
    )  # fmt: skip
    out.print(f"{number} holds until {end - timedelta(days=1):%Y-%m-%d}, that day included")


@app.command()
@speaks
def refuse(number: Number, who: As, why: Why) -> None:
    """Nothing changes."""
    _, records, board = _opened()
    board.refuse(_engineer(records, who), number, reason=why)
    out.print(f"{number} is refused")


_STANDING = {"order": "makes orders", "demoted": "only advises", "kept": "danger: makes orders"}


def _opened() -> tuple[Site, Records, LessonBoard]:
    settings = load_settings()
    site, records = load_site(settings.site), opened_records(settings)
    people = RosterDuty(records.people, site.timezone, records.staff)
    return site, records, LessonBoard(sessions=records, people=people, clock=SystemClock())


def _engineer(records: Records, login: str) -> Actor:
    who = records.people.get(login)
    if who is None:
        raise Refused(f"nobody has the log-in '{login}'; plantroom user list shows all")
    return who.actor()
