"""Every meter above what is booked: whether it can have seen all that."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import case, func, select

from adapters.records.base import ALL
from adapters.records.ledger import AccountRow, DayRow, NodeRow, PlanRow
from analytics.savings.bought import above
from analytics.savings.whole_meter import Fault, reconcile
from core.batch import Floats
from workorders.ledger.entries import COUNTED, Entry
from workorders.ledger.ground import BASELINE_DAYS, Daily, Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """One repair below a meter: its fault's days, and what is booked."""

    began: date
    mended: date
    days: int
    booked: float
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """Cumulative, over all days since the first that was booked."""

    ground: Ground

    def step(self) -> int:
        """Nodes reconciled."""
        daily = Daily(self.ground, self.ground.sight())
        rows = [self._node(daily, key, mine) for key, mine in sorted(self._booked().items())]
        with self.ground.sessions.session(ALL) as session:
            known = {(row.meter, row.carrier): row for row in session.scalars(select(NodeRow))}
            for row in rows:
                before = known.get((row.meter, row.carrier))
                if before is None:
                    session.add(row)
                    continue
                for name in ("since", "upto", "booked", "drop", "u", "excess", "state"):
                    setattr(before, name, getattr(row, name))
        return len(rows)

    def _booked(self) -> dict[tuple[str, str], list[Below]]:
        """By meter and carrier: what counts below it, by repair."""
        sign = case((DayRow.state == Entry.VERIFIED.value, 1), else_=-1)
        query = (
            select(
                DayRow.cell, DayRow.carrier, PlanRow.onset, AccountRow.done_at,
                func.sum(DayRow.saving), func.sum(sign), func.min(DayRow.day), func.max(DayRow.day),
            )
            .join(AccountRow, AccountRow.id == DayRow.account_id)
            .join(PlanRow, PlanRow.id == AccountRow.plan_id)
            .where(DayRow.state.in_(COUNTED), DayRow.cell != "")
            .group_by(DayRow.cell, DayRow.carrier, DayRow.account_id, PlanRow.onset,
                      AccountRow.done_at)
        )  # fmt: skip
        found: dict[tuple[str, str], list[Below]] = {}
        with self.ground.sessions.session(ALL, reading=True) as session:
            for cell, carrier, onset, done, saving, days, first, last in session.execute(query):
                below = Below(
                    began=self.ground.day(onset), mended=self.ground.day(done), days=int(days),
                    booked=float(saving), first=date.fromisoformat(first),
                    last=date.fromisoformat(last),
                )  # fmt: skip
                for meter in above(self.ground.site, cell):
                    found.setdefault((meter, carrier), []).append(below)
        return found

    def _node(self, daily: Daily, key: tuple[str, str], mine: Sequence[Below]) -> NodeRow:
        meter, carrier = key
        origin = min(b.began for b in mine) - timedelta(days=BASELINE_DAYS)
        last = max(b.last for b in mine)
        every = [origin + timedelta(days=n) for n in range((last - origin).days + 1)]
        faults = [
            Fault(
                # The day on which it began is neither with nor without it.
                began=(b.began - origin).days + 1, mended=(b.mended - origin).days, days=b.days,
                booked=b.booked,
            )
            for b in mine
        ]  # fmt: skip
        found = reconcile(
            self._without_edges(daily.use(meter, every), mine, origin),
            *daily.drivers(meter, every), faults,
        )  # fmt: skip
        return NodeRow(
            meter=meter, carrier=carrier, building=self.ground.site.equipment[meter].building,
            since=min(b.first for b in mine).isoformat(), upto=last.isoformat(),
            booked=round(sum(b.booked for b in mine), 6), drop=round(found.drop, 6),
            u=round(found.u, 6) if math.isfinite(found.u) else 0.0, excess=round(found.excess, 6),
            state=found.state,
        )  # fmt: skip

    def _without_edges(self, use: Floats, mine: Sequence[Below], origin: date) -> Floats:
        """Days on which a fault began or was mended are half of either."""
        kept = use.copy()
        for below in mine:
            for day in (below.began, below.mended):
                kept[(day - origin).days] = np.nan
        return kept
