"""Every meter above what is booked: whether it can have seen all that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import func, select

from adapters.records.base import ALL
from adapters.records.ledger import DayRow, NodeRow
from analytics.savings.bought import above
from analytics.savings.whole_meter import reconcile
from workorders.ledger.entries import COUNTED
from workorders.ledger.ground import Daily, Ground


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """Cumulative, over all days since the first that was booked."""

    ground: Ground

    def step(self) -> int:
        """Nodes reconciled."""
        booked = self._booked()
        daily = Daily(self.ground, self.ground.sight())
        rows = [self._node(daily, key, days) for key, days in sorted(booked.items())]
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

    def _booked(self) -> dict[tuple[str, str], dict[date, float]]:
        """By meter and carrier: what counts below it, by day."""
        query = (
            select(DayRow.cell, DayRow.carrier, DayRow.day, func.sum(DayRow.saving))
            .where(DayRow.state.in_(COUNTED), DayRow.cell != "")
            .group_by(DayRow.cell, DayRow.carrier, DayRow.day)
        )
        found: dict[tuple[str, str], dict[date, float]] = {}
        with self.ground.sessions.session(ALL, reading=True) as session:
            for cell, carrier, day, saving in session.execute(query):
                for meter in above(self.ground.site, cell):
                    of = found.setdefault((meter, carrier), {})
                    at = date.fromisoformat(day)
                    of[at] = of.get(at, 0.0) + float(saving)
        return found

    def _node(self, daily: Daily, key: tuple[str, str], days: Mapping[date, float]) -> NodeRow:
        meter, carrier = key
        first, last = min(days), max(days)
        every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        found = reconcile(
            daily.baseline(meter, first), [days.get(day, 0.0) for day in every],
            np.asarray(daily.use(meter, every)), *daily.drivers(meter, every),
        )  # fmt: skip
        return NodeRow(
            meter=meter, carrier=carrier, building=self.ground.site.equipment[meter].building,
            since=first.isoformat(), upto=last.isoformat(), booked=round(found.booked, 6),
            drop=round(found.drop, 6), u=round(found.u, 6) if math.isfinite(found.u) else 0.0,
            excess=round(found.excess, 6), state=found.state,
        )  # fmt: skip
