"""A hundred thousand orders: queue, the closed, the figures of a year, a thousand findings.

Orders are written by bulk insert through the mapped tables, as years of work leave them: of a
hundred thousand some three thousand stand open. Measured is what pages and the engine call.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Table, insert, text
from sqlalchemy.engine import make_url

from adapters.records import ALL, Records
from adapters.records.base import Base
from adapters.records.orders import Order, OrderClock, OrderEvent, OrderFinding, OrderNumber
from adapters.sites import load_people, load_site
from adapters.store import open_store
from analytics.rules import cards
from benchmarks.measured import Result
from core.actor import Actor
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS, SteppedClock
from core.finding import Evidence, Finding, FindingChange, FindingEvent, FindingState
from core.finding import finding_id as id_of
from core.service import ClockKind
from core.site import Site
from core.words import OrderState, Origin, Outcome, ProofKind, Role, Text, Trade
from tests.servers import POSTGRES_BIN, make_postgres
from workorders.assessment.assess import By
from workorders.assessment.assessing import Assessor
from workorders.assessment.period import Period
from workorders.duty import RosterDuty
from workorders.queue import Ask, View
from workorders.service import WorkOrders

WUSHAN = Path(__file__).parent.parent / "sites" / "wushan"
ORDERS, STEPS, OPEN_EVERY = 100_000, 10, 33
CALLS, YEARS, ROUNDS, FINDINGS = 100, 5, 3, 1_000
PAGE = 50
"""Orders of a queue that the console shows at once."""
STORM = 10_000
"""Findings within a minute, of all points of the campus at once."""
NOW = 1_775_000_000_000
"""31 March 2026. [ms]"""
_SPACING_MS = 15 * MINUTE_MS
"""From one order to the next: nearly three years."""
_MANY = 10_000
_ACTOR = Actor(login="wang.fang", name="Wang Fang", role=Role.TECHNICIAN,
               buildings=frozenset({"a", "d"}))  # fmt: skip
_WHOLE = Actor(login="guo.hua", name="Guo Hua", role=Role.SUPERVISOR)
_YEAR = Period.of("2025-04", "2026-03", "Asia/Shanghai")
"""The last twelve months of what is filled: some 35 thousand orders, and all that stand open."""
_RULES = ("SEN-01", "SEN-02", "SEN-10", "SEN-15")
_COMMANDS = (
    "CASE WHEN s.n = 2 AND o.score < 10 THEN 'reassign' WHEN s.n = 4 THEN 'arrive' "
    "WHEN s.n = 6 THEN 'done' WHEN s.n = 8 THEN 'verify' ELSE 'accept' END"
)
"""One order in ten changes hands; somebody comes to each."""
_PLANS = {
    "year": (
        "SELECT id, building, skill, origin, state, outcome, cancel_reason, proof, closed_by, "  # noqa: S608
        "assignee, repaired_by, priority, attempt, opened_at, first_seen, done_at, closed_at, "
        f"minutes, effort_min FROM work_order WHERE opened_at < {_YEAR.end} "
        f"AND (closed_at IS NULL OR closed_at >= {_YEAR.start})"
    ),
    "open": (
        "SELECT * FROM work_order WHERE closed_at IS NULL AND building IN ('a', 'd') "
        "ORDER BY priority, score DESC, opened_at, id LIMIT 200"
    ),
    "page": (
        "SELECT * FROM work_order WHERE closed_at IS NULL AND building IN ('a', 'd') "  # noqa: S608
        f"ORDER BY priority, score DESC, opened_at, id LIMIT {PAGE}"
    ),
    "closed": (
        "SELECT * FROM work_order WHERE closed_at IS NOT NULL AND building IN ('a', 'd') "
        "ORDER BY closed_at DESC, id LIMIT 200"
    ),
    "promises": "SELECT * FROM order_clock WHERE order_id IN ('WO-2026-00001', 'WO-2026-00034')",
    "unheard": "SELECT * FROM work_order WHERE marked < marking ORDER BY id LIMIT 200",
}


def measure(folder: Path) -> list[Result]:
    """Each of both databases that is here."""
    site = load_site(WUSHAN)
    return [result for name, url in _databases(folder) for result in _measure(name, url, site)]


def _databases(folder: Path) -> Iterator[tuple[str, str]]:
    yield "SQLite", f"sqlite:///{folder}/orders.sqlite"
    if POSTGRES_BIN:
        data = folder / "postgres"
        data.mkdir()
        with contextmanager(make_postgres)(data) as url:
            yield "PostgreSQL", url


def _measure(name: str, url: str, site: Site) -> list[Result]:
    records = Records(url)
    records.upgrade()
    people, shifts = load_people(WUSHAN)
    records.people.import_people(people, shifts)
    fill(records)
    store = open_store("duckdb::memory:", site)
    clock = SteppedClock(NOW)
    orders = WorkOrders(
        site, records, store, clock, cards={card.id: card for card in cards()},
        verdicts=records.verdicts,
        duty=RosterDuty(records.people, site.timezone, records.staff),
    )  # fmt: skip
    _show_plans(name, records)
    plain = _plain(url)
    assessor = Assessor(sessions=records, site=site, clock=clock)
    try:
        count = orders.desk.counts(_ACTOR).orders[View.OPEN]
        found = [
            _asked(f"queue of a crew in {name}, p95",
                   lambda: orders.desk.page(_ACTOR, Ask(most=PAGE)), plain, "page",
                   f"a page of {PAGE}, of {count} open orders of two buildings; 100 ms are asked"),
            _asked(f"200 orders of it in {name}, p95",
                   lambda: orders.desk.page(_ACTOR, Ask(most=200)), plain,
                   "open", "the most that the API gives at once"),
            _asked(f"how many orders of each list in {name}, p95",
                   lambda: orders.desk.counts(_ACTOR), plain, "open", "of two buildings"),
            _asked(f"the closed of a crew in {name}, p95",
                   lambda: orders.desk.page(_ACTOR, Ask(view=View.CLOSED, most=200)), plain,
                   "closed", "the newest 200"),
            _asked(f"assessment of a year by person in {name}, p95",
                   lambda: assessor.of(_WHOLE, _YEAR).rows(By.PERSON), plain, "year",
                   "every figure of the last twelve months", calls=YEARS),
        ]  # fmt: skip
        return [
            *found,
            _triaged(name, orders, site, records),
            _stormed(name, orders, site, records),
        ]
    finally:
        store.close()
        records.close()


def fill(records: Records, count: int = ORDERS) -> None:
    """Orders of three years with ten transitions, their promises and a finding each."""
    with records.session(ALL) as session:
        connection = session.connection()
        for first in range(0, count, _MANY):
            numbers = range(first, min(first + _MANY, count))
            connection.execute(insert(_table(Order)), [_order(n, count) for n in numbers])
            connection.execute(insert(_table(OrderFinding)), [_link(n, count) for n in numbers])
        connection.execute(insert(_table(OrderNumber)), [{"year": 2026, "last": count}])
        _multiply(connection, OrderEvent.__tablename__,
                  "seq, at, actor, command, from_state, to_state, note, data",
                  f"s.n, o.opened_at + s.n * 600000, 'wang.fang', {_COMMANDS}, 'assigned', "
                  "'accepted', '', '{\"assignee\": \"he.ping\"}'", STEPS)  # fmt: skip
        _multiply(
            connection, OrderClock.__tablename__,
            "kind, priority, always, started_at, minutes, due_at, met_at, breached_at, rung",
            f"s.kind, o.priority, {_true(records)}, o.opened_at, 240, o.opened_at + 14400000, "
            "o.closed_at, o.opened_at + 14400000, 9", len(ClockKind),
            # What is promised below P1 are two times (crews.md).
            where="o.priority = 1 OR s.kind IN ('acknowledge', 'restore')",
        )  # fmt: skip
    with records.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            # What its autovacuum does within a minute of such a load.
            connection.execute(text("VACUUM ANALYZE"))


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - each of them is mapped to one
    return table


def _true(records: Records) -> str:
    return "TRUE" if records.engine.dialect.name == "postgresql" else "1"


def _multiply(
    connection: Any, table: str, columns: str, values: str, times: int, where: str = "1 = 1"
) -> None:
    """So many rows an order, made by the database itself from the orders."""
    kinds = [kind.value for kind in ClockKind]
    rows = " UNION ALL ".join(
        f"SELECT {n} AS n, '{kinds[(n - 1) % len(kinds)]}' AS kind" for n in range(1, times + 1)
    )
    connection.execute(text(
        f"INSERT INTO {table} (order_id, building, {columns}) "  # noqa: S608 our own words
        f"SELECT o.id, o.building, {values} FROM work_order o CROSS JOIN ({rows}) s "
        f"WHERE {where}"
    ))  # fmt: skip


def _order(n: int, count: int) -> dict[str, Any]:
    opened = NOW - (count - n) * _SPACING_MS
    running = n % OPEN_EVERY == 0
    asset = f"{'abcd'[n % 4]}.x{n}"
    words = {"msgid": "{target} heats and cools at once", "params": {"target": asset}}
    return {
        "id": f"WO-2026-{n:05d}", "building": "abcd"[n % 4], "origin": Origin.FINDING,
        "cause": f"{asset}|family", "asset": asset, "family": "family", "rule": "AC-04",
        "target": asset, "trade": Trade.HVAC, "skill": Trade.HVAC, "proof": ProofKind.TELEMETRY,
        "title": words, "explanation": words, "severity": 1 + n % 4, "priority": 1 + n % 4,
        "lowered_from": None, "reasons": [], "told": [], "waste_raised": False,
        "state": OrderState.ASSIGNED if running else OrderState.CLOSED, "version": STEPS,
        "marking": STEPS, "marked": STEPS, "attempt": 1, "refusals": 0,
        "assignee": ("wang.fang", "he.ping")[n % 2], "tried": [], "count": 1,
        "first_seen": opened - HOUR_MS, "last_seen": opened, "opened_at": opened,
        "changed_at": opened, "assigned_at": opened, "acknowledged_at": None, "arrived_at": None,
        "done_at": None if running else opened + DAY_MS,
        "repaired_by": None if running else "he.ping",
        "closed_at": None if running else opened + 3 * DAY_MS, "closed_by": None,
        "outcome": None if running else Outcome.VERIFIED, "cancel_reason": None,
        "risk_until": None, "hold_reason": None, "hold_until": None, "withdrawn_at": None,
        "cleared_at": None, "recurrence_of": None, "effort_min": 60, "minutes": 45,
        "cause_code": "worn_part", "waste_per_day": 40.0, "value_per_day": 40.0,
        "score": float(n % 97), "terms": [{"name": "waste", "amount": 40.0}],
    }  # fmt: skip


def _link(n: int, count: int) -> dict[str, Any]:
    opened, building = NOW - (count - n) * _SPACING_MS, "abcd"[n % 4]
    return {
        "finding_id": f"f{n:07d}", "order_id": f"WO-2026-{n:05d}", "building": building,
        "revision": 1, "state": "cleared", "rule": "AC-04", "target": f"{building}.x{n}",
        "severity": 3, "onset": opened - HOUR_MS, "opened": opened, "last": opened,
        "changed_at": opened, "confidence": 1.0, "money_per_day": 40.0, "comfort_hours": 0.0,
        "service_hours": 0.0, "title": "heats and cools", "marked": 1,
    }  # fmt: skip


def _asked(
    name: str, ours: Callable[[], object], plain: Callable[[str], object], what: str, note: str,
    *, calls: int = CALLS,
) -> Result:  # fmt: skip
    """p95 of many calls, a figure a round."""
    return Result(
        name=name, unit="ms", ours=[_p95(ours, calls) for _ in range(ROUNDS)],
        plain=[_p95(lambda: plain(_PLANS[what]), calls) for _ in range(ROUNDS)],
        baseline="the same rows by one statement of the driver, fetched and left as they are",
        note=f"{calls} calls a round over {ORDERS:,} orders with {ORDERS * STEPS:,} transitions; "
        f"{note}",
    )  # fmt: skip


def _p95(work: Callable[[], object], calls: int) -> float:
    taken = []
    for _ in range(calls):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return float(np.percentile(taken, 95))


def _triaged(name: str, orders: WorkOrders, site: Site, records: Records) -> Result:
    """A thousand findings that are news, published at once; another thousand each round."""
    ours, plain = [], []
    for number in range(ROUNDS):
        events = findings(site, number)
        begun = time.perf_counter()
        orders.publish(events)
        ours.append(time.perf_counter() - begun)
        rows = [{**_order(n, ORDERS), "id": f"P{number}-{n:05d}", "cause": f"p{number}|{n}"}
                for n in range(FINDINGS)]  # fmt: skip
        begun = time.perf_counter()
        with records.session(ALL) as session:
            session.connection().execute(insert(_table(Order)), rows)
        plain.append(time.perf_counter() - begun)
    return Result(
        name=f"triage of {FINDINGS:,} findings in {name}", unit="s", ours=ours, plain=plain,
        baseline="as many orders by one bulk insert: no cause, person, promise, message or history",
        note=f"beside {ORDERS:,} orders; all news, on {len(site.points)} points, over half a day",
    )  # fmt: skip


def _stormed(name: str, orders: WorkOrders, site: Site, records: Records) -> Result:
    """Ten thousand findings of one minute, as the engine publishes them: a thousand at once."""
    events = findings(site, ROUNDS, count=STORM, since=NOW - HOUR_MS, every_ms=MINUTE_MS // STORM)
    begun = time.perf_counter()
    for first in range(0, STORM, FINDINGS):
        orders.publish(events[first : first + FINDINGS])
    ours = time.perf_counter() - begun
    rows = [{**_link(n, ORDERS), "finding_id": f"s{n:07d}"} for n in range(STORM)]
    begun = time.perf_counter()
    with records.session(ALL) as session:
        session.connection().execute(insert(_table(OrderFinding)), rows)
    return Result(
        name=f"{STORM:,} findings of one minute in {name}", unit="s", ours=[ours],
        plain=[time.perf_counter() - begun],
        baseline="as many findings by one bulk insert: nobody looks whether they are one incident",
        note=f"beside {ORDERS:,} orders; 60 s are asked",
    )  # fmt: skip


def findings(
    site: Site, number: int, *, count: int = FINDINGS, since: int = NOW - 12 * HOUR_MS,
    every_ms: int = 40_000,
) -> Sequence[FindingEvent]:  # fmt: skip
    """Open findings of several rules on every point; by itself spread so that they are no storm."""
    known = {card.id: card for card in cards()}
    made = []
    for n in range(count):
        point = site.points[n % len(site.points)]
        card = known[_RULES[(n // len(site.points) + number) % len(_RULES)]]
        onset = since + n * every_ms + number
        finding = Finding(
            id=id_of(card.id, point.id, onset), revision=1, state=FindingState.OPEN,
            site=site.id, building=point.building, rule=card.id, target=point.id, onset=onset,
            opened=onset + MINUTE_MS, last=onset + MINUTE_MS, cleared=None, mode=card.modes[0],
            severity=card.severity, references={}, waste=(), confidence=0.9,
            evidence=Evidence(points=(point.id,), start=onset, end=onset + MINUTE_MS),
            title=Text(card.title, {"target": point.id, "margin": 1.0, "hours": 1.0, "times": 1}),
            explanation=Text("It is."),
        )  # fmt: skip
        made.append(FindingEvent(FindingChange.OPENED, finding, finding.opened))
    return made


def _show_plans(name: str, records: Records) -> None:
    """What each database does for the queue, to be looked at."""
    server = records.engine.dialect.name == "postgresql"
    explain = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF)" if server else "EXPLAIN QUERY PLAN"
    with records.session(ALL, reading=True) as session:
        for what, statement in _PLANS.items():
            rows = session.connection().execute(text(f"{explain} {statement}")).all()
            plan = "; ".join(str(row[-1]).strip() for row in rows)
            sys.stderr.write(f"{name}, {what}: {plan}\n")


def _plain(url: str) -> Callable[[str], object]:
    """Asks by the driver alone."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = str(parsed.database)

        def ask(statement: str) -> object:
            with closing(sqlite3.connect(path)) as opened:
                return opened.execute(statement).fetchall()

        return ask
    import psycopg  # noqa: PLC0415 - of the extra that PostgreSQL needs

    connection = psycopg.connect(
        host=parsed.host, port=parsed.port, user=parsed.username, dbname=parsed.database,
        autocommit=True,
    )  # fmt: skip

    def ask_server(statement: str) -> object:
        return connection.execute(statement).fetchall()

    return ask_server
