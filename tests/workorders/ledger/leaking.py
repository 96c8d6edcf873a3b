"""A water main that leaks until somebody repairs it, with the ledger beside its order."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from sqlalchemy import select

from adapters.records.base import ALL
from adapters.records.ledger import AccountRow, DayRow, PlanRow
from adapters.store import open_store
from analytics.calendar import Calendar
from analytics.rules import RULES, cards
from core.batch import Intervals
from core.clock import DAY_MS, HOUR_MS
from core.finding import Evidence, Finding, FindingChange, FindingEvent, FindingState, Waste
from core.finding import finding_id as id_of
from core.ports import ReadingStore
from core.site import Site
from core.verdict import Reason, Run, Verdict
from core.words import Carrier, Text
from tests.sample import wushan
from tests.workorders.house import House, at, make_house
from workorders.duty import RosterDuty
from workorders.ledger.ground import Ground
from workorders.ledger.looking import Ledgered, OrderBook, Reading
from workorders.ledger.service import Ledger
from workorders.service import WorkOrders
from workorders.states import Command

TARGET, RULE = "c.w-main", "WAT-01"
LEAK = 0.35
"""[m³/h]"""
ONSET = at("2026-03-06 00:00")
DONE = at("2026-03-11 10:00")
QUARTER_MS = 900_000


@dataclass(kw_only=True)
class Leaking:
    """A house in whose building c a pipe leaks."""

    house: House
    orders: WorkOrders
    ledger: Ledger
    order: str = ""
    written: int = field(default=0)

    def use(self, start: int, end: int, leak: float) -> None:
        """What the main and the meters below it counted."""
        use(self.house.site, self.house.store, start, end, leak)

    def finding(self, onset: int = ONSET, **more: object) -> Finding:
        """WAT-01's, after three nights."""
        values: dict[str, object] = {
            "id": id_of(RULE, TARGET, onset), "revision": 1, "state": FindingState.OPEN,
            "site": "wushan", "building": "c", "rule": RULE, "target": TARGET, "onset": onset,
            "opened": onset + 2 * DAY_MS + 5 * HOUR_MS, "last": onset + 2 * DAY_MS + 5 * HOUR_MS,
            "cleared": None, "mode": "night", "severity": 2, "references": {"lowest": 0.03},
            "waste": (Waste(carrier=Carrier.WATER, amount=LEAK * 24, money=42.0, kg_co2=None),),
            "confidence": 1.0, "evidence": Evidence(points=(), start=onset, end=onset + DAY_MS),
            "title": Text("x"), "explanation": Text("x"), **more,
        }  # fmt: skip
        return Finding(**values)  # type: ignore[arg-type]

    def publish(self, finding: Finding, change: FindingChange = FindingChange.OPENED) -> None:
        event = FindingEvent(change, finding, finding.opened)
        self.house.records.findings.save([event])
        self.orders.publish([event])

    def judged(self, until: int, verdict: Verdict = Verdict.OK) -> None:
        """The rule has judged every night up to a time."""
        run = Run(rule=RULE, target=TARGET, start=until - 3 * HOUR_MS, end=until, verdict=verdict,
                  mode="night", reason=Reason.CLEAR)  # fmt: skip
        self.house.records.verdicts.replace(RULE, TARGET, run.start, run.end, [run])

    def goes_on(self, until: int) -> None:
        """Time passes; orders and ledger with it."""
        self.judged(until)
        self.house.clock.advance(until)
        self.orders.step(until)
        self.ledger.step(until)

    def done(self) -> None:
        """Accepted, gone to, done."""
        for do in (Command.ACCEPT, Command.ARRIVE):
            self.act(do)
        self.act(Command.DONE, cause="pipe", note="sleeve on the pipe", minutes=90)

    def act(self, do: Command, login: str = "", **said: object) -> None:
        row = self.orders.desk.order(self.house.actors["admin"], self.order).row
        who = login or row.person or ""
        from workorders.act import Act  # noqa: PLC0415

        self.orders.desk.act(
            self.house.actors[who],
            Act(order=self.order, do=do, version=row.version, **said),  # type: ignore[arg-type]
        )

    def whole(self) -> Ledgered:
        return self._reading().whole(self.house.actors["admin"])

    def book(self) -> OrderBook:
        return self._reading().order(self.house.actors["admin"], self.order)

    def entries(self) -> list[DayRow]:
        with self.house.records.session(ALL, reading=True) as session:
            return list(session.scalars(select(DayRow).order_by(DayRow.id)))

    def account(self) -> AccountRow:
        with self.house.records.session(ALL, reading=True) as session:
            return session.scalars(select(AccountRow).order_by(AccountRow.id.desc())).first()  # type: ignore[return-value]

    def plans(self) -> list[PlanRow]:
        with self.house.records.session(ALL, reading=True) as session:
            return list(session.scalars(select(PlanRow).order_by(PlanRow.seq)))

    def _reading(self) -> Reading:
        return Reading(sessions=self.house.records, site=self.house.site)


def use(site: Site, store: ReadingStore, start: int, end: int, leak: float) -> None:
    """What the main and the meters below it counted; people by day, little by night. [m³/h]"""
    ends = np.arange(start + QUARTER_MS, end + 1, QUARTER_MS, dtype=np.int64)
    hour = ((ends + 8 * HOUR_MS) % DAY_MS) / HOUR_MS
    people = np.where((hour > 7) & (hour <= 20), 1.2, 0.03)
    people *= np.random.default_rng([3, start // DAY_MS]).uniform(0.8, 1.2, len(ends))
    meters = [m.id for m in site.equipment.values() if m.meter and m.meter.parent == TARGET]
    for meter in (TARGET, *meters):
        rate = people + leak if meter == TARGET else np.zeros(len(ends))
        index = np.full(len(ends), site.points_of(meter)["volume"], np.int32)
        store.write_intervals(
            Intervals(point=index, at=ends, value=rate / 4, state=np.zeros(len(ends), np.int8),
                      revision=np.ones(len(ends), np.int32))
        )  # fmt: skip


@cache
def _told() -> Path:
    """A store with two months of the meters, written once for all tests."""
    path = Path(tempfile.mkdtemp(prefix="plantroom-leak-")) / "store.duckdb"
    store = open_store(f"duckdb:{path}", wushan())
    use(wushan(), store, ONSET - 62 * DAY_MS, ONSET, 0.0)
    use(wushan(), store, ONSET, DONE, LEAK)
    store.close()
    return path


@contextmanager
def leaking(folder: Path, sites: Path, url: str | None = None) -> Iterator[Leaking]:
    """A leak since the 6th, found on the 8th; now is the 11th, ten in the morning."""
    start = at("2026-03-08 05:30")
    shutil.copy(_told(), folder / "store.duckdb")
    with make_house(folder, sites, start=start, url=url) as house:
        duty = RosterDuty(house.records.people, house.site.timezone)
        ground = Ground(
            site=house.site, calendar=Calendar(house.site), store=house.store,
            sessions=house.records, verdicts=house.records.verdicts,
            findings=house.records.findings, rules=RULES, clock=house.clock,
        )  # fmt: skip
        ledger = Ledger(ground)
        orders = WorkOrders(
            house.site, house.records, house.store, house.clock,
            cards={card.id: card for card in cards()}, verdicts=house.records.verdicts, duty=duty,
        )  # fmt: skip
        made = Leaking(house=house, orders=orders, ledger=ledger)
        made.publish(made.finding())
        made.order = orders.desk.queue(house.actors["admin"])[0].id
        made.goes_on(DONE)
        yield made
