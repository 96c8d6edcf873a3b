"""What a trial says of the ledger: error, bias, coverage and what was booked for nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from scoring.trial.outcome import Tried

Figures = dict[str, object]

USELESS = "useless"


def figures(tried: Sequence[Tried]) -> Figures:
    """All figures: together, by carrier, by kind of repair and carrier."""
    orders = {_order(t) for t in tried if t.said != "not_found"}
    carriers = sorted({t.carrier for t in tried if t.carrier})
    return {
        "tries": len({_order(t) for t in tried}),
        "orders": len(orders),
        "verified": len({_order(t) for t in tried if t.said == "verified"}),
        "useless": _useless(tried),
        "whole": _figures(tried),
        "carriers": {c: _figures([t for t in tried if t.carrier == c]) for c in carriers},
        "kinds": {
            family: {
                "orders": len({_order(t) for t in of if t.said != "not_found"}),
                "nothing_booked": _why(of),
                **{c: _figures([t for t in of if t.carrier == c])
                   for c in sorted({t.carrier for t in of if t.carrier and t.days})},
            }
            for family in sorted({t.family for t in tried if t.family})
            for of in [[t for t in tried if t.family == family]]
        },
    }  # fmt: skip


def _order(of: Tried) -> tuple[int, int, str]:
    return of.seed, of.world, of.building


def _useless(tried: Sequence[Tried]) -> Figures:
    """Useless visits, and what was said of them."""
    mine = {_order(t): t.said for t in tried if t.effect == USELESS and t.said != "not_found"}
    return {"orders": len(mine), "verified": sum(said == "verified" for said in mine.values())}


def _why(tried: Sequence[Tried]) -> dict[str, int]:
    """Why nothing was booked of orders that were verified."""
    found: dict[str, int] = {}
    for one in tried:
        if one.said == "verified" and not one.days:
            found[one.why] = found.get(one.why, 0) + 1
    return dict(sorted(found.items()))


def _figures(tried: Sequence[Tried]) -> Figures:
    booked = [t for t in tried if t.days and t.least > 0]
    errors = sorted(abs(t.error) for t in booked)
    truth = sum(t.truth for t in booked)
    worth = sum(t.truth * t.price for t in booked)
    false = sum(max(t.saving, 0.0) * t.price for t in booked if t.effect == USELESS)
    return {
        "n": len(booked),
        "median_abs": _rounded(median(errors)) if errors else None,
        "p90_abs": _rounded(errors[math.ceil(0.9 * len(errors)) - 1]) if errors else None,
        "booked": _rounded(sum(t.saving for t in booked), 1),
        "true": _rounded(truth, 1),
        "bias": _rounded(sum(t.saving for t in booked) / truth - 1) if truth > 0 else None,
        "coverage90": _rounded(sum(t.covered for t in booked) / len(booked)) if booked else None,
        "halfwidth_median": _rounded(median(
            t.u / max(abs(t.saving), t.least) for t in booked)) if booked else None,
        "false_booked": _rounded(false / worth) if worth > 0 else None,
        "blind_days": sum(t.blind for t in booked),
        "days": sum(t.days for t in booked),
    }  # fmt: skip


def _rounded(value: float, digits: int = 4) -> float:
    return round(value, digits)
