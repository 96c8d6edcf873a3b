"""Verdicts under a limit that was moved at one target. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analytics.judged import REASONS, Judged
from core.batch import Floats, Ints
from core.teaching import Lift
from core.verdict import Reason, Verdict

CLEAR_SHARE = 0.9
"""Of what a limit was lifted by: up to there it is clear again. As rules clear at 80 to 90 % of
their limits: less, and a finding opens and closes with every cloud."""

_CONDITION, _CLEAR = REASONS.index(Reason.CONDITION), REASONS.index(Reason.CLEAR)


def lift_of(lifts: Sequence[Lift], targets: Sequence[str], ends: Ints) -> Floats | None:
    """By how much the limit is lifted in each interval; None where in none. (targets, times)

    Args:
        lifts: Of one rule.
        targets: Ids of the rows.
        ends: Of the intervals. [ms]
    """
    mine = [lift for lift in lifts if lift.target in targets]
    if not mine:
        return None
    found = np.zeros((len(targets), len(ends)))
    for lift in mine:
        held = (ends > lift.since) & (ends <= lift.until)
        row = found[targets.index(lift.target)]
        np.maximum(row, np.where(held, lift.by, 0.0), out=row)
    return found if found.any() else None


def lifted(judged: Judged, by: Floats) -> Judged:
    """The same intervals, judged by a limit that lies farther out.

    What is beyond the span of a safety point stays a fault, and what was not evaluable stays so.
    """
    moved = by > 0.0
    margin = np.where(moved & (judged.verdict != Verdict.NOT_EVALUABLE), judged.margin - by,
                      judged.margin)  # fmt: skip
    spared = moved & (judged.verdict == Verdict.FAULT) & (judged.reason == _CONDITION)
    spared &= judged.margin <= by
    fine = moved & (judged.verdict == Verdict.OK) | spared
    clear = fine & (judged.margin <= CLEAR_SHARE * by)
    reason = np.where(fine, np.where(clear, _CLEAR, _CONDITION), judged.reason)
    return replace(
        judged,
        verdict=np.where(spared, Verdict.OK, judged.verdict).astype(np.int8),
        reason=reason.astype(np.int8),
        waste={carrier: np.where(spared, 0.0, amount) for carrier, amount in judged.waste.items()},
        margin=margin,
    )
