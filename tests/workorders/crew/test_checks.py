"""Second looks: drawn by a lot that nobody foresees, taken by somebody else, kept by person."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.checks import CheckRow, LotRow
from adapters.records.orders import Order
from adapters.sites.people import Person
from core.clock import HOUR_MS
from core.errors import Refused
from core.words import OrderState, Outcome, ProofKind, Role, Trade
from tests.workorders.house import START, House, make_finding, opened
from workorders.crew import checks
from workorders.crew.checks import CheckKind, lot
from workorders.states import Command

ACME = Person(login="acme", name="Acme Lifts", role=Role.TECHNICIAN, trades=(Trade.HVAC,))


def refused(what: Callable[[], object]) -> str:
    with pytest.raises(Refused) as error:
        what()
    return error.value.code


def always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SHARE", 1.0)


def never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SHARE", 0.0)


def confirmed(house: House, target: str = "a.ahu1", by: str | None = None) -> str:
    """An order whose proof is the reporter's, repaired and confirmed."""
    house.publish(opened(make_finding(target=target, onset=house.now - 2 * HOUR_MS)))
    id_ = next(row.id for row in house.queue() if row.target == target)
    with house.records.session(ALL) as session:
        session.get_one(Order, id_).proof = ProofKind.REPORTER
    if by is not None:
        house.act("guo.hua", id_, Command.REASSIGN, assignee=by)
    house.repair(id_)
    house.orders.desk.reporter(id_, mended=True)
    return id_


def test_the_lot_is_one_in_ten_and_always_the_same() -> None:
    names = [f"WO-2026-{n:04d}|1|inspection" for n in range(5000)]
    mine = [lot("s1", name) < 0.1 for name in names]
    assert 430 < sum(mine) < 570, "500 of 5000, give or take three deviations"
    assert mine == [lot("s1", name) < 0.1 for name in names]
    other = [lot("s2", name) < 0.1 for name in names]
    both = sum(a and b for a, b in zip(mine, other, strict=True))
    assert both < 90, "another installation draws others"


def test_the_secret_is_made_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    never(monkeypatch)
    confirmed(house)
    confirmed(house, "d.ahu1")
    with house.records.session(ALL, reading=True) as session:
        (row,) = session.scalars(select(LotRow)).all()
        assert session.scalars(select(CheckRow)).all() == []
    assert len(row.secret) == 64


def test_an_inspection_is_taken_by_who_had_no_hand_in_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    always(monkeypatch)
    id_ = confirmed(house)
    board = house.orders.checks
    (view,) = board.rows(house.actors["guo.hua"])
    assert (view.order, view.kind, view.subject, view.waits) == (
        id_, CheckKind.INSPECTION, "Wang Fang", True,
    )  # fmt: skip
    assert not board.rows(house.actors["wang.fang"])[0].may
    for login, code in (("wang.fang", "forbidden"), ("xu.mei", "forbidden")):
        actor = house.actors[login]
        assert refused(partial(board.say, actor, view.id, passed=True, note="fine")) == code
    zhou = house.actors["zhou.min"]
    assert refused(lambda: board.say(zhou, view.id, passed=True, note=" ")) == "invalid"
    right = partial(board.say, zhou, view.id, passed=True, note="runs as it should")
    assert refused(right) == "invalid", "from a desk"
    assert refused(partial(right, scan=house.scan("zhou.min", "c.ahu1"))) == "invalid"
    right(scan=house.scan("zhou.min", house.get(id_).row.asset))
    assert house.get(id_).history[-1].data["place"] == house.get(id_).row.asset
    assert refused(lambda: board.say(zhou, view.id, passed=False, note="no")) == "conflict"
    (view,) = board.rows(house.actors["guo.hua"])
    assert (view.waits, view.passed, view.by) == (False, True, "Zhou Min")
    assert house.get(id_).row.state is OrderState.CLOSED
    (counts,) = board.counts(house.actors["guo.hua"])
    assert (counts.login, counts.drawn, counts.looked, counts.failed) == ("wang.fang", 1, 1, 0)
    assert board.counts(zhou) == [], "others' counts are not theirs"


