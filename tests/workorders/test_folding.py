"""Symptoms go under what stopped them, cases at once are one incident, and nothing is lost."""

from __future__ import annotations

from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.folds import OrderFold
from adapters.records.orders import OrderFinding
from core.clock import HOUR_MS, MINUTE_MS
from core.finding import FindingChange
from core.words import CancelReason, OrderState, Priority
from tests.sample import wushan
from tests.workorders.house import START, House, later, make_finding, opened
from workorders.states import Command
from workorders.symptoms import Graph

EARLY = START - 2 * HOUR_MS


def test_a_graph_knows_what_feeds_and_what_holds() -> None:
    graph = Graph(wushan())
    assert "a.ahu1" in graph.above("a.z-lobby")
    assert "a.m-main" in graph.above("a.m-sockets")
    assert {"a.boiler"} <= graph.above("a.hw-pump")
    assert "gw-a" in graph.carriers("a.ahu1")
    assert "a.z-lobby" not in graph.above("a.ahu1")


def test_what_a_failed_pump_feeds_is_its_symptom(house: House) -> None:
    house.publish(opened(make_finding("HTG-09", "a.booster")))
    pump = house.only()
    house.publish(opened(make_finding("WAT-01", "a.w-toilets", onset=EARLY + 10 * MINUTE_MS)))
    assert (house.only().id, house.only().count) == (pump.id, 2)


def test_half_an_hour_later_it_is_a_fault_of_its_own(house: House) -> None:
    house.publish(opened(make_finding("HTG-09", "a.booster")))
    house.publish(opened(make_finding("WAT-01", "a.w-toilets", onset=EARLY + 31 * MINUTE_MS)))
    assert len(house.queue()) == 2


def test_a_cause_found_last_takes_the_orders_of_its_symptoms(house: House) -> None:
    house.publish(opened(make_finding("WAT-01", "a.w-toilets", onset=EARLY + MINUTE_MS)))
    symptom = house.only()
    house.publish(opened(make_finding("HTG-09", "a.booster")))
    pump = house.only()
    assert (pump.asset, pump.count, pump.priority) == ("a.booster", 2, Priority.P2)
    gone = house.get(symptom.id)
    assert (gone.row.state, gone.cancel_reason) == (OrderState.CANCELLED, CancelReason.DUPLICATE)
    assert gone.history[-1].data["into"] == pump.id
    assert _rules(house, pump.id) == ["HTG-09", "WAT-01"]
    assert _rules(house, symptom.id) == []


def test_who_is_under_way_stays_so(house: House) -> None:
    house.publish(opened(make_finding("WAT-01", "a.w-toilets", onset=EARLY + MINUTE_MS)))
    row = house.only()
    house.act(str(row.person), row.id, Command.ACCEPT)
    house.publish(opened(make_finding("HTG-09", "a.booster")))
    assert len(house.queue()) == 2


def test_what_comes_of_a_folded_order_goes_where_it_went(house: House) -> None:
    symptom = make_finding("WAT-01", "a.w-toilets", onset=EARLY + MINUTE_MS)
    house.publish(opened(symptom))
    house.publish(opened(make_finding("HTG-09", "a.booster")))
    pump = house.only().id
    house.step(3)
    house.publish(later(symptom, FindingChange.CLEARED, cleared=house.now))
    house.publish(opened(make_finding("WAT-01", "a.w-toilets", onset=house.now - 2 * HOUR_MS)))
    assert (house.only().id, house.only().count) == (pump, 3)


def test_severity_one_always_has_an_order_of_its_own(house: House) -> None:
    burst = make_finding("WAT-01", "a.w-toilets", onset=EARLY + MINUTE_MS, severity=1)
    house.publish(opened(make_finding("HTG-09", "a.booster")), opened(burst))
    assert [row.priority for row in house.queue()] == [Priority.P1, Priority.P3]


def test_a_dead_gateway_takes_the_silence_behind_it_and_no_leaking_valve(house: House) -> None:
    house.publish(
        opened(make_finding("SEN-08", "a.ahu1.sat")),
        opened(make_finding("SEN-08", "a.ahu2.sat")),
        opened(make_finding("AC-04", "a.ahu2")),
    )
    assert len(house.queue()) == 3
    gateway = make_finding("SEN-08", "gw-a", onset=EARLY + 20 * MINUTE_MS, building="a")
    house.publish(opened(gateway))
    assert {(r.asset, r.count) for r in house.queue()} == {("gw-a", 3), ("a.ahu2", 1)}


def test_more_than_ten_cases_in_ten_minutes_are_one_incident(house: House) -> None:
    assets = [e.id for e in wushan().equipment.values() if e.building == "a"][:13]
    cases = [make_finding("AC-04", asset, onset=EARLY + n * 30_000)
             for n, asset in enumerate(assets)]  # fmt: skip
    house.publish(*(opened(case) for case in cases[:10]))
    assert len(house.queue()) == 10
    house.publish(*(opened(case) for case in cases[10:12]))
    incident = house.only()
    assert (incident.asset, incident.count, incident.state) == ("a", 12, OrderState.ASSIGNED)
    assert incident.title.params["n"] == 12
    house.publish(opened(make_finding("WAT-01", "a.tank", onset=EARLY, severity=1)))
    assert {row.asset for row in house.queue()} == {"a", "a.tank"}, "never a severity 1"
    house.publish(opened(make_finding("AC-04", assets[12], onset=EARLY + HOUR_MS)))
    assert len(house.queue()) == 3, "an hour later it is a case of its own"
    assert _rules(house, incident.id) == ["AC-04"] * 12
    with house.records.session(ALL) as session:
        assert len(session.scalars(select(OrderFold)).all()) == 10


def test_ten_cases_in_ten_minutes_are_ten_orders(house: House) -> None:
    assets = [e.id for e in wushan().equipment.values() if e.building == "a"][:11]
    cases = [make_finding("AC-04", asset, onset=EARLY + n * 61_000)
             for n, asset in enumerate(assets)]  # fmt: skip
    house.publish(*(opened(case) for case in cases))
    assert len(house.queue()) == 11


def test_what_became_worse_is_seen_in_every_state_and_stops_the_ladder(house: House) -> None:
    house.publish(opened(make_finding()))
    row = house.only()
    house.act("wang.fang", row.id, Command.ACCEPT)
    assert Command.ACKNOWLEDGE not in house.get(row.id, "wang.fang").row.allowed
    house.publish(opened(make_finding("FC-5", onset=START - HOUR_MS, severity=1)))
    house.step(0.2)
    told = {step.what for step in house.get(row.id).history}
    assert {"breached", "reminded"} <= told, "nobody said that they had seen it"
    house.act("wang.fang", row.id, Command.ACKNOWLEDGE)
    seen = house.get(row.id, "wang.fang")
    assert Command.ACKNOWLEDGE not in seen.row.allowed
    assert seen.row.state is OrderState.ACCEPTED
    assert not [t for t in seen.due_times if t.kind == "acknowledge" and t.met is None]


def _rules(house: House, id_: str) -> list[str]:
    """Rules of the findings that an order stands for."""
    query = select(OrderFinding.rule).where(OrderFinding.order_id == id_)
    with house.records.session(ALL) as session:
        return sorted(session.scalars(query))
