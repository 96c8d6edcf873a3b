"""Orders on Plantroom's own plant: one a cause, ended by what ends the cause."""

from __future__ import annotations

from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.mutes import MutedFinding, MuteKind
from adapters.records.notifying import ChannelRow
from adapters.records.orders import Notification, Order
from adapters.records.tables import GatewayHealthRow
from core.clock import DAY_MS, HOUR_MS
from core.words import CancelReason, OrderState, Outcome, Priority, Trade
from tests.workorders.house import House, make_finding, opened
from workorders.muting.board import Wish
from workorders.states import Command

GATEWAY = "gw-a"


def channel(house: House, *, dead_for_h: float, failures: int = 9, name: str = "mail") -> None:
    now = house.now
    with house.records.session(ALL) as session:
        row = session.get(ChannelRow, name) or ChannelRow(name=name, next_at=0, reported=False)
        row.failures = failures
        row.failing_since = now - round(dead_for_h * HOUR_MS) if failures else None
        row.error = "answered 535" if failures else None
        session.add(row)


def outbox(house: House, full: float, *alarms: str, age_h: float = 0.0) -> None:
    with house.records.session(ALL) as session:
        row = session.get(GatewayHealthRow, GATEWAY) or GatewayHealthRow(
            gateway=GATEWAY, twins=0, batches=0, readings=0, quarantined=0, duplicates=0,
            discarded=0, deferred=0,
        )  # fmt: skip
        row.said_at = house.now - round(age_h * HOUR_MS)
        row.said = {
            "v": 1, "sent_at": house.now, "boot": "b", "version": "0", "outbox_rows": 5000,
            "outbox_bytes": 1, "outbox_full": full, "alarms": list(alarms),
        }  # fmt: skip
        session.add(row)


def orders(house: House) -> list[Order]:
    with house.records.session(ALL, reading=True) as session:
        return list(session.scalars(select(Order).order_by(Order.id)).all())


def test_a_channel_that_is_dead_for_an_hour_is_one_order_of_a_person(house: House) -> None:
    channel(house, dead_for_h=0.9)
    house.step()
    assert orders(house) == []
    channel(house, dead_for_h=1.1)
    for _ in range(50):
        house.step(0.01)
    row = house.only()
    assert (row.rule, row.priority, row.target) == ("SYS-01", Priority.P2, "notify.mail")
    assert row.person is not None
    assert row.trade is Trade.INSTRUMENT
    assert "answered 535" in str(row.explanation)
    channel(house, dead_for_h=2.0, failures=1)
    house.step(0.1)
    assert house.only().state is OrderState.ASSIGNED, "one that failed lately is not well"
    channel(house, dead_for_h=0.0, failures=0)
    house.step(0.1)
    (order,) = orders(house)
    assert (order.state, order.outcome) == (OrderState.CLOSED, Outcome.VERIFIED)
    assert [s.what for s in house.get(order.id).history][-1] == "recover"


def test_the_outbox_of_a_gateway_is_one_order_on_it_until_it_is_well(house: House) -> None:
    outbox(house, 0.85, "outbox_nearly_full")
    house.step()
    row = house.only()
    assert (row.asset, row.target, row.priority) == (GATEWAY, GATEWAY, Priority.P3)
    assert "85" in str(row.explanation)
    outbox(house, 0.75, "outbox_nearly_full")
    house.step(0.1)
    outbox(house, 1.0, "outbox_full")
    house.step(0.1)
    assert house.only().priority is Priority.P2, "what is lost pages as new"
    outbox(house, 0.5, age_h=0.5)
    house.step()
    assert house.only().state is OrderState.ASSIGNED, "what was said half an hour ago is no news"
    outbox(house, 0.5)
    house.step()
    assert [o.outcome for o in orders(house)] == [Outcome.VERIFIED]


