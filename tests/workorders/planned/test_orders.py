"""Planned orders: one for each occurrence, closed by a checklist, missed for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, select, text, update

from adapters.records import ALL
from adapters.records.planned import PlannedAnswer, PlannedDay
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.errors import Fatal, Refused
from core.plans import Step, StepKind, Trigger, TriggerKind
from core.site import CalendarEntry, DayMode
from core.words import CancelReason, Licence, OrderState, Origin, Outcome, ProofKind
from tests.adapters.test_photos import jpeg, png
from tests.workorders.house import START, House, at, make_finding, opened
from tests.workorders.planned.working import (
    RUNNING,
    answer_all,
    begin,
    do,
    make_plan,
    occurrences,
    planning,
    plant,
    read_in,
)
from workorders.crew import checks
from workorders.planned.checklists import NEWEST, Said
from workorders.planned.looking import Stand
from workorders.service import WorkOrders
from workorders.states import Command


@pytest.fixture
def house(tmp_path: Path, sites_dir: Path) -> Iterator[House]:
    """A weekly plan at one machine, due on Wednesdays; it is Wednesday the 11th, ten o'clock."""
    with planning(tmp_path, sites_dir, make_plan()) as made:
        made.step()
        yield made


@pytest.fixture(autouse=True)
def nobody_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another person looks at one in ten; here at none, unless a test says so."""
    monkeypatch.setattr(checks, "SHARE", 0.0)


def test_one_order_by_the_same_dispatch_with_its_needs(tmp_path: Path, sites_dir: Path) -> None:
    plan = make_plan(licences=(Licence.REFRIGERANT,), people=2)
    with planning(tmp_path, sites_dir, plan) as house:
        house.step()
        house.step(1)
        order = house.only()
        detail = house.get(order.id)
        assert (detail.origin, detail.proof) == (Origin.PLAN, ProofKind.INSPECTION)
        assert (order.asset, order.priority, order.effort_min) == ("a.ahu1", 4, 40)
        assert (order.state, order.person) == (OrderState.ASSIGNED, "wang.fang")
        needs = house.orders.work.at(house.actors["admin"], order.id).needs
        assert {need.what for need in needs} == {"licence:refrigerant", "people:2"}
        (row,) = occurrences(house)
        assert (row.occurrence, row.order_id, row.absorbed) == ("2026-03-11", order.id, False)
        assert row.due_at == at("2026-03-12 00:00")
        # Promised for its day, not by the table of times for faults.
        assert [time.due for time in detail.due_times if time.kind == "restore"] == [row.due_at]


def test_a_restart_makes_nothing_twice(house: House) -> None:
    plant(house, house.site.plans)
    house.step(0.1)
    house.orders.planned.run()
    assert len(occurrences(house)) == len(house.queue()) == 1


def test_done_waits_for_every_step_and_then_it_closes_by_itself(house: House) -> None:
    order = house.only().id
    login = begin(house, order)
    with pytest.raises(Refused, match="open steps: 1, 2"):
        house.act(login, order, Command.DONE, cause="as_described", note="x", minutes=5)
    actor = house.actors[login]
    house.orders.planned.answer(actor, order, Said(step="drop", number=60.0))
    with pytest.raises(Refused, match="open steps: 2"):
        house.act(login, order, Command.DONE, cause="as_described", note="x", minutes=5)
    house.orders.planned.answer(actor, order, Said(step="clean"))
    house.act(login, order, Command.DONE, cause="as_described", note="x", minutes=5)
    house.step(0.01)
    detail = house.get(order)
    assert (detail.row.state, detail.row.outcome) == (OrderState.CLOSED, Outcome.CHECKED)
    (row,) = occurrences(house)
    assert (row.done_at, row.missed_at) == (detail.done_at, None)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Said(step="drop"), "A number is asked"),
        (Said(step="drop", number=float("nan")), "A number is asked"),
        (Said(step="drop", number=151.0), "beyond its limits"),
        (Said(step="drop", number=151.0, note="  "), "beyond its limits"),
        (Said(step="nothing", number=1.0), "no such order"),
        (Said(step="clean", note="x" * 1001), "too long"),
    ],
)
def test_what_is_no_answer_is_refused(house: House, said: Said, words: str) -> None:
    order = house.only().id
    login = begin(house, order)
    with pytest.raises(Refused, match=words):
        house.orders.planned.answer(house.actors[login], order, said)


def test_only_who_is_at_it_answers(house: House) -> None:
    order = house.only().id
    said = Said(step="clean")
    with pytest.raises(Refused, match="not possible while"):
        house.orders.planned.answer(house.actors["wang.fang"], order, said)
    begin(house, order)
    for login in ("xu.mei", "zhao.lei"):
        with pytest.raises(Refused):
            house.orders.planned.answer(house.actors[login], order, said)
    assert house.orders.planned.answer(house.actors["guo.hua"], order, said)


def test_the_newest_photo_answers_where_a_phone_knew_no_name(
    tmp_path: Path, sites_dir: Path
) -> None:
    steps = (Step(id="pic", ask={"en": "Picture"}, kind=StepKind.PHOTO),)
    with planning(tmp_path, sites_dir, make_plan(steps=steps)) as house:
        house.step()
        order = house.only().id
        actor, said = house.actors[begin(house, order)], Said(step="pic", photo=NEWEST)
        with pytest.raises(Refused, match="Send the photo first"):
            house.orders.planned.answer(actor, order, said)
        house.orders.photos.send(actor, order, jpeg())
        newest = house.orders.photos.send(actor, order, png())
        house.orders.planned.answer(actor, order, said)
        opened = house.orders.planned.at(actor, order)
        assert opened is not None
        (asked,) = opened.checklist.asked
        assert asked.answer is not None
        assert asked.answer.photo == newest


def test_a_photo_is_one_of_the_order(tmp_path: Path, sites_dir: Path) -> None:
    steps = (Step(id="pic", ask={"en": "Picture"}, kind=StepKind.PHOTO),)
    with planning(tmp_path, sites_dir, make_plan(steps=steps)) as house:
        house.step()
        order = house.only().id
        login = begin(house, order)
        with pytest.raises(Refused, match="Send the photo first"):
            house.orders.planned.answer(
                house.actors[login], order, Said(step="pic", photo="0" * 32)
            )


def test_beyond_its_limits_another_person_looks_and_an_order_follows(house: House) -> None:
    order = house.only().id
    login = begin(house, order)
    planned = house.orders.planned
    with pytest.raises(Refused, match="Nothing was found"):
        planned.follow_up(house.actors[login], order, "drop")
    answer_all(house, order, login, number=200.0)
    follow = planned.follow_up(house.actors[login], order, "drop")
    assert planned.follow_up(house.actors[login], order, "drop") == follow
    made = house.get(follow)
    assert (made.origin, made.row.asset, made.row.priority) == (Origin.REQUEST, "a.ahu1", 3)
    assert "200 Pa (≥ 20 ≤ 150 Pa). seen" in str(made.row.explanation)
    house.act(login, order, Command.DONE, cause="as_described", note="x", minutes=5)
    house.step(1)
    assert house.get(order).row.state is OrderState.VERIFYING
    with pytest.raises(Refused):
        house.act(login, order, Command.INSPECT, note="mine is fine")
    house.act("zhao.lei", order, Command.INSPECT, note="looked")
    house.step(0.01)
    assert occurrences(house)[0].done_at == house.get(order).done_at


def test_answers_are_added_and_never_changed(house: House) -> None:
    order = house.only().id
    login = begin(house, order)
    for number in (50.0, 70.0):
        house.orders.planned.answer(house.actors[login], order, Said(step="drop", number=number))
    opened_ = house.orders.planned.at(house.actors[login], order)
    assert opened_ is not None
    assert opened_.checklist.asked[0].answer.number == 70.0  # type: ignore[union-attr]
    with house.records.session(ALL) as session:
        rows = session.scalars(select(PlannedAnswer).order_by(PlannedAnswer.id)).all()
    assert [row.number for row in rows] == [50.0, 70.0]
    for change in (update(PlannedAnswer).values(number=1.0), delete(PlannedAnswer)):
        with pytest.raises(Fatal, match="append-only"), house.records.session(ALL) as session:
            session.execute(change)
    with pytest.raises(Exception, match="append-only"), house.records.engine.begin() as raw:
        raw.execute(text("UPDATE planned_answer SET number = 1"))


def test_missed_stays_missed_though_it_is_done_later(house: House) -> None:
    order = house.only().id
    house.step(24 * 2)
    assert occurrences(house)[0].missed_at is None, "the 13th is within the grace of two days"
    house.step(24)
    assert occurrences(house)[0].missed_at is not None
    do(house, order)
    house.step(0.01)
    row = occurrences(house)[0]
    assert (row.missed_at, row.done_at) == (at("2026-03-14 00:00"), house.get(order).done_at)
    assert [s.what for s in house.get(order).history].count("missed") == 1
    entries = house.orders.planned.occurrences(house.actors["admin"])
    assert entries[0].stand is Stand.DONE_LATE


def test_said_done_in_time_is_no_miss_while_somebody_has_to_look(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "SHARE", 1.0)
    order = house.only().id
    do(house, order)
    house.step(24 * 6)
    assert house.get(order).row.state is OrderState.VERIFYING
    assert occurrences(house)[0].missed_at is None
    house.act("guo.hua", order, Command.INSPECT, note="fine")
    house.step(0.01)
    row = occurrences(house)[0]
    assert (row.missed_at, row.done_at) == (None, house.get(order).done_at)


def test_the_next_one_is_absorbed_and_both_are_counted(house: House) -> None:
    order = house.only()
    house.step(24 * 8)
    first, second = occurrences(house)
    assert house.only().id == order.id
    assert (second.order_id, second.absorbed, first.absorbed) == (order.id, True, False)
    assert house.only().count == 2
    do(house, order.id)
    house.step(0.01)
    first, second = occurrences(house)
    assert first.missed_at is not None
    assert (second.missed_at, second.done_at) == (None, first.done_at)


def test_a_month_without_us_is_seen_whole_afterwards(house: House) -> None:
    do(house, house.only().id)
    house.step(0.01)
    house.clock.advance(house.now + 30 * DAY_MS)
    house.orders.step(house.now)
    rows = occurrences(house)
    # 4 April was a holiday week: the 8th is a working day.
    assert [r.occurrence for r in rows] == [
        "2026-03-11", "2026-03-18", "2026-03-25", "2026-04-01", "2026-04-08"
    ]  # fmt: skip
    assert [r.absorbed for r in rows] == [False, False, True, True, True]
    assert [r.missed_at is not None for r in rows] == [False, True, True, True, False]


def test_cancelled_work_is_missed_and_the_next_one_is_an_order_again(house: House) -> None:
    order = house.only().id
    house.act("guo.hua", order, Command.CANCEL, reason=CancelReason.DUPLICATE, note="no")
    house.step(24 * 5)
    first, second = occurrences(house)
    assert first.missed_at is not None
    assert (second.absorbed, second.order_id) == (False, house.only().id)


def test_what_was_sent_back_or_opened_again_is_not_done(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "SHARE", 1.0)
    order = house.only().id
    do(house, order)
    house.act("zhao.lei", order, Command.REJECT, note="the old one is in")
    login = begin(house, order)
    with pytest.raises(Refused, match="open steps: 1, 2"):
        house.act(login, order, Command.DONE, cause="other", note="x", minutes=5)
    answer_all(house, order, login)
    house.act(login, order, Command.DONE, cause="other", note="x", minutes=5)
    house.act("zhao.lei", order, Command.INSPECT, note="now")
    house.step(0.01)
    assert occurrences(house)[0].done_at is not None
    house.act("guo.hua", order, Command.REOPEN, note="not at all")
    house.step(0.01)
    assert occurrences(house)[0].done_at is None


def test_an_asset_that_left_is_said_and_planned_no_more(house: House) -> None:
    order = house.only().id
    other = make_plan(assets=("a.ahu2",))
    plant(house, [other])
    house.step(0.2)
    (row,) = house.orders.planned.plans(house.actors["admin"])
    assert row.left == ("a.ahu1",)
    house.step(24 * 8)
    assert {r.asset for r in occurrences(house) if r.occurrence > "2026-03-12"} == {"a.ahu2"}
    assert house.get(order).row.state is OrderState.ASSIGNED, "a person says what becomes of it"


def test_a_window_or_a_mute_is_said_and_takes_no_work_away(tmp_path: Path, sites_dir: Path) -> None:
    window = CalendarEntry(mode=DayMode.SHUTDOWN, start=at("2026-03-18 00:00"),
                           end=at("2026-03-19 00:00"), scope="a")  # fmt: skip
    with planning(tmp_path, sites_dir, make_plan(), calendar=[window]) as house:
        house.step()
        house.step(24 * 5)
        assert [row.note for row in occurrences(house)] == ["", "shutdown"]


def test_a_request_at_the_machine_is_no_part_of_its_planned_work(house: House) -> None:
    house.publish(opened(make_finding(target="a.ahu1")))
    assert len(house.queue()) == 2
    assert {row.count for row in house.queue()} == {1}


def fan(house: House, days: int, per_day: int, end: int = START) -> None:
    """The fan of the air handler ran so many hours of each day."""
    today = at("2026-03-11 00:00") if end == START else end
    read = np.arange(today - days * DAY_MS + MINUTE_MS, today + 1, MINUTE_MS, dtype=np.int64)
    hour = ((read + 8 * HOUR_MS - 1) % DAY_MS) // HOUR_MS
    read_in(house, "a.ahu1.fan_status", read, (hour < per_day).astype(np.float64))


def test_running_hours_are_counted_from_the_store(tmp_path: Path, sites_dir: Path) -> None:
    plan = make_plan(trigger=RUNNING, start=date(2026, 2, 20), lead_days=5)
    with planning(tmp_path, sites_dir, plan) as house:
        fan(house, days=10, per_day=9)
        house.step()
        (row,) = house.orders.planned.plans(house.actors["admin"])
        count = row.assets[0].count
        assert count is not None
        # Nine of the nineteen days have no reading at all: unknown, and said.
        assert (round(count.hours), round(count.unknown_h)) == (90, 9 * 24)
        assert (count.base, count.upto) == (date(2026, 2, 20), date(2026, 3, 10))
        assert not house.queue()
        assert row.assets[0].next is not None
        assert row.assets[0].next.foreseen
        fan(house, days=3, per_day=9, end=at("2026-03-14 00:00"))
        house.step(24 * 3)
        (made,) = occurrences(house)
        assert (made.occurrence, round(made.hours or 0)) == ("2026-02-20+1", 108)
        assert made.due_at == at("2026-03-18 00:00"), "full on the 12th, five days to do it"
        do(house, made.order_id or "")
        house.step(1)
        (row,) = house.orders.planned.plans(house.actors["admin"])
        assert row.assets[0].count is not None
        assert (row.assets[0].count.hours, row.assets[0].next) == (0.0, None)


def test_late_readings_are_counted_on_their_own_day(tmp_path: Path, sites_dir: Path) -> None:
    plan = make_plan(trigger=RUNNING, start=date(2026, 3, 1))
    with planning(tmp_path, sites_dir, plan) as house:
        house.step()
        fan(house, days=4, per_day=6)
        house.step(2)
        with house.records.session(ALL, reading=True) as session:
            mine = select(PlannedDay).order_by(PlannedDay.day)
            days = {row.day: row for row in session.scalars(mine)}
        assert days["2026-03-08"].ran_ms == 6 * HOUR_MS
        # The first reading of the 7th speaks for the last minute of the 6th.
        assert days["2026-03-06"].unknown_ms == DAY_MS - MINUTE_MS
        assert not set(days) - {f"2026-03-{n:02d}" for n in range(1, 11)}, "closed days only"


def test_a_condition_makes_one_order_until_it_is_done_and_one_more_if_it_goes_on(
    tmp_path: Path, sites_dir: Path
) -> None:
    trigger = Trigger(kind=TriggerKind.CONDITION, point="fan_speed", above=95.0, hours=2,
                      during="fan_status")  # fmt: skip
    with planning(tmp_path, sites_dir, make_plan(trigger=trigger)) as house:
        house.step()
        for day in range(4):
            end = at("2026-03-12 00:00") + day * DAY_MS
            fan(house, days=1, per_day=9, end=end)
            read = np.arange(end - DAY_MS + MINUTE_MS, end + 1, MINUTE_MS, dtype=np.int64)
            read_in(house, "a.ahu1.fan_speed", read, np.full(len(read), 100.0))
        house.step(24)
        house.step(24)
        (made,) = occurrences(house)
        assert made.occurrence == "2026-03-11"
        do(house, made.order_id or "")
        house.step(24 * 2)
        assert [row.occurrence for row in occurrences(house)] == ["2026-03-11", "2026-03-14"]


def test_advice_makes_work_of_a_finding_that_has_no_order(tmp_path: Path, sites_dir: Path) -> None:
    trigger = Trigger(kind=TriggerKind.ADVICE, rule="AC-04")
    with planning(tmp_path, sites_dir, make_plan(trigger=trigger)) as house:
        finding = make_finding()
        house.records.findings.save([opened(finding)])
        house.step()
        (row,) = occurrences(house)
        assert row.occurrence == finding.id
        assert house.get(row.order_id or "").origin is Origin.PLAN


def test_a_finding_with_an_order_is_mended_by_that(tmp_path: Path, sites_dir: Path) -> None:
    trigger = Trigger(kind=TriggerKind.ADVICE, rule="AC-04")
    with planning(tmp_path, sites_dir, make_plan(trigger=trigger)) as house:
        finding = make_finding()
        house.records.findings.save([opened(finding)])
        house.publish(opened(finding))
        house.step()
        assert not occurrences(house)


def test_without_being_asked_no_order_is_made(tmp_path: Path, sites_dir: Path) -> None:
    with planning(tmp_path, sites_dir, make_plan()) as house:
        quiet = house.orders
        house.orders = WorkOrders(
            house.site, house.records, house.store, house.clock, cards={},
            verdicts=house.records.verdicts, duty=quiet.desk.office.duty,
        )  # fmt: skip
        house.step(24 * 12)
        assert not occurrences(house)
        assert house.orders.planned.run() == 1
