"""Two processes notice at once that planned work is due: one order for each occurrence."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.records import ALL, Records
from adapters.records.orders import Order
from adapters.records.planned import PlannedOccurrence
from core.clock import DAY_MS, SteppedClock
from tests.sample import crew, records_in, wushan
from tests.workorders.house import CARDS, START
from tests.workorders.planned.working import SEASONS, make_plan
from workorders.duty import RosterDuty
from workorders.service import WorkOrders

ASSETS = ("a.ahu1", "b.ahu1")
PROCESSES = 2


class Nowhere:
    """Takes what dashboards would be told."""

    def write_marks(self, marks: object) -> None:
        """Nowhere."""


def work(url: str, start: Barrier, said: Queue[int]) -> None:
    """A process of its own: opened before the start, and then at once; how much was news."""
    records = Records(url)
    site = replace(wushan(), plans=(make_plan(assets=ASSETS),), seasons=SEASONS)
    clock = SteppedClock(START)
    duty = RosterDuty(records.people, site.timezone, records.staff)
    orders = WorkOrders(
        site, records, Nowhere(), clock,  # type: ignore[arg-type]
        cards=CARDS, verdicts=records.verdicts, duty=duty, plans=True,
    )  # fmt: skip
    made = 0
    for days in (0, 5):
        clock.advance(START + days * DAY_MS)
        start.wait(60)
        made += orders.planned.run()
    records.close()
    said.put(made)


def race(url: str) -> None:
    """Both at once; afterwards each occurrence is there once, with one order at each asset."""
    # Forked, for a start in no time: each opens connections of its own.
    context = multiprocessing.get_context("fork")
    start, said = context.Barrier(PROCESSES), context.Queue()
    working = [context.Process(target=work, args=(url, start, said)) for _ in range(PROCESSES)]
    for one in working:
        one.start()
    made = [said.get(timeout=90) for _ in working]
    for one in working:
        one.join(30)
    records = Records(url)
    with records.session(ALL) as session:
        rows = session.scalars(select(PlannedOccurrence)).all()
        orders = session.scalar(select(func.count()).select_from(Order))
    records.close()
    keys = {(row.plan, row.asset, row.occurrence) for row in rows}
    assert len(keys) == len(rows) == 2 * len(ASSETS) == sum(made)
    assert orders == len(ASSETS)
    assert sum(row.absorbed for row in rows) == len(ASSETS)


def test_on_sqlite(tmp_path: Path) -> None:
    records = records_in(tmp_path, staffed=True)
    url = records.url
    records.close()
    race(url)


@pytest.mark.postgres
def test_on_postgres(postgres_records: str) -> None:
    records = Records(postgres_records)
    records.people.import_people(*crew())
    records.close()
    race(postgres_records)
