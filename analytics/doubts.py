"""Doubts: times in which a repair proves nothing, since an instrument it leans on is at fault.

A sensor that was unplugged shows no fault any more, nor one that stands still. What such a
sensor says, or does not say, is found out hours later, so that a proof waits as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from analytics.exposures import PAUSE_MS
from analytics.rule import LOOKBACK_MS, Basis, Rule, Target
from analytics.rules import RULES
from core.finding import Finding, FindingState
from core.site import Site
from core.words import Discipline

Span = tuple[int, int]
"""From, to. [ms]"""

LEAD_MS = LOOKBACK_MS[Basis.SAMPLES]
"""How far before the first faulty interval of an instrument it was at fault already: what is
told of an hour is told from this far behind it. [ms]"""

SETTLE_MS = LEAD_MS + PAUSE_MS
"""How long after its last exposure a proof waits for what comes out late of its instruments:
their look back, and their hold of an hour. Less, and a sensor unplugged in the last hour is
believed; more, and good repairs wait for nothing. [ms]"""

_WITH_THE_VISIT_MS = LEAD_MS
"""A silence that begins this soon after *done* came with the visit. [ms]"""


@dataclass(frozen=True)
class Doubts:
    """Whose faults make which proof doubtful, on one site.

    Args:
        site: The model.
        rules: All rules; those that judge readings by the hour find instruments at fault.
    """

    site: Site
    rules: Sequence[Rule] = RULES
    _targets: dict[tuple[str, str], Target] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for rule in self.rules:
            self._targets.update({(rule.id, t.id): t for t in rule.targets(self.site)})

    @property
    def accusers(self) -> frozenset[str]:
        """Ids of the rules that find instruments at fault."""
        return frozenset(
            rule.id
            for rule in self.rules
            if rule.basis is Basis.SAMPLES and rule.card.discipline is Discipline.INSTRUMENT
        )

    def spans(
        self, findings: Iterable[Finding], rule: str, target: str, done_at: int, until: int
    ) -> list[Span]:
        """When nothing can be proven, in order of their beginning. [ms]

        A finding that is open reaches to the end: a sensor that stood still and is silent now
        has shown nothing. One that has cleared reaches to its last fault.

        Args:
            findings: Open ones, and all whose last fault is later than ``done_at``.
            rule: Of the repair.
            target: That it judges.
            done_at: When the repair was done. [ms]
            until: Up to where verdicts stand. [ms]
        """
        known = self._targets.get((rule, target))
        if known is None:
            return []
        leant_on, beside = self._leant_on(known), self._beside(known)
        found = []
        for finding in findings:
            own = (finding.rule, finding.target) == (rule, target)
            if own or finding.rule not in self.accusers or finding.state is FindingState.WITHDRAWN:
                continue
            end = until if finding.state is FindingState.OPEN else finding.last
            if finding.target in leant_on:
                found.append((finding.onset - LEAD_MS, end))
            elif finding.target in beside and _came_with(finding, done_at):
                found.append((done_at, end))
        return sorted(span for span in found if span[1] > done_at)

    def _leant_on(self, target: Target) -> frozenset[str]:
        """Points that the rule reads, and who sends them."""
        points = [self.site.points[i] for i in (*target.points.values(), *target.less)]
        return frozenset([*(p.id for p in points), *(p.gateway for p in points)])

    def _beside(self, target: Target) -> frozenset[str]:
        """All points of the same machine: a visit leaves it as well heard as it was."""
        if target.equipment not in self.site.equipment:
            return frozenset()
        here = self.site.points_of(target.equipment).values()
        return frozenset(self.site.points[i].id for i in here)


def _came_with(finding: Finding, done_at: int) -> bool:
    return done_at <= finding.onset <= done_at + _WITH_THE_VISIT_MS
