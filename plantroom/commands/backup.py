"""``plantroom backup`` and ``restore``: copies that can be trusted, in the right order."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Annotated

import typer

from adapters.records import Records
from adapters.settings import Settings, load_settings
from adapters.sites import load_site
from adapters.store import open_store
from core.errors import Misconfigured, Mistake, Refused
from plantroom.output import out, speaks

MANIFEST = "plantroom-backup.json"
Folder = Annotated[Path, typer.Argument(help="Folder of the backup.")]


@speaks
def backup(folder: Folder) -> None:
    """Copy records and readings into an empty folder.

    Records first: a receipt newer than its readings would let an edge forget them. While
    Plantroom runs it owns the readings' file; stop it, or back InfluxDB up with its own tool.
    """
    write_backup(load_settings(), folder)
    out.print(f"wrote {folder}")


@speaks
def restore(folder: Folder) -> None:
    """Fill an empty var/ from a backup; edges then send again what it lacks."""
    fill(load_settings(), folder)
    out.print("restored; start Plantroom, and where readings are newer: plantroom edge resend")


def write_backup(settings: Settings, folder: Path) -> None:
    """A backup in a folder.

    Raises:
        Refused: The folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty; name a new folder for each backup")
    folder.mkdir(parents=True, exist_ok=True)
    site = load_site(settings.site)
    records = Records(settings.records_url)
    records.upgrade()
    records.backup(folder)
    records.close()
    store = open_store(settings.store_url, site)
    try:
        counts = dict(store.count())
        store.backup(folder / "readings")
    finally:
        store.close()
    about = {"site": site.id, "version": site.version, "at": time.time(), "rows": counts}
    (folder / MANIFEST).write_text(json.dumps(about, indent=2), encoding="utf-8")


def fill(settings: Settings, folder: Path) -> None:
    """An empty ``var/`` from a backup.

    Raises:
        Refused: There is no backup, or ``var/`` holds data already.
        Misconfigured: The store is not a file of ours.
    """
    if not (folder / MANIFEST).exists():
        raise Refused(f"{folder} holds no backup: {MANIFEST} is missing")
    target = Path(settings.store_url.removeprefix("duckdb:"))
    if not settings.store_url.startswith("duckdb:"):
        what = "readings in InfluxDB are restored by its own tool"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected="influx restore")])
    records = Path(settings.records_url.removeprefix("sqlite:///"))
    if target.exists() or records.exists():
        raise Refused(f"{settings.var} holds data already; restore into an empty folder")
    settings.var.mkdir(parents=True, exist_ok=True)
    shutil.copy2(folder / "records.sqlite", records)
    copied = next((folder / "readings").glob("*.duckdb"))
    shutil.copy2(copied, target)