def test_again_within_a_fortnight_is_a_recurrence(house: House) -> None:
    outbox(house, 0.85, "outbox_nearly_full")
    house.step()
    outbox(house, 0.1)
    house.step(0.1)
    house.step(24)
    outbox(house, 0.9, "outbox_nearly_full")
    house.step()
    first, second = orders(house)
    assert second.recurrence_of == first.id


def test_what_a_person_cancelled_is_not_opened_again_while_it_goes_on(house: House) -> None:
    outbox(house, 0.85, "outbox_nearly_full")
    house.step()
    house.act("guo.hua", house.only().id, Command.CANCEL, reason=CancelReason.FALSE_ALARM,
              note="being moved")  # fmt: skip
    for _ in range(5):
        outbox(house, 0.9, "outbox_nearly_full")
        house.step(0.1)
    assert len(orders(house)) == 1
    outbox(house, 0.2)
    house.step(0.1)
    outbox(house, 0.9, "outbox_nearly_full")
    house.step(0.1)
    assert len(orders(house)) == 2


def test_said_done_and_still_so_goes_back_and_well_closes_it(house: House) -> None:
    outbox(house, 0.85, "outbox_nearly_full")
    house.step()
    id_ = house.only().id
    house.repair(id_)
    assert house.get(id_).row.state is OrderState.VERIFYING
    outbox(house, 0.85, "outbox_nearly_full")
    house.step(0.1)
    assert house.get(id_).row.state is OrderState.VERIFYING
    house.step(1)
    outbox(house, 0.85, "outbox_nearly_full")
    house.step()
    assert house.get(id_).row.state is OrderState.ASSIGNED
    assert house.get(id_).row.attempt == 2
    outbox(house, 0.1)
    house.step(0.1)
    assert house.get(id_).row.state is OrderState.CLOSED


def test_a_mute_keeps_it_back_and_lists_it_once(house: House) -> None:
    _mute(house)
    outbox(house, 0.85, "outbox_nearly_full")
    for _ in range(10):
        house.step(0.01)
    assert orders(house) == []
    with house.records.session(ALL, reading=True) as session:
        assert len(session.scalars(select(MutedFinding)).all()) == 1
    house.step(25)
    outbox(house, 0.85, "outbox_nearly_full")
    house.step()
    assert house.only().rule == "SYS-02"


def _mute(house: House) -> None:
    wish = Wish(
        kind=MuteKind.MAINTENANCE, scope=GATEWAY, until=house.now + DAY_MS,
        reason="the line is being laid anew",
    )  # fmt: skip
    house.orders.mutes.mute(house.actors["guo.hua"], wish)


def test_each_channel_is_a_cause_and_none_a_storm(house: House) -> None:
    names = [f"robot-{n}" for n in range(12)]
    for name in names:
        channel(house, dead_for_h=3, name=name)
    for _ in range(20):
        house.step(0.005)
    house.publish(opened(make_finding(target="a.ahu2", onset=house.now - HOUR_MS)))
    found = orders(house)
    assert {o.cause for o in found if o.rule == "SYS-01"} == {
        f"notify.{name}|channel_dead" for name in names
    }
    assert sorted(o.family for o in found) == ["ahu_simultaneous"] + ["channel_dead"] * 12


def test_a_report_that_waits_gives_way_to_the_order_of_who_gets_both(house: House) -> None:
    with house.records.session(ALL) as session:
        for person in ("zhou.min", "@robot", "admin"):
            session.add(Notification(
                key=f"channel.mail.dead-1.{person}", building="", order_id=None, person=person,
                kind="channel", priority=2, created_at=house.now, copied=True,
                text={"head": {}, "lines": []},
            ))  # fmt: skip
    channel(house, dead_for_h=1.1)
    house.step()
    assert house.only().person == "zhou.min"
    with house.records.session(ALL, reading=True) as session:
        rows = session.scalars(select(Notification).where(Notification.kind == "channel"))
        assert {row.person: row.state for row in rows} == {
            "zhou.min": "moot", "@robot": "moot", "admin": "waiting",
        }  # fmt: skip
