"""The loop: a finding, an order for a named person, a repair, and telemetry's answer."""

from __future__ import annotations

from core.clock import DAY_MS, HOUR_MS
from core.finding import FindingChange
from core.site import CalendarEntry, DayMode
from core.verdict import Reason, Run, Verdict
from core.words import OrderState, Outcome
from tests.workorders.house import START, House, later, make_finding, opened, run_of
from workorders.states import Command


def test_a_finding_becomes_one_order_for_the_person_on_call(house: House) -> None:
    house.publish(opened(make_finding()))
    row = house.only()
    assert row.id == "WO-2026-0001"
    assert row.state is OrderState.ASSIGNED
    assert row.person == "wang.fang"
    history = house.get(row.id).history
    assert [step.what for step in history] == ["opened", "triage", "assign"]
    assert history[-1].data["reason"] == "only_one_on_call"


def test_a_good_repair_is_verified_by_telemetry_alone(house: House) -> None:
    id_ = _repaired(house)
    done = house.now
    assert house.get(id_).row.state is OrderState.VERIFYING
    _days(house, done, [Verdict.OK] * 2)
    house.step(2 * 24)
    assert house.get(id_).row.state is OrderState.VERIFYING, "two exposures of three"
    _days(house, done, [Verdict.OK] * 3)
    house.step(24)
    closed = house.get(id_)
    assert closed.row.state is OrderState.CLOSED
    assert closed.row.outcome is Outcome.VERIFIED
    assert closed.closed_by == "system"
    assert closed.watches[0].exposures == 3


def test_a_botched_repair_is_refused_and_returns_to_the_same_person(house: House) -> None:
    id_ = _repaired(house)
    house.judge(run_of(house.now, 3, Verdict.FAULT))
    house.step(4)
    row = house.get(id_).row
    assert (row.state, row.attempt, row.person) == (OrderState.ASSIGNED, 2, "wang.fang")
    refusal = next(s for s in house.get(id_).history if s.what == "refuse")
    assert refusal.data["watches"][0]["windows"], "the picture that refuses it"
    house.repair(id_)
    _days(house, house.now, [Verdict.OK] * 3)
    house.step(3 * 24)
    assert house.get(id_).row.outcome is Outcome.VERIFIED


def test_after_two_refusals_somebody_of_another_skill_has_it(house: House) -> None:
    id_ = _repaired(house)
    for _ in range(2):
        house.judge(run_of(house.now, 3, Verdict.FAULT))
        house.step(4)
        if house.get(id_).row.attempt == 2:
            house.repair(id_)
    row = house.get(id_).row
    assert row.attempt == 3
    assert row.person == "zhou.min", "instruments after ventilation"


def test_a_fault_left_for_thirty_days_never_verifies_itself(house: House) -> None:
    id_ = _repaired(house)
    done = house.now
    for day in range(30):
        house.judge(run_of(done + day * DAY_MS, 24, Verdict.FAULT))
        house.step(24)
        row = house.get(id_).row
        assert row.outcome is None
        if row.state is OrderState.ASSIGNED:
            house.repair(id_)
    steps = [step.what for step in house.get(id_).history]
    assert "verify" not in steps
    assert steps.count("refuse") == 30


def test_an_order_nobody_touches_never_closes(house: House) -> None:
    finding = make_finding()
    house.publish(opened(finding))
    for day in range(30):
        house.judge(run_of(START + day * DAY_MS, 24, Verdict.OK))
        house.step(24)
    house.publish(later(finding, FindingChange.CLEARED, cleared=house.now))
    house.step(24 * 30)
    row = house.only()
    assert row.cleared
    assert row.state is OrderState.ASSIGNED


def test_silence_for_a_week_needs_a_signature_of_who_did_not_repair(house: House) -> None:
    """It ran all week, only not as it did when the fault showed: one that stands is parked."""
    id_ = _repaired(house)
    house.judge(run_of(house.now, 8 * 24, Verdict.NOT_EVALUABLE, reason=Reason.OTHER_MODE))
    house.step(6 * 24)
    assert not house.get(id_).row.needs_signature
    house.step(2 * 24)
    row = house.get(id_).row
    assert row.needs_signature
    assert row.state is OrderState.VERIFYING
    house.step(60 * 24)
    assert house.get(id_).row.state is OrderState.VERIFYING, "only a person may close it"
    signed = house.act("guo.hua", id_, Command.SIGN, note="season is over")
    assert signed.outcome is Outcome.INCONCLUSIVE


