"""One order a cause, nothing twice, the worse one never lost."""

from __future__ import annotations

from sqlalchemy import func, select

from adapters.records.base import ALL
from adapters.records.orders import Notification, OrderEvent, OrderFinding
from core.clock import DAY_MS, HOUR_MS
from core.finding import FindingChange
from core.words import CancelReason, OrderState, Priority
from tests.workorders.house import START, House, later, make_finding, opened
from workorders.states import Command
from workorders.views import OrderRow


def test_the_same_event_twice_changes_nothing(house: House) -> None:
    finding = make_finding()
    house.publish(opened(finding))
    house.publish(later(finding, FindingChange.CONTINUED, last=START + HOUR_MS))
    before = _everything(house)
    house.publish(opened(finding))
    house.publish(opened(finding), opened(finding))
    house.publish(later(finding, FindingChange.CONTINUED, last=START + HOUR_MS))
    assert _everything(house) == before


def test_another_finding_of_the_cause_joins_and_is_counted(house: House) -> None:
    house.publish(opened(make_finding()))
    version = house.only().version
    house.publish(opened(make_finding(onset=START - HOUR_MS, last=START + HOUR_MS)))
    row = house.only()
    assert (row.count, row.last_seen) == (2, START + HOUR_MS)
    assert row.version > version
    assert _count(house, OrderFinding) == 2


def test_a_repeat_that_is_no_worse_makes_no_form_stale(house: House) -> None:
    finding = make_finding()
    house.publish(opened(finding))
    version = house.only().version
    house.publish(later(finding, FindingChange.CONTINUED, last=START + HOUR_MS))
    row = house.only()
    assert row.last_seen == START + HOUR_MS
    assert row.version == version


def test_a_worse_one_raises_it_pages_as_new_and_adds_clocks(house: House) -> None:
    house.publish(opened(make_finding()))
    id_ = house.only().id
    house.act("wang.fang", id_, Command.ACCEPT)
    house.publish(opened(make_finding("FC-5", onset=START - HOUR_MS)))
    detail = house.get(id_)
    assert detail.row.priority is Priority.P2
    assert detail.row.rule == "FC-5"
    assert [t.priority for t in detail.due_times if t.kind == "restore"] == [3, 2], "first is kept"
    assert _told(house, "raised") == ["wang.fang"]


def test_a_milder_one_never_lowers_it(house: House) -> None:
    house.publish(opened(make_finding("FC-5")))
    house.publish(opened(make_finding("AC-04", onset=START - HOUR_MS)))
    assert house.only().priority is Priority.P2


def test_other_assets_and_other_families_have_orders_of_their_own(house: House) -> None:
    house.publish(
        opened(make_finding()),
        opened(make_finding(target="a.ahu2")),
        opened(make_finding("WAT-01")),
    )
    assert len(house.queue()) == 3


def test_each_sensor_has_an_order_of_its_own_for_the_instrument_trade(house: House) -> None:
    house.publish(
        opened(make_finding("SEN-01", "a.ahu1.sat")), opened(make_finding("SEN-01", "a.ahu1.mat"))
    )
    rows = house.queue()
    assert [(r.asset, r.trade, r.person) for r in rows] == [("a.ahu1", "I", "zhou.min")] * 2


def test_a_device_that_falls_silent_is_one_order_whatever_it_measures(house: House) -> None:
    silent = ("a.ahu1.sat", "a.ahu1.mat", "a.ahu2.mat")
    house.publish(*(opened(make_finding("SEN-08", point)) for point in silent))
    assert {(r.asset, r.count) for r in house.queue()} == {("a.ahu1", 2), ("a.ahu2", 1)}


def test_a_meter_is_one_instrument_however_many_values_it_tells(house: House) -> None:
    wrong = ("a.m-main.energy", "a.m-main.power", "a.m-plant.power")
    house.publish(*(opened(make_finding("SEN-01", point)) for point in wrong))
    assert {(r.asset, r.count) for r in house.queue()} == {("a.m-main", 2), ("a.m-plant", 1)}


def test_the_same_cause_within_two_weeks_is_a_recurrence(house: House) -> None:
    house.publish(opened(make_finding()))
    first = _close(house)
    house.step(13 * 24)
    house.publish(opened(make_finding(onset=house.now - 2 * HOUR_MS)))
    assert house.only().recurrence_of == first
    second = _close(house)
    house.step(16 * 24)
    house.publish(opened(make_finding(onset=house.now - 2 * HOUR_MS)))
    assert house.only().recurrence_of is None
    assert second != house.only().id


def test_a_finding_that_goes_on_after_its_order_closed_opens_another(house: House) -> None:
    finding = make_finding()
    house.publish(opened(finding))
    first = _close(house)
    house.publish(later(finding, FindingChange.CONTINUED, last=house.now - HOUR_MS))
    assert house.queue() == [], "nothing newer than the close"
    house.step(1)
    again = later(finding, FindingChange.CONTINUED, last=house.now, revision=3)
    house.publish(again)
    house.publish(again)
    assert house.only().recurrence_of == first


