"""Breaches, escalations and holds, as the run clock goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.orders import Notification
from core.actor import Actor
from core.clock import HOUR_MS, MINUTE_MS
from core.words import HoldReason, Licence, OrderState, Priority, Role
from tests.workorders.house import CARDS, START, House, make_finding, make_house, opened
from workorders.states import Command


def test_a_p1_climbs_until_somebody_acknowledges(house: House) -> None:
    house.publish(opened(make_finding("PWR-03", "c.m-main", severity=1, onset=START - HOUR_MS)))
    row = house.only()
    assert (row.priority, row.person) == (Priority.P1, "ma.chao")
    _minutes(house, 2)
    assert house.only().person == "ma.chao"
    _minutes(house, 1)
    assert house.only().person == "zhao.lei", "the next on call at three minutes"
    _minutes(house, 5)
    assert "guo.hua" in _told(house, "unanswered-supervisor")
    _minutes(house, 22)
    assert _told(house, "unanswered-head") == ["chen.jing"]
    house.act("zhao.lei", row.id, Command.ACCEPT)
    before = len(house.get(row.id).history)
    _minutes(house, 1)
    assert [s.what for s in house.get(row.id).history[before:]] == []


def test_an_acknowledged_order_climbs_no_further(house: House) -> None:
    house.publish(opened(make_finding("PWR-03", "c.m-main", severity=1, onset=START - HOUR_MS)))
    house.act("ma.chao", house.only().id, Command.ACCEPT)
    house.step(2)
    assert house.only().person == "ma.chao"
    assert _told(house, "escalate") == []


def test_a_breach_is_recorded_once_and_for_when_it_was_due(house: House) -> None:
    house.publish(opened(make_finding("WAT-01", "a.w-main", onset=START - HOUR_MS)))
    id_ = house.only().id
    house.step(5)
    house.step(5)
    due = next(t for t in house.get(id_).due_times if t.kind == "acknowledge")
    assert due.breached == due.due == START + HOUR_MS
    breaches = [s for s in house.get(id_).history if s.what == "breached"]
    assert len(breaches) == 1
    assert breaches[0].at == START + 5 * HOUR_MS, "noticed late, recorded as due"
    assert house.only().late


def test_a_breach_is_found_at_the_latest_when_it_is_met(house: House) -> None:
    house.publish(opened(make_finding("WAT-01", "a.w-main", onset=START - HOUR_MS)))
    house.clock.advance(START + 2 * HOUR_MS)
    row = house.act("liu.yang", house.only().id, Command.ACCEPT)
    assert row.late


def test_a_raise_keeps_the_breach_of_the_first_clock(house: House) -> None:
    house.publish(opened(make_finding()))
    id_ = house.only().id
    house.step(30 * 24)
    first = [t for t in house.get(id_).due_times if t.breached is not None]
    house.publish(opened(make_finding("FC-5", onset=house.now)))
    after = house.get(id_).due_times
    assert [t for t in after if t.breached is not None] == first
    assert {t.priority for t in after} == {Priority.P3, Priority.P2}


def test_access_refused_stops_the_clock_but_parts_do_not(house: House) -> None:
    due = {}
    for reason, who in ((HoldReason.ACCESS, "Ms Tang, room 301"), (HoldReason.PARTS, "")):
        target = "a.w-main" if reason is HoldReason.ACCESS else "a.w-toilets"
        house.publish(opened(make_finding("WAT-01", target, onset=house.now - HOUR_MS)))
        row = next(r for r in house.queue() if r.asset == target)
        house.act("liu.yang", row.id, Command.ACCEPT)
        house.act("liu.yang", row.id, Command.ARRIVE)
        before = _restore(house, row.id)
        house.act(
            "liu.yang", row.id, Command.HOLD, reason=reason, until=house.now + 4 * HOUR_MS, who=who
        )
        house.step(3)
        due[reason] = _restore(house, row.id) - before
        resumed = house.act("liu.yang", row.id, Command.RESUME)
        assert resumed.state is OrderState.IN_PROGRESS
        assert _restore(house, row.id) - before == due[reason]
    assert due == {HoldReason.ACCESS: 3 * HOUR_MS, HoldReason.PARTS: 0}


def test_an_order_without_a_person_is_tried_again(tmp_path: Path, sites_dir: Path) -> None:
    with make_house(tmp_path, sites_dir, people=False) as house:
        house.publish(opened(make_finding()))
        house.step(1)
        house.step(1)
        looker = Actor(login="a", name="A", role=Role.ADMIN)
        (row,) = house.orders.desk.queue(looker)
        assert (row.state, row.person) == (OrderState.TRIAGED, None)
        history = house.orders.desk.order(looker, row.id).history
        assert [step.what for step in history].count("nobody") == 1
        house.hire()
        house.step(0)
        assert house.only().person == "wang.fang"


def _minutes(house: House, minutes: int) -> None:
    house.clock.advance(house.now + minutes * MINUTE_MS)
    house.orders.step(house.now)


def _restore(house: House, id_: str) -> int:
    return next(t.due for t in house.get(id_).due_times if t.kind == "restore")


def _told(house: House, kind: str) -> list[str]:
    query = select(Notification.person).where(Notification.kind == kind)
    with house.records.session(ALL) as session:
        return list(session.scalars(query))


def test_an_emergency_is_not_moved_to_who_may_not_touch_it(house: House) -> None:
    card = replace(CARDS["PWR-03"], licences=(Licence.ELECTRICIAN,))
    cards = {**CARDS, "PWR-03": card}
    office = replace(house.orders.desk.office, cards=cards)
    house.orders._office = office  # noqa: SLF001 - a card of its own for one test
    for login in ("ma.chao", "zhao.lei"):
        house.records.staff.add_licence(
            login, Licence.ELECTRICIAN, "", START - 1, START + 24 * HOUR_MS, by="x", at=START
        )
    house.publish(opened(make_finding("PWR-03", "c.m-main", severity=1, onset=START - HOUR_MS)))
    for _ in range(5):
        _minutes(house, 3)
    id_ = house.only().id
    assert house.only().person == "zhao.lei", "the last one who may"
    assert "guo.hua" in _told(house, "unanswered-supervisor")
    assert [s.data["assignee"] for s in house.get(id_).history if s.what == "escalate"] == [
        "zhao.lei"
    ]
