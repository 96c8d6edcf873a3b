"""From a backup's folder back to a store."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from adapters.store.address import DuckAddress, parse
from adapters.store.duck_schema import BACKUP_FILE
from core.errors import Fatal


def restore_store(folder: Path, url: str, *, token: str | None = None) -> None:
    """Put a backup made by :meth:`core.ports.ReadingStore.backup` where the URL says.

    A DuckDB file must not be there yet; into a bucket the backup's rows are written beside
    what it holds.

    Raises:
        Misconfigured: The URL is no store's.
        Retryable: InfluxDB is away; the call may be repeated.
        Fatal: The folder holds no backup of this kind of store, or there is a store already.
    """
    address = parse(url)
    if isinstance(address, DuckAddress):
        _restore_file(folder / BACKUP_FILE, Path(address.path))
        return
    from adapters.store import influx_backup  # noqa: PLC0415 its client takes a second to load
    from adapters.store.influx_server import Server  # noqa: PLC0415

    server = Server(address, token)
    try:
        influx_backup.load(server, folder)
    finally:
        server.close()


def _restore_file(saved: Path, to: Path) -> None:
    if not saved.is_file():
        raise Fatal(f"{saved.parent} holds no backup of a DuckDB store")
    if to.exists():
        raise Fatal(f"{to} is there already: a restore never writes over a store")
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(to.name + ".part")
    shutil.copyfile(saved, part)
    with part.open("rb") as copied:
        os.fsync(copied.fileno())
    part.rename(to)
