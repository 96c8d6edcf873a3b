"""The sample site and its records, read and migrated once, then copied for each test.

Reading the site's files and migrating a database take longer than most tests that need them.
"""

from __future__ import annotations

import atexit
import contextlib
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import Node
from sqlalchemy import make_url

from adapters.records import Records, migrate
from adapters.sites import load_people, load_site
from adapters.sites.people import Person, Shift
from core.site import Site

WUSHAN = Path(__file__).parent.parent / "sites" / "wushan"


class ReadOnce(YAML):
    """Text that was composed in this process is not composed again: what is read of it is.

    Composing takes nine tenths of reading a site, and most tests read the same files.
    """

    def compose_all(self, stream: Any) -> Iterator[Node]:
        """The nodes of each document, then what is wrong with the text."""
        roots, wrong = _composed(str(stream))
        yield from roots
        if wrong is not None:
            raise wrong


@lru_cache(maxsize=64)
def _composed(text: str) -> tuple[tuple[Node, ...], YAMLError | None]:
    roots: list[Node] = []
    try:
        roots.extend(YAML(typ="safe", pure=True).compose_all(text))
    except YAMLError as wrong:
        return tuple(roots), wrong
    return tuple(roots), None


@cache
def wushan() -> Site:
    """The sample site; nothing in it can be changed."""
    return load_site(WUSHAN)


@cache
def crew() -> tuple[list[Person], list[Shift]]:
    """Its people and their shifts."""
    return load_people(WUSHAN)


really_upgrade = migrate.upgrade
"""Every revision, one after the other: a second or more for records that are new."""


def upgrade(url: str) -> None:
    """What :func:`really_upgrade` does, sooner where a file is not there yet or needs nothing."""
    parsed = make_url(url)
    path = Path(str(parsed.database))
    if parsed.get_backend_name() != "sqlite" or (path.exists() and _revision(path) != _newest()):
        really_upgrade(url)
    elif not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whoever comes first makes it whole: others may be looking.
        own = path.with_name(f"{path.name}.{threading.get_native_id()}")
        shutil.copy(_made(staffed=False), own)
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(own)
        own.unlink()


def _revision(path: Path) -> str:
    """Of a file of records; nothing where it is none."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        try:
            return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
        except (sqlite3.DatabaseError, TypeError):
            return ""


@cache
def _newest() -> str:
    return _revision(_made(staffed=False))


def records_in(folder: Path, *, staffed: bool = False) -> Records:
    """Records of the newest revision in a folder: empty, or with the sample site's people."""
    path = folder / "records.sqlite"
    shutil.copy(_made(staffed=staffed), path)
    return Records(f"sqlite:///{path}")


@cache
def _made(*, staffed: bool) -> Path:
    folder = tempfile.mkdtemp(prefix="plantroom-sample-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "records.sqlite"
    really_upgrade(f"sqlite:///{path}")
    records = Records(f"sqlite:///{path}")
    if staffed:
        records.people.import_people(*crew())
    # What is in the log of writes must be in the file that is copied.
    records.close()
    return path
