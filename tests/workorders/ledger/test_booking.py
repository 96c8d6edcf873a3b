"""From a plan to days in the book, and back by counter-entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DatabaseError

from adapters.records.base import ALL
from adapters.records.ledger import CellDayRow, DayRow, NodeRow
from adapters.records.orders import Order
from analytics.savings.plan import model_hash
from core.clock import DAY_MS, HOUR_MS
from core.errors import Fatal
from core.finding import FindingChange
from core.words import OrderState, Outcome
from tests.workorders.house import at
from tests.workorders.ledger.leaking import DONE, LEAK, Leaking, leaking
from workorders.ledger.entries import check, write


@pytest.fixture
def leak(tmp_path: Path, sites_dir: Path) -> Iterator[Leaking]:
    with leaking(tmp_path, sites_dir) as made:
        yield made


def proven(leak: Leaking, days: int = 6) -> None:
    """Done, some days without the leak, and verified."""
    leak.done()
    leak.use(DONE, DONE + days * DAY_MS, 0.0)
    leak.goes_on(DONE + 2 * DAY_MS)
    close(leak)
    leak.goes_on(DONE + days * DAY_MS)


def close(leak: Leaking) -> None:
    """As the proof closes it; what proves it is tested where proofs are."""
    with leak.house.records.session(ALL) as session:
        order = session.get_one(Order, leak.order)
        order.state, order.outcome = OrderState.CLOSED, Outcome.VERIFIED
        order.closed_at, order.closed_by = leak.house.now, "system"


def test_a_plan_is_frozen_before_done_and_never_after(leak: Leaking) -> None:
    (plan,) = leak.plans()
    assert plan.frozen_at <= DONE
    assert plan.hash == model_hash({"why": plan.why, **plan.detail})
    assert (plan.option, plan.carriers, plan.boundary) == ("B", ["water"], {"water": "c.w-main"})
    leak.done()
    leak.use(DONE, DONE + DAY_MS, 0.0)
    leak.goes_on(DONE + DAY_MS)
    assert [p.id for p in leak.plans()] == [plan.id]


def test_the_night_that_raised_the_alarm_is_left_out(leak: Leaking) -> None:
    (plan,) = leak.plans()
    assert plan.detail["selected"] is False
    assert plan.detail["hours"] == pytest.approx(72.0)
    assert plan.detail["rate"]["water"] == pytest.approx([LEAK + 0.03], rel=0.05)


def test_nothing_counts_before_the_proof_and_all_of_it_after(leak: Leaking) -> None:
    leak.done()
    leak.use(DONE, DONE + 6 * DAY_MS, 0.0)
    leak.goes_on(DONE + 3 * DAY_MS)
    assert {e.state for e in leak.entries()} == {"provisional"}
    assert leak.whole().money == 0.0
    assert leak.whole().book.totals[0].provisional == pytest.approx(2 * 24 * LEAK, rel=0.05)
    close(leak)
    leak.goes_on(DONE + 6 * DAY_MS)
    (total,) = leak.whole().book.totals
    assert (total.days, total.orders) == (5, 1)
    assert total.saving == pytest.approx(5 * 24 * LEAK, rel=0.03)
    assert abs(total.saving - 5 * 24 * LEAK) <= total.u < total.saving
    assert total.money == pytest.approx(total.saving * 5.0)
    assert leak.account().first == "2026-03-12"


def test_days_go_on_one_by_one_and_no_day_twice(leak: Leaking) -> None:
    proven(leak)
    before = len(leak.entries())
    leak.ledger.book(leak.house.now)
    leak.ledger.book(leak.house.now)
    assert len(leak.entries()) == before
    verified = [e.day for e in leak.entries() if e.state == "verified"]
    assert len(verified) == len(set(verified)) == 5


def test_a_repair_that_was_refused_books_nothing(leak: Leaking) -> None:
    leak.done()
    leak.use(DONE, DONE + 3 * DAY_MS, LEAK)
    leak.goes_on(DONE + 2 * DAY_MS)
    with leak.house.records.session(ALL) as session:
        session.get_one(Order, leak.order).state = OrderState.ASSIGNED
    leak.goes_on(DONE + 3 * DAY_MS)
    assert leak.account().state == "reversed"
    assert all(b.days == 0 and b.saving == 0 for b in leak.whole().book.bookings)


def test_opened_again_everything_is_taken_back(leak: Leaking) -> None:
    proven(leak)
    with leak.house.records.session(ALL) as session:
        order = session.get_one(Order, leak.order)
        order.state, order.outcome, order.closed_at = OrderState.ASSIGNED, None, None
    leak.goes_on(DONE + 7 * DAY_MS)
    states = [e.state for e in leak.entries()]
    assert states.count("reversed") == states.count("verified") == 5
    assert sum(e.saving for e in leak.entries() if e.state in {"verified", "reversed"}) == (
        pytest.approx(0.0)
    )
    assert leak.whole().book.bookings[0].days == 0
    with leak.house.records.session(ALL, reading=True) as session:
        assert {round(c.booked, 6) for c in session.query(CellDayRow)} == {0.0}


def test_a_fault_that_comes_back_ends_the_booking_at_its_onset(leak: Leaking) -> None:
    proven(leak)
    again = at("2026-03-15 00:00")
    leak.publish(leak.finding(again, opened=again + 2 * DAY_MS))
    leak.goes_on(DONE + 7 * DAY_MS)
    account = leak.account()
    assert (account.state, account.ended_why) == ("ended", "relapse")
    assert leak.whole().book.bookings[0].days == 3
    taken = [e.day for e in leak.entries() if e.state == "reversed"]
    assert taken == ["2026-03-15", "2026-03-16"]


def test_late_readings_change_a_day_by_two_entries(leak: Leaking) -> None:
    proven(leak)
    before = leak.whole().book.totals[0].saving
    day = at("2026-03-16 00:00")
    leak.use(day, day + DAY_MS, 0.1)
    leak.ledger.book(leak.house.now + HOUR_MS)
    last = leak.entries()[-2:]
    assert [(e.day, e.state, e.why) for e in last] == [
        ("2026-03-16", "reversed", "late_readings"), ("2026-03-16", "verified", "")]  # fmt: skip
    assert leak.whole().book.totals[0].saving == pytest.approx(before - 2.4, abs=0.2)


def test_a_withdrawn_finding_takes_it_back(leak: Leaking) -> None:
    proven(leak)
    gone = replace(leak.finding(), revision=2)
    leak.publish(gone, FindingChange.WITHDRAWN)
    with leak.house.records.session(ALL) as session:
        session.get_one(Order, leak.order).withdrawn_at = leak.house.now
    leak.goes_on(DONE + 7 * DAY_MS)
    assert (leak.account().state, leak.account().ended_why) == ("reversed", "withdrawn")


def test_three_days_without_readings_end_it(leak: Leaking) -> None:
    proven(leak)
    leak.goes_on(DONE + 11 * DAY_MS)
    account = leak.account()
    assert (account.state, account.ended_why) == ("ended", "no_data")
    assert [e.why for e in leak.entries() if e.state == "not_estimable"][:3] == ["no_data"] * 3


def test_no_more_is_booked_out_of_a_meter_than_it_would_have_used(leak: Leaking) -> None:
    leak.done()
    leak.use(DONE, DONE + 4 * DAY_MS, 0.0)
    with leak.house.records.session(ALL) as session:
        session.add(CellDayRow(cell="c.w-main", day="2026-03-12", carrier="water", building="c",
                               booked=500.0, counterfactual=500.0))  # fmt: skip
    close(leak)
    leak.goes_on(DONE + 4 * DAY_MS)
    first = next(e for e in leak.entries() if e.day == "2026-03-12")
    assert (first.state, first.why) == ("disputed", "cell")
    booking = leak.whole().book.bookings[0]
    assert (booking.days, booking.disputed) == (2, 1)


def test_the_chain_shows_who_changed_an_entry(leak: Leaking) -> None:
    proven(leak)
    with leak.house.records.session(ALL, reading=True) as session:
        assert check(session).broken == []
    engine = leak.house.records.engine
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text("UPDATE mv_day SET saving = 999 WHERE id = 2"))
    with leak.house.records.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER mv_day_update"))
        connection.execute(text("UPDATE mv_day SET saving = 999 WHERE id = 2"))
    with leak.house.records.session(ALL, reading=True) as session:
        assert check(session).broken == [2]


def test_the_session_changes_no_entry(leak: Leaking) -> None:
    proven(leak)
    with pytest.raises(Fatal, match="append-only"), leak.house.records.session(ALL) as session:
        session.get_one(DayRow, 1).saving = 999.0


def test_the_meter_above_agrees(leak: Leaking) -> None:
    proven(leak)
    (node,) = leak.whole().book.nodes
    assert (node.meter, node.state) == ("c.w-main", "agrees")
    assert node.booked == pytest.approx(5 * 24 * LEAK, rel=0.03)


def test_a_rule_is_held_to_its_estimate(leak: Leaking) -> None:
    proven(leak)
    (rule,) = leak.whole().book.rules
    assert (rule.rule, rule.orders) == ("WAT-01", 1)
    assert rule.ratio == pytest.approx(1.0, abs=0.05)


def test_labour_is_shown_beside(leak: Leaking) -> None:
    proven(leak)
    found = leak.whole()
    assert found.labour == pytest.approx(120.0)
    assert found.net == pytest.approx(found.money - 120.0)


def test_what_meters_cannot_have_seen_leaves_the_totals_once(leak: Leaking) -> None:
    proven(leak)
    before = leak.whole().book.totals[0]
    with leak.house.records.session(ALL) as session:
        main = session.get_one(NodeRow, ("c.w-main", "water"))
        main.excess, main.state = 10.0, "disputed"
        session.add(
            NodeRow(meter="c.w-toilets", carrier="water", building="c", since="2026-03-12",
                    upto="2026-03-16", booked=9.0, drop=2.0, u=3.0, excess=4.0, state="disputed")
        )  # fmt: skip
    after = leak.whole().book.totals[0]
    assert (after.booked, after.disputed) == (before.booked, 10.0)
    assert after.saving == pytest.approx(before.saving - 10.0)
    assert after.money == pytest.approx(5.0 * after.saving)


KEY = b"kept outside the database"


def test_a_chain_written_anew_without_the_key_is_told_from_the_signed_one(leak: Leaking) -> None:
    proven(leak)
    with leak.house.records.session(ALL) as session:
        before = check(session, KEY)
        assert (before.signed, list(before.broken)) == (0, []), "what was only hashed still stands"
        last = session.scalars(select(DayRow).order_by(DayRow.id.desc()).limit(1)).one()
        copies = {
            c.key: getattr(last, c.key) for c in inspect(DayRow).column_attrs if c.key != "id"
        }
        news = [DayRow(**{**copies, "revision": copies["revision"] + n}) for n in (1, 2)]
        write(session, news, KEY)
        signed = check(session, KEY)
        assert (signed.signed, list(signed.broken)) == (2, [])
        write(session, [DayRow(**{**copies, "revision": copies["revision"] + 3})])
        forged = session.scalars(select(DayRow.id).order_by(DayRow.id.desc()).limit(1)).one()
        assert list(check(session, KEY).broken) == [forged], "an unsigned entry after a signed one"
        assert len(check(session, b"another").broken) == 2, "and another key signs nothing"
