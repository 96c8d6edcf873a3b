"""What people may see and do: scope, relation, version, and two at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from adapters.records.base import ALL
from adapters.records.orders import Order, OrderEvent
from core.actor import SYSTEM
from core.clock import DAY_MS, HOUR_MS
from core.errors import Fatal, Refused
from core.words import CancelReason, HoldReason, OrderState
from tests.workorders.house import House, make_finding, make_house, opened
from workorders.act import Act
from workorders.refusals import OrderRefused
from workorders.states import Command


def test_what_is_out_of_scope_is_absent_in_the_words_of_what_never_was(house: House) -> None:
    house.publish(opened(make_finding(target="c.ahu1")))
    id_ = house.only().id
    assert house.queue("wang.fang") == []
    seen = set()
    for wanted in (id_, "WO-2026-9999"):
        with pytest.raises(Refused) as looked:
            house.get(wanted, "wang.fang")
        with pytest.raises(Refused) as acted:
            house.orders.desk.act(
                house.actors["wang.fang"], Act(order=wanted, do=Command.ACCEPT, version=1)
            )
        assert looked.value.code == acted.value.code == "absent"
        seen |= {str(looked.value), str(acted.value)}
    assert len(seen) == 1


def test_a_stale_form_is_told_who_was_faster(house: House) -> None:
    id_ = _order(house)
    seen = house.only().version
    house.act("guo.hua", id_, Command.REASSIGN, assignee="guo.hua")
    with pytest.raises(OrderRefused) as refused:
        house.act("wang.fang", id_, Command.ACCEPT, version=seen)
    assert refused.value.code == "conflict"
    assert refused.value.text.params == {"who": "Guo Hua", "when": "2026-03-11 10:00"}


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_of_two_who_accept_at_once_one_wins(
    engine: str, tmp_path: Path, sites_dir: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_records") if engine == "postgres" else None
    with make_house(tmp_path, sites_dir, url=url) as house:
        house.publish(opened(make_finding("PWR-03", "c.m-main", severity=1)))
        row = house.only()
        start = threading.Barrier(6)
        ended: list[str] = []

        def go(login: str, do: Command) -> None:
            start.wait()
            try:
                said = Act(order=row.id, do=do, version=row.version)
                house.orders.desk.act(house.actors[login], said)
                ended.append("won")
            except Refused as refusal:
                ended.append(refusal.code)

        tries = [("ma.chao", Command.ACCEPT), ("zhao.lei", Command.TAKE)] * 3
        threads = [threading.Thread(target=go, args=one) for one in tries]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(ended) == ["conflict"] * 5 + ["won"]
        taken = [s for s in house.get(row.id).history if s.what in {"accept", "take"}]
        assert len(taken) == 1
        assert house.get(row.id).row.person == taken[0].actor


def test_only_whom_it_belongs_to_accepts_but_a_colleague_may_take_it(house: House) -> None:
    house.publish(opened(make_finding("PWR-03", "c.m-main", severity=1)))
    id_ = house.only().id
    with pytest.raises(Refused) as refused:
        house.act("zhao.lei", id_, Command.ACCEPT)
    assert refused.value.code == "forbidden"
    assert [row.allowed for row in house.queue("zhao.lei")] == [(Command.TAKE,)]
    assert house.act("zhao.lei", id_, Command.TAKE).person == "zhao.lei"


def test_whom_it_does_not_concern_has_no_buttons(house: House) -> None:
    _order(house)
    assert house.queue("xu.mei")[0].allowed == ()
    assert house.queue("zhou.min")[0].allowed == ()
    assert house.queue("guo.hua")[0].allowed == (
        Command.PRIORITISE, Command.ACKNOWLEDGE, Command.DECLARE, Command.CANCEL,
        Command.REASSIGN,
    )  # fmt: skip


def test_nobody_closes_what_they_repaired(house: House) -> None:
    id_ = _order(house)
    house.act("guo.hua", id_, Command.REASSIGN, assignee="guo.hua")
    house.repair(id_)
    house.step(8 * 24)
    assert house.get(id_).row.needs_signature
    with pytest.raises(Refused) as refused:
        house.act("guo.hua", id_, Command.SIGN, note="I say so")
    assert refused.value.code == "forbidden"
    assert Command.SIGN not in house.queue("guo.hua")[0].allowed
    house.act("chen.jing", id_, Command.SIGN, note="looked at it")
    assert house.get(id_).closed_by == "chen.jing"


def test_what_can_still_be_proved_is_not_signed(house: House) -> None:
    id_ = _order(house)
    house.repair(id_)
    for do in (Command.SIGN, Command.INSPECT):
        with pytest.raises(Refused) as refused:
            house.act("guo.hua", id_, do, note="good enough")
        assert refused.value.code == "conflict"


def test_the_system_signs_nothing(house: House) -> None:
    id_ = _order(house)
    act = Act(order=id_, do=Command.CANCEL, version=house.only().version)
    with pytest.raises(Refused) as refused:
        house.orders.desk.act(SYSTEM, act)
    assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    ("do", "said", "field"),
    [
        (Command.DONE, {"cause": "x", "note": "y"}, "minutes"),
        (Command.DONE, {"cause": "x", "note": "y", "minutes": -5}, "minutes"),
        (Command.DONE, {"note": "y", "minutes": 5}, "cause"),
        (Command.DONE, {"cause": "x", "note": "y" * 4001, "minutes": 5}, "note"),
        (Command.HOLD, {"reason": "tired", "until": 1 << 50}, "reason"),
        (Command.HOLD, {"reason": HoldReason.PARTS, "until": 5}, "until"),
        (Command.HOLD, {"reason": HoldReason.ACCESS, "until": 1 << 50}, "who"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    house: House, do: Command, said: dict[str, object], field: str
) -> None:
    id_ = _order(house)
    house.act("wang.fang", id_, Command.ACCEPT)
    house.act("wang.fang", id_, Command.ARRIVE)
    with pytest.raises(OrderRefused) as refused:
        house.act("wang.fang", id_, do, **said)
    assert refused.value.code == "invalid"
    assert field in refused.value.fields
    assert house.get(id_).row.state is OrderState.IN_PROGRESS, "nothing was half done"


def test_a_risk_is_accepted_for_ninety_days_at_most(house: House) -> None:
    id_ = _order(house)
    said = {"reason": CancelReason.ACCEPTED_RISK, "note": "later"}
    with pytest.raises(Refused):
        house.act("guo.hua", id_, Command.CANCEL, until=house.now + 91 * DAY_MS, **said)
    house.act("guo.hua", id_, Command.CANCEL, until=house.now + 90 * DAY_MS, **said)
    assert house.get(id_).row.state is OrderState.CANCELLED


def test_a_supervisor_reopens_but_not_what_they_closed(house: House) -> None:
    id_ = _order(house)
    house.repair(id_)
    house.step(8 * 24)
    house.act("guo.hua", id_, Command.SIGN, note="off")
    with pytest.raises(Refused) as refused:
        house.act("guo.hua", id_, Command.REOPEN, note="or not")
    assert refused.value.code == "forbidden"
    row = house.act("admin", id_, Command.REOPEN, note="it is back")
    assert (row.state, row.attempt, row.person) == (OrderState.ASSIGNED, 2, "wang.fang")
    assert row.closed_at is None


def test_a_cause_that_is_open_again_is_not_reopened(house: House) -> None:
    id_ = _order(house)
    house.act("guo.hua", id_, Command.CANCEL, reason=CancelReason.DUPLICATE, note="x")
    house.publish(opened(make_finding(onset=house.now - HOUR_MS)))
    with pytest.raises(Refused) as refused:
        house.act("admin", id_, Command.REOPEN, note="mine")
    assert refused.value.code == "conflict"


def test_given_only_to_somebody_with_the_skill_who_works_there(house: House) -> None:
    id_ = _order(house)
    for nobody in ("he.ping", "liu.yang", "ghost"):
        with pytest.raises(OrderRefused) as refused:
            house.act("guo.hua", id_, Command.REASSIGN, assignee=nobody)
        assert refused.value.fields == ("assignee",)


def test_history_is_written_once_whoever_tries(house: House) -> None:
    id_ = _order(house)

    def change(session: Session) -> None:
        session.scalars(select(OrderEvent).limit(1)).one().note = "never was"

    tries: list[Callable[[Session], object]] = [
        change,
        lambda session: session.execute(update(OrderEvent).values(note="x")),
        lambda session: session.execute(delete(OrderEvent)),
        lambda session: session.connection().execute(text("DELETE FROM order_event")),
    ]
    for attempt in tries:
        with pytest.raises((DBAPIError, Fatal, Refused, RuntimeError)):
            _within(house, attempt)
    assert len(house.get(id_).history) == 3


def test_the_database_itself_allows_one_open_order_a_cause(house: House) -> None:
    id_ = _order(house)

    def again(session: Session) -> None:
        order = session.get_one(Order, id_)
        values = {c.key: getattr(order, c.key) for c in order.__mapper__.column_attrs}
        session.add(Order(**{**values, "id": "WO-2026-0002"}))

    with pytest.raises(DBAPIError, match="UNIQUE"):
        _within(house, again)


def test_the_crew_acts_as_whom_the_order_belongs_to(house: House) -> None:
    id_ = _order(house)
    crew = house.orders.crew
    (order,) = crew.open_orders()
    assert (order.id, order.rule, order.target) == (id_, "AC-04", "a.ahu1")
    assert (order.assignee, order.attempt, order.state) == ("wang.fang", 1, OrderState.ASSIGNED)
    crew.accept(id_)
    crew.arrive(id_)
    crew.done(id_, cause="valve", note="cleaned", minutes=40)
    assert crew.open_orders()[0].state is OrderState.VERIFYING
    actors = [s.actor for s in house.get(id_).history if s.what in {"accept", "arrive", "done"}]
    assert actors == ["wang.fang"] * 3


def _order(house: House) -> str:
    house.publish(opened(make_finding()))
    return house.only().id


def _within(house: House, attempt: Callable[[Session], object]) -> None:
    with house.records.session(ALL) as session:
        attempt(session)
