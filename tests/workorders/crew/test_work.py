"""What an order needs before the work begins, and a contractor's link to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.sites.people import Person
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.errors import Refused
from core.words import Licence, OrderState, Permit, Role, Trade
from tests.adapters.test_photos import png
from tests.workorders.house import START, House, make_finding, make_house, opened
from workorders.crew.work import Workplace
from workorders.states import Command


def _accepted(house: House) -> str:
    house.publish(opened(make_finding()))
    id_ = house.only().id
    house.act("wang.fang", id_, Command.ACCEPT)
    return id_


def _refused(what: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        what()
    return refused.value.code


def _missing(house: House, id_: str) -> str:
    with pytest.raises(Refused) as refused:
        house.act("wang.fang", id_, Command.ARRIVE)
    assert refused.value.code == "conflict"
    return str(refused.value)


def _licensed(house: House, login: str, until: int) -> None:
    house.records.staff.add_licence(
        login, Licence.REFRIGERANT, "R-1", START - DAY_MS, until, by="guo.hua", at=START
    )


def _work(house: House) -> Workplace:
    return house.orders.work


def test_no_work_begins_without_what_it_needs(house: House) -> None:
    id_, work, su = _accepted(house), _work(house), house.actors["guo.hua"]
    for kind, what in (("permit", "isolation"), ("licence", "refrigerant"), ("people", "2")):
        work.need(su, id_, kind, what)
    said = _missing(house, id_)
    assert said == "Before the work begins: licence:refrigerant, permit:isolation, people:2."
    house.act("wang.fang", id_, Command.AT_PLACE)
    assert house.get(id_).arrived_at == START, "who waits at the door has come in time"
    _licensed(house, "wang.fang", START + DAY_MS)
    work.permit(su, id_, Permit.ISOLATION, "lock 7", START + 4 * HOUR_MS)
    assert _missing(house, id_) == "Before the work begins: people:2."
    work.helper(house.actors["wang.fang"], id_, "zhou.min")
    assert house.act("wang.fang", id_, Command.ARRIVE).state is OrderState.IN_PROGRESS
    seen = work.at(su, id_)
    assert [need.there for need in seen.needs] == [True, True, True]
    assert seen.helpers == (("zhou.min", "Zhou Min"),)


def test_a_licence_or_a_permit_that_has_ended_is_none(house: House) -> None:
    id_, work, su = _accepted(house), _work(house), house.actors["guo.hua"]
    work.need(su, id_, "permit", "hot_work")
    work.need(su, id_, "licence", "refrigerant")
    _licensed(house, "wang.fang", START + HOUR_MS)
    work.permit(su, id_, Permit.HOT_WORK, "H 1", START + HOUR_MS)
    house.clock.advance(START + HOUR_MS + MINUTE_MS)
    said = _missing(house, id_)
    assert said == "Before the work begins: licence:refrigerant, permit:hot_work."


def test_work_that_was_held_needs_a_permit_anew(house: House) -> None:
    id_, work, su = _accepted(house), _work(house), house.actors["guo.hua"]
    work.need(su, id_, "permit", "height")
    work.permit(su, id_, Permit.HEIGHT, "ladder 3", START + HOUR_MS)
    house.act("wang.fang", id_, Command.ARRIVE)
    house.act("wang.fang", id_, Command.HOLD, reason="parts", until=START + DAY_MS, note="belt")
    house.clock.advance(START + 20 * HOUR_MS)
    assert _refused(lambda: house.act("wang.fang", id_, Command.RESUME)) == "conflict"
    work.permit(su, id_, Permit.HEIGHT, "ladder 4", house.now + HOUR_MS)
    assert house.act("wang.fang", id_, Command.RESUME).state is OrderState.IN_PROGRESS
    house.act("wang.fang", id_, Command.DONE, cause="belt", note="new belt", minutes=30)
    assert not any(permit.holds for permit in work.at(su, id_).permits), "they end with the visit"


def test_nobody_permits_their_own_work(house: House) -> None:
    id_, work = _accepted(house), _work(house)

    def permit(login: str) -> str:
        return _refused(lambda: work.permit(
            house.actors[login], id_, Permit.ISOLATION, "x", START + HOUR_MS
        ))  # fmt: skip

    assert permit("wang.fang") == permit("zhou.min") == "forbidden", "no technician"
    work.helper(house.actors["wang.fang"], id_, "guo.hua")
    assert permit("guo.hua") == "forbidden", "a supervisor who helps is a worker"
    work.permit(house.actors["chen.jing"], id_, Permit.ISOLATION, "x", START + HOUR_MS)
    assert _refused(lambda: work.helper(house.actors["wang.fang"], id_, "chen.jing")) == "invalid"


@pytest.mark.parametrize(
    ("number", "hours"), [("", 1.0), ("x", 0.0), ("x", 25.0)], ids=["number", "past", "too long"]
)
def test_a_permit_names_its_paper_and_its_end(house: House, number: str, hours: float) -> None:
    id_ = _accepted(house)
    until = START + round(hours * HOUR_MS)
    assert _refused(lambda: _work(house).permit(
        house.actors["guo.hua"], id_, Permit.ISOLATION, number, until
    )) == "invalid"  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "what"), [("people", "1"), ("people", "99"), ("permit", "x"), ("tool", "saw")]
)
def test_a_need_that_nobody_knows_is_none(house: House, kind: str, what: str) -> None:
    id_ = _accepted(house)
    su = house.actors["guo.hua"]
    assert _refused(lambda: _work(house).need(su, id_, kind, what)) == "invalid"


def test_who_helped_judges_nothing(house: House) -> None:
    id_ = _accepted(house)
    _work(house).helper(house.actors["wang.fang"], id_, "guo.hua")
    house.repair_rest(id_)
    assert Command.CANCEL in house.get(id_, "guo.hua").row.allowed
    assert _refused(
        lambda: house.act("guo.hua", id_, Command.CANCEL, reason="duplicate", note="x")
    ) == "forbidden"  # fmt: skip


# -- contractors


ACME = Person(login="acme", name="Acme Lifts", role=Role.TECHNICIAN, trades=(Trade.HVAC,))


def _contracted(house: House) -> str:
    house.records.staff.keep(ACME, firm=True, by="admin", at=START)
    house.know()
    house.publish(opened(make_finding()))
    id_ = house.only().id
    house.act("guo.hua", id_, Command.REASSIGN, assignee="acme")
    return id_


def test_a_link_opens_one_order_on_one_phone(house: House) -> None:
    id_, work = _contracted(house), _work(house)
    made = work.link(house.actors["guo.hua"], id_, START + DAY_MS)
    before = house.get(id_).row.version
    assert work.knock(made.secret)
    assert not work.knock(made.secret + "x")
    assert house.get(id_).row.version == before, "opening it changes nothing"
    cookie = work.bind(made.secret, made.code, "Zhang San")
    assert cookie is not None
    found = work.guest(cookie)
    assert found is not None
    actor, order = found
    assert (order, actor.name, actor.buildings) == (id_, "Acme Lifts, Zhang San", frozenset("a"))
    assert work.guest(cookie + "x") is None
    assert _refused(lambda: work.bind(made.secret, made.code, "Li Si")) == "conflict"
    row = house.act("acme", id_, Command.ACCEPT)
    assert row.person == "acme"


def test_a_code_is_not_guessed(house: House) -> None:
    id_, work = _contracted(house), _work(house)
    made = work.link(house.actors["guo.hua"], id_, START + DAY_MS)
    wrong = f"{(int(made.code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert work.bind(made.secret, wrong, "X") is None
    assert not work.knock(made.secret), "five wrong codes end it"
    assert _refused(lambda: work.bind(made.secret, made.code, "X")) == "absent"


@pytest.mark.parametrize("how", ["reassigned", "expired", "a newer link", "done with"])
def test_a_link_ends(house: House, how: str) -> None:
    id_, work = _contracted(house), _work(house)
    made = work.link(house.actors["guo.hua"], id_, START + DAY_MS)
    cookie = work.bind(made.secret, made.code, "Zhang San")
    assert cookie is not None
    if how == "reassigned":
        house.act("guo.hua", id_, Command.REASSIGN, assignee="wang.fang")
        house.act("guo.hua", id_, Command.REASSIGN, assignee="acme")
    elif how == "expired":
        house.clock.advance(START + DAY_MS + MINUTE_MS)
    elif how == "a newer link":
        work.link(house.actors["guo.hua"], id_, START + DAY_MS)
    else:
        house.act("guo.hua", id_, Command.CANCEL, reason="false_alarm", note="nothing there")
    assert work.guest(cookie) is None
    assert not work.knock(made.secret)


def test_only_a_contractor_is_sent_a_link_and_only_by_a_dispatcher(house: House) -> None:
    id_, work = _contracted(house), _work(house)
    until = START + DAY_MS
    assert _refused(lambda: work.link(house.actors["zhou.min"], id_, until)) == "forbidden"
    late = START + 15 * DAY_MS
    assert _refused(lambda: work.link(house.actors["guo.hua"], id_, late)) == "invalid"
    house.act("guo.hua", id_, Command.REASSIGN, assignee="wang.fang")
    assert _refused(lambda: work.link(house.actors["guo.hua"], id_, until)) == "invalid"


def test_a_contractor_is_never_called_by_itself(house: House) -> None:
    house.records.staff.keep(ACME, firm=True, by="admin", at=START)
    house.records.staff.dismiss("wang.fang", by="admin", at=START)
    house.publish(opened(make_finding()))
    assert house.only().person == "guo.hua"


def test_the_simulated_crew_gets_its_permit_and_its_second_man(house: House) -> None:
    house.publish(opened(make_finding("PWR-03", "c.m-main", severity=1)))
    id_, work = house.only().id, _work(house)
    for kind, what in (("permit", "isolation"), ("people", "2")):
        work.need(house.actors["guo.hua"], id_, kind, what)
    house.orders.crew.accept(id_)
    house.orders.crew.arrive(id_)
    assert house.only().state is OrderState.IN_PROGRESS
    seen = work.at(house.actors["guo.hua"], id_)
    ((helper, _),) = seen.helpers
    assert helper == "zhao.lei"
    assert seen.permits[0].issued_by == "Guo Hua"


def test_two_orders_on_one_machine_within_a_week_are_flagged(house: House) -> None:
    first = _contracted(house)
    house.publish(opened(make_finding("SEN-01", "a.ahu1.sat", severity=3)))
    (second,) = (row.id for row in house.queue() if row.id != first)
    su = house.actors["guo.hua"]
    assert _work(house).at(su, first).split == ()
    both = replace(ACME, trades=(Trade.HVAC, Trade.INSTRUMENT))
    house.records.staff.keep(both, firm=True, by="admin", at=START)
    house.act("guo.hua", second, Command.REASSIGN, assignee="acme")
    assert _work(house).at(su, first).split == (second,)
    assert _work(house).at(su, second).split == (first,)


def test_the_same_on_postgresql(tmp_path: Path, sites_dir: Path, postgres_records: str) -> None:
    with make_house(tmp_path, sites_dir, url=postgres_records) as house:
        id_, work = _contracted(house), _work(house)
        su = house.actors["guo.hua"]
        work.need(su, id_, "permit", "isolation")
        work.permit(su, id_, Permit.ISOLATION, "lock 7", START + HOUR_MS)
        made = work.link(su, id_, START + DAY_MS)
        assert work.bind(made.secret, made.code, "Zhang San") is not None
        house.orders.photos.send(su, id_, png())
        assert [p.width for p in house.orders.photos.of(su, id_)] == [4]
        house.orders.handovers.log(su, "a", "the lift hums")
        house.act("acme", id_, Command.ACCEPT, key="k")
        house.act("acme", id_, Command.ARRIVE)
        row = house.act("acme", id_, Command.DONE, cause="x", note="belt", minutes=5, parts="belt")
        assert row.state is OrderState.VERIFYING
        assert house.get(id_).reports[0].parts == ({"number": "1", "name": "belt"},)
