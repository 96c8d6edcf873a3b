"""When booking ends, and why: most faults would have been found some day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.savings.constructions import Construction, Kind, Term

BASELINE_DAYS = 365
"""After twelve months the new level is the baseline. [d]"""

LOST_DAYS = 3
"""Days on end estimated or without data, after which booking ends. [d]"""

_BURST_M3H, _BURST_DAYS = 1.0, 3
"""A flow that floods something is seen within days by anybody. [m³/h], [d]"""

_SEEN_DAYS = 30
_SEEN = ("toilet", "flap", "urinal", "float", "visible", "overflow", "tap")
"""Words of a cause that somebody would have seen or heard."""

_SEASON_ENDS: Mapping[Term, tuple[int, int]] = {Term.HEATING: (4, 15), Term.COOLING: (10, 31)}
"""Month and day on which a season ends; offices heat and cool little beyond."""


@dataclass(frozen=True, slots=True)
class Until:
    """The last day that may be booked, and what says so."""

    day: date
    why: str


def until(
    of: Construction, done: date, *, rate: float = 0.0, cause: str = "",
    median_open: int | None = None,
) -> Until:  # fmt: skip
    """How long a repair counts.

    Args:
        of: Its construction.
        done: Local day of *done*.
        rate: Of a leak before the repair. [m³/h]
        cause: Cause code of the repair.
        median_open: The site's own median time that such faults stood open before, where it is
            known; it replaces what is assumed. It mixes leaks that nobody saw with those that
            anybody sees: of the latter what is assumed stays where it is less. [d]
    """
    seen = _seen_within(of, rate, cause)
    if median_open is not None and (seen is None or median_open < seen):
        return Until(done + timedelta(days=max(1, min(median_open, BASELINE_DAYS))), "site_median")
    days, why = of.most_days if seen is None else seen, "term"
    last = done + timedelta(days=days)
    if of.term in _SEASON_ENDS:
        ends = _season_end(done, *_SEASON_ENDS[of.term])
        if ends < last:
            return Until(ends, "season")
    if days >= BASELINE_DAYS:
        return Until(done + timedelta(days=BASELINE_DAYS), "twelve_months")
    return Until(last, why)


def _seen_within(of: Construction, rate: float, cause: str) -> int | None:
    """Days within which anybody sees a leak of this size and cause; None of what is hidden. [d]"""
    if of.kind is not Kind.LEAK:
        return None
    if rate >= _BURST_M3H:
        return _BURST_DAYS
    return _SEEN_DAYS if any(word in cause.lower() for word in _SEEN) else None


def _season_end(done: date, month: int, day: int) -> date:
    this = date(done.year, month, day)
    return this if done < this else date(done.year + 1, month, day)
