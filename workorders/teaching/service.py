"""Teaching as a part of work orders: counts what was said, proposes, and lets poor rules advise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from adapters.records.base import ALL
from adapters.records.teaching import LessonRow
from analytics.calendar import Calendar
from analytics.rule import Rule
from core.clock import HOUR_MS
from core.ports import ReadingStore
from core.rulecard import RuleCard
from core.site import Site
from core.teaching import Lift, Taught
from core.verdict import Reason, Verdict
from core.words import Text
from workorders import messages
from workorders.office import Sessions
from workorders.teaching import advice, judged, lessons, precision, trying
from workorders.teaching.lessons import Lesson, Standing
from workorders.teaching.precision import WINDOW_MS, Case
from workorders.teaching.proposing import Proposal, propose
from workorders.verify import RunsOf

EVERY_MS = HOUR_MS
"""How often the orders that ended are counted, by the run clock: nothing here is in a hurry."""

AT_ONCE = 3
"""Proposals of one step at most: each reads 90 days of one rule's points twice."""

_KEPT = 10
"""Orders named in the evidence; the count says how many there were."""


@dataclass(kw_only=True)
class Teaching:
    """Proposes and demotes; decides nothing.

    Attributes:
        taught: What holds, with the lifts by which old margins were measured.
    """

    site: Site
    sessions: Sessions
    verdicts: RunsOf
    store: ReadingStore
    rules: Sequence[Rule]
    taught: Taught
    _cards: dict[str, RuleCard] = field(init=False)
    _next: int = 0

    def __post_init__(self) -> None:
        self._cards = {rule.card.id: rule.card for rule in self.rules}

    def step(self, now: int) -> None:
        """Counts, once an hour. [ms]"""
        if now < self._next:
            return
        self._next = now + EVERY_MS
        with self.sessions.session(ALL, reading=True) as session:
            cases = judged.read(session, now - WINDOW_MS, now)
            known = lessons.all_of(session, now)
            restored = advice.restored_at(session)
        found = precision.by_rule(cases, restored)
        if any(counts.poor for counts in found.values()):
            with self.sessions.session(ALL) as session:
                advice.judge(session, self._cards, found, now)
        for proposal in self._due(cases, known, now)[:AT_ONCE]:
            self._keep(proposal, cases, known, now)

    def _due(self, cases: Sequence[Case], known: Sequence[Lesson], now: int) -> list[Proposal]:
        """What is proposed now: at most one a rule and target, none while one waits or holds."""
        by_key: dict[tuple[str, str], list[Case]] = {}
        for case in cases:
            by_key.setdefault((case.rule, case.target), []).append(case)
        due = []
        for (rule, target), mine in sorted(by_key.items()):
            card = self._cards.get(rule)
            before = [one for one in known if (one.rule, one.target) == (rule, target)]
            open_ = any(one.standing is Standing.WAITING for one in before)
            if card is None or open_ or all(case.true is not False for case in mine):
                continue
            since = max((one.until or 0 if one.standing is Standing.OVER else one.decided_at or 0
                         for one in before), default=0)  # fmt: skip
            fresh = [case for case in mine if case.opened > since]
            lifts = [x for x in self.taught.lessons().lifts if (x.rule, x.target) == (rule, target)]
            margins = {
                case.order: m for case in fresh
                if case.true is False and (m := self._margin(case, lifts)) is not None
            }  # fmt: skip
            lift = max((x.by for x in lifts if x.since < now <= x.until), default=0.0)
            found = propose(card, fresh, margins, lift=lift, zone=Calendar(self.site).zone)
            if found is not None:
                due.append(found)
        return due

    def _margin(self, case: Case, lifts: Sequence[Lift]) -> float | None:
        """How far beyond the card's own limit an order's findings were; None where unknown."""
        worst = [
            run.margin + max((x.by for x in lifts if x.since < run.end <= x.until), default=0.0)
            for onset, last in case.spans
            for run in self.verdicts.runs(case.rule, case.target, onset, last)
            if run.verdict is Verdict.FAULT and run.reason is Reason.CONDITION
        ]
        return max(worst, default=None)

    def _keep(
        self, proposal: Proposal, cases: Sequence[Case], known: Sequence[Lesson], now: int
    ) -> None:
        """Writes it down and tells the engineers; whoever else proposed it was first."""
        tried = trying.tried(self.site, self.store, self.rules, proposal, cases, now)
        number = 1 + sum((one.rule, one.target) == (proposal.rule, proposal.target)
                         for one in known)  # fmt: skip
        try:
            with self.sessions.session(ALL) as session:
                row = LessonRow(
                    building=proposal.building, rule=proposal.rule, target=proposal.target,
                    number=number, asset=proposal.asset, kind=proposal.kind.value,
                    detail=dict(proposal.detail), evidence=self._evidence(proposal, tried),
                    made_at=now,
                )  # fmt: skip
                session.add(row)
                session.flush()
                self._tell(session, row, proposal, now)
        except IntegrityError:
            return

    def _evidence(self, proposal: Proposal, tried: dict[str, Any]) -> dict[str, Any]:
        lifts = [x for x in self.taught.lessons().lifts
                 if (x.rule, x.target) == (proposal.rule, proposal.target)]  # fmt: skip
        return {
            "cause": proposal.cause.value, "why": proposal.why, "count": len(proposal.cases),
            "tried": tried,
            "orders": [
                {"order": case.order, "opened": case.opened, "ended": case.ended,
                 "action": case.action, "note": case.note, "margin": self._margin(case, lifts)}
                for case in proposal.cases[-_KEPT:]
            ],
            "people": sorted({p for case in proposal.cases for p in case.people}),
        }  # fmt: skip

    def _tell(self, session: Session, row: LessonRow, proposal: Proposal, now: int) -> None:
        equipment = self.site.equipment.get(row.asset)
        said = Text(
            messages.LESSON,
            {"n": len(proposal.cases), "rule": row.rule,
             "asset": equipment.names["en"] if equipment is not None else row.asset},
        )  # fmt: skip
        advice.tell_engineers(session, f"lesson.{row.id}", row.building, now, said)
