"""From false alarms to a change that an engineer accepted, and to a rule that only advises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.orders import Notification
from adapters.records.tables import AuditRow
from adapters.records.teaching import LessonRow, RecordLessons
from analytics.rules import RULES
from analytics.rules.mixed_air import FC02
from core.clock import DAY_MS, HOUR_MS
from core.errors import Fatal, Refused
from core.verdict import Verdict
from core.words import CancelReason, FalseCause, OrderState, Priority
from tests.workorders.house import CARDS, House, make_finding, opened, run_of
from workorders.states import Command
from workorders.teaching.board import LessonBoard
from workorders.teaching.lessons import Lesson, Standing
from workorders.teaching.proposing import Kind
from workorders.teaching.service import Teaching


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real card with a limit that may be moved, before the house is made."""
    monkeypatch.setitem(CARDS, "FC-2", FC02)


@pytest.fixture
def taught(house: House) -> RecordLessons:
    return RecordLessons(house.records, house.site.timezone)


@pytest.fixture
def teaching(house: House, taught: RecordLessons) -> Teaching:
    return Teaching(
        site=house.site, sessions=house.records, verdicts=house.records.verdicts,
        store=house.store, rules=RULES, taught=taught,
    )  # fmt: skip


def false_alarm(
    house: House, margin: float | None = 0.5, *, rule: str = "FC-2", target: str = "a.ahu1",
    cause: str = FalseCause.NORMAL,
) -> str:  # fmt: skip
    """A day goes on, something is found, and the supervisor says that it is a false alarm."""
    house.step(24)
    finding = make_finding(rule, target, onset=house.now - 2 * HOUR_MS)
    if margin is not None:
        run = run_of(finding.onset, 2, Verdict.FAULT, rule=rule, target=target)
        house.judge(replace(run, margin=margin))
    house.publish(opened(finding))
    id_ = next(row.id for row in house.queue() if row.rule == rule and row.target == target)
    house.act("guo.hua", id_, Command.CANCEL, reason=CancelReason.FALSE_ALARM, note="well",
              cause=cause)  # fmt: skip
    return id_


def refused(what: Callable[[], object]) -> str:
    with pytest.raises(Refused) as error:
        what()
    return error.value.code


def board(house: House) -> LessonBoard:
    return house.orders.lessons


def only(house: House, login: str = "chen.jing") -> Lesson:
    (lesson,) = board(house).lessons(house.actors[login])
    return lesson


def proposed(house: House, teaching: Teaching) -> Lesson:
    for margin in (0.42, 0.97, 0.6):
        false_alarm(house, margin)
    teaching.step(house.now)
    return only(house)


def told(house: House, kind: str = "teaching") -> list[str]:
    with house.records.session(ALL, reading=True) as session:
        query = select(Notification.person).where(Notification.kind == kind)
        return list(session.scalars(query.order_by(Notification.id)))


def test_three_false_alarms_propose_once_with_their_evidence(
    house: House, teaching: Teaching
) -> None:
    false_alarm(house)
    false_alarm(house)
    teaching.step(house.now)
    assert board(house).lessons(house.actors["admin"]) == [], "two are a bad week"
    id_ = false_alarm(house, 0.97)
    teaching.step(house.now + HOUR_MS)
    lesson = only(house)
    assert (lesson.kind, lesson.standing, lesson.detail["to"]) == (Kind.LIMIT, Standing.WAITING, 4)
    assert lesson.evidence["count"] == 3
    assert lesson.evidence["orders"][-1] == {
        "order": id_, "opened": house.get(id_).row.opened_at, "ended": "false_alarm",
        "action": "", "note": "well", "margin": 0.97,
    }  # fmt: skip
    assert lesson.evidence["tried"]["before"] == 0, "the store has no reading"
    assert told(house) == ["chen.jing"]
    for hours in (2, 3):
        teaching.step(house.now + hours * HOUR_MS)
    assert only(house).id == lesson.id
    assert told(house) == ["chen.jing"], "said once"


