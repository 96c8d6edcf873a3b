"""Rosters, leave and licences as they change while the system runs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from adapters.records import ALL, Records
from adapters.records.tables import AuditRow, KeyRow, LoginRow
from adapters.sites.people import Person, Shift
from core.words import Licence, Role, Trade

WANG = Person(login="wang", name="Wang", role=Role.TECHNICIAN, trades=(Trade.HVAC,))
HE = replace(WANG, login="he", name="He")
LI = replace(WANG, login="li", name="Li", trades=(Trade.PLUMBER,))
SHIFT = Shift(
    login="wang", trade=Trade.HVAC, building="", start=0, end=1440,
    weekdays=frozenset(range(1, 8)), order=1,
)  # fmt: skip


@pytest.fixture
def staffed(records: Records) -> Records:
    """Two of one trade, of whom one is on call, and one of another."""
    records.people.import_people([WANG, HE, LI], [SHIFT])
    return records


def called(records: Records, at: int, building: str = "a") -> list[str]:
    return list(records.people.on_call(Trade.HVAC, building, 1, 600, at=at))


def away(records: Records, login: str, substitute: str, start: int = 100, end: int = 200) -> int:
    return records.staff.add_leave(login, start, end, substitute=substitute, note="", by="su", at=1)


def test_a_substitute_is_called_in_the_place_of_who_is_away(staffed: Records) -> None:
    away(staffed, "wang", "he")
    assert {at: called(staffed, at) for at in (100, 101, 200, 201)} == {
        100: ["wang"], 101: ["he"], 200: ["he"], 201: ["wang"],
    }  # fmt: skip
    assert staffed.people.on_leave("wang", 150)
    assert not staffed.people.on_leave("wang", 201)


def test_a_substitute_who_is_away_too_hands_on(staffed: Records) -> None:
    staffed.people.import_people([replace(HE, login="gu")], [])
    away(staffed, "wang", "he")
    away(staffed, "he", "gu")
    assert called(staffed, 150) == ["gu"]


@pytest.mark.parametrize("substitute", ["", "wang", "nobody", "li"])
def test_nobody_is_called_where_no_substitute_can_come(staffed: Records, substitute: str) -> None:
    away(staffed, "wang", substitute)
    assert called(staffed, 150) == [], "nobody, themselves, unknown, of another trade"


def test_two_who_stand_in_for_each_other_are_both_away(staffed: Records) -> None:
    away(staffed, "wang", "he")
    away(staffed, "he", "wang")
    assert called(staffed, 150) == []


def test_a_substitute_goes_only_where_they_may(staffed: Records) -> None:
    staffed.people.import_people([replace(HE, buildings=frozenset({"c"}))], [])
    away(staffed, "wang", "he")
    assert called(staffed, 150, "a") == []
    assert called(staffed, 150, "c") == ["he"]


def test_leave_that_is_taken_back_holds_no_more(staffed: Records) -> None:
    id_ = away(staffed, "wang", "he")
    assert not staffed.staff.drop("leave", id_, login="he", by="su", at=2), "another person's"
    assert staffed.staff.drop("leave", id_, login="wang", by="su", at=2)
    assert called(staffed, 150) == ["wang"]


def test_a_line_of_the_roster_comes_and_goes(staffed: Records) -> None:
    second = replace(SHIFT, login="he", order=2)
    id_ = staffed.staff.add_shift(second, by="su", at=1)
    assert called(staffed, 5) == ["wang", "he"]
    assert [k.shift for k in staffed.staff.shifts("he")] == [second]
    assert staffed.staff.drop("shift", id_, login="he", by="su", at=2)
    assert called(staffed, 5) == ["wang"]


def test_a_licence_holds_between_its_dates(staffed: Records) -> None:
    staffed.staff.add_licence("wang", Licence.ELECTRICIAN, "E-1", 100, 200, by="su", at=1)
    held = {at: staffed.staff.held("wang", at) for at in (100, 101, 200, 201)}
    none, one = frozenset[Licence](), frozenset({Licence.ELECTRICIAN})
    assert held == {100: none, 101: one, 200: one, 201: none}
    assert staffed.staff.held("he", 150) == none


def test_who_has_left_is_out_at_once_and_remembered(staffed: Records) -> None:
    with staffed.session(ALL) as session:
        session.add(LoginRow(hash="h", login="wang", csrf="", created=1, seen=1))
        session.add(KeyRow(id="k", hash="h", login="wang", expires=9))
    assert staffed.staff.dismiss("wang", by="admin", at=5)
    assert not staffed.staff.dismiss("wang", by="admin", at=6)
    assert staffed.people.get("wang") is None
    assert staffed.staff.ever("wang")
    assert called(staffed, 5) == []
    with staffed.session(ALL, reading=True) as session:
        left = [session.scalar(select(func.count()).select_from(t)) for t in (LoginRow, KeyRow)]
    assert left == [0, 0]


def test_one_person_has_one_log_in(staffed: Records) -> None:
    known = replace(WANG, mail="w@x", phone="+1")
    staffed.staff.keep(known, firm=False, by="admin", at=1)
    twin = staffed.staff.twin_of
    assert twin("new", mail="w@x", phone="") == "wang"
    assert twin("new", mail="", phone="+1") == "wang"
    assert twin("wang", mail="w@x", phone="+1") is None, "themselves"
    assert twin("new", mail="", phone="") is None
    staffed.staff.dismiss("wang", by="admin", at=2)
    assert twin("new", mail="w@x", phone="+1") is None, "who has left keeps nobody out"


def test_every_change_says_who_made_it(staffed: Records) -> None:
    away(staffed, "wang", "he")
    staffed.staff.add_licence("he", Licence.GAS, "", 1, 2, by="boss", at=7)
    staffed.staff.dismiss("li", by="admin", at=8)
    with staffed.session(ALL, reading=True) as session:
        said = session.execute(select(AuditRow.actor, AuditRow.action).order_by(AuditRow.id)).all()
    assert [tuple(row) for row in said][1:] == [
        ("su", "leave.add"), ("boss", "licence.add"), ("admin", "person.dismiss"),
    ]  # fmt: skip
