"""The ledger itself on the worlds of a trial: rules, plan, proof and book are the real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import select

from adapters.records import Records
from adapters.records.base import ALL
from adapters.records.ledger import PlanRow
from adapters.records.orders import Order, OrderFinding
from adapters.store.duck import DuckStore
from analytics.backtest import Backtest, backtest
from analytics.calendar import Calendar
from analytics.memory import MemoryFindings
from analytics.proof import ProofState, prove
from analytics.rules import RULES
from analytics.savings.constructions import CONSTRUCTIONS
from core.clock import HOUR_MS, SteppedClock
from core.finding import Finding
from core.rulecard import RuleCard
from core.site import Site
from core.verdict import Run
from core.words import Carrier, OrderState, Origin, Outcome, ProofKind
from scoring.trial.drawn import Try
from scoring.trial.outcome import Tried
from scoring.trial.worlds import Spared, Trial
from simulators.causes import causes_of
from workorders.ledger.booking import Booker
from workorders.ledger.counted import counted
from workorders.ledger.freezing import Freezer
from workorders.ledger.ground import Daily, Ground
from workorders.ledger.totals import read

_MEASURED = tuple(rule for rule in RULES if rule.card.family in CONSTRUCTIONS)


@dataclass(frozen=True)
class _Verdicts:
    """The stream of verdicts as it stood by the clock."""

    of: Backtest
    clock: SteppedClock

    def runs(self, rule: str, target: str, start: int, end: int | None = None) -> Sequence[Run]:
        """See :class:`workorders.ledger.ground.RunsOf`."""
        runs = self.of.verdicts.get((rule, target), [])
        return [r for r in runs if r.end > start and (end is None or r.start < end)]

    def judged_until(self) -> Mapping[tuple[str, str], int]:
        """See :class:`workorders.ledger.ground.RunsOf`."""
        return dict.fromkeys(self.of.verdicts, self.clock.now())


def judge(
    trial: Trial, told: Site, world: int, spared: Mapping[str, Spared], folder: Path
) -> list[Tried]:
    """What the ledger booked in one world, beside what was spared.

    Args:
        trial: That was run in the folder.
        told: The site as its model says it is.
        world: Which of its worlds.
        spared: By building.
        folder: With the worlds' stores; records are made there too.
    """
    store = DuckStore(str(folder / f"{world}.duckdb"), told)
    path = folder / f"{world}.sqlite"
    path.unlink(missing_ok=True)
    records = Records(f"sqlite:///{path}")
    try:
        records.upgrade()
        found = backtest(told, store, trial.start, trial.end, _MEASURED)
        clock = SteppedClock(trial.start)
        findings = MemoryFindings(found={f.id: f for f in found.findings})
        ground = Ground(
            site=told, calendar=Calendar(told), store=store, sessions=records,
            verdicts=_Verdicts(found, clock), findings=findings, rules=_MEASURED, clock=clock,
        )  # fmt: skip
        court = _Court(trial, ground, found)
        return court.judged(trial.tries[world], spared, world)
    finally:
        records.close()
        store.close()


@dataclass(frozen=True)
class _Court:
    """One world's orders, from finding to book."""

    trial: Trial
    ground: Ground
    found: Backtest

    def judged(self, tries: Sequence[Try], spared: Mapping[str, Spared], world: int) -> list[Tried]:
        """All tries of the world."""
        said: dict[str, tuple[Finding | None, str]] = {}
        clock = self.ground.clock
        freezer = Freezer(self.ground)
        for one in sorted(tries, key=lambda t: t.done):
            finding = self._finding(one)
            if finding is None:
                said[one.building] = None, "not_found"
                continue
            self._opened(one, finding)
            clock.advance(one.done)  # type: ignore[attr-defined]
            freezer.step(one.done)
            said[one.building] = finding, self._proven(one, finding)
        clock.advance(self.trial.end)  # type: ignore[attr-defined]
        Booker(ground=self.ground).step(self.trial.end)
        return [
            tried
            for one in tries
            for tried in self._tried(one, *said[one.building], spared[one.building], world)
        ]

    def _finding(self, one: Try) -> Finding | None:
        """The first finding before the visit that sends somebody to the fault."""
        mine = [
            f
            for f in self.found.findings
            if one.fault.onset < f.opened <= one.done
            and self.ground.site.equipment[f.target].building == one.building
            and causes_of(self.ground.site, [one.fault], f.target)
        ]
        return min(mine, key=lambda f: (f.opened, f.rule), default=None)

    def _opened(self, one: Try, finding: Finding) -> None:
        """The order, in progress when the visit ends."""
        card = _card(finding)
        with self.ground.sessions.session(ALL) as session:
            session.add(Order(
                id=_id(one), building=one.building, origin=Origin.FINDING,
                cause=f"{finding.target}|{card.family}", asset=finding.target,
                family=card.family, rule=finding.rule, target=finding.target, trade=card.trade,
                skill=card.trade, proof=ProofKind.TELEMETRY, title={}, explanation={},
                severity=card.severity, state=OrderState.IN_PROGRESS, first_seen=finding.onset,
                last_seen=finding.last, opened_at=finding.opened, changed_at=one.done,
                effort_min=card.effort_min,
            ))  # fmt: skip
            session.flush()
            session.add(OrderFinding(
                finding_id=finding.id, order_id=_id(one), building=one.building,
                revision=finding.revision, state=finding.state.value, rule=finding.rule,
                target=finding.target, severity=card.severity, onset=finding.onset,
                opened=finding.opened, last=finding.last, changed_at=one.done, confidence=1.0,
                money_per_day=1.0, title="",
            ))  # fmt: skip

    def _proven(self, one: Try, finding: Finding) -> str:
        """What telemetry says of the visit by the end, and the order's state by that."""
        card = _card(finding)
        runs = self.found.verdicts.get((finding.rule, finding.target), [])
        proof = prove(
            card, [r for r in runs if r.end > finding.onset], done_at=one.done,
            now=self.trial.end, judged_until=self.trial.end,
        )  # fmt: skip
        with self.ground.sessions.session(ALL) as session:
            order = session.get_one(Order, _id(one))
            order.done_at = one.done
            if proof.outcome is ProofState.VERIFIED:
                order.state, order.outcome = OrderState.CLOSED, Outcome.VERIFIED
                order.closed_at = proof.decided
            elif proof.outcome is not ProofState.REFUSED:
                order.state = OrderState.VERIFYING
        return proof.outcome.value

    def _tried(
        self, one: Try, finding: Finding | None, said: str, spared: Spared, world: int
    ) -> list[Tried]:
        """By carrier what was booked; one line without a carrier where nothing was."""
        about = Tried(
            seed=self.trial.seed, world=world, building=one.building, kind=one.fault.kind.value,
            severity=one.fault.severity, course=one.fault.course, effect=one.effect, said=said,
            open_h=(one.done - one.fault.onset) / HOUR_MS,
            rule=finding.rule if finding is not None else "",
            family=_card(finding).family if finding is not None else "",
        )  # fmt: skip
        rows = []
        ground = self.ground
        with ground.sessions.session(ALL, reading=True) as session:
            book = read(session, ground.site)
            planned = session.scalars(
                select(PlanRow).where(PlanRow.order_id == _id(one)).order_by(PlanRow.seq.desc())
            ).first()
            days_of = counted(session)
        daily = Daily(ground, ground.sight())
        for booking in book.bookings:
            if booking.order != _id(one):
                continue
            days = days_of.get((booking.account, booking.carrier.value), {})
            dates = sorted(days)
            where = [(ground.midnight(d) - self.trial.start) // 86_400_000 for d in dates]
            n = list(Carrier).index(booking.carrier)
            cell = planned.boundary.get(booking.carrier.value, "") if planned else ""
            use = float(np.nansum(daily.use(cell, dates))) if dates and cell else 0.0
            rows.append(about.with_booked(
                booking, use=use, truth=float(spared.saved[where, n].sum()),
                price=ground.site.price(booking.carrier, booking.done_at) or 0.0,
            ))  # fmt: skip
        if rows:
            return rows
        why = (planned.why or "no_days") if planned is not None else "no_plan"
        return [about.without(why if finding is not None else "not_found")]


def _card(finding: Finding) -> RuleCard:
    return next(rule.card for rule in _MEASURED if rule.id == finding.rule)


def _id(one: Try) -> str:
    return f"WO-{one.building}"
