"""Verdicts in columns made into runs, the whole frame at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.grid import Grid
from analytics.judged import REASONS, Judged
from core.batch import Ints
from core.rulecard import RuleCard
from core.verdict import Run, Verdict
from core.words import Carrier

_DIGITS = 7
"""Decimals kept of sums: enough for pulses, and the same whatever the order of adding."""


def runs_of(
    card: RuleCard, targets: Sequence[str], judged: Judged, grid: Grid, first: int
) -> dict[str, list[Run]]:
    """Runs by target, from column ``first`` on; what lies before only looked back."""
    kept = slice(first, None)
    starts, rows, columns = _segments(judged, kept)
    if not len(starts):
        return {target: [] for target in targets}
    width = grid.count - first
    lengths = np.diff(np.append(starts, len(targets) * width))
    good = np.add.reduceat(judged.good[:, kept].ravel(), starts) / lengths
    margin = np.maximum.reduceat(judged.margin[:, kept].ravel(), starts)
    waste = {
        carrier: np.add.reduceat(amount[:, kept].ravel(), starts)
        for carrier, amount in judged.waste.items()
    }
    result: dict[str, list[Run]] = {target: [] for target in targets}
    for n, (row, column, length) in enumerate(zip(rows, columns, lengths, strict=True)):
        begin = grid.start + (first + int(column)) * grid.step
        run = _run(
            card, targets[row], judged, (int(row), first + int(column)),
            (begin, begin + int(length) * grid.step),
            float(good[n]), float(margin[n]),
            {carrier: float(amount[n]) for carrier, amount in waste.items() if amount[n] > 0},
        )  # fmt: skip
        result[targets[row]].append(run)
    return result


def window_runs(
    card: RuleCard, targets: Sequence[str], judged: Judged, start: int, end: int
) -> dict[str, list[Run]]:
    """One run a target for a judged night or day; never joined with the next."""
    return {
        target: [
            _run(
                card,
                target,
                judged,
                (row, 0),
                (start, end),
                float(judged.good[row, 0]),
                float(judged.margin[row, 0]),
                {c: float(w[row, 0]) for c, w in judged.waste.items() if w[row, 0] > 0},
            )
        ]
        for row, target in enumerate(targets)
    }


def _segments(judged: Judged, kept: slice) -> tuple[Ints, Ints, Ints]:
    key = (
        judged.verdict[:, kept].astype(np.int32) * 10_000
        + judged.reason[:, kept].astype(np.int32) * 100
        + judged.mode[:, kept]
    )
    changed = np.ones(key.shape, dtype=np.bool_)
    changed[:, 1:] = key[:, 1:] != key[:, :-1]
    rows, columns = np.nonzero(changed)
    return np.flatnonzero(changed.ravel()), rows, columns


def _run(
    card: RuleCard,
    target: str,
    judged: Judged,
    cell: tuple[int, int],
    span: tuple[int, int],
    good: float,
    margin: float,
    waste: dict[Carrier, float],
) -> Run:
    mode = int(judged.mode[cell])
    return Run(
        rule=card.id,
        target=target,
        start=span[0],
        end=span[1],
        verdict=Verdict(int(judged.verdict[cell])),
        mode=card.modes[mode] if 0 <= mode < len(card.modes) else "",
        reason=REASONS[int(judged.reason[cell])],
        good=round(good, _DIGITS),
        waste={carrier: round(amount, _DIGITS) for carrier, amount in waste.items()},
        margin=round(margin, _DIGITS),
    )
