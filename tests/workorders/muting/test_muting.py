"""Nothing is muted for ever, nothing muted is lost, and severity 1 never is."""

from __future__ import annotations

import pytest

from adapters.records.mutes import MuteKind
from core.clock import DAY_MS, HOUR_MS
from core.errors import Refused
from core.finding import FindingChange, FindingEvent, FindingState
from core.words import Priority
from tests.workorders.house import House, later, make_finding, opened
from workorders.muting.board import MOST_MS, MuteRow, Wish


def mute(house: House, scope: str, hours: float = 8, **more: object) -> int:
    values = {
        "kind": MuteKind.MAINTENANCE, "reason": "filters are changed",
        "until": house.now + round(hours * HOUR_MS), **more,
    }  # fmt: skip
    return house.orders.mutes.mute(house.actors["guo.hua"], Wish(scope=scope, **values))  # type: ignore[arg-type]


def tell(house: House, *events: FindingEvent) -> None:
    """As the engine does: kept first, then told."""
    house.records.findings.save(list(events))
    house.publish(*events)


def row(house: House, id_: int) -> MuteRow:
    return next(r for r in house.orders.mutes.rows(house.actors["admin"]) if r.id == id_)


@pytest.mark.parametrize("scope", ["a", "a.air", "a.ahu1", "gw-a"])
def test_what_is_muted_opens_no_order_and_is_listed(house: House, scope: str) -> None:
    id_ = mute(house, scope)
    tell(house, opened(make_finding()), opened(make_finding("WAT-01", "c.w-main")))
    assert [r.asset for r in house.queue()] == ["c.w-main"]
    (kept,) = row(house, id_).kept
    assert (kept.rule, kept.target, kept.released) == ("AC-04", "a.ahu1", None)


def test_another_system_another_family_another_time_are_not_muted(house: House) -> None:
    mute(house, "a.water")
    mute(house, "a.ahu1", family="stuck")
    mute(house, "a.ahu1", start=house.now + HOUR_MS)
    tell(house, opened(make_finding()))
    assert house.only().asset == "a.ahu1"


def test_severity_one_is_never_muted(house: House) -> None:
    mute(house, "a")
    finding = make_finding()
    tell(house, opened(finding))
    assert house.queue() == []
    tell(house, later(finding, FindingChange.CONTINUED, severity=1))
    assert house.only().priority is Priority.P1


def test_what_still_goes_on_when_a_mute_ends_opens_its_order(house: House) -> None:
    id_ = mute(house, "a.ahu1", 2)
    goes_on, mended = make_finding(), make_finding("SEN-01", "a.ahu1.sat")
    tell(house, opened(goes_on), opened(mended))
    house.step(1)
    tell(house, later(mended, FindingChange.CLEARED, cleared=house.now))
    assert house.queue() == []
    house.step(1.1)
    assert house.only().rule == "AC-04"
    states = {k.rule: (k.state, k.released is not None) for k in row(house, id_).kept}
    assert states == {"AC-04": ("open", True), "SEN-01": (FindingState.CLEARED, False)}
    house.step(1)
    assert len(house.queue()) == 1


def test_ending_it_early_releases_at_once(house: House) -> None:
    id_ = mute(house, "a.ahu1", 100)
    tell(house, opened(make_finding()))
    house.orders.mutes.end(house.actors["chen.jing"], id_)
    house.step(0.1)
    assert house.only().asset == "a.ahu1"
    assert row(house, id_).ended_by == "Chen Jing"
    with pytest.raises(Refused, match="over already"):
        house.orders.mutes.end(house.actors["chen.jing"], id_)


def test_one_mute_after_another_keeps_it_back(house: House) -> None:
    first = mute(house, "a.ahu1", 2)
    second = mute(house, "a", 20)
    tell(house, opened(make_finding()))
    house.step(3)
    assert house.queue() == []
    assert (row(house, first).count, row(house, second).count) == (0, 1)
    house.step(20)
    assert len(house.queue()) == 1


def test_what_came_late_of_a_fault_within_the_mute_is_muted_too(house: House) -> None:
    mute(house, "a.ahu1", 2)
    house.step(10)
    onset = house.now - 10 * HOUR_MS
    tell(house, opened(make_finding(onset=onset, last=onset + HOUR_MS)))
    assert house.queue() == []
    tell(house, opened(make_finding(onset=onset + HOUR_MS, last=house.now)))
    assert len(house.queue()) == 1, "it goes on after the end"


def test_an_open_order_hears_of_its_cause_whatever_is_muted(house: House) -> None:
    tell(house, opened(make_finding()))
    mute(house, "a")
    tell(house, opened(make_finding("FC-5", onset=house.now - HOUR_MS)))
    assert (house.only().count, house.only().priority) == (2, Priority.P2)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"reason": " "}, "why"),
        ({"until": 0}, "future"),
        ({"scope": "a.nothing"}, "nothing here"),
        ({"owner": "nobody"}, "log-in"),
        ({"family": "nonsense"}, "No rule"),
        ({"start": 1}, "a day ago"),
    ],
)
def test_what_cannot_stand_is_refused(house: House, wish: dict[str, object], words: str) -> None:
    with pytest.raises(Refused, match=words):
        mute(house, **{"scope": "a.ahu1", **wish})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", MuteKind)
def test_nothing_is_muted_for_ever(house: House, kind: MuteKind) -> None:
    most = MOST_MS[kind]
    mute(house, "a.ahu1", kind=kind, until=house.now + most)
    with pytest.raises(Refused, match=f"{most // DAY_MS} days at most"):
        mute(house, "a.ahu1", kind=kind, until=house.now + most + 1)


@pytest.mark.parametrize("login", ["wang.fang", "xu.mei"])
def test_who_may_not_mute_still_sees_what_is(house: House, login: str) -> None:
    id_ = mute(house, "a.ahu1")
    board = house.orders.mutes
    wish = Wish(kind=MuteKind.SHELVED, scope="a", reason="quiet", until=house.now + HOUR_MS)
    with pytest.raises(Refused, match="not yours"):
        board.mute(house.actors[login], wish)
    with pytest.raises(Refused, match="not yours"):
        board.end(house.actors[login], id_)
    assert [r.may_end for r in board.rows(house.actors[login])] == [False]
