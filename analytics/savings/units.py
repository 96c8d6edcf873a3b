"""What a saving is measured in: stretches of a target, each with its exposure and its amount.

Every construction ends in the same table, so that level, day, interval and placebo are written
once. A leak's unit is a night, a circuit's a slot of the day, an air handler's an interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from core.batch import Bools, Floats, Ints
from core.words import Carrier

Amounts = Mapping[Carrier, float]
"""By carrier, in its unit. [kWh, m³]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Stretches of one target in time order; only those in which the fault could show.

    Attributes:
        at: End of each. (n,) [ms]
        day: Local day it belongs to, as an ordinal. (n,)
        bin: What its level depends on: outdoor bin, slot of the day; any whole number. (n,)
        driver: Outdoor air, where the construction leans on it; NaN where not. (n,) [°C]
        exposure: How long the fault could act in it, weighted as the construction says. (n,) [h]
        amount: Used or lost in it, by carrier, signed and unclipped. (n,) [kWh, m³]
        doubt: Of the amount, what may not be lost at all: as wrong on every day. (n,) [kWh, m³]
    """

    at: Ints
    day: Ints
    bin: Ints
    driver: Floats
    exposure: Floats
    amount: Mapping[Carrier, Floats]
    doubt: Mapping[Carrier, Floats] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.at)

    def keep(self, rows: Bools | Ints) -> Units:
        """Only the rows that are true, or that are named by index."""
        return Units(
            at=self.at[rows], day=self.day[rows], bin=self.bin[rows], driver=self.driver[rows],
            exposure=self.exposure[rows],
            amount={carrier: amount[rows] for carrier, amount in self.amount.items()},
            doubt={carrier: amount[rows] for carrier, amount in self.doubt.items()},
        )  # fmt: skip

    def scaled(self, factors: Mapping[Carrier, float]) -> Units:
        """With some carriers times what a unit of the formula was seen to cost."""
        if not factors:
            return self
        amount = {c: a * factors.get(c, 1.0) for c, a in self.amount.items()}
        doubt = {c: a * abs(factors.get(c, 1.0)) for c, a in self.doubt.items()}
        return replace(self, amount=amount, doubt=doubt)

    def by_day(self, carrier: Carrier, days: Sequence[int]) -> Floats:
        """Amount of each of some days, as ordinals; 0 where there was no exposure. (n,)"""
        found = np.zeros(len(days))
        amount = self.amount.get(carrier)
        if amount is None or not len(self):
            return found
        own, place = np.unique(self.day, return_inverse=True)
        sums = dict(zip(own.tolist(), np.bincount(place, weights=amount).tolist(), strict=True))
        return np.array([sums.get(day, 0.0) for day in days])

    def between(self, start: int, end: int) -> Units:
        """Those that end within ``(start, end]``. [ms]"""
        return self.keep((self.at > start) & (self.at <= end))

    def of_day(self, day: date) -> Units:
        """Those of one local day."""
        return self.keep(self.day == day.toordinal())

    @property
    def hours(self) -> float:
        """Exposure of all. [h]"""
        return float(self.exposure.sum())

    def total(self, carrier: Carrier) -> float:
        """Amount of all. [kWh, m³]"""
        amount = self.amount.get(carrier)
        return 0.0 if amount is None else float(amount.sum())

    def converted(self, to: Carrier, of: Carrier, factor: float) -> Units:
        """With one carrier said as another that is bought: heat as the gas it was made of."""
        amount = dict(self.amount)
        moved = amount.pop(of, None)
        if moved is not None:
            amount[to] = amount[to] + moved * factor if to in amount else moved * factor
        doubt = dict(self.doubt)
        if (half := doubt.pop(of, None)) is not None:
            doubt[to] = half * factor
        return replace(self, amount=amount, doubt=doubt)


def joined(parts: Sequence[Units]) -> Units:
    """All units of all parts, in their order."""
    carriers = {carrier for part in parts for carrier in part.amount}
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return Units(at=none, day=none, bin=none, driver=np.zeros(0), exposure=np.zeros(0),
                     amount={})  # fmt: skip
    return Units(
        at=np.concatenate([p.at for p in parts]),
        day=np.concatenate([p.day for p in parts]),
        bin=np.concatenate([p.bin for p in parts]),
        driver=np.concatenate([p.driver for p in parts]),
        exposure=np.concatenate([p.exposure for p in parts]),
        amount={
            c: np.concatenate([p.amount.get(c, np.zeros(len(p))) for p in parts])
            for c in sorted(carriers)
        },
        doubt={
            c: np.concatenate([p.doubt.get(c, np.zeros(len(p))) for p in parts])
            for c in sorted({c for p in parts for c in p.doubt})
        },
    )
