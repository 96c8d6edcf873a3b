"""The sample site and its records, read and migrated once, then copied for each test.

Reading the site's files and migrating a database take longer than most tests that need them.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from adapters.records import Records
from adapters.sites import load_people, load_site
from adapters.sites.people import Person, Shift
from core.site import Site

WUSHAN = Path(__file__).parent.parent / "sites" / "wushan"


@cache
def wushan() -> Site:
    """The sample site; nothing in it can be changed."""
    return load_site(WUSHAN)


@cache
def crew() -> tuple[list[Person], list[Shift]]:
    """Its people and their shifts."""
    return load_people(WUSHAN)


def records_in(folder: Path, *, staffed: bool = False) -> Records:
    """Records of the newest revision in a folder: empty, or with the sample site's people."""
    path = folder / "records.sqlite"
    shutil.copy(_made(staffed), path)
    return Records(f"sqlite:///{path}")


@cache
def _made(staffed: bool) -> Path:  # noqa: FBT001 - arguments of a cache have no names
    path = Path(tempfile.mkdtemp(prefix="plantroom-sample-")) / "records.sqlite"
    records = Records(f"sqlite:///{path}")
    records.upgrade()
    if staffed:
        records.people.import_people(*crew())
    # What is in the log of writes must be in the file that is copied.
    records.close()
    return path
