"""Units of known truth."""

from __future__ import annotations

import numpy as np

from analytics.savings.units import Units
from core.batch import Floats
from core.words import Carrier

DAY_MS = 86_400_000


def nights(flow: Floats, first: int = 20_000, factor: float = 1.0) -> Units:
    """A leak's nights. [m³/h]"""
    n = len(flow)
    day = first + np.arange(n)
    hours = np.full(n, 24.0 * factor)
    return Units(
        at=(day + 1) * DAY_MS, day=day, bin=np.zeros(n, dtype=np.int64),
        driver=np.full(n, np.nan), exposure=hours, amount={Carrier.WATER: flow * hours},
    )  # fmt: skip


def plant(rate: Floats, oat: Floats, first: int = 20_000, a_day: int = 10) -> Units:
    """An air handler's hours, so many a day: loss [kWh/h], outdoor air. [°C]"""
    n = len(rate)
    index = np.arange(n)
    day = first + index // a_day
    return Units(
        at=day * DAY_MS + (8 + index % a_day) * 3_600_000, day=day,
        bin=np.floor(oat / 3.0).astype(np.int64), driver=oat, exposure=np.ones(n),
        amount={Carrier.HEAT: rate},
    )  # fmt: skip