def test_lost_points_return_the_order_and_open_one_for_the_instrument(house: House) -> None:
    id_ = _repaired(house)
    done = house.now
    house.judge(run_of(done, 48, Verdict.NOT_EVALUABLE, reason=Reason.NO_DATA))
    house.step(48)
    assert house.get(id_).row.state is OrderState.ASSIGNED
    other = next(row for row in house.queue() if row.id != id_)
    assert (other.trade, other.person) == ("I", "zhou.min")
    house.repair(other.id)
    house.step(24 * 10)
    assert house.get(other.id).row.state is OrderState.VERIFYING, "waits for another's look"
    seen = house.act("guo.hua", other.id, Command.INSPECT, note="plugged in again")
    assert seen.outcome is Outcome.INSPECTED


def test_lost_points_that_were_found_silent_have_their_order_already(house: House) -> None:
    id_ = _repaired(house)
    house.publish(opened(make_finding("SEN-08", "a.ahu1.mat", onset=house.now)))
    house.judge(run_of(house.now, 48, Verdict.NOT_EVALUABLE, reason=Reason.NO_DATA))
    house.step(48)
    assert house.get(id_).row.state is OrderState.ASSIGNED
    (other,) = (row for row in house.queue() if row.id != id_)
    assert other.rule == "SEN-08"
    returned = next(s for s in house.get(id_).history if s.what == "return")
    assert returned.data["instrument"] == other.id


def test_what_is_lost_while_works_were_announced_is_no_instruments_fault(house: House) -> None:
    """A line is cut by plan: its readings come afterwards, and nobody is sent."""
    id_ = _repaired(house)
    done = house.now
    works = CalendarEntry(mode=DayMode.MAINTENANCE, start=done, end=done + 50 * HOUR_MS, scope="a")
    house.orders.mutes.office.calendar.learn([works])
    house.judge(run_of(done, 72, Verdict.NOT_EVALUABLE, reason=Reason.NO_DATA))
    house.step(48)
    assert [row.id for row in house.queue()] == [id_]
    assert house.get(id_).row.state is OrderState.VERIFYING
    assert "announced" in str(house.get(id_).watches[0].awaited)
    house.judge(run_of(done + 72 * HOUR_MS, 48, Verdict.NOT_EVALUABLE, reason=Reason.NO_DATA))
    house.step(72)
    assert house.get(id_).row.state is OrderState.ASSIGNED, "the works are over"


def test_a_proof_waits_for_the_clock_of_its_gateway(house: House) -> None:
    id_ = _repaired(house)
    house.publish(opened(make_finding("SEN-09", "gw-a", building="a", onset=house.now)))
    house.judge(run_of(house.now, 48, Verdict.NOT_EVALUABLE, reason=Reason.MUTED))
    house.step(48)
    (other,) = (row for row in house.queue() if row.id != id_)
    assert (other.rule, other.asset) == ("SEN-09", "gw-a")
    assert house.get(id_).row.state is OrderState.VERIFYING, "nobody is sent a second time"


def test_every_change_reaches_the_dashboards(house: House) -> None:
    house.publish(opened(make_finding()))
    counts = dict(house.store.count())
    assert counts["order"] >= 1
    assert counts["finding"] >= 1
    before = counts["order"]
    house.step(1)
    assert house.store.count()["order"] == before, "nothing changed, nothing written"
    house.act("wang.fang", house.only().id, Command.ACCEPT)
    house.step(0)
    assert house.store.count()["order"] > before


def _repaired(house: House) -> str:
    house.publish(opened(make_finding()))
    house.judge(run_of(START - 2 * HOUR_MS, 2, Verdict.FAULT))
    id_ = house.only().id
    house.repair(id_)
    return id_


def _days(house: House, start: int, verdicts: list[Verdict]) -> None:
    runs: list[Run] = [
        run_of(start + n * DAY_MS, 24, verdict) for n, verdict in enumerate(verdicts)
    ]
    house.judge(*runs)
