"""Plans of plant: read bit by bit or whole, they are the same; heat becomes gas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from adapters.records.base import ALL
from adapters.records.ledger import PlanRow
from analytics.calendar import Calendar
from analytics.rules import RULES, cards
from analytics.rules.air import AIR_KW
from core.batch import Batch, BatchName, Columns, Floats
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.finding import Evidence, Finding, FindingChange, FindingEvent, FindingState
from core.finding import finding_id as id_of
from core.verdict import Run, Verdict
from core.words import Text
from tests.workorders.house import House, at, make_house
from workorders.duty import RosterDuty
from workorders.ledger.freezing import Freezer
from workorders.ledger.ground import Ground
from workorders.service import WorkOrders

RULE, TARGET = "FC-15", "a.ahu1"
ONSET = at("2026-03-11 09:00")
LEAK_K, FLOW = 3.0, 5.0
"""Over the heating coil, its valve shut. [K], [m³/s]"""


@dataclass(kw_only=True)
class Passing:
    """An air handler whose heating valve passes since nine in the morning."""

    house: House
    ground: Ground

    def plan(self) -> PlanRow:
        with self.house.records.session(ALL, reading=True) as session:
            return session.query(PlanRow).order_by(PlanRow.seq.desc()).first()  # type: ignore[return-value]

    def reads(self, start: int, end: int, kelvin: float) -> None:
        """Every minute of the day's hours: free cooling, nothing asked to heat."""
        ends = np.arange(start + MINUTE_MS, end + 1, MINUTE_MS, dtype=np.int64)
        hour = ((ends + 8 * HOUR_MS) % DAY_MS) / HOUR_MS
        runs = ((hour > 8) & (hour < 18)).astype(float)
        noise = np.random.default_rng([5, start // DAY_MS]).normal(0.0, 0.1, len(ends))
        values: dict[str, Floats | float] = {
            "fan_status": runs, "supply_flow": FLOW * runs, "oa_damper": 60.0 * runs,
            "heat_valve": 0.0, "cool_valve": 0.0, "mat": 14.0, "sat": 15.0 + kelvin,
            "hcet": 14.0, "hclt": 14.0 + kelvin + noise, "oat": 9.0,
        }  # fmt: skip
        of = self.house.site.points_of(TARGET)
        rows = Columns.joined([
            Columns.of(np.full(len(ends), of[role], np.int32), ends, v + np.zeros(len(ends)))
            for role, v in values.items()
        ])  # fmt: skip
        name = BatchName("gw-a", "b", start // HOUR_MS)
        batch = Batch(name=name, rows=rows, received=end)
        self.house.store.write([batch], receipted=frozenset())

    def judged(self, until: int) -> None:
        run = Run(rule=RULE, target=TARGET, start=until - HOUR_MS, end=until, verdict=Verdict.FAULT)
        self.house.records.verdicts.replace(RULE, TARGET, run.start, run.end, [run])
        self.house.clock.advance(until)


@pytest.fixture
def passing(tmp_path: Path, sites_dir: Path) -> Iterator[Passing]:
    with make_house(tmp_path, sites_dir, start=ONSET + HOUR_MS) as house:
        duty = RosterDuty(house.records.people, house.site.timezone)
        orders = WorkOrders(
            house.site, house.records, house.store, house.clock,
            cards={card.id: card for card in cards()}, verdicts=house.records.verdicts, duty=duty,
        )  # fmt: skip
        ground = Ground(
            site=house.site, calendar=Calendar(house.site), store=house.store,
            sessions=house.records, verdicts=house.records.verdicts,
            findings=house.records.findings, rules=RULES, clock=house.clock,
        )  # fmt: skip
        made = Passing(house=house, ground=ground)
        for day in range(5, 0, -1):
            midnight = at("2026-03-11 00:00") - day * DAY_MS
            made.reads(midnight, midnight + DAY_MS, 0.1)
        made.reads(at("2026-03-11 00:00"), ONSET, 0.1)
        made.reads(ONSET, at("2026-03-11 16:00"), LEAK_K)
        finding = Finding(
            id=id_of(RULE, TARGET, ONSET), revision=1, state=FindingState.OPEN, site="wushan",
            building="a", rule=RULE, target=TARGET, onset=ONSET, opened=ONSET + HOUR_MS // 2,
            last=ONSET + HOUR_MS, cleared=None, mode="os2", severity=3, references={}, waste=(),
            confidence=1.0, evidence=Evidence(points=(), start=ONSET, end=ONSET),
            title=Text("x"), explanation=Text("x"),
        )  # fmt: skip
        event = FindingEvent(FindingChange.OPENED, finding, finding.opened)
        house.records.findings.save([event])
        orders.publish([event])
        yield made


def test_read_bit_by_bit_it_is_the_plan_of_the_whole(passing: Passing) -> None:
    patient = Freezer(passing.ground)
    for hour in ("11:00", "13:00", "16:00"):
        passing.judged(at(f"2026-03-11 {hour}"))
        patient.step(passing.house.now)
    plan = passing.plan()
    assert plan.seq == 3
    fresh = Freezer(passing.ground)
    passing.judged(at("2026-03-11 16:00") + HOUR_MS)
    passing.judged(at("2026-03-11 16:00"))
    fresh.step(passing.house.now + HOUR_MS)
    assert passing.plan().hash == plan.hash


def test_heat_over_a_shut_valve_is_booked_as_the_gas_it_was_made_of(passing: Passing) -> None:
    passing.judged(at("2026-03-11 16:00"))
    Freezer(passing.ground).step(passing.house.now)
    plan = passing.plan()
    assert (plan.carriers, plan.boundary) == (["gas"], {"gas": "a.g-main"})
    heat = AIR_KW * FLOW * LEAK_K
    assert plan.detail["rate"]["gas"][0] == pytest.approx(heat / (0.9 * 9.86), rel=0.02)
    assert plan.detail["costs"]["gas"] == [1.0, 0.4, 0], "no meter has told what it costs"
    assert plan.detail["groups"] == {
        "efficiency:a": 0.1, "formula:a.ahu1:gas": pytest.approx(0.448, abs=0.001),
    }  # fmt: skip
    assert (plan.detail["low"], plan.detail["high"]) == (9.0, 9.0)