def test_a_false_alarm_is_not_opened_again_by_the_same_finding(house: House) -> None:
    finding = make_finding()
    house.publish(opened(finding))
    house.act(
        "guo.hua", house.only().id, Command.CANCEL, reason=CancelReason.FALSE_ALARM, note="test run"
    )
    house.step(2)
    house.publish(later(finding, FindingChange.CONTINUED, last=house.now))
    assert house.queue() == []


def test_an_accepted_risk_absorbs_what_is_no_worse_until_it_expires(house: House) -> None:
    house.publish(opened(make_finding()))
    id_ = house.only().id
    house.act(
        "guo.hua", id_, Command.CANCEL, reason=CancelReason.ACCEPTED_RISK, note="until summer",
        until=START + 30 * DAY_MS,
    )  # fmt: skip
    house.step(24)
    house.publish(opened(make_finding(onset=house.now - 2 * HOUR_MS)))
    assert house.queue() == []
    assert house.get(id_).row.count == 2
    house.publish(opened(make_finding("FC-5", onset=house.now - 2 * HOUR_MS)))
    worse = house.only()
    assert worse.priority is Priority.P2
    _cancel_as_duplicate(house, worse)
    house.step(30 * 24)
    house.publish(opened(make_finding(onset=house.now - 2 * HOUR_MS)))
    assert house.only().id not in {id_, worse.id}


def test_a_withdrawn_finding_tells_its_order_and_the_person(house: House) -> None:
    finding = make_finding()
    house.publish(opened(finding))
    id_ = house.only().id
    house.act("wang.fang", id_, Command.ACCEPT)
    house.publish(later(finding, FindingChange.WITHDRAWN))
    row = house.only()
    assert (row.withdrawn, row.state) == (True, OrderState.ACCEPTED), "never silently gone"
    assert sorted(_told(house, "withdrawn")) == ["guo.hua", "wang.fang"]
    house.repair_rest(id_)
    house.step(1)
    assert house.get(id_).row.needs_signature, "nothing is left that telemetry could prove"


def test_cleared_by_itself_is_told_and_costs_nothing_any_more(house: House) -> None:
    finding = make_finding()
    house.publish(opened(finding))
    assert house.only().value_per_day > 0
    cleared = later(finding, FindingChange.CLEARED, cleared=START)
    house.publish(cleared, cleared)
    row = house.only()
    assert (row.cleared, row.value_per_day, row.waste_per_day) == (True, 0.0, 0.0)
    assert _told(house, "cleared") == ["wang.fang"]
    house.publish(opened(make_finding(onset=START)))
    assert not house.only().cleared


def test_a_fix_at_the_desk_goes_to_the_desk_but_never_a_severity_one(house: House) -> None:
    house.publish(opened(make_finding("PWR-03", "a.m-main")))
    assert house.only().person == "lin.na"
    house.publish(opened(make_finding("PWR-03", "c.m-main", severity=1)))
    urgent = house.queue()[0]
    assert (urgent.priority, urgent.person) == (Priority.P1, "ma.chao")


def test_what_the_desk_cannot_mend_goes_to_a_trade(house: House) -> None:
    house.publish(opened(make_finding("PWR-03", "a.m-main")))
    id_ = house.only().id
    assert Command.VISIT in house.get(id_, "lin.na").row.allowed
    house.act("lin.na", id_, Command.VISIT, reason="E", note="the contactor is stuck")
    row = house.only()
    assert (row.person, row.skill, row.state) == ("zhao.lei", "E", OrderState.ASSIGNED)
    assert Command.VISIT not in house.get(id_, "zhao.lei").row.allowed


def test_costs_raise_a_priority_but_waste_alone_never_above_p2(house: House) -> None:
    house.publish(opened(make_finding(money=501.0)), opened(make_finding("WAT-01", money=9_000.0)))
    dear, water = sorted(house.queue(), key=lambda row: row.rule)
    assert (dear.priority, dear.reasons) == (Priority.P2, ("cost",))
    assert (water.priority, water.reasons) == (Priority.P2, ())


def _close(house: House) -> str:
    """The one open order, repaired and signed after a week of silence."""
    id_ = house.only().id
    house.repair(id_)
    house.step(8 * 24)
    house.act("guo.hua", id_, Command.SIGN, note="off")
    return id_


def _cancel_as_duplicate(house: House, row: OrderRow) -> None:
    house.act("guo.hua", row.id, Command.CANCEL, reason=CancelReason.DUPLICATE, note="same")


def _everything(house: House) -> tuple[list[OrderRow], int, int, int]:
    counts = [_count(house, table) for table in (OrderEvent, OrderFinding, Notification)]
    return house.queue(), counts[0], counts[1], counts[2]


def _count(house: House, table: type[OrderEvent | OrderFinding | Notification]) -> int:
    with house.records.session(ALL) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _told(house: House, kind: str) -> list[str]:
    query = select(Notification.person).where(Notification.kind == kind)
    with house.records.session(ALL) as session:
        return list(session.scalars(query))
