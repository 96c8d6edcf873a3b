"""How long faults of a family stood open here before: what the ledger's terms are replaced by.

From the site file, where somebody has read it off the orders of before and says where from. Else
from findings of the time before the first order was opened here: readings that were brought along
are judged like new ones, and nobody was sent for what they show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from adapters.records.base import ALL
from adapters.records.orders import Order
from adapters.records.tables import FindingRow
from analytics.savings.constructions import CONSTRUCTIONS
from analytics.savings.time_open import Stood, joined, median
from core.clock import DAY_MS
from core.errors import Misconfigured, Mistake
from core.finding import FindingState
from core.site import Site
from workorders.ledger.ground import Ground

SITE_FILE, FINDINGS = "site_file", "findings"
"""Where a median is from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTerm:
    """A family's median time open.

    Attributes:
        days: [d]
        source: ``site_file`` or ``findings``.
        said: The document that the site file names.
        day: Of the document, or until when findings were looked at.
        cases: That it is the median of; 0 where the site file does not say.
    """

    days: int
    source: str
    said: str
    day: str
    cases: int

    def as_json(self) -> dict[str, Any]:
        """As it is frozen with a plan."""
        return {"days": self.days, "source": self.source, "said": self.said, "day": self.day,
                "cases": self.cases}  # fmt: skip


def known_families(site: Site) -> None:
    """Nothing may be said in the site file of a family that is booked by nothing.

    Raises:
        Misconfigured: It names one.
    """
    wrong = [family for family in site.open_days if family not in CONSTRUCTIONS]
    if wrong:
        expected = "one of " + ", ".join(sorted(CONSTRUCTIONS))
        raise Misconfigured([
            Mistake(file="site.yaml", line=0, what=f"open_days: nothing is booked for '{family}'",
                    expected=expected)
            for family in wrong
        ])  # fmt: skip


@dataclass
class OpenTerms:
    """Medians by family; those of findings are reckoned once, since that time is over."""

    ground: Ground
    _found: dict[str, OpenTerm | None] = field(default_factory=dict)

    def of(self, family: str) -> OpenTerm | None:
        """A family's; None where the table's own term stands."""
        if family not in self._found:
            said = self.ground.site.open_days.get(family)
            if said is not None:
                self._found[family] = OpenTerm(
                    days=said.days, source=SITE_FILE, said=said.source, day=said.date,
                    cases=said.cases,
                )  # fmt: skip
            else:
                self._found[family] = self._of_findings(family)
        return self._found[family]

    def _of_findings(self, family: str) -> OpenTerm | None:
        rules = [rule.id for rule in self.ground.rules if rule.card.family == family]
        with self.ground.sessions.session(ALL, reading=True) as session:
            start = session.scalar(select(func.min(Order.opened_at)))
            if start is None:
                return None
            query = (
                select(FindingRow.rule, FindingRow.target, FindingRow.onset, FindingRow.cleared)
                .where(
                    FindingRow.rule.in_(rules), FindingRow.onset < start,
                    FindingRow.state != FindingState.WITHDRAWN.value,
                )
                .order_by(FindingRow.onset)
            )  # fmt: skip
            spans: dict[tuple[str, str], list[tuple[int, int | None]]] = {}
            for rule, target, onset, cleared in session.execute(query):
                spans.setdefault((rule, target), []).append((onset, cleared))
        cases = self._cases(spans, start)
        days = median(cases)
        if days is None:
            return None
        return OpenTerm(
            days=days, source=FINDINGS, said="", day=self.ground.day(start).isoformat(),
            cases=len(cases),
        )  # fmt: skip

    def _cases(
        self, spans: Mapping[tuple[str, str], list[tuple[int, int | None]]], start: int
    ) -> list[Stood]:
        """Cases before the first order; what stood when judging began stood at least so long."""
        found: list[Stood] = []
        for (rule, target), of in spans.items():
            mine = joined(of, start)
            first = min(onset for onset, _ in of)
            runs = self.ground.verdicts.runs(rule, target, 0, first + 1)
            if mine and runs and first - runs[0].start <= DAY_MS:
                mine[0] = Stood(mine[0].ms, ended=False)
            found += mine
        return found
