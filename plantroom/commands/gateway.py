"""``plantroom gateway``: credentials of gateways at the broker, and how gateways are."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.mqtt.accounts import Account, Accounts
from adapters.settings import PREFIX, Settings, load_settings
from adapters.sites import load_site
from core.clock import SystemClock
from core.errors import Misconfigured, Mistake
from core.site import Site
from plantroom.database import opened_records
from plantroom.errand import who
from plantroom.output import as_json, err, out, speaks, table

app = typer.Typer(no_args_is_help=True, help="Gateways: their credentials, and how they are.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Id of the gateway.")]
Folder = Annotated[
    Path | None,
    typer.Option(help="Folder of mosquitto's passwords and acl; PLANTROOM_BROKER_FILES without."),
]
To = Annotated[Path | None, typer.Option(help="File for the box's settings; shown once without.")]
Pid = Annotated[
    Path | None, typer.Option(help="Mosquitto's pid_file: it is told to read its files again.")
]


@app.command()
@speaks
def add(
    name: Name, folder: Folder = None, to: To = None, pid_file: Pid = None, *,
    foreign: Annotated[
        bool, typer.Option("--foreign", help="A device that publishes single values.")
    ] = False,
) -> None:  # fmt: skip
    """Give a gateway a user and a password of its own at mosquitto.

    It may publish below its own prefix alone (batch, state, health) and read its own confirm.
    """
    settings = load_settings()
    site = load_site(settings.site)
    if name not in site.gateways:
        said = f"the site model has no gateway '{name}' yet: until it has, what it sends is refused"
        err.print(said, style="yellow", markup=False)
    account = _accounts(settings, site, folder).add(name, foreign=foreign)
    _made(settings, name, "add", account, to)
    _reload(pid_file)


@app.command()
@speaks
def rotate(
    name: Name, folder: Folder = None, to: To = None, pid_file: Pid = None, *,
    finish: Annotated[
        bool, typer.Option("--finish", help="The box has the new one: end the old one.")
    ] = False,
) -> None:  # fmt: skip
    """Give a gateway a new credential; the old one holds until --finish ends it."""
    settings = load_settings()
    accounts = _accounts(settings, load_site(settings.site), folder)
    if finish:
        old = accounts.finish(name)
        _audit(settings, name, "rotated")
        out.print(f"ended {', '.join(old)}" if old else f"{name} has one credential alone")
    else:
        _made(settings, name, "rotate", accounts.rotate(name), to)
        out.print(f"both hold; when the box has it: plantroom gateway rotate {name} --finish")
    _reload(pid_file)


@app.command()
@speaks
def revoke(name: Name, folder: Folder = None, pid_file: Pid = None) -> None:
    """End every credential of a gateway; what it has sent stays."""
    settings = load_settings()
    old = _accounts(settings, load_site(settings.site), folder).revoke(name)
    _audit(settings, name, "revoke")
    out.print(f"ended {', '.join(old)}")
    _reload(pid_file)


@app.command("list")
@speaks
def list_(
    folder: Folder = None, *,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:  # fmt: skip
    """Gateways of the site model: credentials, when heard, what waits there."""
    settings = load_settings()
    site = load_site(settings.site)
    users = _accounts(settings, site, folder).users()
    records = opened_records(settings)
    progress, health = records.progress.gateways(), records.gateways.all()
    rows = []
    for id_ in sorted({*site.gateways, *users}):
        at, row = progress.get(id_), health.get(id_)
        said = row.said if row is not None and row.said else {}
        rows.append({
            "gateway": id_, "in_model": id_ in site.gateways, "users": users.get(id_, []),
            "state": at.state if at else "never heard", "heard": at.heard if at else None,
            "waiting": said.get("outbox_rows"), "version": said.get("version", ""),
            "clock_offset_ms": row.clock_offset if row else None,
            "readings": row.readings if row else 0, "quarantined": row.quarantined if row else 0,
        })  # fmt: skip
    if json_:
        as_json(rows)
        return
    table(
        ("gateway", "credentials", "state", "heard", "waits", "readings", "refused"),
        [(r["gateway"], ", ".join(r["users"]) or "none", r["state"], _when(r["heard"]),
          r["waiting"], r["readings"], r["quarantined"]) for r in rows],
        empty="The site model has no gateway.",
    )  # fmt: skip


def _accounts(settings: Settings, site: Site, folder: Path | None) -> Accounts:
    return Accounts(folder or settings.broker_files, site.id)


def _made(settings: Settings, name: str, what: str, account: Account, to: Path | None) -> None:
    _audit(settings, name, what)
    lines = (
        f"{PREFIX}BROKER_USER={account.user}", f"{PREFIX}BROKER_PASSWORD={account.password}",
    )  # fmt: skip
    if to is None:
        typer.echo("\n".join(lines))
        return
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    out.print(f"wrote {to}; only its owner may read it")


def _audit(settings: Settings, name: str, what: str) -> None:
    opened_records(settings).gateways.audit(name, what, who(), SystemClock().now())


def _reload(pid_file: Path | None) -> None:
    if pid_file is None:
        err.print("mosquitto reads its files again on SIGHUP", style="dim")
        return
    try:
        os.kill(int(pid_file.read_text(encoding="ascii").strip()), signal.SIGHUP)
    except (OSError, ValueError) as error:
        what = f"mosquitto was not told: {error}"
        expected = "the pid_file of a mosquitto that runs"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)]) from error


def _when(at: int | None) -> str:
    if not at:
        return ""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
