"""People who are away or have left: their orders go on, and nobody is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.records.base import ALL
from adapters.records.orders import Notification
from core.clock import DAY_MS, HOUR_MS
from core.errors import Refused
from core.words import OrderState
from tests.sample import crew
from tests.workorders.house import START, House, make_finding, opened
from workorders.states import Command


def _order(house: House) -> str:
    house.publish(opened(make_finding()))
    assert house.only().person == "wang.fang"
    return house.only().id


def _away(house: House, login: str, substitute: str = "", days: float = 7) -> None:
    house.records.staff.add_leave(
        login, house.now - 1, house.now + round(days * DAY_MS), substitute=substitute, note="",
        by="guo.hua", at=house.now,
    )  # fmt: skip


def _dismiss(house: House, *logins: str) -> None:
    for login in logins:
        house.records.staff.dismiss(login, by="admin", at=house.now)


@pytest.mark.parametrize("worked", [(), (Command.ACCEPT,), (Command.ACCEPT, Command.ARRIVE)])
def test_orders_of_who_leaves_go_to_the_next(house: House, worked: tuple[Command, ...]) -> None:
    id_ = _order(house)
    for command in worked:
        house.act("wang.fang", id_, command)
    _dismiss(house, "wang.fang")
    house.step()
    row = house.only()
    assert row.state is OrderState.ASSIGNED
    assert row.person == "guo.hua", "nobody else of the trade: who owns the machine"
    last = house.get(id_).history[-1]
    assert (last.what, last.data["before"]) == (Command.PASS_ON, "wang.fang")
    with house.records.session(ALL, reading=True) as session:
        told = session.query(Notification.person).filter_by(kind="pass_on").all()
    assert told == [("guo.hua",)]


def test_a_hold_ends_with_who_held_it_and_stops_no_clock_for_the_next(house: House) -> None:
    id_ = _order(house)
    for command in (Command.ACCEPT, Command.ARRIVE):
        house.act("wang.fang", id_, command)
    house.act("wang.fang", id_, Command.HOLD, reason="access", until=START + 9 * HOUR_MS,
              note="locked", who="tenant")  # fmt: skip
    house.step(1)
    _away(house, "wang.fang", "he.ping")
    house.step()
    detail = house.get(id_)
    assert (detail.row.state, detail.hold_reason) == (OrderState.ASSIGNED, None)
    due = detail.due_times
    house.step(5)
    assert [t.due for t in house.get(id_).due_times if t.kind == "restore"] == [
        t.due for t in due if t.kind == "restore"
    ]


def test_a_substitute_who_may_go_there_has_it(house: House) -> None:
    _order(house)
    people, _ = crew()
    (known,) = (p for p in people if p.login == "he.ping")
    house.records.people.import_people([replace(known, buildings=None)], [])
    _away(house, "wang.fang", "he.ping")
    house.step()
    assert house.only().person == "he.ping"


def test_a_substitute_of_another_trade_has_it_not(house: House) -> None:
    _order(house)
    _away(house, "wang.fang", "sun.qiang")
    house.step()
    assert house.only().person == "guo.hua"


def test_where_nobody_is_left_it_waits_and_is_given_when_somebody_comes(house: House) -> None:
    id_ = _order(house)
    house.act("wang.fang", id_, Command.ACCEPT)
    _dismiss(house, "wang.fang", "chen.jing", "guo.hua")
    house.step()
    row = house.get(id_).row
    assert (row.state, row.person) == (OrderState.TRIAGED, None)
    _hire_again(house)
    house.step(1)
    assert house.only().person == "wang.fang"
    kinds = [t for t in house.get(id_).due_times if t.kind == "acknowledge"]
    assert [t.met is None for t in kinds] == [False, True], "asked again, the first one kept"


def _hire_again(house: House) -> None:
    house.hire()


def test_two_who_are_both_away_do_not_hand_it_to_and_fro(house: House) -> None:
    id_ = _order(house)
    for login in ("wang.fang", "chen.jing", "guo.hua"):
        _away(house, login)
    for _ in range(3):
        house.step(1)
    passed = [s.what for s in house.get(id_).history if s.what in {"pass_on", "release"}]
    assert passed == [Command.RELEASE]


def test_an_order_is_not_given_to_somebody_on_leave(house: House) -> None:
    id_ = _order(house)
    _away(house, "guo.hua")
    with pytest.raises(Refused) as refused:
        house.act("admin", id_, Command.REASSIGN, assignee="guo.hua")
    assert refused.value.code == "invalid"


def test_what_waits_for_proof_stays_with_who_mended_it_until_it_comes_back(house: House) -> None:
    id_ = _order(house)
    house.repair(id_)
    _dismiss(house, "wang.fang")
    house.step()
    detail = house.get(id_)
    assert (detail.row.state, detail.repaired_by) == (OrderState.VERIFYING, "wang.fang")
