"""What the database itself holds of teaching, second looks and quotes, on both kinds."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from adapters.records import ALL, Records
from adapters.records.checks import QuoteSaidRow
from adapters.records.teaching import (
    AdviceRow,
    LessonRow,
    LessonStepRow,
    RecordLessons,
    entries_of,
)
from core.clock import DAY_MS, HOUR_MS

ZONE = ZoneInfo("Asia/Shanghai")
NOW = round(datetime(2026, 3, 11, 10, tzinfo=ZONE).timestamp() * 1000)


def lesson(records: Records, kind: str = "limit", number: int = 1, **detail: object) -> int:
    with records.session(ALL) as session:
        row = LessonRow(
            building="a", rule="FC-2", target="a.ahu1", number=number, asset="a.ahu1", kind=kind,
            detail=detail, evidence={}, made_at=NOW,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def step(records: Records, id_: int, what: str, at: int = NOW, seq: int = 1) -> None:
    with records.session(ALL) as session:
        session.add(
            LessonStepRow(
                lesson_id=id_, building="a", seq=seq, what=what, at=at, by="en", reason="x",
                owner="en", until=NOW + 20 * DAY_MS if what == "accepted" else None, mute=None,
            )
        )  # fmt: skip


def test_what_was_accepted_is_told_to_its_end(records: Records) -> None:
    first, second = lesson(records, by=0.5), lesson(records, number=2, by=0.7)
    waits = lesson(records, number=3, by=9.0)
    step(records, first, "accepted")
    step(records, second, "accepted")
    step(records, second, "ended", NOW + DAY_MS, seq=2)
    step(records, waits, "refused")
    found = RecordLessons(records, "Asia/Shanghai").lessons()
    assert [(x.by, x.since, x.until) for x in found.lifts] == [
        (0.5, NOW, NOW + 20 * DAY_MS), (0.7, NOW, NOW + DAY_MS),
    ]  # fmt: skip


def test_a_plan_becomes_entries_within_its_time(records: Records) -> None:
    id_ = lesson(records, "calendar", weekdays=[2, 3], **{"from": 540, "to": 1500},
                 mode="overtime")  # fmt: skip
    step(records, id_, "accepted")
    found = RecordLessons(records, "Asia/Shanghai").lessons().calendar
    # A Wednesday at 10:00: that day's entry begins now; then Thursday, and two weeks on.
    hours = [((e.start - NOW) / HOUR_MS, (e.end - NOW) / HOUR_MS) for e in found]
    assert hours[:3] == [(0, 15), (23, 39), (167, 183)]
    assert len(found) == 6
    assert {(e.scope, e.mode.value) for e in found} == {("a.ahu1", "overtime")}


def test_hours_are_local_over_a_change_of_the_clock() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = round(datetime(2026, 3, 23, tzinfo=zone).timestamp() * 1000)
    detail = {"weekdays": [0], "from": 1140, "to": 1200, "mode": "maintenance"}
    entries = entries_of("a", detail, start, start + 14 * DAY_MS, zone)
    walls = [datetime.fromtimestamp(e.start / 1000, zone).strftime("%d %H:%M") for e in entries]
    assert walls == ["23 19:00", "30 19:00"]


def test_two_who_decide_at_once_decide_once(records: Records) -> None:
    id_ = lesson(records, by=1.0)
    step(records, id_, "accepted")
    with pytest.raises(IntegrityError):
        step(records, id_, "refused")
    with pytest.raises(IntegrityError):
        lesson(records, by=2.0)


def test_a_rule_is_demoted_once(records: Records) -> None:
    def say() -> None:
        with records.session(ALL) as session:
            session.add(AdviceRow(rule="FC-2", seq=1, what="demoted", at=NOW, by="system",
                                  judged=5, right=1))  # fmt: skip

    say()
    with pytest.raises(IntegrityError):
        say()


def test_what_was_said_is_not_rewritten_by_hand_either(records: Records) -> None:
    id_ = lesson(records, by=1.0)
    step(records, id_, "accepted")
    for said in ("UPDATE lesson_step SET what = 'refused'", "DELETE FROM lesson_step",
                 "UPDATE lesson SET kind = 'mute'"):  # fmt: skip
        try:
            with records.engine.begin() as connection:
                connection.execute(text(said))
        except DatabaseError as error:  # SQLite says so, PostgreSQL does nothing
            assert "append-only" in str(error)  # noqa: PT017
    with records.session(ALL, reading=True) as session:
        assert session.get_one(LessonRow, id_).kind == "limit"
    assert len(RecordLessons(records, "Asia/Shanghai").lessons().lifts) == 1


def test_a_quote_that_is_none_cannot_be_approved(records: Records) -> None:
    with pytest.raises(IntegrityError), records.session(ALL) as session:
        session.add(QuoteSaidRow(quote_id=7, building="a", approved=True, by="su", at=NOW,
                                 reason="x", total=1.0))  # fmt: skip
