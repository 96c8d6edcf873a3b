"""The feed read back by a calendar library, and looked at byte by byte (RFC 5545)."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from adapters.ical import DayEvent, feed, plain

DAY = DayEvent(uid="filters.a.ahu1.2026-03-11@wushan.plantroom", sequence=2,
               stamp=1_773_000_000_123, day=date(2026, 3, 11), title="Change the filters: AHU-1",
               text="open\n– Pressure drop", place="Building A, roof", categories=("HVAC, air",),
               url="https://plantroom.example/orders/WO-2026-0001?a=1;b=2,3")  # fmt: skip


def events(raw: bytes) -> list[Any]:
    """What a calendar program finds in a feed."""
    return list(Calendar.from_ical(raw).walk("VEVENT"))


def test_read_back() -> None:
    raw = feed("Planned work: 空调", [DAY])
    calendar = Calendar.from_ical(raw)
    assert (str(calendar["version"]), str(calendar["x-wr-calname"])) == (
        "2.0", "Planned work: 空调"
    )  # fmt: skip
    (event,) = events(raw)
    assert event["uid"] == DAY.uid
    assert event["sequence"] == 2
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 3, 11), date(2026, 3, 12))
    assert event["dtstamp"].to_ical() == b"20260308T200000Z"
    assert (event["summary"], event["description"]) == (DAY.title, DAY.text)
    assert (event["location"], event["url"]) == (DAY.place, DAY.url)
    assert [str(word) for word in event["categories"].cats] == ["HVAC, air"]


def test_an_empty_calendar_is_one() -> None:
    assert events(feed("none", [])) == []


NASTY = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from('\r\n;,:\\"\x00\x85\u2028滤')),
    max_size=120,
)


@given(title=NASTY, words=NASTY, uid=NASTY, name=NASTY)
@settings(max_examples=150, deadline=None)
def test_no_text_ends_its_line_or_begins_another(
    title: str, words: str, uid: str, name: str
) -> None:
    event = DayEvent(uid=uid, sequence=0, stamp=0, day=DAY.day, title=title, text=words,
                     place=title, categories=(words,), url=words)  # fmt: skip
    raw = feed(name, [event, DAY])
    lines = raw.split(b"\r\n")
    assert lines[-1] == b""
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(len(line) for line in lines) <= 75
    whole = raw.replace(b"\r\n ", b"").split(b"\r\n")
    names = [line.partition(b":")[0].partition(b";")[0] for line in whole[:-1]]
    known = {b"BEGIN", b"END", b"VERSION", b"PRODID", b"X-WR-CALNAME", b"X-PUBLISHED-TTL", b"UID",
             b"SEQUENCE", b"DTSTAMP", b"DTSTART", b"DTEND", b"SUMMARY", b"DESCRIPTION",
             b"LOCATION", b"CATEGORIES", b"URL", b"TRANSP", b"STATUS"}  # fmt: skip
    assert set(names) <= known
    assert len(events(raw)) == 2
    first = next(e for e in events(raw) if e["dtstamp"].dt.year == 1970)
    assert str(first["summary"]) == plain(title)
