"""What is reckoned of facts: times, shares, means and sums, each beside its number. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.batch import Floats
from workorders.assessment.facts import Facts
from workorders.assessment.targets import Targets
from workorders.requests.ratings import LEAST_RATINGS


class Kind(StrEnum):
    """How facts become one number."""

    TIME = "time"
    """Mean, with median and 90th percentile beside it."""
    SHARE = "share"
    RATING = "rating"
    """A mean that is said from 30 ratings on."""
    RESPONSE = "response"
    """Share of those asked who rated."""
    SUM = "sum"
    LOAD = "load"
    """Hours that wait, over the hours of a week. [weeks]"""


Bounds = tuple[float | None, float | None]
"""Least and most that is good; None where nothing is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """One sort of figure.

    Attributes:
        key: As programs call it.
        unit: ``min``, ``h``, ``d``, ``week``, ``money``, ``star`` or ``1`` for a share.
        bounds: What is asked of it.
    """

    key: str
    kind: Kind
    unit: str
    bounds: Callable[[Targets], Bounds] = lambda _: (None, None)


SORTS: tuple[Sort, ...] = (
    Sort(key="acknowledge", kind=Kind.TIME, unit="min"),
    Sort(key="arrive", kind=Kind.TIME, unit="min"),
    Sort(key="respond", kind=Kind.SHARE, unit="1", bounds=lambda t: (t.respond, None)),
    Sort(key="respond_urgent", kind=Kind.SHARE, unit="1", bounds=lambda t: (t.urgent, None)),
    Sort(key="repair", kind=Kind.TIME, unit="h"),
    Sort(key="repair_unheld", kind=Kind.TIME, unit="h"),
    Sort(key="resolve", kind=Kind.SHARE, unit="1", bounds=lambda t: (t.resolve, None)),
    Sort(key="resolve_urgent", kind=Kind.SHARE, unit="1", bounds=lambda t: (t.urgent, None)),
    Sort(key="first_time", kind=Kind.SHARE, unit="1", bounds=lambda t: (t.first_time, None)),
    Sort(key="reopened", kind=Kind.SHARE, unit="1", bounds=lambda t: (None, t.reopened)),
    Sort(key="recurred", kind=Kind.SHARE, unit="1", bounds=lambda t: (None, t.recurred)),
    Sort(key="backlog", kind=Kind.LOAD, unit="week", bounds=lambda t: (None, t.backlog)),
    Sort(key="backlog_planned", kind=Kind.LOAD, unit="week",
         bounds=lambda t: (t.planned_backlog_from, t.planned_backlog_to)),
    Sort(key="planned", kind=Kind.SHARE, unit="1", bounds=lambda t: (t.planned, None)),
    Sort(key="planned_on_time", kind=Kind.SHARE, unit="1",
         bounds=lambda t: (t.planned_on_time, None)),
    Sort(key="saving", kind=Kind.SUM, unit="money"),
    Sort(key="detected", kind=Kind.TIME, unit="d"),
    Sort(key="rating", kind=Kind.RATING, unit="star", bounds=lambda t: (t.rating, None)),
    Sort(key="response", kind=Kind.RESPONSE, unit="1"),
)  # fmt: skip
"""Every figure, in the order in which it is shown."""
SORT = {sort.key: sort for sort in SORTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number, and what it rests on.

    Attributes:
        key: Which: :data:`SORTS`.
        value: None where there is nothing to judge, or too little.
        n: Facts that are decided.
        undecided: Facts that are not yet: repairs of the last 14 days, reporters who are silent.
        orders: Different orders behind it.
        median: Of a time.
        p90: 90th percentile of a time.
        whole: What a share or a load is of: hours worked, hours that wait. [h]
        low: The least that is good, or None.
        high: The most that is good, or None.
        met: Whether the target is met; None without target or value.
    """

    key: str
    value: float | None
    n: int
    undecided: int = 0
    orders: int = 0
    median: float | None = None
    p90: float | None = None
    whole: float | None = None
    low: float | None = None
    high: float | None = None
    met: bool | None = None


def figure(key: str, facts: Facts, targets: Targets, *, weekly: float | None = None) -> Figure:
    """One number of some facts.

    Args:
        key: Which: :data:`SORTS`.
        facts: All that count.
        targets: What is asked.
        weekly: Hours of a week that the work is done in; None where nobody can say. [h]
    """
    sort = SORT[key]
    known = ~np.isnan(facts.value)
    value, n = facts.value[known], int(known.sum())
    weight = None if facts.weight is None else facts.weight[known]
    whole = _whole(sort.kind, value, weight)
    said = _value(sort.kind, value, weight, len(facts), weekly)
    low, high = sort.bounds(targets)
    times = sort.kind is Kind.TIME and n > 0
    return Figure(
        key=key, value=said, n=n, undecided=len(facts) - n,
        orders=len(np.unique(facts.order)), whole=whole,
        median=float(np.median(value)) if times else None,
        p90=float(np.quantile(value, 0.9)) if times else None,
        low=low, high=high, met=_met(said, low, high),
    )  # fmt: skip


def _value(
    kind: Kind, value: Floats, weight: Floats | None, asked: int, weekly: float | None
) -> float | None:
    if kind is Kind.RESPONSE:
        return len(value) / asked if asked else None
    if kind is Kind.LOAD:
        return float(value.sum()) / weekly if weekly else None
    if not len(value) or (kind is Kind.RATING and len(value) < LEAST_RATINGS):
        return None
    if kind is Kind.SUM:
        return float(value.sum())
    return float(np.average(value, weights=weight))


def _whole(kind: Kind, value: Floats, weight: Floats | None) -> float | None:
    if kind is Kind.LOAD:
        return float(value.sum())
    return None if weight is None else float(weight.sum())


def _met(value: float | None, low: float | None, high: float | None) -> bool | None:
    if value is None or math.isnan(value) or (low is None and high is None):
        return None
    return (low is None or value >= low) and (high is None or value <= high)
