"""How large a non-routine event is, by a meter on which nothing else happened."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analytics.savings.whole_meter import LEAST_DAYS, LEAST_SHARE, baseline
from core.batch import Bools, Floats

LEAST_AFTER = 5
"""Days of the event; fewer are a mood of the week. [d]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What an event adds to a day's use.

    Attributes:
        per_day: Negative where it takes off. [kWh, m³]
        u: Half-width, 90 %. [kWh, m³]
        before: Days that the baseline was made of.
        during: Days of the event that were measured.
    """

    per_day: float
    u: float
    before: int
    during: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Use of a meter and what drives it, by day.

    Attributes:
        use: NaN where it was not measured whole. (n,) [kWh, m³]
        working: (n,)
        oat: Mean outdoor air; NaN unknown. (n,) [°C]
    """

    use: Floats
    working: Bools
    oat: Floats


def size(before: Days, during: Days) -> Size | None:
    """Mean of the event's days less what the days before foretell; None where too few tell.

    The half-width is that of blocks of as many days within the baseline, each held out: what the
    meter differs by from itself when nothing happens.
    """
    known, air = np.isfinite(during.use), during.oat
    if np.isfinite(before.oat).mean() > LEAST_SHARE:
        # Weather drives it: a day of the event without weather foretells nothing.
        known &= np.isfinite(air)
    else:
        # As the baseline takes it where no weather is known.
        air = np.zeros_like(air)
    if known.sum() < LEAST_AFTER or np.isfinite(before.use).sum() < LEAST_DAYS:
        return None
    of = baseline(before.use, before.working, before.oat)
    if of is None:
        return None
    expected = of.expected(during.working[known], air[known])
    count = int(known.sum())
    width = of.of_sum(count)
    if width is None or not math.isfinite(width):
        return None
    return Size(
        per_day=float((during.use[known] - expected).mean()), u=width / count,
        before=len(of.use), during=count,
    )  # fmt: skip
