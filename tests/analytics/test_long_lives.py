"""An engine that lives for months tells each finding once."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.rules import night_flow
from core.batch import Floats, Ints
from core.finding import FindingChange
from tests.analytics.plant import DAY_MS, MONDAY, Plant

DAYS = 145
FIRST = range(20, 26)


@pytest.mark.slow
@pytest.mark.parametrize(
    "again", [range(115, 120), range(31, DAYS)], ids=["long after", "soon, and never repaired"]
)
def test_what_was_cleared_months_ago_is_not_told_as_new(again: range) -> None:
    plant = Plant()

    def rate(minutes: Ints) -> Floats:
        day, minute = (minutes - 1) // 1440, (minutes - 1) % 1440
        leaks = np.isin(day, [*FIRST, *again])
        used = (minute >= 420) & (minute < 1110)
        return np.where(used, 0.6, 0.0) + np.where(leaks, 0.4, 0.0)

    plant.use("a.w-toilets.volume", MONDAY, MONDAY + DAYS * DAY_MS, rate)
    engine = plant.engine([night_flow.RULE])
    told = plant.run(engine, MONDAY, MONDAY + DAYS * DAY_MS, DAY_MS)
    opened = [e.finding.onset for e in told if e.change is FindingChange.OPENED]
    nights = [MONDAY + days.start * DAY_MS + 2 * 3_600_000 for days in (FIRST, again)]
    assert opened == nights
    assert len(plant.findings.found) == len(nights)
