"""Looking at planned work: what is read does not grow with what was done in other years."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from adapters.records import ALL
from adapters.records.planned import PlannedOccurrence
from benchmarks.orders import OPEN_EVERY, fill
from core.clock import DAY_MS
from tests.workorders.house import House
from tests.workorders.planned.working import make_plan, planning
from tests.workorders.test_many_orders import listening
from workorders.planned.looking import Stand


@pytest.fixture
def house(tmp_path: Path, sites_dir: Path) -> Iterator[House]:
    """A weekly plan at one machine, and forty orders of which one stands open."""
    with planning(tmp_path, sites_dir, make_plan()) as made:
        fill(made.records, 40)
        yield made


def missed(house: House, orders: range, days: int) -> None:
    """A week each, the last one so long ago: missed, and never done."""
    with house.records.session(ALL) as session:
        for n in orders:
            due = house.now - (days + 7 * (n - orders.start)) * DAY_MS
            session.add(
                PlannedOccurrence(
                    building="a", plan="filters", asset="a.ahu1", occurrence=f"then-{n}",
                    trigger="calendar", trade="H", due_at=due, miss_at=due, made_at=due,
                    missed_at=due, order_id=f"WO-2026-{n:05d}",
                )
            )  # fmt: skip


def look(house: House) -> None:
    actor = house.actors["admin"]
    house.orders.planned.plans(actor)
    house.orders.planned.entries(actor)


@contextmanager
def loaded() -> Iterator[list[str]]:
    """Names of the occurrences that are read meanwhile."""
    seen: list[str] = []

    def note(row: PlannedOccurrence, _context: Any) -> None:
        seen.append(row.occurrence)

    event.listen(PlannedOccurrence, "load", note)
    try:
        yield seen
    finally:
        event.remove(PlannedOccurrence, "load", note)


def test_as_many_statements_whatever_was_missed(house: House) -> None:
    missed(house, range(1, 3), days=7)  # of both people who have orders: each is read once
    with listening(house) as few:
        look(house)
    missed(house, range(3, 30), days=21)
    with listening(house) as many:
        look(house)
    assert len(many) == len(few)


def test_other_years_are_left_where_they_are_but_for_what_is_open(house: House) -> None:
    missed(house, range(OPEN_EVERY, OPEN_EVERY + 6), days=500)
    with loaded() as seen:
        look(house)
    assert set(seen) == {f"then-{OPEN_EVERY}"}, "the one whose order stands open"
    ((row,),) = (plan.assets for plan in house.orders.planned.plans(house.actors["admin"]))
    assert row.next is not None
    assert (row.next.order, row.next.stand) == (f"WO-2026-{OPEN_EVERY:05d}", Stand.MISSED)


def test_the_page_of_an_order_reads_its_own_occurrence(house: House) -> None:
    house.step()
    house.step(1)
    order = next(row.id for row in house.queue() if row.asset == "a.ahu1")
    missed(house, range(1, 30), days=14)
    with loaded() as seen:
        opened = house.orders.planned.at(house.actors["admin"], order)
    assert opened is not None
    assert opened.entry is not None
    assert (opened.entry.order, seen) == (order, ["2026-03-11"])
