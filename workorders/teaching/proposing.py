"""What the false alarms of one rule at one target propose. Pure.

Nothing here changes anything: an engineer reads it, with what it is made of, and says yes or no.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from core.clock import DAY_MS
from core.rulecard import RuleCard
from core.site import DayMode
from core.words import FalseCause
from workorders.teaching.precision import Case

SEVERAL = 3
"""So many false alarms of one cause make a proposal: two may be one bad day."""

LONGEST_MS = DAY_MS
"""What lasts longer is no event of a day, and no pattern of a week."""

_QUARTER = 15
"""Hours of a plan are said in quarters. [min]"""
_WEEKLY = 2
"""On so many weekdays at most a plan comes back every week; on more it is every day of the week
that was seen."""


class Kind(StrEnum):
    """What is proposed."""

    LIMIT = "limit"
    CALENDAR = "calendar"
    MUTE = "mute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One change.

    Attributes:
        cases: The false alarms that it is made of.
        detail: Of a limit ``parameter``, ``unit``, ``from``, ``to`` and ``by``; of a plan
            ``weekdays`` (Monday is 0), ``from``, ``to`` [min of the local day] and ``mode``.
        why: Of a mute: why nothing milder would do.
    """

    kind: Kind
    rule: str
    target: str
    asset: str
    building: str
    cause: FalseCause
    cases: tuple[Case, ...]
    detail: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""


def propose(
    card: RuleCard, cases: Sequence[Case], margins: Mapping[str, float], *, lift: float,
    zone: ZoneInfo,
) -> Proposal | None:  # fmt: skip
    """What the cases of one rule and target propose; None where they say too little.

    Args:
        card: Of the rule.
        cases: What was said since the last proposal was decided.
        margins: How far beyond the card's own limit each order's finding was, by order.
        lift: By how much the limit is moved there now.
        zone: The site's.
    """
    said = Counter(case.cause for case in cases if case.true is False)
    cause = next((c for c in FalseCause if said[c.value] >= SEVERAL), None)
    if cause is None:
        return None
    false = tuple(case for case in cases if case.true is False and case.cause == cause)
    kind, detail, why = Kind.MUTE, dict[str, Any](), ""
    if cause is FalseCause.PLANNED:
        detail = _plan(card, false, zone)
        kind, why = (Kind.CALENDAR, "") if detail else (Kind.MUTE, "no_pattern")
    else:
        worst = [margins[case.order] for case in false if case.order in margins]
        detail, why = _limit(card, worst, len(false), lift)
        kind = Kind.LIMIT if detail else Kind.MUTE
    first = false[0]
    return Proposal(
        kind=kind, rule=card.id, target=first.target, asset=first.asset, building=first.building,
        cause=cause, cases=false, detail=detail, why=why,
    )  # fmt: skip


def _limit(
    card: RuleCard, margins: Sequence[float], wanted: int, lift: float
) -> tuple[dict[str, Any], str]:
    """Just beyond the largest false residual; empty, and why, where the card does not allow it."""
    moved = card.movable
    if moved is None:
        return {}, "not_movable"
    if len(margins) < wanted:
        return {}, "no_figures"
    usual = card.value(moved.parameter)
    steps = math.floor(max(margins) / moved.step + 1e-9) + 1
    by = steps * moved.step
    to = round(usual + by, 9)
    if to > moved.most + 1e-9 or by <= lift:
        return {}, "too_far"
    return {
        "parameter": moved.parameter, "unit": card.parameters[moved.parameter].unit,
        "from": round(usual + lift, 9), "to": to, "by": round(by, 9), "most": moved.most,
    }, ""  # fmt: skip


def _plan(card: RuleCard, cases: Sequence[Case], zone: ZoneInfo) -> dict[str, Any]:
    """Weekdays and hours on which it was planned; empty where they show no pattern."""
    spans = [span for case in cases for span in case.spans]
    if len(spans) < SEVERAL or any(last - onset > LONGEST_MS for onset, last in spans):
        return {}
    days, first, last = Counter[int](), 24 * 60, 0
    for onset, end in spans:
        begins = datetime.fromtimestamp(onset / 1000, zone)
        minute = begins.hour * 60 + begins.minute
        days[begins.weekday()] += 1
        first = min(first, minute)
        last = max(last, minute + math.ceil((end - onset) / 60_000))
    if len(days) > _WEEKLY and len(days) == len(spans):
        return {}  # every time another day: nothing comes back
    return {
        "weekdays": sorted(days), "from": first // _QUARTER * _QUARTER,
        "to": min(-(-last // _QUARTER) * _QUARTER, 48 * 60),
        "mode": str(DayMode.OVERTIME if card.out_of_hours else DayMode.MAINTENANCE),
    }  # fmt: skip
