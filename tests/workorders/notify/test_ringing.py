"""A P1 rings telephones up the chain until somebody acknowledges, and nobody after that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.orders import Notification
from core.clock import HOUR_MS
from core.finding import Finding, FindingChange
from tests.workorders.house import House, SameForAll, later, make_finding, make_house, opened
from tests.workorders.notify.listener import Listener
from tests.workorders.notify.test_notifier import Fake
from workorders.notify import Notifier
from workorders.notify.telephone import HttpTelephone
from workorders.states import Command

STEP_H = 1 / 60


@pytest.fixture
def written() -> Fake:
    return Fake("written")


@pytest.fixture
def house(tmp_path: Path, sites_dir: Path, listener: Listener, written: Fake) -> Iterator[House]:
    """Everybody has a telephone, rung through a service on loopback."""
    with make_house(tmp_path, sites_dir, channels=[written]) as made:
        line = HttpTelephone(f"{listener.address}/call")
        ways = SameForAll([written], telephones=[line])
        zone = made.site.timezone
        people = made.orders.desk.office.duty
        notifier = Notifier(made.records, people, ways, zone=zone, clock=made.clock)
        made.orders._notify = notifier  # noqa: SLF001 - the house makes one without telephones
        yield made


def _burst(house: House, severity: int = 1) -> Finding:
    """Found just now."""
    return make_finding("WAT-01", "a.w-main", severity=severity, onset=house.now - HOUR_MS)


def _rung(listener: Listener) -> list[str]:
    return [json.loads(one.body)["to"] for one in listener.asked]


def test_it_rings_on_up_the_chain_until_somebody_acknowledges(
    house: House, listener: Listener
) -> None:
    house.publish(opened(_burst(house)))
    house.step()
    first = house.only().person
    assert first is not None
    phones = {p.login: p.phone or p.login for p in house.records.people.all()}
    assert _rung(listener) == [phones[first]]
    for _ in range(45):
        house.step(STEP_H)
    rung = _rung(listener)
    assert len(rung) >= 14, "at least every three minutes"
    office = house.orders.desk.office
    for login in ("guo.hua", *office.duty.supervisors("a")):
        assert phones[login] in rung, f"{login} was called too"
    assert len(set(rung)) >= 3
    id_ = house.only().id
    house.act(house.only().person or "", id_, Command.ACCEPT)
    before = len(listener.asked)
    for _ in range(12):
        house.step(STEP_H)
    assert len(listener.asked) == before, "nobody is rung for what is acknowledged"


def test_who_acknowledges_by_the_message_is_not_rung_by_a_line_that_was_away(
    house: House, listener: Listener
) -> None:
    listener.answer = lambda _: (503, "")
    house.publish(opened(_burst(house)))
    house.step()
    assert len(listener.asked) == 1
    row = house.only()
    house.act(row.person or "", row.id, Command.ACCEPT)
    listener.answer = lambda _: (200, {})
    house.step(STEP_H)
    assert len(listener.asked) == 1
    with house.records.session(ALL) as session:
        rings = session.scalars(select(Notification).where(Notification.way == "ring")).all()
    assert [r.state for r in rings] == ["moot"]


def test_only_a_p1_rings(house: House, listener: Listener, written: Fake) -> None:
    house.publish(opened(_burst(house, severity=2)))
    for _ in range(15):
        house.step(STEP_H)
    assert listener.asked == []
    assert len(written.sent) == 1


def test_a_p1_that_went_by_itself_rings_no_more(house: House) -> None:
    finding = _burst(house)
    house.publish(opened(finding))
    house.step()
    house.publish(later(finding, FindingChange.CLEARED, cleared=house.now))
    house.step()
    rings = [r for r in _kinds(house) if r.startswith("ring-")]
    for _ in range(2):
        house.step(STEP_H)
    assert [r for r in _kinds(house) if r.startswith("ring-")] == rings == []


def test_the_telephone_is_rung_besides_the_message_not_instead(
    house: House, listener: Listener, written: Fake
) -> None:
    house.publish(opened(_burst(house)))
    house.step()
    assert len(listener.asked) == 1
    assert [letter.priority for _, letter in written.sent] == [1]


def _kinds(house: House) -> list[str]:
    with house.records.session(ALL) as session:
        return list(session.scalars(select(Notification.kind)).all())
