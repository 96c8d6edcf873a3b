"""``plantroom user``: people, their passwords and keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from adapters.records import Records
from adapters.records.passwords import hashed
from adapters.settings import load_settings
from adapters.sites import load_licences, load_people, load_site
from api.identity import make_key
from api.second import take_away
from core.clock import SystemClock
from core.errors import Refused
from core.words import Licence
from plantroom.database import opened_records
from plantroom.errand import who
from plantroom.output import as_json, out, speaks, table

app = typer.Typer(no_args_is_help=True, help="People, rosters, passwords and API keys.")
_WHEN = ["%Y-%m-%dT%H:%M", "%Y-%m-%d"]


@app.command("import")
@speaks
def import_(
    folder: Annotated[Path, typer.Argument(help="Folder with crew.csv, roster.csv, licences.csv.")],
) -> None:
    """Add or change people, their shifts and licences from a site's folder."""
    people, shifts = load_people(folder)
    records = opened_records(load_settings())
    licences = load_licences(folder, load_site(folder).timezone)
    count = records.people.import_people(people, shifts)
    records.staff.replace_licences(licences)
    out.print(f"{count} people and {len(shifts)} shifts; passwords are as they were")


@app.command()
@speaks
def password(
    login: Annotated[str, typer.Argument(help="Whose.")],
    secret: Annotated[
        str,
        typer.Option("--password", prompt=True, hide_input=True, confirmation_prompt=True,
                     help="Asked for where it is not given."),
    ],
) -> None:  # fmt: skip
    """Set a password; all log-ins of that person end."""
    if not opened_records(load_settings()).people.set_password(login, hashed(secret)):
        raise Refused(f"nobody has the log-in '{login}'; plantroom user list shows all")
    out.print(f"password of {login} changed")


@app.command("second-factor-off")
@speaks
def second_factor_off(login: Annotated[str, typer.Argument(help="Whose.")]) -> None:
    """Take somebody's second factor away, who has lost telephone and codes; they set it up anew."""
    records = opened_records(load_settings())
    if not take_away(records, login, by=who()):
        raise Refused(f"'{login}' has no second factor")
    out.print(f"{login} has no second factor any more")


@app.command()
@speaks
def key(
    login: Annotated[str, typer.Argument(help="For whom it speaks.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it holds.")] = 90,
) -> None:
    """Make an API key with a person's role and scope; it is shown once."""
    records = opened_records(load_settings())
    if records.people.get(login) is None:
        raise Refused(f"nobody has the log-in '{login}'; plantroom user list shows all")
    typer.echo(make_key(records, login, days))


@app.command("list")
@speaks
def list_(*, json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Everybody with a log-in."""
    people = opened_records(load_settings()).people.all()
    rows = [
        (p.login, p.name, p.role.value, "".join(sorted(t.value for t in p.trades)),
         ", ".join(sorted(p.buildings)) if p.buildings is not None else "all",
         "yes" if p.password else "no")
        for p in people
    ]  # fmt: skip
    names = ("login", "name", "role", "trades", "buildings", "can log in")
    if json_:
        as_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        table(names, rows, empty="Nobody yet: plantroom user import FOLDER")


@app.command()
@speaks
def leave(
    login: Annotated[str, typer.Argument(help="Who is away.")],
    start: Annotated[datetime, typer.Argument(formats=_WHEN, help="From, local to the site.")],
    end: Annotated[datetime, typer.Argument(formats=_WHEN, help="To.")],
    substitute: Annotated[str, typer.Option(help="Who is called instead.")] = "",
    note: Annotated[str, typer.Option(help="Why, if it is to be known.")] = "",
) -> None:
    """Somebody is away; their open orders go to who is called instead."""
    settings = load_settings()
    zone = ZoneInfo(load_site(settings.site).timezone)
    records = opened_records(settings)
    for one in filter(None, (login, substitute)):
        _known(records, one)
    times = [round(t.replace(tzinfo=zone).timestamp() * 1000) for t in (start, end)]
    if times[0] >= times[1] or substitute == login:
        raise Refused("leave ends after it begins, and somebody else stands in")
    records.staff.add_leave(
        login, *times, substitute=substitute, note=note, by=who(), at=SystemClock().now()
    )
    out.print(f"{login} is away, {substitute or 'the next on call'} is called instead")


@app.command()
@speaks
def licence(
    login: Annotated[str, typer.Argument(help="Whose.")],
    kind: Annotated[Licence, typer.Argument(help="For what.")],
    until: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Its last day.")],
    number: Annotated[str, typer.Option(help="As printed on it.")] = "",
) -> None:
    """Somebody holds a licence, from now until the end of a day."""
    settings = load_settings()
    zone = ZoneInfo(load_site(settings.site).timezone)
    records, now = opened_records(settings), SystemClock().now()
    _known(records, login)
    end = round((until + timedelta(days=1)).replace(tzinfo=zone).timestamp() * 1000)
    if end <= now:
        raise Refused(f"{until:%Y-%m-%d} is past")
    records.staff.add_licence(login, kind, number, now - 1, end, by=who(), at=now)
    out.print(f"{login}: {kind.value} until {until:%Y-%m-%d}")


@app.command()
@speaks
def dismiss(login: Annotated[str, typer.Argument(help="Who has left.")]) -> None:
    """Somebody has left: out at once, open orders go to the next on call."""
    records = opened_records(load_settings())
    _known(records, login)
    records.staff.dismiss(login, by=who(), at=SystemClock().now())
    out.print(f"{login} has left; what they did stays theirs")


@app.command()
@speaks
def roster(*, json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Who is called for what, when, in which order."""
    shifts = [known.shift for known in opened_records(load_settings()).staff.shifts()]
    rows = [
        (s.trade.value, s.building or "all", s.order, s.login, _clock(s.start), _clock(s.end),
         "".join(map(str, sorted(s.weekdays))))
        for s in shifts
    ]  # fmt: skip
    names = ("trade", "building", "order", "login", "from", "to", "weekdays")
    if json_:
        as_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        table(names, rows, empty="Nobody is on call: plantroom user import FOLDER")


def _known(records: Records, login: str) -> None:
    if records.people.get(login) is None:
        raise Refused(f"nobody has the log-in '{login}'; plantroom user list shows all")


def _clock(minutes: int) -> str:
    return "{:02d}:{:02d}".format(*divmod(minutes, 60))
