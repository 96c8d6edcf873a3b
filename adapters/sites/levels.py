"""``service.csv`` and ``escalation.csv``: what a site promises by priority, and who hears of it.

A priority that is named in a file has what the file says and nothing else; one that is not
named keeps the defaults of :mod:`core.service`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from adapters.sites.log import Log
from adapters.sites.table import Row, rows_of
from core.errors import Misconfigured
from core.service import LADDER, PROMISES, ClockKind, Levels, Promise, Rung, Whom
from core.words import Priority

_SERVICE = ("priority", "promise", "minutes", "workdays", "hours")
_ESCALATION = ("priority", "minutes", "whom")
_HOURS = ("always", "work")
_MOST = 525_600
"""A promise longer than a year is none. [min]"""

T = TypeVar("T")


def load_levels(folder: Path) -> Levels:
    """The service levels of a site's folder.

    Raises:
        Misconfigured: The files have mistakes; all of them are in it.
    """
    log = Log()
    found = read_levels(folder, log)
    if log.mistakes:
        raise Misconfigured(log.sorted())
    return found


def read_levels(folder: Path, log: Log) -> Levels:
    """The service levels as far as they can be read; mistakes are noted."""
    promised: dict[Priority, list[Promise]] = {}
    for row in rows_of(folder, "service.csv", _SERVICE, log):
        priority, promise = _priority(row), _promise(row)
        if priority is not None and promise is not None:
            known = promised.setdefault(priority, [])
            if any(p.kind is promise.kind for p in known):
                row.mistake("promise", f"'{promise.kind}' stands twice", "each promise once")
            known.append(promise)
    rungs: dict[Priority, list[Rung]] = {}
    for row in rows_of(folder, "escalation.csv", _ESCALATION, log):
        priority, rung = _priority(row), _rung(row)
        if priority is not None and rung is not None:
            rungs.setdefault(priority, []).append(rung)
    for climb in rungs.values():
        climb.sort(key=lambda rung: rung.minutes)
    return Levels(promises=_over(PROMISES, promised), ladder=_over(LADDER, rungs))


def _over(
    usual: Mapping[Priority, tuple[T, ...]], said: Mapping[Priority, list[T]]
) -> Mapping[Priority, tuple[T, ...]]:
    return {**usual, **{priority: tuple(rows) for priority, rows in said.items()}}


def _priority(row: Row) -> Priority | None:
    text = row.get("priority").removeprefix("P")
    if text in {str(int(priority)) for priority in Priority}:
        return Priority(int(text))
    row.mistake("priority", f"'{row.get('priority')}' is no priority", "1, 2, 3 or 4")
    return None


def _promise(row: Row) -> Promise | None:
    word, hours = row.get("promise"), row.get("hours") or "always"
    if word not in set(ClockKind):
        near = (word, list(ClockKind))
        row.mistake("promise", f"'{word}' is no promise", " or ".join(ClockKind), near=near)
        return None
    if hours not in _HOURS:
        row.mistake("hours", f"'{hours}' is not when a clock runs", " or ".join(_HOURS))
    minutes, workdays = _number(row, "minutes"), _number(row, "workdays")
    if minutes is None or workdays is None:
        return None
    if not minutes + workdays:
        row.mistake("minutes", "nothing is promised", "minutes or workdays")
        return None
    return Promise(
        kind=ClockKind(word), minutes=minutes, workdays=workdays, always=hours == "always"
    )


def _rung(row: Row) -> Rung | None:
    whom, minutes = row.get("whom"), _number(row, "minutes")
    if whom not in set(Whom):
        row.mistake("whom", f"'{whom}' is nobody", " or ".join(Whom), near=(whom, list(Whom)))
        return None
    return None if minutes is None else Rung(minutes, Whom(whom))


def _number(row: Row, column: str) -> int | None:
    text = row.get(column) or "0"
    if re.fullmatch(r"\d{1,6}", text) and int(text) <= _MOST:
        return int(text)
    row.mistake(column, f"'{text}' is no whole number", f"0 to {_MOST}")
    return None
