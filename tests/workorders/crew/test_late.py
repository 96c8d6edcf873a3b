"""Commands of a phone that had no network: when they count from, and what they may overlook."""

from __future__ import annotations

import pytest

from adapters.records import ALL
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.errors import Refused
from tests.workorders.house import START, House, make_finding, opened
from workorders.act import Act
from workorders.book import Book
from workorders.crew import late
from workorders.happenings import Happening
from workorders.states import Command
from workorders.views import OrderDetail

PHONE = 1_000_000
"""The phone's clock stands in 1970: only the time between two of its moments counts."""
REPAIR = {"cause": "worn_part", "minutes": 20, "note": "New seat."}


def _sent(house: House, id_: str, do: Command, ago: int, version: int, **said: object) -> int:
    """A command that was pressed so long ago; the version that it leaves."""
    act = Act(order=id_, do=do, version=version, key=f"k-{do}", pressed=PHONE - ago, sent=PHONE,
              **said)  # type: ignore[arg-type]  # fmt: skip
    return house.orders.desk.act(house.actors["wang.fang"], act).version


def _waited(house: House, hours: float = 4) -> tuple[str, int]:
    """An order, and its version when the phone last saw it."""
    house.publish(opened(make_finding()))
    row = house.only()
    house.clock.advance(house.clock.now() + round(hours * HOUR_MS))
    return row.id, row.version


def _whole(house: House, id_: str, ago: int = 30 * MINUTE_MS) -> OrderDetail:
    """Accepted, arrived and done in a basement, the last so long ago."""
    version = house.get(id_).row.version
    version = _sent(house, id_, Command.ACCEPT, 90 * MINUTE_MS, version)
    version = _sent(house, id_, Command.ARRIVE, 80 * MINUTE_MS, version)
    _sent(house, id_, Command.DONE, ago, version, **REPAIR)
    return house.get(id_)


def test_done_counts_from_when_it_was_pressed_and_is_declared(house: House) -> None:
    id_, _ = _waited(house)
    detail, now = _whole(house, id_), house.clock.now()
    assert detail.done_at == now - 30 * MINUTE_MS
    (report,) = detail.reports
    assert (report.at, report.declared) == (now - 30 * MINUTE_MS, True)
    assert (detail.acknowledged_at, detail.arrived_at) == (now, now), "promises by our own clock"
    said = {s.what: s.data.get("pressed") for s in detail.history if s.actor == "wang.fang"}
    assert said == {"accept": now - 90 * MINUTE_MS, "arrive": now - 80 * MINUTE_MS,
                    "done": now - 30 * MINUTE_MS}  # fmt: skip


def test_never_before_what_the_same_person_did_last_nor_in_the_future(house: House) -> None:
    id_, _ = _waited(house)
    assert _whole(house, id_, 9 * HOUR_MS).done_at == house.clock.now() - 80 * MINUTE_MS


@pytest.mark.parametrize("ago", [30_000, -HOUR_MS], ids=["a moment", "the clock was set back"])
def test_what_comes_within_a_minute_has_our_own_stamp(house: House, ago: int) -> None:
    id_, _ = _waited(house)
    detail = _whole(house, id_, ago)
    assert (detail.done_at, detail.reports[0].declared) == (house.clock.now(), False)


def test_never_before_the_order_was_theirs(house: House) -> None:
    id_, version = _waited(house, 1)
    _sent(house, id_, Command.ACCEPT, 3 * HOUR_MS, version)
    step = next(s for s in house.get(id_).history if s.what == "accept")
    assert step.data["pressed"] == START


def test_what_is_older_than_keys_are_kept_is_refused(house: House) -> None:
    id_, version = _waited(house)
    with pytest.raises(Refused, match="15 days ago"):
        _sent(house, id_, Command.ACCEPT, 15 * DAY_MS, version)
    assert house.get(id_).acknowledged_at is None


def test_a_lost_answer_is_given_again_with_the_version_of_then(house: House) -> None:
    id_, version = _waited(house)
    first = _sent(house, id_, Command.ACCEPT, HOUR_MS, version)
    house.act("guo.hua", id_, Command.PRIORITISE, priority=1, note="The tenant called.")
    assert _sent(house, id_, Command.ACCEPT, HOUR_MS, version) == first
    assert first < house.get(id_).row.version
    with pytest.raises(Refused) as refused:
        _sent(house, id_, Command.ARRIVE, HOUR_MS, first)
    assert refused.value.code == "conflict", "the phone has not seen the new priority"


@pytest.mark.parametrize(
    ("what", "passes"),
    [(Happening.JOINED, True), (Happening.BREACHED, True), (Happening.WITHDRAWN, False),
     (Happening.RAISED, False)],
)  # fmt: skip
def test_what_happens_by_itself_and_takes_nothing_makes_no_conflict(
    house: House, what: Happening, *, passes: bool
) -> None:
    id_, version = _waited(house)
    with house.records.session(ALL) as session:
        book = Book.open(session, house.orders.desk.office, house.clock.now())
        order = book.lock(id_)
        assert order is not None
        book.happen(order, what)
    act = Act(order=id_, do=Command.ACCEPT, version=version, key="k", pressed=1, sent=HOUR_MS)
    if passes:
        house.orders.desk.act(house.actors["wang.fang"], act)
    else:
        with pytest.raises(Refused, match="Meanwhile"):
            house.orders.desk.act(house.actors["wang.fang"], act)
    assert late.MOST_LATE_MS == 14 * DAY_MS


def test_a_page_with_a_network_has_to_have_seen_all(house: House) -> None:
    id_, version = _waited(house)
    house.step(24 * 5)
    assert house.get(id_).row.version > version
    with pytest.raises(Refused, match="Meanwhile"):
        house.orders.desk.act(house.actors["wang.fang"],
                              Act(order=id_, do=Command.ACCEPT, version=version))  # fmt: skip
