"""Crew and roster: who there is, and who is on call when. ``crew.csv`` and ``roster.csv``."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from adapters.sites.document import documents
from adapters.sites.keys import DESCRIBED, LOGIN_PATTERN
from adapters.sites.local import minutes
from adapters.sites.log import Log
from adapters.sites.table import Row, rows_of
from core.errors import Misconfigured
from core.words import Role, Trade

LANGUAGES = ("en", "zh_Hans")
"""Languages of the console and of messages."""

_CREW = ("login", "name", "role", "trades", "buildings", "language", "mail", "phone")
_ROSTER = ("login", "trade", "building", "from", "to", "weekdays", "order")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_DAYS = re.compile(r"([1-7])(?:-([1-7]))?")
_MINUTES_A_DAY = 24 * 60

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a log-in.

    Attributes:
        trades: What they can mend.
        buildings: Their scope; None is the whole campus.
        language: ``en`` or ``zh_Hans``.
    """

    login: str
    name: str
    role: Role
    trades: tuple[Trade, ...] = ()
    buildings: frozenset[str] | None = None
    language: str = "en"
    mail: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Hours in which somebody is on call for a trade, local to the site.

    Attributes:
        building: Where; empty is the whole campus.
        start: Minutes from local midnight. [min]
        end: The same; not after ``start``, it is on the next day. [min]
        weekdays: Days on which it begins, Monday being 1.
        order: Who is asked first: the lowest.
    """

    login: str
    trade: Trade
    building: str
    start: int
    end: int
    weekdays: frozenset[int]
    order: int

    def covers(self, weekday: int, minute: int) -> bool:
        """Whether a minute of a weekday (Monday is 1) lies in it."""
        if self.start < self.end:
            return weekday in self.weekdays and self.start <= minute < self.end
        yesterday = 7 if weekday == 1 else weekday - 1
        begun = weekday in self.weekdays and minute >= self.start
        return begun or (yesterday in self.weekdays and minute < self.end)


def load_people(folder: Path) -> tuple[list[Person], list[Shift]]:
    """The crew and the roster of a site's folder; none where there are no files.

    Raises:
        Misconfigured: The files have mistakes; all of them are in it.
    """
    log = Log()
    people, shifts = read_people(folder, buildings_in(folder), log)
    if log.mistakes:
        raise Misconfigured(log.sorted())
    return people, shifts


def read_people(
    folder: Path, buildings: Collection[str], log: Log
) -> tuple[list[Person], list[Shift]]:
    """Crew and roster as far as they can be read; mistakes are noted."""
    people: dict[str, Person] = {}
    for row in rows_of(folder, "crew.csv", _CREW, log):
        person = _person(row, buildings)
        if person is not None and person.login in people:
            row.mistake("login", f"the login '{person.login}' stands twice", "each login once")
        elif person is not None:
            people[person.login] = person
    read = (_shift(row, people, buildings) for row in rows_of(folder, "roster.csv", _ROSTER, log))
    return list(people.values()), [shift for shift in read if shift is not None]


def logins_in(folder: Path) -> frozenset[str] | None:
    """Every login of ``crew.csv``, good rows and bad; None where there is no such file."""
    if not (folder / "crew.csv").is_file():
        return None
    return frozenset(row.get("login") for row in rows_of(folder, "crew.csv", _CREW, Log()))


def buildings_in(folder: Path) -> frozenset[str]:
    """Ids of the buildings in a site's folder, whatever else is right or wrong in it."""
    found = set()
    for path in sorted((folder / "buildings").glob("*.yaml")):
        for document in documents(folder, path, []):
            pairs = document.root.value if isinstance(document.root.value, list) else ()
            for pair in pairs:
                if isinstance(pair, tuple) and pair[0].value == "building":
                    found.add(str(pair[1].value))
    return frozenset(found)


