"""People, their scopes and shifts, as the crew's files say them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from adapters.records import ALL, Records
from adapters.records.tables import AuditRow, LoginRow
from adapters.sites.people import Person, Shift
from core.errors import Misconfigured
from core.words import Role, Trade
from tests.sample import crew

MONDAY, SATURDAY, SUNDAY = 1, 6, 7
NOON, NIGHT = 12 * 60, 2 * 60

WANG = Person(
    login="wang", name="Wang", role=Role.TECHNICIAN, trades=(Trade.HVAC, Trade.HEATING),
    buildings=frozenset({"a", "c"}), language="zh_Hans", mail="wang@wushan.example", phone="+86",
)  # fmt: skip
HE = Person(login="he", name="He", role=Role.SUPERVISOR)


def _shift(login: str, order: int = 1, building: str = "a", start: int = 0, end: int = 0) -> Shift:
    return Shift(
        login=login, trade=Trade.HVAC, building=building, start=start, end=end,
        weekdays=frozenset(range(1, 8)), order=order,
    )  # fmt: skip


def _log_in(records: Records, login: str) -> None:
    with records.session(ALL) as session:
        session.add(LoginRow(hash=login, login=login, csrf="", created=1, seen=1))


def _logged_in(records: Records) -> list[str]:
    with records.session(ALL, reading=True) as session:
        return list(session.scalars(select(LoginRow.login).order_by(LoginRow.login)))


def test_the_sample_crew_comes_back_as_it_was(records: Records) -> None:
    people, shifts = crew()
    assert records.people.import_people(people, shifts) == len(people)
    kept = {person.login: person for person in records.people.all()}
    assert set(kept) == {person.login for person in people}
    for person in people:
        found = kept[person.login]
        assert found == records.people.get(person.login)
        assert (found.role, found.buildings, found.language, found.mail, found.phone) == (
            person.role, person.buildings, person.language, person.mail, person.phone,
        )  # fmt: skip
        assert found.trades == frozenset(person.trades)
        assert found.actor().buildings == person.buildings
        assert found.password is None


def test_who_is_on_call_is_who_the_shifts_cover(records: Records) -> None:
    people, shifts = crew()
    records.people.import_people(people, shifts)
    scope = {person.login: person.buildings for person in people}
    asked = 0
    for trade in Trade:
        for building in ("a", "c"):
            for weekday in (MONDAY, SATURDAY, SUNDAY):
                for minute in (0, NIGHT, 7 * 60, NOON, 19 * 60, 1439):
                    covering = {
                        s.login for s in shifts
                        if s.trade is trade and s.building in {"", building}
                        and s.covers(weekday, minute)
                        and (scope[s.login] is None or building in (scope[s.login] or ()))
                    }  # fmt: skip
                    found = records.people.on_call(trade, building, weekday, minute)
                    assert set(found) == covering
                    assert len(found) == len(covering)
                    asked += len(found)
    assert asked > 100


def test_the_lowest_order_is_called_first_then_who_is_there_for_the_building(
    records: Records,
) -> None:
    people = [replace(HE, login=login) for login in ("d", "c", "b", "a")]
    shifts = [_shift("d", 1, ""), _shift("c", 1), _shift("b", 2), _shift("a", 2, "")]
    records.people.import_people(people, shifts)
    assert records.people.on_call(Trade.HVAC, "a", MONDAY, NOON) == ["c", "d", "b", "a"]
    assert records.people.on_call(Trade.HVAC, "z", MONDAY, NOON) == ["d", "a"]
    assert records.people.on_call(Trade.PLUMBER, "a", MONDAY, NOON) == []


def test_nobody_is_called_where_he_may_not_go(records: Records) -> None:
    records.people.import_people([WANG, HE], [_shift("wang", 1, ""), _shift("he", 2, "")])
    assert records.people.on_call(Trade.HVAC, "c", MONDAY, NOON) == ["wang", "he"]
    assert records.people.on_call(Trade.HVAC, "b", MONDAY, NOON) == ["he"]


def test_a_night_shift_goes_on_into_the_next_day(records: Records) -> None:
    friday_night = replace(_shift("he", start=19 * 60, end=7 * 60), weekdays=frozenset({5}))
    records.people.import_people([HE], [friday_night])
    on_call = records.people.on_call
    assert on_call(Trade.HVAC, "a", 5, 20 * 60) == ["he"]
    assert on_call(Trade.HVAC, "a", SATURDAY, 6 * 60) == ["he"]
    assert on_call(Trade.HVAC, "a", SATURDAY, 7 * 60) == []
    assert on_call(Trade.HVAC, "a", 5, 6 * 60) == []


def test_whoever_is_on_leave_is_passed_over(records: Records) -> None:
    records.people.import_people([WANG, HE], [_shift("wang"), _shift("he", 2)])
    records.people.set_leave("wang", 100, 200)
    asked = {
        at: records.people.on_call(Trade.HVAC, "a", MONDAY, NOON, at=at)
        for at in (100, 101, 200, 201)
    }
    both, one = ["wang", "he"], ["he"]
    assert asked == {100: both, 101: one, 200: one, 201: both}


def test_an_import_changes_who_is_named_and_nobody_else(records: Records) -> None:
    records.people.import_people([WANG, HE], [_shift("wang"), _shift("he", 2)])
    records.people.set_password("wang", "hash")
    moved = replace(WANG, name="Wang Fang", buildings=None, trades=(Trade.PLUMBER,))
    records.people.import_people([moved], [])
    found = records.people.get("wang")
    assert found is not None
    assert (found.name, found.buildings, found.trades, found.password) == (
        "Wang Fang", None, frozenset({Trade.PLUMBER}), "hash",
    )  # fmt: skip
    assert records.people.on_call(Trade.HVAC, "a", MONDAY, NOON) == ["he"]


@pytest.mark.parametrize(
    ("change", "held"),
    [
        (lambda p: replace(p, role=Role.ENGINEER), ["he"]),
        (lambda p: replace(p, buildings=frozenset({"a"})), ["he"]),
        (lambda p: replace(p, buildings=None), ["he"]),
        (lambda p: replace(p, name="Other", mail="x@y"), ["he", "wang"]),
    ],
)
def test_other_rights_end_the_log_ins(
    records: Records, change: Callable[[Person], Person], held: list[str]
) -> None:
    records.people.import_people([WANG, HE], [])
    for login in ("wang", "he"):
        _log_in(records, login)
    records.people.import_people([change(WANG)], [])
    assert _logged_in(records) == held


def test_a_new_password_ends_the_log_ins(records: Records) -> None:
    records.people.import_people([WANG], [])
    _log_in(records, "wang")
    assert records.people.set_password("wang", "hash")
    assert _logged_in(records) == []
    assert not records.people.set_password("nobody", "hash")
    assert records.people.get("nobody") is None


def test_a_shift_of_nobody_is_told_and_nothing_is_imported(records: Records) -> None:
    with pytest.raises(Misconfigured, match="'ghost'"):
        records.people.import_people([WANG], [_shift("wang"), _shift("ghost")])
    assert records.people.all() == []


def test_supervisors_lead_in_their_scope(records: Records) -> None:
    inside = replace(HE, login="in", buildings=frozenset({"a"}))
    records.people.import_people([WANG, HE, inside], [])
    assert records.people.supervisors("a") == ["he", "in"]
    assert records.people.supervisors("b") == ["he"]


def test_an_import_is_written_down(records: Records) -> None:
    records.people.import_people([WANG], [], by="admin")
    with records.session(ALL, reading=True) as session:
        row = session.scalars(select(AuditRow)).one()
    assert (row.actor, row.action, row.detail) == ("admin", "import_people", "1 people, 0 shifts")
    assert row.at > 1_600_000_000_000
