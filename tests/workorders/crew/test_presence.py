"""Who inspects stands at the place: by the label's scan, or a supervisor says why not."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from adapters.records.base import ALL
from adapters.records.orders import Order
from core.clock import MINUTE_MS
from core.errors import Refused
from core.words import Outcome, ProofKind
from tests.workorders.house import House, make_finding, opened
from workorders.crew import presence
from workorders.states import Command


@pytest.fixture
def waiting(house: House) -> str:
    """A repair of Wang Fang's that another person inspects."""
    house.publish(opened(make_finding()))
    id_ = house.only().id
    with house.records.session(ALL) as session:
        session.execute(
            update(Order).where(Order.id == id_).values(proof=ProofKind.INSPECTION)
        )  # fmt: skip
    house.repair(id_)
    return id_


def test_a_scan_at_the_place_inspects_and_the_history_says_where(
    house: House, waiting: str
) -> None:
    scan = house.scan("zhou.min", "a.ahu1")
    row = house.act("zhou.min", waiting, Command.INSPECT, note="dry", place=scan)
    assert row.outcome is Outcome.INSPECTED
    step = next(s for s in house.get(waiting).history if s.what == "inspect")
    assert step.data["place"] == "a.ahu1", "the place, not the scan"
    assert "elsewhere" not in step.data


def test_from_a_desk_nobody_inspects_but_a_supervisor_with_a_reason(
    house: House, waiting: str
) -> None:
    with pytest.raises(Refused, match="Scan the label at the place first"):
        house.act("zhou.min", waiting, Command.INSPECT, note="fine", place="")
    with pytest.raises(Refused, match="Scan the label at the place first"):
        house.act("zhou.min", waiting, Command.INSPECT, note="fine", elsewhere="too far")
    with pytest.raises(Refused, match="Say why nobody scanned"):
        house.act("guo.hua", waiting, Command.INSPECT, note="fine", elsewhere="  ")
    house.act("guo.hua", waiting, Command.INSPECT, note="fine", elsewhere="the label is gone")
    step = next(s for s in house.get(waiting).history if s.what == "inspect")
    assert step.data["elsewhere"] == "the label is gone"
    assert "place" not in step.data


def test_a_scan_is_of_one_person_one_place_and_half_an_hour(
    house: House, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = house.scan("zhou.min", "a.ahu1")
    place, at, _ = good.rsplit(".", 2)
    forged = [
        house.scan("guo.hua", "a.ahu1"),
        house.scan("zhou.min", "c.ahu1"),
        f"{good[:-1]}{'0' if good[-1] != '0' else '1'}",
        f"{place}.{int(at) + 1}.{good.rsplit('.', 1)[1]}",
        "a.ahu1", "..", "x.é.y", f"a.ahu1.{'9' * 40}.0",
    ]  # fmt: skip
    for scan in forged:
        with pytest.raises(Refused, match="scan the label again"):
            house.act("zhou.min", waiting, Command.INSPECT, note="fine", place=scan)
    later = int(at) + presence.LASTS_MS
    monkeypatch.setattr(presence, "system_ms", lambda: later + MINUTE_MS)
    with pytest.raises(Refused, match="scan the label again"):
        house.act("zhou.min", waiting, Command.INSPECT, note="fine", place=good)
    monkeypatch.setattr(presence, "system_ms", lambda: later)
    house.act("zhou.min", waiting, Command.INSPECT, note="fine", place=good)


def test_the_label_of_the_room_or_of_a_machine_beside_it_will_do(house: House) -> None:
    machine = house.site.equipment["a.ahu1"]
    beside = [e.id for e in house.site.equipment.values() if e.location == machine.location]
    assert len(beside) > 1
    assert all(presence.here(house.site, "a.ahu1", one) for one in (machine.location, *beside))
    assert not presence.here(house.site, "a.ahu1", "c.ahu1")


def test_other_commands_keep_nothing_of_a_scan(house: House) -> None:
    house.publish(opened(make_finding()))
    id_ = house.only().id
    house.act("wang.fang", id_, Command.ACCEPT, place="a.ahu1.1.x", elsewhere="x")
    step = next(s for s in house.get(id_).history if s.what == "accept")
    assert not step.data.keys() & {"place", "elsewhere"}