def test_an_engineer_accepts_and_it_ends_by_itself(
    house: House, teaching: Teaching, taught: RecordLessons
) -> None:
    lesson, en = proposed(house, teaching), house.actors["chen.jing"]
    until = house.now + 30 * DAY_MS

    def accept(login: str, id_: int) -> None:
        board(house).accept(house.actors[login], id_, reason="stratified by design", until=until)

    assert refused(lambda: accept("guo.hua", lesson.id)) == "forbidden"
    assert refused(lambda: board(house).accept(en, lesson.id, reason=" ", until=until)) == "invalid"
    far = house.now + 181 * DAY_MS
    assert refused(lambda: board(house).accept(en, lesson.id, reason="x", until=far)) == "invalid"
    assert refused(lambda: accept("chen.jing", 99)) == "absent"
    assert taught.lessons().lifts == ()
    accept("chen.jing", lesson.id)
    (lift,) = taught.lessons().lifts
    assert (lift.rule, lift.target, lift.by) == ("FC-2", "a.ahu1", 1.0)
    assert (lift.since, lift.until) == (house.now, until)
    held = only(house)
    assert (held.standing, held.owner, held.until) == (Standing.HOLDS, "chen.jing", until)
    assert board(house).marks(en)[0] == {("FC-2", "a.ahu1")}
    assert refused(lambda: board(house).refuse(en, lesson.id, reason="no")) == "conflict"
    house.step(31 * 24)
    assert only(house).standing is Standing.OVER
    assert board(house).marks(en)[0] == frozenset()
    with house.records.session(ALL, reading=True) as session:
        said = session.scalars(select(AuditRow.action)).all()
    assert "lesson.accept" in said


def test_it_is_ended_before_its_time(
    house: House, teaching: Teaching, taught: RecordLessons
) -> None:
    lesson, en = proposed(house, teaching), house.actors["chen.jing"]
    board(house).accept(en, lesson.id, reason="x", until=house.now + 30 * DAY_MS)
    house.step(5)
    board(house).end(en, lesson.id, reason="sensor moved")
    assert taught.lessons().lifts[0].until == house.now
    assert only(house).ended_by == "chen.jing"
    assert refused(lambda: board(house).end(en, lesson.id, reason="again")) == "conflict"


def test_who_closed_the_orders_does_not_decide(house: House, teaching: Teaching) -> None:
    for _ in range(2):
        false_alarm(house)
    house.step(24)
    house.publish(opened(make_finding("FC-2", onset=house.now - 2 * HOUR_MS)))
    house.judge(replace(run_of(house.now - 2 * HOUR_MS, 2, Verdict.FAULT, rule="FC-2"), margin=0.1))
    house.act("admin", house.only().id, Command.CANCEL, reason=CancelReason.FALSE_ALARM,
              note="x", cause=FalseCause.NORMAL)  # fmt: skip
    teaching.step(house.now)
    lesson, until = only(house), house.now + DAY_MS
    admin = house.actors["admin"]
    assert refused(lambda: board(house).accept(admin, lesson.id, reason="x", until=until)) == (
        "forbidden"
    )
    board(house).accept(house.actors["chen.jing"], lesson.id, reason="x", until=until)


def test_a_refused_one_comes_back_only_with_as_many_new_ones(
    house: House, teaching: Teaching
) -> None:
    lesson, en = proposed(house, teaching), house.actors["chen.jing"]
    board(house).refuse(en, lesson.id, reason="the sensor is to be moved")
    teaching.step(house.now + HOUR_MS)
    false_alarm(house)
    false_alarm(house)
    teaching.step(house.now + HOUR_MS)
    assert [row.standing for row in board(house).lessons(en)] == [Standing.REFUSED]
    false_alarm(house)
    teaching.step(house.now + HOUR_MS)
    rows = board(house).lessons(en)
    assert [row.standing for row in rows] == [Standing.WAITING, Standing.REFUSED]


