"""Booked savings against the true ones: R_(j-1) − R_j over the booked days of each order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from statistics import median

from core.clock import MINUTE_MS
from scoring.records import Booked, Placebo, Saving
from scoring.season import Season

Figures = dict[str, object]

LEAST_USE = 0.01
"""Of the cell's use: a smaller truth is no denominator (savings.md)."""

_TOGETHER_MS = MINUTE_MS
"""Between what the order and what the plant's diary say of one visit. [ms]"""

ENOUGH = 85
"""Orders that tell a coverage of 90 % from one of 80 (simulator.md, 4.8); fewer, and it is said."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One order and carrier, booked and in truth.

    Attributes:
        truth: Over the booked days, on physical energy. [kWh, m³]
        least: Denominator of its error. [kWh, m³]
    """

    booked: Booked
    truth: float
    least: float

    @property
    def error(self) -> float:
        """Of the truth, signed. [1]"""
        return (self.booked.saving - self.truth) / self.least

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return abs(self.booked.saving - self.truth) <= self.booked.u


def pairs(seasons: Sequence[Season]) -> list[Pair]:
    """Every order and carrier that has booked days."""
    found = []
    for season in seasons:
        for booked in season.booked:
            if not booked.days:
                continue
            truth = _spared(season.savings, booked)
            least = max(abs(truth), LEAST_USE * booked.use)
            if least > 0:
                found.append(Pair(booked, truth, least))
    return found


def _spared(savings: Sequence[Saving], booked: Booked) -> float:
    """What the very visit that is booked spared on the booked days; of all faults it mended.

    An order that was sent back has more than one: what the first one spared is not the second's.
    """
    mine = [
        saving.days.get(booked.carrier, [])
        for saving in savings
        if saving.order == booked.order and abs(saving.at - booked.done) < _TOGETHER_MS
    ]
    return sum(days[d] for days in mine for d in booked.days if 0 <= d < len(days))


def booked_error(
    seasons: Sequence[Season], orders: AbstractSet[str] | None = None
) -> Figures:  # fmt: skip
    """The figures of the card; None where there is nothing to judge by.

    Args:
        seasons: What is scored together.
        orders: These alone; all and the placebo where none are named.
    """
    known = [p for p in pairs(seasons) if orders is None or p.booked.order in orders]
    whole = orders is None
    errors = sorted(abs(p.error) for p in known)
    told = {p.booked.order for p in known}
    return {
        "n": len(known),
        "orders": len(told),
        "enough": len(told) >= ENOUGH,
        "median_abs": _rounded(median(errors)) if errors else None,
        "p90_abs": _rounded(errors[int(0.9 * (len(errors) - 1))]) if errors else None,
        "total_bias": {c: _bias([p for p in known if p.booked.carrier == c])
                       for c in sorted({p.booked.carrier for p in known})},
        "booked": _sums(known, lambda p: p.booked.saving),
        "true": _sums(known, lambda p: p.truth),
        "coverage90": _rounded(sum(p.covered for p in known) / len(known)) if known else None,
        "halfwidth_median": _rounded(median(
            p.booked.u / max(abs(p.booked.saving), p.least) for p in known)) if known else None,
        "false_booked": _false(known),
        "placebo": placebo([p for s in seasons for p in s.placebos] if whole else []),
    }  # fmt: skip


def placebo(runs: Sequence[Placebo]) -> Figures:
    """By carrier: mean of the use of the cells, and how many intervals hold nothing."""
    found: Figures = {}
    for carrier in sorted({run.carrier for run in runs}):
        mine = [run for run in runs if run.carrier == carrier]
        use = sum(run.use for run in mine)
        found[carrier] = {
            "runs": len(mine),
            "mean": _rounded(sum(run.saving for run in mine) / use, 5) if use else None,
            "coverage90": _rounded(sum(abs(r.saving) <= r.u for r in mine) / len(mine)),
        }
    return found


def _bias(mine: Sequence[Pair]) -> float | None:
    truth = sum(p.truth for p in mine)
    return _rounded(sum(p.booked.saving for p in mine) / truth - 1) if truth > 0 else None


def _sums(known: Sequence[Pair], amount: Callable[[Pair], float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for pair in known:
        before = found.get(pair.booked.carrier, 0.0)
        found[pair.booked.carrier] = before + amount(pair)
    return {carrier: round(value, 1) for carrier, value in sorted(found.items())}


def _false(known: Sequence[Pair]) -> float | None:
    """Booked where nothing was saved, of all that was truly saved, both in money."""
    truth = sum(p.truth * p.booked.price for p in known)
    wrong = sum(max(p.booked.saving, 0.0) * p.booked.price for p in known if p.truth == 0)
    return _rounded(wrong / truth) if truth > 0 else None


def _rounded(value: float, digits: int = 4) -> float:
    return round(value, digits)
