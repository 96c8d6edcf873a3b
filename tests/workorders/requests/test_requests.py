"""What people report: one order a trouble, no number readable, limits, the reporter's word."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from adapters.photos import cleaned
from adapters.records.base import ALL
from adapters.records.orders import Notification
from adapters.records.requests import RequestPhoto, ServiceRequest
from core.clock import HOUR_MS
from core.errors import Refused
from core.finding import FindingChange
from core.words import OrderState, Origin, Outcome, Priority, ProofKind
from tests.snapshots import SECRET, jpeg
from tests.workorders.house import House, later, make_finding, opened
from workorders.requests.following import Stage
from workorders.requests.intake import Report, Taken
from workorders.requests.kinds import KINDS, Kind
from workorders.requests.limits import MOST_AT_A_PLACE
from workorders.requests.places import Place, place_of

PHONE = "+86 138 1234 5678"


def report(house: House, kind: Kind = Kind.LIGHT, place: str = "a.meet3", **more: Any) -> Taken:
    said = {"words": "the left lamp is dead", **more}
    return house.orders.requests.report(Report(place=place, kind=kind, **said))


def test_a_report_opens_an_order_for_a_named_person(house: House) -> None:
    taken = report(house)
    row = house.only()
    assert (row.id, row.asset, row.priority, row.trade) == (taken.order, "a.meet3", 3, "E")
    assert row.person == "zhao.lei"
    detail = house.get(row.id)
    assert (detail.origin, detail.proof) == (Origin.REQUEST, ProofKind.REPORTER)
    assert "the left lamp is dead" in str(row.explanation)
    assert not taken.known


def test_the_same_trouble_at_the_same_place_is_known(house: House) -> None:
    first = report(house)
    second = report(house, words="still dark here {x}")
    assert (second.order, second.known) == (first.order, True)
    assert house.only().count == 2
    said = house.orders.requests.of_order(house.actors["admin"], first.order)
    assert [one.words for one in said] == ["the left lamp is dead", "still dark here {x}"]
    assert report(house, Kind.TAP).order != first.order, "another trade is another trouble"
    assert report(house, place="a.south2").order != first.order


def test_what_a_finding_explains_joins_its_order(house: House) -> None:
    house.publish(opened(make_finding("AC-04", "a.ahu2")))
    order = house.only()
    assert house.orders.requests.known(_place(house, "a.meet3")) == {Kind.COLD, Kind.WARM}
    taken = report(house, Kind.COLD, words="we sit in coats")
    assert (taken.order, taken.known, house.only().count) == (order.id, True, 2)
    assert _told(house, "reported") == ["wang.fang"]
    report(house, Kind.COLD)
    assert _told(house, "reported") == ["wang.fang"], "once, however many say so"
    assert report(house, Kind.COLD, "a.lobby").order != order.id, "served by another machine"


def test_a_burst_never_hides_in_a_dripping_tap(house: House) -> None:
    house.publish(opened(make_finding("WAT-07", "a.tank", severity=3)))
    taken = report(house, Kind.LEAK, "a.plant")
    assert not taken.known
    assert house.queue()[0].id == taken.order
    assert house.queue()[0].priority is Priority.P1


def test_numbers_are_known_again_and_never_read(house: House) -> None:
    report(house, phone=PHONE)
    with house.records.session(ALL) as session:
        (row,) = session.scalars(select(ServiceRequest)).all()
        assert row.phone == "861······5678"
        assert "1381234" not in str({k: v for k, v in vars(row).items() if k[0] != "_"})
    lin = house.actors["lin.na"]
    for dialled in (PHONE, "13812345678", "138-1234-5678"):
        (known,) = house.orders.requests.caller(lin, dialled)
        assert (known.said.place, known.open) == ("a.meet3", True)
    assert house.orders.requests.caller(lin, "13812345679") == []
    with pytest.raises(Refused):
        house.orders.requests.caller(house.actors["wang.fang"], PHONE)


def test_the_desk_enters_a_call_and_others_may_not(house: House) -> None:
    requests = house.orders.requests
    call = Report(place="c.ahu1", kind=Kind.WARM, words="", phone=PHONE)
    taken = requests.enter(house.actors["lin.na"], call)
    (said,) = requests.of_order(house.actors["admin"], taken.order)
    assert said.by == "Lin Na"
    for login in ("wang.fang", "xu.mei", "chen.jing"):
        with pytest.raises(Refused, match="not yours"):
            requests.enter(house.actors[login], call)


def test_too_much_from_one_place_is_refused_and_the_desk_still_may(house: House) -> None:
    for n in range(MOST_AT_A_PLACE):
        report(house, network=f"10.0.0.{n}")
    with pytest.raises(Refused, match="call the desk") as caught:
        report(house)
    assert caught.value.code == "too_many"
    assert house.only().count == MOST_AT_A_PLACE
    call = Report(place="a.meet3", kind=Kind.LIGHT)
    assert house.orders.requests.enter(house.actors["lin.na"], call).known


def test_what_cannot_stand_is_refused_in_words(house: House) -> None:
    with pytest.raises(Refused, match="no such place"):
        report(house, place="a.nowhere")
    with pytest.raises(Refused, match="too long"):
        report(house, words="x" * 1001)
    with pytest.raises(Refused, match="3 photos"):
        report(house, photos=[cleaned(jpeg())] * 4)
    assert house.queue() == []


def test_photos_are_kept_without_their_story_and_stay_in_scope(house: House) -> None:
    taken = report(house, photos=[cleaned(jpeg(exif=True))])
    (said,) = house.orders.requests.of_order(house.actors["admin"], taken.order)
    shown = house.orders.requests.photo(house.actors["liu.yang"], said.photos[0])
    assert (shown.media, SECRET in shown.content) == ("image/jpeg", False)
    with pytest.raises(Refused):
        house.orders.requests.photo(house.actors["wu.gang"], said.photos[0])
    with house.records.session(ALL) as session:
        assert session.scalars(select(RequestPhoto.width)).all() == [320]


def test_the_reporter_follows_confirms_and_rates_once(house: House) -> None:
    taken = report(house)
    requests = house.orders.requests
    assert requests.follow(taken.secret).stage is Stage.TAKEN
    with pytest.raises(Refused):
        requests.answer(taken.secret, mended=True)
    house.repair(taken.order)
    asked = requests.follow(taken.secret)
    assert (asked.stage, asked.may_answer, asked.may_rate) == (Stage.ASKED, True, False)
    with pytest.raises(Refused):
        requests.rate(taken.secret, 5, "", staff=False)
    requests.answer(taken.secret, mended=True)
    closed = house.get(taken.order)
    assert (closed.row.outcome, closed.row.state) == (Outcome.CONFIRMED, OrderState.CLOSED)
    requests.rate(taken.secret, 2, "three days in the dark", staff=False)
    with pytest.raises(Refused, match="already"):
        requests.rate(taken.secret, 5, "", staff=False)
    assert requests.follow(taken.secret).stars == 2
    assert _told(house, "rated") == ["guo.hua"]
    house.step(91 * 24)
    with pytest.raises(Refused):
        requests.follow(taken.secret)


def test_who_says_that_it_is_not_mended_sends_it_back(house: House) -> None:
    taken = report(house)
    house.repair(taken.order)
    house.orders.requests.answer(taken.secret, mended=False, note="dark as before")
    row = house.only()
    assert (row.state, row.attempt) == (OrderState.ASSIGNED, 2)
    assert house.get(row.id).history[-1].note == "dark as before"
    assert house.orders.requests.follow(taken.secret).mended is False


def test_the_same_trouble_after_the_repair_says_that_it_is_not_mended(house: House) -> None:
    taken = report(house)
    house.repair(taken.order)
    assert report(house, words="dark again").order == taken.order
    assert (house.only().state, house.only().attempt) == (OrderState.ASSIGNED, 2)


def test_silence_closes_unconfirmed_and_never_verified(house: House) -> None:
    taken = report(house)
    house.repair(taken.order)
    house.step(71)
    assert house.get(taken.order).row.state is OrderState.VERIFYING
    house.step(2)
    assert house.get(taken.order).row.outcome is Outcome.UNCONFIRMED


def test_ratings_of_people_who_work_here_count_nowhere(house: House) -> None:
    crew = report(house, phone="0000000000005")
    house.repair(crew.order)
    house.orders.requests.answer(crew.secret, mended=True)
    house.orders.requests.rate(crew.secret, 5, "", staff=False)
    with house.records.session(ALL) as session:
        assert session.scalars(select(ServiceRequest.left_out)).all() == ["crew"]


def test_the_same_again_within_a_fortnight_is_a_recurrence(house: House) -> None:
    first = report(house)
    house.repair(first.order)
    house.orders.requests.answer(first.secret, mended=True)
    house.step(13 * 24)
    second = report(house)
    assert house.get(second.order).row.recurrence_of == first.order


def test_a_report_follows_its_order_into_the_cause(house: House) -> None:
    """Who reported a symptom is told of what stands for it."""
    onset = house.now - 2 * HOUR_MS
    house.publish(opened(make_finding("WAT-01", "a.w-toilets", onset=onset)))
    taken = report(house, Kind.NO_WATER, "a.w-toilets")
    assert taken.known
    house.publish(opened(make_finding("HTG-09", "a.booster", onset=onset)))
    assert house.orders.requests.follow(taken.secret).order == house.only().id != taken.order


def test_withdrawn_readings_leave_what_people_said(house: House) -> None:
    finding = make_finding("AC-04", "a.ahu2")
    house.publish(opened(finding))
    taken = report(house, Kind.COLD)
    house.publish(later(finding, FindingChange.WITHDRAWN))
    assert house.only().withdrawn
    assert house.orders.requests.follow(taken.secret).stage is Stage.TAKEN


def test_every_kind_has_a_title_with_its_place() -> None:
    for kind, card in KINDS.items():
        assert "{target}" in card.title, kind
        assert 1 <= card.severity <= 4
    assert [k for k, c in KINDS.items() if c.severity == 1] == [
        Kind.LEAK, Kind.POWER, Kind.BURNING, Kind.GAS, Kind.LIFT,
    ]  # fmt: skip


def _place(house: House, id_: str) -> Place:
    place = place_of(house.site, id_)
    assert place is not None
    return place


def _told(house: House, kind: str) -> list[str]:
    query = select(Notification.person).where(Notification.kind == kind)
    with house.records.session(ALL) as session:
        return list(session.scalars(query))
