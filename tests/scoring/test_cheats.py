"""What hides a fault is not taken for its repair: campus, rules and proof together.

Each fault is found, somebody does something at noon of the fifth day, and the proof is asked every
six hours for eleven days, as an order asks it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pytest

from adapters.store.duck import DuckStore
from analytics.backtest import Backtest, backtest
from analytics.doubts import SETTLE_MS, Doubts
from analytics.proof import Proof, ProofState, prove
from analytics.rules import RULES
from core.batch import Columns
from core.clock import DAY_MS, HOUR_MS
from core.finding import Finding, FindingState
from ingest.registers import Rules
from ingest.use import Use
from plantroom.season import first_day
from simulators.campus import Campus
from simulators.causes import causes_of
from simulators.physics.cheats import WORDS, Cheat
from simulators.physics.faults import Fault, FaultKind
from simulators.truth import Effect
from tests.sample import wushan
from tests.simulators.judged import write

K = FaultKind
SITE = wushan()
SEED = 22
START = first_day(SITE, SEED)
"""A Monday late in March: coils are cooled already, and some still heated."""
EARLIER = START - 14 * DAY_MS
"""Every heating coil is still asked to heat, and only who is asked is proven to do it."""
ONSET_MS, DONE_MS = 6 * HOUR_MS, 4 * DAY_MS + 12 * HOUR_MS
DAYS, STEP_MS = 16, 6 * HOUR_MS
JUDGED = {
    "AC-02", "AC-08", "AC-14", "FC-5", "FC-10", "FC-12", "FC-13", "FC-14", "FC-15", "SEN-02",
    "SEN-08", "SEN-10", "WAT-01",
}  # fmt: skip
CARDS = {rule.id: rule.card for rule in RULES if rule.id in JUDGED}
DOUBTS = Doubts(SITE)
ENDS = {ProofState.VERIFIED, ProofState.REFUSED, ProofState.POINTS_LOST}
NOTHING_PROVEN = {ProofState.PARKED, ProofState.WAITING, ProofState.REFUSED, ProofState.POINTS_LOST}
"""What may be said of a cheat: an inconclusive order may be closed by a signature."""


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, what was done about it, and the rule that finds it."""

    kind: FaultKind
    asset: str
    cheat: Cheat
    rule: str
    point: str = ""
    severity: float = 1.0
    start: int = START

    @property
    def done(self) -> int:
        """When somebody did something. [ms]"""
        return self.start + DONE_MS

    @property
    def fault(self) -> Fault:
        """From the first morning on."""
        return Fault(
            id=f"{self.kind}@{self.asset}", kind=self.kind, asset=self.asset, point=self.point,
            onset=self.start + ONSET_MS, severity=self.severity,
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind}-{self.cheat}"


WORLDS: tuple[tuple[Case, ...], ...] = (
    (
        Case(K.COOL_VALVE_PASSES, "a.ahu1", "valve_shut", "FC-14", severity=0.4),
        Case(K.PLANT_LEFT_ON, "a.ahu2", "plant_stopped", "AC-02"),
        Case(K.HEAT_VALVE_PASSES, "b.ahu1", "sensor_unplugged", "FC-15", severity=0.4),
        Case(K.SENSOR_STUCK, "b.ahu2", "sensor_unplugged", "SEN-02", point="mat"),
        Case(K.HEAT_VALVE_PASSES, "c.ahu1", "setpoint_moved", "FC-15", severity=0.4),
        Case(K.IRRIGATION_OPEN, "c.w-irrigation", "valve_shut", "WAT-01", severity=1.0),
        Case(K.HEAT_VALVE_PASSES, "d.ahu1", "valve_shut", "FC-15", severity=0.4),
        Case(K.COOL_VALVE_PASSES, "d.ahu2", "sensor_unplugged", "FC-14", severity=0.4),
    ),
    (
        Case(K.COOL_VALVE_PASSES, "a.ahu1", "setpoint_moved", "FC-14", severity=0.4),
        Case(K.URINAL_RUNS, "a.w-toilets", "valve_shut", "WAT-01", severity=0.3),
        Case(K.COOL_VALVE_STUCK, "b.ahu2", "sensor_unplugged", "FC-14", severity=0.5),
        Case(K.HEAT_VALVE_STUCK, "b.ahu1", "valve_shut", "FC-15", severity=0.4),
        Case(K.COOL_VALVE_STUCK, "c.ahu2", "valve_shut", "FC-14", severity=0.5),
        Case(K.HEAT_VALVE_STUCK, "c.ahu1", "setpoint_moved", "FC-15", severity=0.8),
        Case(K.SENSOR_UNIT, "d.ahu1", "sensor_unplugged", "SEN-10", point="hcet"),
        Case(K.DAMPER_STUCK, "a.ahu2", "sensor_unplugged", "AC-08", severity=0.9),
        Case(K.COOL_VALVE_STUCK, "d.ahu2", "setpoint_moved", "FC-14", severity=0.5),
    ),
)  # fmt: skip
CASES = [(n, case) for n, world in enumerate(WORLDS) for case in world]
HONEST = [
    replace(case, start=EARLIER) for case in WORLDS[0] if case.kind is not K.COOL_VALVE_PASSES
]
"""No coil is asked to cool so early."""


