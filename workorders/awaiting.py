"""What a repair's proof waits for: kept with its watch, and told with what is forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from adapters.records.orders import Watch
from analytics.awaited import OutdoorNeed, expected, hindrance, outdoor_need
from analytics.calendar import Calendar
from analytics.exposures import shown_in
from analytics.proof import ProofState
from core.batch import Floats, Ints, Stored
from core.clock import DAY_MS
from core.errors import Retryable
from core.ports import Forecast
from core.rulecard import RuleCard
from core.site import Site
from core.verdict import Reason, Run, Verdict
from workorders.views import Awaited

LOOK_BACK_MS = 14 * DAY_MS
"""Outdoor air is read for so much of the fault before *done*. More is another season's."""
LOOK_AHEAD_MS = 7 * DAY_MS
"""No forecast is told beyond this; patience ends by then too."""
_STEP_MS = 15 * 60_000
"""How closely the coming hours of use are looked for: schedules are in quarter-hours."""


class Readings(Protocol):
    """The store, as far as outdoor air is read."""

    def read(self, points: Sequence[int], start: int, end: int) -> Stored:
        """Readings with ``start < at <= end``."""
        ...


@dataclass(frozen=True, kw_only=True)
class Awaiting:
    """What the verdicts and outdoor air say of what is missing."""

    site: Site
    store: Readings

    def of(
        self, card: RuleCard, watch: Watch, runs: Sequence[Run], horizon: int
    ) -> dict[str, Any]:  # fmt: skip
        """What a watch keeps of it.

        The fault's outdoor air is read once: what comes later must not become its limit.
        """
        before = [run for run in runs if run.start < watch.done_at]
        kept = watch.detail.get("needs")
        reason = hindrance([run for run in runs if run.end > watch.done_at], horizon)
        return {
            "needs": kept if kept is not None else self._needs(card, watch, before),
            "lacks": reason.value if reason is not None else "",
        }

    def _needs(
        self, card: RuleCard, watch: Watch, before: Sequence[Run]
    ) -> dict[str, float | None] | None:
        if not card.outdoor:
            return {}
        faults = [run for run in before if run.verdict is Verdict.FAULT]
        try:
            air = self._air(watch, faults)
        except Retryable:
            return None  # asked again with the next verdicts
        need = outdoor_need(card, shown_in(before), air)
        if need is None:
            return {}
        return {"above": need.above, "below": need.below, "hours": need.hours}

    def _air(self, watch: Watch, faults: Sequence[Run]) -> Floats:
        point = self.site.find(watch.target, "oat")
        if point is None or not faults:
            return np.zeros(0)
        start = max(min(run.start for run in faults), watch.done_at - LOOK_BACK_MS)
        rows = self.store.read([point], start, watch.done_at).rows
        return np.asarray(rows.value[_within(rows.at, faults)], dtype=np.float64)


def _within(at: Ints, runs: Sequence[Run]) -> Ints:
    """Indices of the times that lie in one of the runs."""
    inside = np.zeros(len(at), dtype=np.bool_)
    for run in runs:
        inside |= (at > run.start) & (at <= run.end)
    return np.flatnonzero(inside)


def awaited(
    watch: Watch, now: int, *, site: Site, calendar: Calendar, forecast: Forecast | None
) -> Awaited | None:
    """What is missing for the next exposure, as it can be told now; None where nothing is."""
    waits = watch.outcome in {ProofState.WAITING, ProofState.PARKED}
    if not waits or (watch.needed and watch.exposures >= watch.needed):
        return None
    need, lacks = _kept(watch.detail), watch.detail.get("lacks") or ""
    if need is None and not lacks:
        return None
    hours = forecast.hours(now, now + LOOK_AHEAD_MS) if forecast is not None and need else ()
    return Awaited(
        above=need.above if need else None, below=need.below if need else None,
        hours=need.hours if need else 0.0, lacks=lacks,
        known_until=hours[-1][0] if hours else None,
        forecast=tuple(expected(need, hours)) if need else (),
        next_use=_next_use(watch.target, now, site, calendar)
        if lacks == Reason.UNOCCUPIED else None,
    )  # fmt: skip


def _kept(detail: Mapping[str, Any]) -> OutdoorNeed | None:
    kept = detail.get("needs")
    return OutdoorNeed(**kept) if kept else None


def _next_use(target: str, now: int, site: Site, calendar: Calendar) -> int | None:
    """When the declared hours of use begin next. [ms]"""
    equipment = site.equipment.get(target)
    if equipment is None:
        return None
    first = now - now % _STEP_MS + _STEP_MS
    ends = np.arange(first, now + LOOK_AHEAD_MS, _STEP_MS, dtype=np.int64)
    used = calendar.occupied(equipment, ends)
    if not used.any() or used[0]:
        return None
    return int(ends[int(np.argmax(used))]) - _STEP_MS
