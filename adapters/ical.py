"""Days with work on them as an iCalendar feed (RFC 5545), for any calendar program."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

_PRODUCT = "-//Plantroom//planned work//EN"
_REFRESH = "PT6H"
"""How often a program is asked to look again; most look when they please."""
_ENDING = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of what some program takes for the end of a line."""
MOST_TEXT = 2000
"""Characters of one text; nobody reads more in a calendar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEvent:
    """Work that is due on a day.

    Attributes:
        uid: The same for good, whatever is changed.
        sequence: Raised with every change.
        stamp: When it was last changed. [ms]
        done: Shown as done.
    """

    uid: str
    sequence: int
    stamp: int
    day: date
    title: str
    text: str = ""
    place: str = ""
    categories: tuple[str, ...] = ()
    url: str = ""
    done: bool = False


def feed(name: str, events: Iterable[DayEvent]) -> bytes:
    """A calendar of whole days, which shift with no time zone."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _line(name))
    calendar.add("x-published-ttl", _REFRESH)
    for one in events:
        calendar.add_component(_event(one))
    raw: bytes = calendar.to_ical()
    return raw


def _event(one: DayEvent) -> Event:
    event = Event()
    event.add("uid", _line(one.uid))
    event.add("sequence", one.sequence)
    event.add("dtstamp", datetime.fromtimestamp(one.stamp // 1000, UTC))
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(days=1))
    event.add("summary", plain(one.title))
    if one.text:
        event.add("description", plain(one.text))
    if one.place:
        event.add("location", _line(one.place))
    if one.categories:
        event.add("categories", [_line(word) for word in one.categories])
    if one.url:
        event.add("url", _line(one.url))
    event.add("transp", "TRANSPARENT")  # work that is due blocks nobody's day
    event.add("status", "CONFIRMED")
    return event


def plain(text: str) -> str:
    """A text without what could end its line: only real line breaks stay, and are escaped."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        c for c in whole if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"}
    )
    return "".join(kept)[:MOST_TEXT]


def _line(text: str) -> str:
    """What is no free text: no line break at all, escaped or not."""
    return plain(text).replace("\n", " ").strip()
