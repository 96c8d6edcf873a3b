"""What happened to a register that does not go on from where it was, with what speaks for it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.batch import Bools, Columns
from core.clock import HOUR_MS
from core.meters import Crossing, Happening
from ingest.registers import ROLLOVER_FROM, Links, Rules

SMALL = 0.01
"""Share of what the old level was, below which a register without rating is taken to have
begun again near zero; a new meter seldom comes with as little on its dial as that."""


def crossings(
    reads: Columns, links: Links, rules: Rules, usual: Mapping[int, float], which: Bools
) -> tuple[Crossing, ...]:
    """Rollovers that are counted, and beginnings that wait for a person.

    Args:
        reads: As given to :func:`ingest.registers.linked`.
        links: What it said.
        rules: By point index.
        usual: As given to it.
        which: Reads that are looked at.
    """
    found = np.flatnonzero((links.begins | links.rolled) & (links.before >= 0) & which)
    return tuple(_crossing(reads, links, rules, usual, i) for i in found.tolist())


def _crossing(
    reads: Columns, links: Links, rules: Rules, usual: Mapping[int, float], i: int
) -> Crossing:
    a, point = int(links.before[i]), int(reads.point[i])
    rolled = bool(links.rolled[i])
    evidence = _evidence(reads, links, rules, usual, a, i)
    return Crossing(
        point=rules.ids[point],
        building=rules.buildings[point],
        kind=Happening.ROLLOVER if rolled else _kind(reads, rules, a, i),
        accepted=rolled,
        before_at=int(reads.at[a]), before=float(reads.value[a]),
        at=int(reads.at[i]), first=float(reads.value[i]),
        evidence={name: value for name, value in evidence.items() if np.isfinite(value)},
    )  # fmt: skip


def _kind(reads: Columns, rules: Rules, a: int, b: int) -> Happening:
    """The likeliest: near the end of its digits, near zero, or another dial altogether."""
    point, old, new = int(reads.point[b]), float(reads.value[a]), float(reads.value[b])
    modulus = float(rules.modulus[point])
    left = (1.0 - ROLLOVER_FROM) * modulus
    if np.isfinite(modulus) and old >= modulus - left and new <= left:
        return Happening.ROLLOVER
    most = _most(rules, point, int(reads.at[b] - reads.at[a]))
    near_zero = most if np.isfinite(most) else SMALL * old
    return Happening.RESET if 0.0 <= new <= near_zero and new < old else Happening.SWAP


def _evidence(
    reads: Columns, links: Links, rules: Rules, usual: Mapping[int, float], a: int, b: int
) -> dict[str, float]:
    """Figures by name (docs/meter-events.md); not finite where nobody knows them."""
    point, old, new = int(reads.point[b]), float(reads.value[a]), float(reads.value[b])
    over = int(reads.at[b] - reads.at[a])
    hours, modulus = over / HOUR_MS, float(rules.modulus[point])
    behind = np.flatnonzero((reads.point == point) & links.counts & (reads.at >= reads.at[b]))
    last = int(behind[-1])
    since_h = max(int(reads.at[last] - reads.at[b]), 1) / HOUR_MS
    rolled = new - old + modulus if new < old else np.inf
    period_h = float(rules.period[point]) / HOUR_MS
    return {
        "gap_periods": over / float(rules.period[point]),
        "modulus": modulus,
        "step_per_h": (new - old) / hours,
        "rollover_use": rolled,
        "rollover_per_h": rolled / hours,
        "reset_use": new,
        "rated_per_h": float(rules.rated[point]) * HOUR_MS,
        "usual_per_h": usual.get(point, np.inf) / period_h,
        "reads_since": float(len(behind)),
        "since_per_h": (float(reads.value[last]) - new) / since_h,
    }


def _most(rules: Rules, point: int, over: int) -> float:
    return float(rules.most(np.array([point], np.int32), np.array([over], np.int64))[0])
