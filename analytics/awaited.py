"""What an exposure waits for: outdoor air, people's hours, the plant itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from analytics.runs import LOST_REASONS
from core.batch import Floats
from core.clock import DAY_MS, HOUR_MS
from core.rulecard import RuleCard, Weather
from core.verdict import Reason, Run, Verdict

_EDGE = 5.0
"""Percentile of outdoor air at the fault that counts as its limit: one odd reading is none. [%]"""
_LEAST_READINGS = 6
"""Fewer readings of outdoor air at the fault say nothing of a limit: half an hour of them."""

_SAID = frozenset(
    {Reason.OFF, Reason.UNOCCUPIED, Reason.OCCUPIED, Reason.NO_SERVICE, Reason.OTHER_MODE,
     Reason.SMALL_SPREAD, Reason.DECLARED}
)  # fmt: skip
"""Reasons that somebody can wait for; the others are of data and have words of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutdoorNeed:
    """Outdoor air that an exposure needs.

    Attributes:
        above: Warmer than this; None where cold is no hindrance. [°C]
        below: Colder than this; None where warmth is no hindrance. [°C]
        hours: For so long. [h]
    """

    above: float | None
    below: float | None
    hours: float

    def met(self, celsius: float) -> bool:
        """Whether outdoor air of this temperature will do. [°C]"""
        return (self.above is None or celsius > self.above) and (
            self.below is None or celsius < self.below
        )


def outdoor_need(card: RuleCard, modes: AbstractSet[str], at_fault: Floats) -> OutdoorNeed | None:
    """The outdoor air that brings the fault's modes about, or None where that is not known.

    The card's own limit where it has one; else the air that the fault was seen at. Where cold
    and warmth both bring one of its modes about, no air is awaited.

    Args:
        card: Of the rule.
        modes: In which the fault was seen.
        at_fault: Outdoor air while it was. [°C]
    """
    sides = {card.outdoor.get(mode) for mode in modes}
    if not sides or None in sides or {Weather.BELOW, Weather.ABOVE} <= sides:
        return None
    hours = card.hold.ms / HOUR_MS
    if card.outdoor_limit:
        limit = card.value(card.outdoor_limit)
        low, high = limit, limit
    else:
        seen = at_fault[np.isfinite(at_fault)]
        if len(seen) < _LEAST_READINGS:
            return None
        low, high = (float(v) for v in np.percentile(seen, (_EDGE, 100 - _EDGE)))
    return OutdoorNeed(
        above=None if Weather.BELOW in sides else low,
        below=None if Weather.ABOVE in sides else high,
        hours=hours,
    )


def hindrance(runs: Sequence[Run], horizon: int) -> Reason | None:
    """What kept the last day from being an exposure for longest; None where nothing did. [ms]"""
    lengths: Counter[Reason] = Counter()
    for run in runs:
        start, end = max(run.start, horizon - DAY_MS), min(run.end, horizon)
        if end > start and run.verdict is Verdict.NOT_EVALUABLE and run.reason not in LOST_REASONS:
            lengths[run.reason] += end - start
    told = [(length, reason) for reason, length in lengths.items() if reason in _SAID]
    return max(told)[1] if told else None


def expected(need: OutdoorNeed, hours: Sequence[tuple[int, float]]) -> list[tuple[int, int]]:
    """When forecast hours are such air for long enough; (start, end). [ms]"""
    spans: list[tuple[int, int]] = []
    for end, celsius in hours:
        if not need.met(celsius):
            continue
        if spans and spans[-1][1] == end - HOUR_MS:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((end - HOUR_MS, end))
    return [(a, b) for a, b in spans if b - a >= need.hours * HOUR_MS]
