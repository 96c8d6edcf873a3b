"""Many orders: what people look at reads by index, and as many statements whatever stands open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from adapters.records.base import ALL
from benchmarks.orders import fill
from core.actor import Actor
from core.words import Role
from tests import postgres
from tests.workorders.house import House, make_finding, make_house, opened
from workorders.tally import open_orders, tally

MANY = 1_000
CREW = Actor(
    login="wang.fang", name="Wang Fang", role=Role.TECHNICIAN, buildings=frozenset({"a", "d"})
)
WHOLE = Actor(login="guo.hua", name="Guo Hua", role=Role.SUPERVISOR)
LARGE = "work_order|order_event|order_clock|order_finding|order_pause"
SCAN = {
    # Nothing before it, and no index named: the table itself, row by row.
    "sqlite": re.compile(rf"SCAN (?:{LARGE})(?! USING)"),
    "postgresql": re.compile(rf"Seq Scan on (?:{LARGE})"),
}


@dataclass(frozen=True)
class Asked:
    """One statement as it went to the database."""

    statement: str
    parameters: Any


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sites_dir: Path
) -> Iterator[House]:
    """A thousand orders of which thirty stand open."""
    folder = tmp_path_factory.mktemp("many")
    url = None
    if request.param == "postgres":
        url = request.getfixturevalue("own_postgres")
    with make_house(folder, sites_dir, url=url) as house:
        fill(house.records, MANY)
        yield house


@pytest.fixture(scope="module")
def own_postgres(postgres_url: str) -> Iterator[str]:
    """A database of this module's own."""
    url = postgres.created(postgres_url)
    yield url
    postgres.dropped(url)


@contextmanager
def listening(house: House) -> Iterator[list[Asked]]:
    """What is asked of the database meanwhile."""
    heard: list[Asked] = []

    def hear(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            heard.append(Asked(statement, parameters))

    event.listen(house.records.engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(house.records.engine, "before_cursor_execute", hear)


def plans(house: House, asked: list[Asked]) -> list[str]:
    """What the database does for each, a table scanned only where no index could serve."""
    name = house.records.engine.dialect.name
    found = []
    with house.records.engine.connect() as connection:
        if name == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan = off")
        for one in asked:
            explain = "EXPLAIN " if name == "postgresql" else "EXPLAIN QUERY PLAN "
            rows = connection.exec_driver_sql(explain + one.statement, one.parameters).all()
            found.append("\n".join(str(row[-1]) for row in rows))
        connection.rollback()
    return found


LOOKS: dict[str, Callable[[House], object]] = {
    "queue of a crew": lambda house: house.orders.desk.queue(CREW),
    "queue of all": lambda house: house.orders.desk.queue(WHOLE),
    "mine": lambda house: house.orders.desk.queue(CREW, mine=True),
    "closed of a crew": lambda house: house.orders.desk.queue(CREW, closed=True, most=200),
    "closed of all": lambda house: house.orders.desk.queue(WHOLE, closed=True, most=200),
    "one order": lambda house: house.orders.desk.order(WHOLE, "WO-2026-00033"),
    "what every page shows": lambda house: open_orders(house.records, CREW),
    "a step": lambda house: house.orders.step(house.now),
}


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_reads_a_whole_table(filled: House, look: str) -> None:
    with listening(filled) as asked:
        LOOKS[look](filled)
    assert asked
    scan = SCAN[filled.records.engine.dialect.name]
    for plan, one in zip(plans(filled, asked), asked, strict=True):
        assert not scan.search(plan), f"{one.statement}\n{plan}"


def test_the_tally_reads_an_index_alone(filled: House) -> None:
    with listening(filled) as asked:
        counted = tally(filled.records, CREW)
    assert counted.open == len(filled.orders.desk.queue(CREW))
    if filled.records.engine.dialect.name == "sqlite":
        found = plans(filled, asked)
        assert all("COVERING INDEX" in plan for plan in found), found


def test_as_many_statements_whatever_stands_open(filled: House) -> None:
    def statements(work: Callable[[], object]) -> int:
        with listening(filled) as asked:
            work()
        return len(asked)

    few = statements(lambda: filled.orders.desk.queue(CREW, most=6))
    # Another person is looked up once, in two statements.
    assert statements(lambda: filled.orders.desk.queue(CREW)) <= few + 2
    assert len(filled.orders.desk.queue(CREW)) > 10
    step = statements(lambda: filled.orders.step(filled.now))
    assert step < 60, "no statement an order"


def test_triage_asks_no_more_for_fifty_findings_than_for_five(filled: House) -> None:
    points = [point.id for point in filled.site.points]

    def published(first: int, count: int) -> int:
        # Half a day apart from each other: no storm.
        made = [
            make_finding("SEN-01", points[n], onset=filled.now - (n + 2) * 43_200_000)
            for n in range(first, first + count)
        ]
        with listening(filled) as asked:
            filled.publish(*(opened(finding) for finding in made))
        return len(asked)

    published(0, 5)
    few = published(5, 5)
    many = published(10, 50)
    per_order = (many - few) / 45
    assert per_order <= 3, f"{few} statements for five, {many} for fifty"
    with filled.records.session(ALL, reading=True) as session:
        assert session.scalar(text("SELECT count(*) FROM work_order")) >= MANY + 45
