"""The storm guard: many cases at once in one building are one incident for one person."""

from __future__ import annotations

from collections import Counter

from adapters.records.folds import FoldReason
from adapters.records.orders import Order
from core.clock import MINUTE_MS
from core.finding import Finding
from core.words import Origin, ProofKind, Text, Trade
from workorders import making, messages
from workorders.book import Book
from workorders.cases import INCIDENT_FAMILY, Cases, incident_cause
from workorders.folding import absorb, may_go
from workorders.ownplant.cards import FAMILIES as OWN_PLANT
from workorders.symptoms import NEVER_FOLDED

MOST_CASES = 10
WITHIN_MS = 10 * MINUTE_MS
"""More cases than this in this time in one building are one incident (domain.md E)."""

TITLE = Text("{n} faults at once in {target}", {"n": 0, "target": ""})
WORDS = Text(
    "So many faults began within ten minutes that they have probably one cause: a supply, a "
    "network, a gateway. Look for that first. Each fault is listed below, and the repair is "
    "proved when all of them have cleared."
)


def running(book: Book, known: Cases, finding: Finding) -> Order | None:
    """The incident that a new case belongs to, begun with it where it is one too many."""
    if finding.severity <= NEVER_FOLDED:
        return None
    order = known.open_of(incident_cause(finding.building))
    if order is not None and abs(finding.opened - known.last_case(order)) <= WITHIN_MS:
        return order
    recent = known.opened_between(finding.building, finding.opened - WITHIN_MS, finding.opened)
    cases = [one for one in recent if _is_case(one)]
    if len(cases) < MOST_CASES:
        return None
    if order is None:
        order = _begin(book, known, finding, cases)
    for case in cases:
        if may_go(case):
            absorb(book, known, case, order, FoldReason.INCIDENT)
    return order


def entitle(order: Order) -> None:
    """How many faults the incident stands for by now."""
    if order.family == INCIDENT_FAMILY:
        order.title = messages.dumped(_title(order.count, order.building))


def _is_case(order: Order) -> bool:
    # A dead channel and a full outbox have causes of their own, whatever else goes on.
    own = order.origin is Origin.FINDING and order.family not in {INCIDENT_FAMILY, *OWN_PLANT}
    return own and order.severity > NEVER_FOLDED and order.cancel_reason is None


def _begin(book: Book, known: Cases, finding: Finding, cases: list[Order]) -> Order:
    """The order of the incident; whoever most of its cases would have gone to has it."""
    trades = Counter(case.trade for case in cases)
    trade = max(sorted(trades), key=trades.__getitem__)
    order = making.blank(
        book, building=finding.building, origin=Origin.FINDING,
        cause=incident_cause(finding.building), asset=finding.building, family=INCIDENT_FAMILY,
        rule=finding.rule, target=finding.building, trade=trade, skill=Trade(trade),
        proof=ProofKind.TELEMETRY,
        title=messages.dumped(_title(len(cases) + 1, finding.building)),
        explanation=messages.dumped(WORDS), severity=min(case.severity for case in cases),
        count=0, first_seen=finding.onset, last_seen=finding.last, opened_at=finding.opened,
        effort_min=max(case.effort_min for case in cases),
    )  # fmt: skip
    order.priority = min(case.priority for case in cases)
    known.add(order)
    making.begin(book, order, because_of=[case.id for case in cases])
    return order


def _title(cases: int, building: str) -> Text:
    return Text(TITLE.msgid, {"n": cases, "target": building})
