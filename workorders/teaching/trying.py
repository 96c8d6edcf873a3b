"""What a change would have found and missed in the readings that are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.records.teaching import entries_of
from analytics.backtest import backtest
from analytics.calendar import Calendar
from analytics.rule import Rule
from core.finding import Finding
from core.ports import ReadingStore
from core.site import Site
from core.teaching import Lessons, Lift
from workorders.teaching.precision import WINDOW_MS, Case
from workorders.teaching.proposing import Kind, Proposal


@dataclass(frozen=True, slots=True)
class _Given:
    """Lessons as they would be; implements :class:`core.teaching.Taught`."""

    what: Lessons

    def lessons(self) -> Lessons:
        """These."""
        return self.what


def tried(
    site: Site, store: ReadingStore, rules: Sequence[Rule], proposal: Proposal,
    cases: Sequence[Case], now: int,
) -> dict[str, Any]:  # fmt: skip
    """The rule alone at the one target over the last 90 days, as it is and as it would be.

    Faults of its sensors are not looked at, as they are live: both sides of the comparison leave
    them out.

    Returns:
        ``days`` tried, findings ``before`` and ``after``, and ``missed``: orders of true alarms
        that would not have been found. Empty where nothing is to be tried.
    """
    rule = next((known for known in rules if known.id == proposal.rule), None)
    if rule is None:
        return {}
    targets = tuple(t for t in rule.targets(site) if t.id == proposal.target)
    if not targets:
        return {}
    alone = replace(rule, targets=lambda _site: targets)
    start = now - WINDOW_MS
    plain = _Given(Lessons())
    before = backtest(site, store, start, now, [alone], plain).findings
    after: tuple[Finding, ...] = ()
    if proposal.kind is not Kind.MUTE and before:
        changed = _Given(_changed(site, proposal, start, now))
        after = backtest(site, store, start, now, [alone], changed).findings
    true = [case for case in cases if case.true and case.target == proposal.target]
    missed = [c.order for c in true if _among(c, before) and not _among(c, after)]
    return {"days": round((now - start) / 86_400_000), "before": len(before),
            "after": len(after), "missed": missed}  # fmt: skip


def _changed(site: Site, proposal: Proposal, start: int, now: int) -> Lessons:
    if proposal.kind is Kind.LIMIT:
        lift = Lift(rule=proposal.rule, target=proposal.target, by=float(proposal.detail["by"]),
                    since=start, until=now)  # fmt: skip
        return Lessons(lifts=(lift,))
    zone = Calendar(site).zone
    entries = entries_of(proposal.asset, dict(proposal.detail), start, now, zone)
    return Lessons(calendar=tuple(entries))


def _among(case: Case, findings: Sequence[Finding]) -> bool:
    return any(
        onset <= finding.last and finding.onset <= last
        for finding in findings for onset, last in case.spans
    )  # fmt: skip
