"""``plantroom backup`` and ``restore``: copies that can be trusted, in the right order."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from adapters.records import Records
from adapters.settings import Settings, load_settings
from adapters.sites import load_site
from adapters.store import open_store, restore_store
from core.errors import Refused
from plantroom.output import out, speaks
from plantroom.plant import influx_token

MANIFEST = "plantroom-backup.json"
READINGS = "readings"
Folder = Annotated[Path, typer.Argument(help="Folder of the backup.")]


@speaks
def backup(folder: Folder) -> None:
    """Copy records and readings into an empty folder.

    Records first: a receipt newer than its readings would let an edge forget them. While
    Plantroom runs it alone has a DuckDB file; stop it for that time. Edges keep what comes.
    """
    write_backup(load_settings(), folder)
    out.print(f"wrote {folder}")


@speaks
def restore(folder: Folder) -> None:
    """Fill an empty installation from a backup.

    What came after the backup is still at the edges: `plantroom edge resend` there sends it again.
    """
    fill(load_settings(), folder)
    out.print("restored; at each gateway: plantroom edge resend GATEWAY --since …, then start")


def write_backup(settings: Settings, folder: Path) -> None:
    """A backup in a folder.

    Raises:
        Refused: The folder holds something already, or there is nothing to copy.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty; name a new folder for each backup")
    missing = [path for path in _files(settings) if not path.exists()]
    if missing:
        raise Refused(f"there is nothing to back up: {missing[0]} does not exist")
    site = load_site(settings.site)
    folder.mkdir(parents=True, exist_ok=True)
    records = Records(settings.records_url)
    records.backup(folder)
    records.close()
    store = open_store(settings.store_url, site, token=influx_token())
    try:
        counts = dict(store.count())
        store.backup(folder / READINGS)
    finally:
        store.close()
    about = {"site": site.id, "version": site.version, "at": time.time(), "rows": counts}
    # Written last: a folder without it is no backup.
    (folder / MANIFEST).write_text(json.dumps(about, indent=2), encoding="utf-8")


def fill(settings: Settings, folder: Path) -> None:
    """An empty installation from a backup: readings first, then what vouches for them.

    Raises:
        Refused: There is no backup, or a file of this installation is there already.
        Misconfigured: The records hold something.
    """
    if not (folder / MANIFEST).exists():
        raise Refused(f"{folder} holds no backup: {MANIFEST} is missing")
    taken = [path for path in _files(settings) if path.exists()]
    if taken:
        raise Refused(f"{taken[0]} is there already; restore into an empty folder")
    settings.var.mkdir(parents=True, exist_ok=True)
    records = Records(settings.records_url)
    try:
        records.check_empty()
        restore_store(folder / READINGS, settings.store_url, token=influx_token())
        records.restore(folder)
    finally:
        records.close()


def _files(settings: Settings) -> list[Path]:
    """Those of store and records that are files."""
    addresses = ((settings.store_url, "duckdb:"), (settings.records_url, "sqlite:///"))
    return [Path(url.removeprefix(kind)) for url, kind in addresses if url.startswith(kind)]
