"""A desk fix put off and on by a schedule that a person accepts, and what is booked of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.mutes import Mute
from adapters.records.tables import AuditRow
from analytics.rules import cards
from core.clock import DAY_MS, HOUR_MS
from core.errors import Refused
from tests.workorders.ledger.leaking import LEAK, RULE, TARGET, Leaking, leaking
from tests.workorders.ledger.test_booking import proven
from workorders.ledger.entries import check
from workorders.ledger.switch_board import SwitchBoard
from workorders.ledger.switchbacks import Switchback, read_switchback

SAVED = 24 * LEAK


@pytest.fixture
def leak(tmp_path: Path, sites_dir: Path) -> Iterator[Leaking]:
    with leaking(tmp_path, sites_dir) as made:
        proven(made)
        yield made


def board(leak: Leaking, *, desk: bool = True) -> SwitchBoard:
    """As if this leak could be turned on and off from the desk."""
    of = {card.id: card for card in cards()}
    return SwitchBoard(ground=leak.ledger.ground, cards={RULE: replace(of[RULE], desk=desk)})


def accepted(leak: Leaking) -> Switchback:
    admin = leak.house.actors["admin"]
    first = leak.ledger.ground.day(leak.house.now) + timedelta(days=1)
    board(leak).accept(admin, leak.order, reason="agreed with the desk", first=first)
    with leak.house.records.session(ALL, reading=True) as session:
        said = read_switchback(session, leak.order).accepted
    assert said is not None
    return said


def lived(leak: Leaking, of: Switchback, until: date) -> None:
    """Off days leak, the others do not; the rule says so on the first off day."""
    ground, day = leak.ledger.ground, leak.ledger.ground.day(leak.house.now)
    while day <= until:
        start = ground.midnight(day)
        leak.use(start, start + DAY_MS, LEAK if day in of.off else 0.0)
        day += timedelta(days=1)
    onset = ground.midnight(min(of.off)) + 2 * HOUR_MS
    leak.house.clock.advance(onset + HOUR_MS)
    leak.publish(leak.finding(onset, opened=onset + HOUR_MS, last=onset + HOUR_MS))
    leak.goes_on(ground.midnight(until + timedelta(days=1)))


def test_when_it_is_over_off_less_on_is_booked_in_place_of_the_construction(leak: Leaking) -> None:
    before = leak.whole().book.totals[0]
    of = accepted(leak)
    lived(leak, of, of.last)
    found = leak.whole().book
    switched = [e for e in leak.entries() if e.state == "verified" and e.hours == 0]
    assert {e.day for e in switched if e.day < of.first.isoformat()} >= {"2026-03-12"}
    off = {day.isoformat() for day in of.off}
    for entry in switched:
        wanted = 0.0 if entry.day in off else SAVED
        assert entry.saving == pytest.approx(wanted, abs=max(entry.u, 1e-9)), entry.day
    taken = [e.why for e in leak.entries() if e.state == "reversed"]
    assert set(taken) == {"switchback"}
    (booking,), (total,) = found.bookings, found.totals
    assert (booking.state, booking.ended_why) == ("verified", "")
    assert total.days > before.days
    # What one of its days may be wrong by all of them are, not the root of them.
    each = {e.u for e in switched if e.u}
    days = sum(1 for e in switched if e.u)
    assert total.u == pytest.approx(sum(e.u for e in switched), rel=0.35)
    assert total.u > 2 * max(each) * days**0.5
    count = len(leak.entries())
    leak.ledger.book(leak.house.now)
    assert len(leak.entries()) == count
    with leak.house.records.session(ALL, reading=True) as session:
        assert check(session).broken == []


def test_what_an_off_day_shows_opens_no_order_and_is_no_relapse(leak: Leaking) -> None:
    of = accepted(leak)
    lived(leak, of, min(of.off) + timedelta(days=1))
    assert leak.account().ended_why == ""
    assert leak.orders.desk.queue(leak.house.actors["admin"]) == []
    with leak.house.records.session(ALL, reading=True) as session:
        mute = session.scalars(select(Mute)).one()
    assert (mute.rule, mute.scope) == (RULE, TARGET)
    assert not [e for e in leak.entries() if e.state == "verified" and e.hours == 0]


def test_stopped_it_decides_nothing(leak: Leaking) -> None:
    of = accepted(leak)
    lived(leak, of, min(of.off))
    board(leak).stop(leak.house.actors["admin"], leak.order, reason="too cold")
    assert leak.account().ended_why == ""
    leak.use(leak.house.now, leak.house.now + 60 * DAY_MS, 0.0)
    leak.goes_on(leak.ledger.ground.midnight(of.last + timedelta(days=2)))
    assert not [e for e in leak.entries() if e.why == "switchback"]
    with leak.house.records.session(ALL, reading=True) as session:
        assert session.scalars(select(Mute)).one().ended_at is not None
        actions = session.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    assert [a for a in actions if a.startswith("savings.switch")] == [
        "savings.switchback.accepted", "savings.switchback.stopped"]  # fmt: skip


def test_it_is_offered_for_what_the_desk_mended_and_is_proven(leak: Leaking) -> None:
    admin = leak.house.actors["admin"]
    assert board(leak, desk=False).view(admin, leak.order) is None
    view = board(leak).view(admin, leak.order)
    assert view is not None
    assert (len(view.offer), view.may_decide) == (12, True)
    technician = next(a for a in leak.house.actors.values() if a.role == "technician")
    with pytest.raises(Refused, match="not yours"):
        board(leak).decline(technician, leak.order, reason="x")
    with pytest.raises(Refused, match="even number"):
        board(leak).accept(admin, leak.order, reason="x", first=view.first, pairs=5)
    with pytest.raises(Refused, match="from tomorrow"):
        board(leak).accept(admin, leak.order, reason="x", first=date(2026, 3, 1))
    board(leak).decline(admin, leak.order, reason="people would be cold")
    after = board(leak).view(admin, leak.order)
    assert after is not None
    assert (after.offer, after.declined_why) == ((), "people would be cold")
    with pytest.raises(Refused, match="decided this already"):
        board(leak).accept(admin, leak.order, reason="x", first=view.first)


def test_nobody_sees_or_switches_what_is_not_theirs(leak: Leaking) -> None:
    stranger = replace(leak.house.actors["admin"], buildings=frozenset({"a"}))
    with pytest.raises(Refused, match="no such order"):
        board(leak).view(stranger, leak.order)
    with pytest.raises(Refused, match="no such order"):
        board(leak).decline(stranger, leak.order, reason="x")
