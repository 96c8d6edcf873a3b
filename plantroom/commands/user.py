"""``plantroom user``: people, their passwords and keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapters.records.passwords import hashed
from adapters.settings import load_settings
from adapters.sites import load_licences, load_people, load_site
from api.identity import make_key
from core.errors import Refused
from plantroom.database import opened_records
from plantroom.output import as_json, out, speaks, table

app = typer.Typer(no_args_is_help=True, help="People, passwords and API keys.")


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
