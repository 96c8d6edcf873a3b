"""Non-routine events: two people and a document; both figures; nothing written is changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from adapters.records.base import ALL
from adapters.records.ledger import CellDayRow, NodeRow
from adapters.records.orders import Order
from adapters.records.tables import AuditRow
from core.clock import DAY_MS
from core.errors import Refused
from core.words import Carrier, OrderState
from tests.workorders.ledger.leaking import DONE, LEAK, ONSET, TARGET, Leaking, leaking
from tests.workorders.ledger.test_booking import proven
from workorders.ledger.event_board import EventBoard, Said
from workorders.ledger.events import check_events, read_events
from workorders.ledger.sizing import Sizing

KEY = b"kept outside the database"


@pytest.fixture
def leak(tmp_path: Path, sites_dir: Path) -> Iterator[Leaking]:
    with leaking(tmp_path, sites_dir) as made:
        yield made


def board(leak: Leaking, key: bytes = b"") -> EventBoard:
    house = leak.house
    return EventBoard(sessions=house.records, site=house.site, clock=house.clock, key=key)


def said(**more: object) -> Said:
    """A kitchen that opened on the third booked day."""
    values: dict[str, object] = {
        "place": TARGET, "carrier": Carrier.WATER, "first": date(2026, 3, 14),
        "last": date(2026, 6, 30), "per_day": 2.0, "u": 0.5, "words": "a kitchen opened",
        "document": "lease 2026-17", **more,
    }  # fmt: skip
    return Said(**values)  # type: ignore[arg-type]


def engineer(leak: Leaking) -> str:
    return next(login for login, a in leak.house.actors.items() if a.role == "engineer")


def counted(leak: Leaking, **more: object) -> int:
    """Entered by an engineer and confirmed by an admin."""
    actors = leak.house.actors
    id_ = board(leak).enter(actors[engineer(leak)], said(**more))
    board(leak).confirm(actors["admin"], id_, reason="seen the lease")
    return id_


def test_both_figures_are_shown_and_no_entry_is_changed(leak: Leaking) -> None:
    proven(leak)
    before, entries = leak.whole().book.totals[0], len(leak.entries())
    counted(leak)
    (total,), (booking,) = leak.whole().book.totals, leak.whole().book.bookings
    assert total.saving == before.saving
    assert total.adjusted is not None
    # Three of the five booked days.
    assert total.adjusted.saving == pytest.approx(before.saving + 3 * 2.0)
    assert total.adjusted.money == pytest.approx((before.money or 0) + 3 * 2.0 * 5.0)
    assert total.adjusted.u == pytest.approx((before.u**2 + (3 * 0.5) ** 2) ** 0.5)
    assert (booking.adjusted, booking.adjustment.days) == (total.adjusted.saving, 3)  # type: ignore[union-attr]
    leak.ledger.book(leak.house.now)
    assert len(leak.entries()) == entries


def test_it_counts_only_between_confirmed_and_undone(leak: Leaking) -> None:
    proven(leak)
    actors = leak.house.actors
    id_ = board(leak).enter(actors[engineer(leak)], said())
    assert leak.whole().book.totals[0].adjusted is None
    board(leak).confirm(actors["admin"], id_, reason="seen the lease")
    assert leak.whole().book.totals[0].adjusted is not None
    board(leak).undo(actors["admin"], id_, reason="the kitchen never opened")
    assert leak.whole().book.totals[0].adjusted is None
    with leak.house.records.session(ALL, reading=True) as session:
        (event,) = read_events(session)
        audit = session.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    assert (event.standing, event.undone.reason) == ("undone", "the kitchen never opened")  # type: ignore[union-attr]
    assert [a.removeprefix("savings.event.") for a in audit if a.startswith("savings")] == [
        "enter", "confirmed", "undone"]  # fmt: skip


def test_two_people_neither_of_whom_mended_it(leak: Leaking) -> None:
    proven(leak)
    actors, me = leak.house.actors, engineer(leak)
    id_ = board(leak).enter(actors[me], said())
    with pytest.raises(Refused, match="Who entered it"):
        board(leak).confirm(actors[me], id_, reason="x")
    with leak.house.records.session(ALL) as session:
        session.get_one(Order, leak.order).repaired_by = "admin"
    with pytest.raises(Refused, match="Who repaired"):
        board(leak).confirm(actors["admin"], id_, reason="x")
    technician = next(a for a in actors.values() if a.role == "technician")
    for deny in (lambda: board(leak).enter(technician, said()),
                 lambda: board(leak).confirm(technician, id_, reason="x")):  # fmt: skip
        with pytest.raises(Refused, match="not yours"):
            deny()
    board(leak).refuse(actors[me], id_, reason="entered twice")
    with pytest.raises(Refused, match="decided this already"):
        board(leak).refuse(actors["admin"], id_, reason="x")


@pytest.mark.parametrize(
    "wrong",
    [{"document": " "}, {"words": ""}, {"last": date(2026, 3, 13)}, {"per_day": 0.0}, {"u": 0.0},
     {"last": date(2027, 3, 15)}, {"carrier": Carrier.GAS}, {"place": "c.nowhere"},
     {"u": float("nan")}],
)  # fmt: skip
def test_what_cannot_stand_is_refused(leak: Leaking, wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        board(leak).enter(leak.house.actors["admin"], said(**wrong))


def test_what_acted_before_the_repair_made_the_level_too_high(leak: Leaking) -> None:
    proven(leak)
    before = leak.whole().book.totals[0].saving
    (plan,) = leak.plans()
    first = leak.ledger.ground.day(plan.detail["start"])
    days = (leak.ledger.ground.day(plan.detail["end"]) - first).days + 1
    counted(leak, first=first, last=first)
    adjusted = leak.whole().book.totals[0].adjusted
    assert adjusted is not None
    assert adjusted.saving == pytest.approx(before - 5 * 2.0 / days)
    # What acts on both sides alike changes nothing.
    counted(leak, first=date(2026, 3, 1), last=date(2026, 12, 1), per_day=7.0)
    again = leak.whole().book.totals[0].adjusted
    assert again is not None
    assert again.saving == pytest.approx(adjusted.saving)


def test_a_day_taken_back_takes_its_adjustment_along(leak: Leaking) -> None:
    proven(leak)
    counted(leak)
    with leak.house.records.session(ALL) as session:
        order = session.get_one(Order, leak.order)
        order.state, order.outcome, order.closed_at = OrderState.ASSIGNED, None, None
    leak.goes_on(DONE + 7 * DAY_MS)
    assert leak.whole().book.bookings[0].adjustment is None


def test_what_acts_where_nothing_is_measured_bears_on_no_order(leak: Leaking) -> None:
    proven(leak)
    below = next(m.id for m in leak.house.site.equipment.values()
                 if m.meter and m.meter.parent == TARGET)  # fmt: skip
    counted(leak, place=below)
    assert leak.whole().book.totals[0].adjusted is None
    assert board(leak).lines(leak.house.actors["admin"])[0].orders == ()


def test_the_meter_above_is_held_to_both(leak: Leaking) -> None:
    proven(leak)
    with leak.house.records.session(ALL, reading=True) as session:
        assert session.get_one(NodeRow, (TARGET, "water")).adjusted_booked is None
    counted(leak)
    leak.ledger.book(leak.house.now)
    with leak.house.records.session(ALL, reading=True) as session:
        node = session.get_one(NodeRow, (TARGET, "water"))
        cells = {round(c.booked, 3) for c in session.query(CellDayRow)}
    assert node.adjusted_booked == pytest.approx(node.booked + 6.0)
    assert node.adjusted_drop is not None
    assert node.adjusted_drop > node.drop
    assert len(cells) == 5, "cells hold what was measured"


def test_chain_and_database_keep_what_was_said(leak: Leaking) -> None:
    proven(leak)
    actors = leak.house.actors
    one = board(leak, KEY)
    id_ = one.enter(actors[engineer(leak)], said())
    one.confirm(actors["admin"], id_, reason="seen")
    one.enter(actors["admin"], said(words="another"))
    engine = leak.house.records.engine
    with leak.house.records.session(ALL, reading=True) as session:
        found = check_events(session, KEY)
    assert (found.rows, found.signed, found.broken) == (3, 3, ())
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text("UPDATE mv_event SET per_day = 99"))
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER mv_event_update"))
        connection.execute(text("UPDATE mv_event SET per_day = 99 WHERE id = 1"))
    with leak.house.records.session(ALL, reading=True) as session:
        assert check_events(session, KEY).broken == ("event 1",)


def test_a_size_comes_off_a_meter_without_an_order_alone(leak: Leaking) -> None:
    house, sizing = leak.house, Sizing(ground=leak.ledger.ground)
    event = date(2026, 2, 20)
    with pytest.raises(Refused, match="Order WO"):
        sizing.suggest(house.actors["admin"], TARGET, event, date(2026, 3, 9))
    found = sizing.suggest(house.actors["admin"], TARGET, event, event + timedelta(days=9))
    assert found.carrier is Carrier.WATER
    assert abs(found.per_day) <= 3 * found.u, "nothing happened then"
    assert found.evidence["during"] == 10
    with pytest.raises(Refused, match="It takes"):
        sizing.suggest(house.actors["admin"], TARGET, event, event + timedelta(days=2))
    leak.use(ONSET - 14 * DAY_MS, ONSET - 4 * DAY_MS, LEAK)
    more = sizing.suggest(house.actors["admin"], TARGET, event, event + timedelta(days=9))
    assert more.per_day == pytest.approx(24 * LEAK, abs=more.u + 1.0)