def past(start: int) -> tuple[Campus, Sequence[Columns]]:
    """A healthy campus and its fortnight before."""
    base = Campus(SITE, SEED, start)
    return base, [rows for _, rows in base.history(14, 14)]


@pytest.fixture(scope="module")
def cheated() -> Mapping[int, Backtest]:
    """What the rules say of each world in which everybody cheats."""
    before = past(START)
    return {n: _lived(before, world, None) for n, world in enumerate(WORLDS)}


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("world", "case"), CASES, ids=str)
def test_a_cheat_proves_nothing(cheated: Mapping[int, Backtest], world: int, case: Case) -> None:
    said = list(_asked(cheated[world], case))
    assert {one.outcome for one in said} <= NOTHING_PROVEN, [one.awaited for one in said]


@pytest.mark.timeout(120)
def test_the_same_faults_mended_are_proven() -> None:
    """Without that, a proof that believes nobody would pass for one that nobody deceives."""
    found = _lived(past(EARLIER), HONEST, "effective")
    said = {str(case): [one.outcome for one in _asked(found, case)][-1] for case in HONEST}
    assert set(said.values()) == {ProofState.VERIFIED}, said


def test_every_cheat_is_tried() -> None:
    assert {case.cheat for _, case in CASES} == set(WORDS)


def _lived(
    before: tuple[Campus, Sequence[Columns]], world: Sequence[Case], effect: Effect | None
) -> Backtest:
    """The world's sixteen days; what was done is each case's cheat where nothing is given."""
    base, rows = before
    start = world[0].start
    campus = base.twin([case.fault for case in world])
    store = DuckStore(":memory:", SITE)
    use = Use(Rules.of(SITE), store)
    try:
        for n, part in enumerate([*rows, *_days(campus, world, effect)]):
            write(store, use, part, (SITE, n))
        rules = [rule for rule in RULES if rule.id in JUDGED]
        return backtest(SITE, store, start, start + DAYS * DAY_MS, rules)
    finally:
        store.close()


def _days(campus: Campus, world: Sequence[Case], effect: Effect | None) -> Iterator[Columns]:
    for day in range(DAYS):
        until, done = world[0].start + (day + 1) * DAY_MS, world[0].done
        if until - DAY_MS <= done < until:
            campus.advance(done)
            for case in world:
                assert campus.repair(done, effect or case.cheat, fault=case.fault.id)
        campus.advance(until)
        yield Columns.joined([campus.read(gateway, until) for gateway in sorted(SITE.gateways)])


def _asked(found: Backtest, case: Case) -> Iterator[Proof]:
    """What the proof says at each step, until it ends."""
    finding = _finding(found, case)
    runs = [r for r in found.verdicts[finding.rule, finding.target] if r.end > finding.onset]
    for now in range(case.done + STEP_MS, case.start + DAYS * DAY_MS + 1, STEP_MS):
        doubts = DOUBTS.spans(
            _wrong(found, now, case.done), finding.rule, finding.target, case.done, now
        )
        proof = prove(
            CARDS[finding.rule], [r for r in runs if r.start < now], done_at=case.done, now=now,
            judged_until=now, doubts=doubts, settle_ms=SETTLE_MS,
        )  # fmt: skip
        yield proof
        if proof.outcome in ENDS:
            return


def _finding(found: Backtest, case: Case) -> Finding:
    """That sent somebody there."""
    for one in found.findings:
        onset = case.start + ONSET_MS
        sent = onset < one.opened <= case.done and one.state is not FindingState.WITHDRAWN
        if sent and one.rule == case.rule and causes_of(SITE, [case.fault], one.target):
            return one
    seen = [(f.rule, f.target) for f in found.findings if f.opened <= case.done]
    pytest.fail(f"nothing was found: {case} at {case.asset}; of others {seen}")


def _wrong(found: Backtest, now: int, done: int) -> list[Finding]:
    """Instruments at fault as they were known at a time, open ones and those since *done*."""
    known = [f for f in found.findings if f.rule in DOUBTS.accusers and f.opened <= now]
    as_then = [
        replace(f, state=FindingState.OPEN, cleared=None)
        if f.cleared is not None and f.cleared > now
        else f
        for f in known
    ]
    return [f for f in as_then if f.state is FindingState.OPEN or f.last >= done]