def test_a_failed_inspection_opens_it_as_a_refusal_does(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    always(monkeypatch)
    id_ = confirmed(house)
    board = house.orders.checks
    (view,) = board.rows(house.actors["zhou.min"])
    board.say(house.actors["zhou.min"], view.id, passed=False, note="still hums")
    detail = house.get(id_)
    assert (detail.row.state, detail.row.attempt, detail.row.person) == (
        OrderState.ASSIGNED, 2, "wang.fang",
    )  # fmt: skip
    assert (detail.row.outcome, detail.closed_by) == (None, None)
    assert detail.history[-1].what == "recall"
    assert any(due.kind == "acknowledge" and due.met is None for due in detail.due_times)
    # The second attempt has a lot of its own, and after two failures another skill has it.
    house.repair(id_)
    house.orders.desk.reporter(id_, mended=True)
    (view,) = (one for one in board.rows(house.actors["zhou.min"]) if one.waits)
    board.say(house.actors["zhou.min"], view.id, passed=False, note="still hums")
    assert house.get(id_).row.person != "wang.fang"
    assert board.counts(house.actors["guo.hua"])[0].failed == 2


def test_where_the_cause_has_another_order_that_one_stands_for_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    always(monkeypatch)
    id_ = confirmed(house)
    house.step(1)
    house.publish(opened(make_finding(onset=house.now - HOUR_MS, last=house.now)))
    newer = house.only().id
    (view,) = house.orders.checks.rows(house.actors["zhou.min"])
    house.orders.checks.say(house.actors["zhou.min"], view.id, passed=False, note="still hums")
    assert house.get(id_).row.state is OrderState.CLOSED
    assert house.get(id_).history[-1].data["stands_for"] == newer


def test_an_audit_is_a_supervisors_who_did_not_end_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    always(monkeypatch)
    house.publish(opened(make_finding()))
    id_ = house.only().id
    house.act("guo.hua", id_, Command.CANCEL, reason="false_alarm", note="nothing there")
    board = house.orders.checks
    (view,) = board.rows(house.actors["admin"])
    assert (view.kind, view.subject) == (CheckKind.AUDIT, "Guo Hua")
    for login in ("guo.hua", "zhou.min", "chen.jing"):
        actor = house.actors[login]
        assert refused(partial(board.say, actor, view.id, passed=True, note="x")) == "forbidden"
    board.say(house.actors["admin"], view.id, passed=False, note="the valve leaks")
    detail = house.get(id_)
    assert (detail.row.state, detail.row.attempt) == (OrderState.ASSIGNED, 2)
    assert detail.cancel_reason is None


def test_what_was_opened_again_waits_for_no_look(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    always(monkeypatch)
    house.publish(opened(make_finding()))
    id_ = house.only().id
    house.act("guo.hua", id_, Command.CANCEL, reason="duplicate", note="x")
    (view,) = house.orders.checks.rows(house.actors["admin"])
    house.act("admin", id_, Command.REOPEN, note="it is none")
    board, admin = house.orders.checks, house.actors["admin"]
    assert refused(lambda: board.say(admin, view.id, passed=True, note="x")) == "conflict"
    assert board.rows(admin) == []


def test_a_contractors_first_ones_are_all_looked_at(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    never(monkeypatch)
    monkeypatch.setattr(checks, "FIRST", 2)
    house.records.staff.keep(ACME, firm=True, by="admin", at=START)
    house.know()
    for target in ("a.ahu1", "c.ahu1", "d.ahu1"):
        confirmed(house, target, "acme")
    (first, second) = house.orders.checks.rows(house.actors["guo.hua"])
    assert (first.why, second.why) == ("first", "first")
    assert {first.target, second.target} == {"a.ahu1", "c.ahu1"}
    assert house.orders.checks.counts(house.actors["guo.hua"])[0].firm


def test_out_of_scope_there_is_no_check(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    always(monkeypatch)
    confirmed(house)
    board = house.orders.checks
    (view,) = board.rows(house.actors["guo.hua"])
    assert board.rows(house.actors["wu.gang"]) == []
    wu = house.actors["wu.gang"]
    assert refused(lambda: board.say(wu, view.id, passed=True, note="x")) == "absent"
    assert house.get(view.order).row.outcome is Outcome.CONFIRMED