def _person(row: Row, buildings: Collection[str]) -> Person | None:
    login = row.get("login")
    if not re.fullmatch(LOGIN_PATTERN, login):
        row.mistake("login", f"'{login}' is no login", DESCRIBED[LOGIN_PATTERN])
    if not row.get("name"):
        row.mistake("name", "nobody without a name", "a name")
    role = _word(row, "role", row.get("role"), Role)
    named = [_word(row, "trades", word, Trade) for word in row.words("trades")]
    trades = tuple(trade for trade in named if trade is not None)
    if role is Role.TECHNICIAN and not named:
        row.mistake("trades", f"the technician '{login}' has no trade", " or ".join(Trade))
    scope = frozenset(row.words("buildings"))
    for building in sorted(scope):
        _building(row, "buildings", building, buildings)
    language = row.get("language") or "en"
    if language not in LANGUAGES:
        near = (language, LANGUAGES)
        row.mistake("language", f"no language '{language}'", " or ".join(LANGUAGES), near=near)
    mail = row.get("mail")
    if mail and not re.fullmatch(r"[^@\s]+@[^@\s]+", mail):
        row.mistake("mail", f"'{mail}' is no mail address", "name@host")
    if role is None:
        return None
    return Person(
        login=login,
        name=row.get("name"),
        role=role,
        trades=trades,
        buildings=scope or None,
        language=language,
        mail=mail,
        phone=row.get("phone"),
    )


def _shift(row: Row, people: dict[str, Person], buildings: Collection[str]) -> Shift | None:
    login, building = row.get("login"), row.get("building")
    person = people.get(login)
    if person is None:
        row.mistake("login", f"'{login}' is not in crew.csv", "a login of it", near=(login, people))
    trade = _word(row, "trade", row.get("trade"), Trade)
    if building:
        _building(row, "building", building, buildings)
    if person is not None and trade is not None:
        _check_able(row, person, trade, building)
    start, end = _clock(row, "from"), _clock(row, "to")
    weekdays = _weekdays(row)
    order = row.get("order")
    if not re.fullmatch(r"\d{1,4}", order):
        row.mistake("order", f"'{order}' is no whole number", "1 for who is asked first")
        return None
    if trade is None or start is None or end is None or not weekdays:
        return None
    return Shift(
        login=login, trade=trade, building=building, start=start % _MINUTES_A_DAY, end=end,
        weekdays=weekdays, order=int(order),
    )  # fmt: skip


def _check_able(row: Row, person: Person, trade: Trade, building: str) -> None:
    """On call for what one can mend, where one may go; supervisors stand in for anybody."""
    if person.role is Role.TECHNICIAN and trade not in person.trades:
        can = " or ".join(person.trades)
        row.mistake("trade", f"'{person.login}' has not the trade {trade}", can)
    if person.buildings is not None and building not in person.buildings:
        where = f"building '{building}'" if building else "the whole campus"
        what = f"'{person.login}' is on call for {where}, but may not see it"
        row.mistake("building", what, " or ".join(sorted(person.buildings)))


def _word(row: Row, column: str, word: str, kind: type[Word]) -> Word | None:
    if word in list(kind):
        return kind(word)
    near = (word, list(kind))
    row.mistake(column, f"'{word}' is no {kind.__name__.lower()}", " or ".join(kind), near=near)
    return None


def _building(row: Row, column: str, building: str, known: Collection[str]) -> None:
    if building not in known:
        near = (building, known)
        row.mistake(column, f"no building '{building}'", " or ".join(sorted(known)), near=near)


def _clock(row: Row, column: str) -> int | None:
    text = row.get(column)
    if _CLOCK.fullmatch(text):
        return minutes(text)
    row.mistake(column, f"'{text}' is no time of day", "HH:MM, up to 24:00")
    return None


def _weekdays(row: Row) -> frozenset[int]:
    days: set[int] = set()
    for part in row.words("weekdays") or [""]:
        found = _DAYS.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if first > last:
            row.mistake("weekdays", f"'{part}' is no weekdays", "1-5 or 6 7; Monday is 1")
        days.update(range(first, last + 1))
    return frozenset(days)
