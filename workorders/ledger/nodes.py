"""Every meter above what is booked: whether it can have seen all that."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from sqlalchemy import case, func, select

from adapters.records.base import ALL
from adapters.records.ledger import AccountRow, DayRow, NodeRow, PlanRow
from analytics.savings.bought import above
from analytics.savings.whole_meter import Fault, reconcile
from core.batch import Floats
from core.words import Carrier
from workorders.ledger.adjusting import adjustments, effect_on
from workorders.ledger.entries import COUNTED, Entry
from workorders.ledger.events import LedgerEvent, counting
from workorders.ledger.ground import BASELINE_DAYS, Daily, Ground

_FIGURES = ("since", "upto", "booked", "drop", "u", "excess", "state", "adjusted_booked",
            "adjusted_drop", "adjusted_u", "adjusted_excess")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """One repair below a meter: its fault's days, and what is booked."""

    began: date
    mended: date
    days: int
    booked: float
    first: date
    last: date
    target: str
    changed: float
    """By confirmed events. [kWh, m³]"""


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """Cumulative, over all days since the first that was booked."""

    ground: Ground

    def step(self) -> int:
        """Nodes reconciled."""
        daily = Daily(self.ground, self.ground.sight())
        with self.ground.sessions.session(ALL, reading=True) as session:
            events = counting(session)
        rows = [
            self._node(daily, key, mine, events) for key, mine in sorted(self._booked().items())
        ]
        with self.ground.sessions.session(ALL) as session:
            known = {(row.meter, row.carrier): row for row in session.scalars(select(NodeRow))}
            for row in rows:
                before = known.get((row.meter, row.carrier))
                if before is None:
                    session.add(row)
                    continue
                for name in _FIGURES:
                    setattr(before, name, getattr(row, name))
        return len(rows)

    def _booked(self) -> dict[tuple[str, str], list[Below]]:
        """By meter and carrier: what counts below it, by repair."""
        sign = case((DayRow.state == Entry.VERIFIED.value, 1), else_=-1)
        query = (
            select(
                DayRow.cell, DayRow.carrier, PlanRow.onset, AccountRow.done_at,
                func.sum(DayRow.saving), func.sum(sign), func.min(DayRow.day), func.max(DayRow.day),
                PlanRow.target, DayRow.account_id,
            )
            .join(AccountRow, AccountRow.id == DayRow.account_id)
            .join(PlanRow, PlanRow.id == AccountRow.plan_id)
            .where(DayRow.state.in_(COUNTED), DayRow.cell != "")
            .group_by(DayRow.cell, DayRow.carrier, DayRow.account_id, PlanRow.onset,
                      AccountRow.done_at, PlanRow.target)
        )  # fmt: skip
        found: dict[tuple[str, str], list[Below]] = {}
        with self.ground.sessions.session(ALL, reading=True) as session:
            changed = adjustments(session, self.ground.site.timezone)
            for row in session.execute(query):
                cell, carrier, onset, done, saving, days, first, last, target, account = row
                of = changed.get((account, carrier))
                below = Below(
                    began=self.ground.day(onset), mended=self.ground.day(done), days=int(days),
                    booked=float(saving), first=date.fromisoformat(first),
                    last=date.fromisoformat(last), target=target,
                    changed=of.amount if of is not None else 0.0,
                )  # fmt: skip
                for meter in above(self.ground.site, cell):
                    found.setdefault((meter, carrier), []).append(below)
        return found

    def _node(
        self, daily: Daily, key: tuple[str, str], mine: Sequence[Below],
        events: Sequence[LedgerEvent],
    ) -> NodeRow:  # fmt: skip
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
        use = self._without_edges(daily.use(meter, every), mine, origin)
        drivers = daily.drivers(meter, every)
        found = reconcile(use, *drivers, faults)
        row = NodeRow(
            meter=meter, carrier=carrier, building=self.ground.site.equipment[meter].building,
            since=min(b.first for b in mine).isoformat(), upto=last.isoformat(),
            booked=round(sum(b.booked for b in mine), 6), drop=round(found.drop, 6),
            u=round(found.u, 6) if math.isfinite(found.u) else 0.0, excess=round(found.excess, 6),
            state=found.state,
        )  # fmt: skip
        effect = np.array(effect_on(events, self._below(meter, mine), Carrier(carrier), every))
        if not effect.any() and not any(b.changed for b in mine):
            return row
        # The second figure: neither the meter nor what is booked below it holds the events.
        told = [replace(f, booked=f.booked + b.changed) for f, b in zip(faults, mine, strict=True)]
        other = reconcile(use - effect, *drivers, told)
        row.adjusted_booked = round(sum(f.booked for f in told), 6)
        row.adjusted_drop, row.adjusted_excess = round(other.drop, 6), round(other.excess, 6)
        row.adjusted_u = round(other.u, 6) if math.isfinite(other.u) else 0.0
        return row

    def _below(self, meter: str, mine: Sequence[Below]) -> frozenset[str]:
        """Where an event acts on a meter too: meters below it, assets that are booked out of it."""
        site = self.ground.site
        meters = {m.id for m in site.equipment.values() if m.meter and meter in above(site, m.id)}
        return frozenset(meters | {below.target for below in mine})

    def _without_edges(self, use: Floats, mine: Sequence[Below], origin: date) -> Floats:
        """Days on which a fault began or was mended are half of either."""
        kept = use.copy()
        for below in mine:
            for day in (below.began, below.mended):
                kept[(day - origin).days] = np.nan
        return kept
