"""Days as they are estimated, before they are written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from adapters.records.ledger import PlanRow
from analytics.savings.levels import Estimate
from analytics.savings.plan import Plan
from core.words import Carrier


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One carrier on one day, before it is written."""

    day: date
    carrier: Carrier
    cell: str
    counterfactual: float
    actual: float
    hours: float
    u: float
    why: str = ""

    @property
    def saving(self) -> float:
        """Signed. [kWh, m³]"""
        return self.counterfactual - self.actual


def each(planned: PlanRow, kept: Plan, day: date, of: Estimate, why: str) -> list[Day]:
    """A day, carrier by carrier."""
    root = math.sqrt(max(of.exposure, 0.0))
    return [
        Day(
            day=day, carrier=carrier, cell=planned.boundary.get(carrier.value, ""),
            counterfactual=0.0 if why else of.counterfactual[carrier],
            actual=0.0 if why else of.actual[carrier], hours=of.exposure,
            u=kept.known[carrier].day * root, why=why,
        )
        for carrier in (Carrier(c) for c in planned.carriers)
    ]  # fmt: skip