def test_an_accepted_mute_keeps_back_that_rule_alone(house: House, teaching: Teaching) -> None:
    for _ in range(3):
        false_alarm(house, None)  # no figures: nothing milder can be said
    teaching.step(house.now)
    lesson, en = only(house), house.actors["chen.jing"]
    assert (lesson.kind, lesson.evidence["why"]) == (Kind.MUTE, "no_figures")
    far = house.now + 91 * DAY_MS
    assert refused(lambda: board(house).accept(en, lesson.id, reason="x", until=far)) == "invalid"
    board(house).accept(en, lesson.id, reason="x", until=house.now + 10 * DAY_MS)
    house.step(1)
    kept_back = opened(make_finding("FC-2", onset=house.now - 2 * HOUR_MS))
    house.records.findings.save([kept_back])
    house.publish(kept_back)
    assert house.queue() == []
    house.publish(opened(make_finding("AC-04", onset=house.now - 2 * HOUR_MS)))
    assert house.only().rule == "AC-04"
    (mute,) = house.orders.mutes.rows(en)
    assert (mute.family, mute.count) == ("FC-2", 1)
    house.orders.mutes.end(house.actors["guo.hua"], mute.id)
    assert only(house).standing is Standing.OVER
    house.step(1)
    assert {row.rule for row in house.queue()} == {"AC-04", "FC-2"}


def demoted(house: House, teaching: Teaching, rule: str = "AC-04") -> None:
    for _ in range(5):
        false_alarm(house, None, rule=rule, cause="")
    teaching.step(house.now)


def test_a_poor_rule_only_advises_and_says_so_once(house: House, teaching: Teaching) -> None:
    demoted(house, teaching)
    (line,) = board(house).rules(house.actors["xu.mei"])
    assert (line.rule, line.standing, line.counts.judged) == ("AC-04", "demoted", 5)
    assert told(house) == ["chen.jing"]
    teaching.step(house.now + 2 * HOUR_MS)
    assert told(house) == ["chen.jing"]
    house.publish(opened(make_finding("AC-04", "d.ahu1", onset=house.now, money=9000.0)))
    row = house.only()
    assert (row.priority, row.reasons, row.state) == (
        Priority.P4, ("advice",), OrderState.ASSIGNED,
    )  # fmt: skip
    # A worse rule of the same family still raises it.
    house.publish(opened(make_finding("FC-5", "d.ahu1", onset=house.now)))
    assert house.only().priority is Priority.P2


def test_an_engineer_restores_it_and_it_is_judged_anew(house: House, teaching: Teaching) -> None:
    demoted(house, teaching)
    lessons, en = board(house), house.actors["chen.jing"]
    assert refused(lambda: lessons.restore(house.actors["guo.hua"], "AC-04", reason="x")) == (
        "forbidden"
    )
    assert refused(lambda: lessons.restore(en, "FC-5", reason="x")) == "absent"
    lessons.restore(en, "AC-04", reason="sensors were changed")
    teaching.step(house.now + 2 * HOUR_MS)
    assert lessons.rules(en)[0].standing == "order", "what is old is not held against it"
    house.publish(opened(make_finding("AC-04", "d.ahu1", onset=house.now)))
    assert house.only().priority is Priority.P3
    house.act("guo.hua", house.only().id, Command.CANCEL, reason="duplicate", note="x")
    demoted(house, teaching)
    assert lessons.rules(en)[0].standing == "demoted"


def test_danger_is_never_only_advice(
    house: House, teaching: Teaching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CARDS, "AC-04", replace(CARDS["AC-04"], severity=1))
    monkeypatch.setattr(
        teaching,
        "_cards",
        {**teaching._cards, "AC-04": CARDS["AC-04"]},  # noqa: SLF001
    )
    demoted(house, teaching)
    assert board(house).rules(house.actors["admin"])[0].standing == "kept"
    assert told(house) == ["chen.jing"]
    house.publish(opened(make_finding("AC-04", "d.ahu1", onset=house.now)))
    assert house.only().priority is Priority.P1


def test_what_was_said_stays_as_it_was_said(house: House, teaching: Teaching) -> None:
    proposed(house, teaching)
    with pytest.raises(Fatal):
        _rewrite(house)


def _rewrite(house: House) -> None:
    with house.records.session(ALL) as session:
        session.scalars(select(LessonRow)).one().kind = "mute"
