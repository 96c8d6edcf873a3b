"""Stamps beside the states, priorities that people set, and proofs that people give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import update

from adapters.records.base import ALL
from adapters.records.orders import Notification, Order
from core.clock import HOUR_MS, MINUTE_MS
from core.errors import Refused
from core.finding import FindingChange
from core.words import OrderState, Outcome, Priority, ProofKind
from tests.workorders.house import START, House, later, make_finding, opened
from workorders.states import Command
from workorders.views import DueTime


def _p1(house: House) -> str:
    house.publish(opened(make_finding("WAT-01", "a.w-main", severity=1, onset=START - HOUR_MS)))
    return house.only().id


def _clocks(house: House, id_: str, kind: str) -> Sequence[DueTime]:
    return [time for time in house.get(id_).due_times if time.kind == kind]


def _met(house: House, id_: str) -> dict[str, int]:
    times = house.get(id_).due_times
    return {t.kind: (t.met - START) // MINUTE_MS for t in times if t.met is not None}


def test_made_safe_and_restored_are_stamps_apart_from_done(house: House) -> None:
    id_ = _p1(house)
    at = iter((2, 10, 40, 90, 200))
    for do, said in (
        (Command.ACCEPT, {}), (Command.ARRIVE, {}), (Command.SAFE, {}), (Command.RESTORED, {}),
        (Command.DONE, {"cause": "pipe", "minutes": 60, "note": "new piece of pipe"}),
    ):  # fmt: skip
        house.clock.advance(START + next(at) * MINUTE_MS)
        row = house.act("liu.yang", id_, do, **said)
        in_between = do in {Command.SAFE, Command.RESTORED}
        assert (row.state is OrderState.IN_PROGRESS) >= in_between
    assert _met(house, id_) == {
        "acknowledge": 2, "arrive": 10, "safe": 40, "restore": 90, "permanent": 200,
    }  # fmt: skip
    assert not house.only().late


def test_done_without_the_stamps_keeps_them_all(house: House) -> None:
    id_ = _p1(house)
    house.repair(id_)
    assert set(_met(house, id_)) == {"acknowledge", "arrive", "safe", "restore", "permanent"}


def test_a_telephone_key_acknowledges_and_stops_the_escalation(house: House) -> None:
    id_ = _p1(house)
    row = house.act("liu.yang", id_, Command.ACKNOWLEDGE)
    assert row.state is OrderState.ASSIGNED
    house.step(1)
    assert house.only().person == "liu.yang", "nobody else was called"
    assert Command.ACKNOWLEDGE not in house.only().allowed


def test_a_raised_order_is_acknowledged_again_by_who_works_on_it(house: House) -> None:
    house.publish(opened(make_finding()))
    id_ = house.only().id
    house.act("wang.fang", id_, Command.ACCEPT)
    house.act("wang.fang", id_, Command.ARRIVE)
    house.act("guo.hua", id_, Command.PRIORITISE, priority=1, note="the ceiling drips")
    first, second = _clocks(house, id_, "acknowledge")
    assert (first.met, second.met) == (START, None)
    house.act("wang.fang", id_, Command.ACKNOWLEDGE)
    assert all(t.met is not None for t in _clocks(house, id_, "acknowledge"))
    assert house.only().state is OrderState.IN_PROGRESS
    (arrive,) = _clocks(house, id_, "arrive")
    assert arrive.met == START, "who is there need not come"


def test_a_lowered_order_is_timed_under_the_old_priority_too(house: House) -> None:
    house.publish(opened(make_finding("WAT-01", "a.w-main", onset=START - HOUR_MS)))
    id_ = house.only().id
    house.act("guo.hua", id_, Command.PRIORITISE, priority=4, note="the room is empty")
    assert house.only().priority is Priority.P4
    restore = _clocks(house, id_, "restore")
    assert {t.priority for t in restore} == {Priority.P2, Priority.P4}
    assert {t.started for t in restore} == {START}, "from when the finding opened, both"
    house.step(25)
    broken = {t.priority for t in _clocks(house, id_, "restore") if t.breached is not None}
    assert broken == {Priority.P2}


def test_what_is_no_worse_leaves_a_lowered_order_where_it_is(house: House) -> None:
    finding = make_finding("WAT-01", "a.w-main", onset=START - HOUR_MS)
    house.publish(opened(finding))
    id_ = house.only().id
    house.act("guo.hua", id_, Command.PRIORITISE, priority=4, note="known")
    house.publish(later(finding, FindingChange.CONTINUED))
    assert house.only().priority is Priority.P4
    house.publish(later(finding, FindingChange.CONTINUED, severity=1, revision=3))
    assert house.only().priority is Priority.P1
    assert house.get(id_).row.late is False


@pytest.mark.parametrize(
    ("login", "said", "code"),
    [
        ("guo.hua", {"priority": 2, "note": ""}, "invalid"),
        ("guo.hua", {"priority": 7, "note": "x"}, "invalid"),
        ("guo.hua", {"priority": 3, "note": "x"}, "invalid"),
        ("wang.fang", {"priority": 2, "note": "x"}, "forbidden"),
    ],
)
def test_a_priority_needs_a_dispatcher_and_a_reason(
    house: House, login: str, said: dict[str, Any], code: str
) -> None:
    house.publish(opened(make_finding()))
    with pytest.raises(Refused) as refused:
        house.act(login, house.only().id, Command.PRIORITISE, **said)
    assert refused.value.code == code
    assert house.only().priority is Priority.P3


def _verifying(house: House, proof: ProofKind) -> str:
    house.publish(opened(make_finding()))
    id_ = house.only().id
    with house.records.session(ALL) as session:
        session.execute(update(Order).values(proof=proof))
    house.repair(id_)
    return id_


def test_three_days_of_silence_close_unconfirmed_never_verified(house: House) -> None:
    id_ = _verifying(house, ProofKind.REPORTER)
    house.step(71)
    assert house.get(id_).row.state is OrderState.VERIFYING
    house.step(1)
    detail = house.get(id_)
    assert (detail.row.state, detail.row.outcome) == (OrderState.CLOSED, Outcome.UNCONFIRMED)
    assert detail.history[-1].what == Command.LAPSE


def test_the_reporter_confirms_once(house: House) -> None:
    id_ = _verifying(house, ProofKind.REPORTER)
    house.orders.desk.reporter(id_, mended=True, note="warm again")
    assert house.get(id_).row.outcome is Outcome.CONFIRMED
    with pytest.raises(Refused):
        house.orders.desk.reporter(id_, mended=False)


def test_who_says_that_it_is_not_mended_sends_it_back_then_to_another_skill(house: House) -> None:
    id_ = _verifying(house, ProofKind.REPORTER)
    house.orders.desk.reporter(id_, mended=False, note="still cold")
    row = house.get(id_).row
    assert (row.state, row.person, row.attempt) == (OrderState.ASSIGNED, "wang.fang", 2)
    assert all(t.met is None for t in _clocks(house, id_, "restore"))
    house.repair(id_)
    house.orders.desk.reporter(id_, mended=False)
    row = house.get(id_).row
    assert (row.person, row.skill.value, row.attempt) == ("zhou.min", "I", 3)


def test_an_inspection_may_find_it_not_mended(house: House) -> None:
    id_ = _verifying(house, ProofKind.INSPECTION)
    with pytest.raises(Refused) as refused:
        house.act("wang.fang", id_, Command.REJECT, note="drips")
    assert refused.value.code == "forbidden", "their own repair"
    row = house.act("zhou.min", id_, Command.REJECT, note="drips")
    assert (row.state, row.attempt, row.person) == (OrderState.ASSIGNED, 2, "wang.fang")
    with house.records.session(ALL, reading=True) as session:
        told = session.query(Notification.person).filter_by(kind="reject").all()
    assert {person for (person,) in told} == {"wang.fang", "guo.hua"}


def test_nobody_judges_what_their_hands_did_at_an_earlier_attempt(house: House) -> None:
    id_ = _verifying(house, ProofKind.INSPECTION)
    house.act("zhou.min", id_, Command.REJECT, note="drips")
    house.act("guo.hua", id_, Command.REASSIGN, assignee="guo.hua")
    house.repair(id_)
    for login in ("wang.fang", "guo.hua"):
        with pytest.raises(Refused):
            house.act(login, id_, Command.INSPECT, note="fine")
    with pytest.raises(Refused) as refused:
        house.act("guo.hua", id_, Command.CANCEL, reason="false_alarm", note="nothing there")
    assert refused.value.code == "forbidden", "nor ends it another way"
    assert house.act("zhou.min", id_, Command.INSPECT, note="dry").outcome is Outcome.INSPECTED


def test_a_command_that_comes_twice_is_done_once(house: House) -> None:
    house.publish(opened(make_finding()))
    id_, seen = house.only().id, house.only().version
    for _ in range(2):
        row = house.act("wang.fang", id_, Command.ACCEPT, version=seen, key="k-1")
        assert row.state is OrderState.ACCEPTED
    assert [s.what for s in house.get(id_).history].count("accept") == 1
    with pytest.raises(Refused) as refused:
        house.act("wang.fang", id_, Command.ARRIVE, version=seen, key="k-1")
    assert refused.value.code == "invalid", "a key belongs to one command"


def test_a_repair_reported_twice_is_one_repair(house: House) -> None:
    house.publish(opened(make_finding()))
    id_ = house.only().id
    house.repair(id_)
    with pytest.raises(Refused) as refused:
        house.act("wang.fang", id_, Command.DONE, cause="x", note="again", minutes=45)
    assert refused.value.code == "conflict"
    assert house.get(id_).minutes == 45


def test_a_paper_sheet_keeps_who_did_it_apart_from_who_entered_it(house: House) -> None:
    house.publish(opened(make_finding()))
    id_ = house.only().id
    house.step(3)
    done_at = START + HOUR_MS
    said = {"assignee": "wang.fang", "cause": "valve", "note": "seat", "minutes": 30}
    for until, code in ((house.now + 1, "invalid"), (START - 3 * HOUR_MS, "invalid")):
        with pytest.raises(Refused) as refused:
            house.act("guo.hua", id_, Command.DECLARE, until=until, **said)
        assert refused.value.code == code
    row = house.act("guo.hua", id_, Command.DECLARE, until=done_at, **said)
    detail = house.get(id_)
    assert (row.state, detail.done_at) == (OrderState.VERIFYING, done_at)
    (report,) = detail.reports
    assert (report.by, report.entered_by, report.declared) == ("Wang Fang", "Guo Hua", True)
    assert detail.repaired_by == "wang.fang"
    (restore,) = _clocks(house, id_, "restore")
    assert restore.met == house.now, "a promise is kept when it is known to be"
