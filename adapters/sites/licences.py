"""``licences.csv``: who may do what the law asks a licence for, and until when."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.sites.local import at
from adapters.sites.log import Log
from adapters.sites.people import logins_in
from adapters.sites.table import Row, rows_of
from core.errors import Misconfigured
from core.words import Licence

FILE = "licences.csv"
_COLUMNS = ("login", "licence", "number", "from", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLicence:
    """A licence of somebody, valid in ``(start, end]``. [ms]"""

    login: str
    kind: Licence
    number: str
    start: int
    end: int


def load_licences(folder: Path, timezone: str) -> list[HeldLicence]:
    """The licences of a site's folder; none where there is no such file.

    Raises:
        Misconfigured: The file has mistakes; all of them are in it.
    """
    log = Log()
    found = list(read_licences(folder, logins_in(folder) or (), log, ZoneInfo(timezone)))
    if log.mistakes:
        raise Misconfigured(log.sorted())
    return found


def read_licences(
    folder: Path, logins: Collection[str], log: Log, zone: ZoneInfo
) -> Iterator[HeldLicence]:
    """Licences as far as they can be read; mistakes are noted."""
    for row in rows_of(folder, FILE, _COLUMNS, log):
        one = _licence(row, logins, zone)
        if one is not None:
            yield one


def _licence(row: Row, logins: Collection[str], zone: ZoneInfo) -> HeldLicence | None:
    login, word = row.get("login"), row.get("licence")
    if login not in logins:
        row.mistake("login", f"'{login}' is not in crew.csv", "a login of it", near=(login, logins))
    if word not in set(Licence):
        near = (word, list(Licence))
        row.mistake("licence", f"'{word}' is no licence", " or ".join(Licence), near=near)
    dates = [row.get(column) for column in ("from", "until")]
    for column, text in zip(("from", "until"), dates, strict=True):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            row.mistake(column, f"'{text}' is no date", "YYYY-MM-DD")
            return None
    start = at(dates[0], zone, row.place, row.log) - 1
    end = at(dates[1], zone, row.place, row.log, whole_day=True)
    if end <= start:
        row.mistake("until", f"'{dates[1]}' lies before '{dates[0]}'", "a later date")
    if login not in logins or word not in set(Licence):
        return None
    return HeldLicence(
        login=login, kind=Licence(word), number=row.get("number"), start=start, end=end
    )
