"""Points are due at whole periods in UTC, wherever a stretch begins."""

from __future__ import annotations

import numpy as np

from core.clock import MINUTE_MS
from simulators.physics.readings.due import Due
from tests.simulators.parts import at

ENDS = at(1, 7.0) + (np.arange(7, 67) + 1) * MINUTE_MS


def test_a_period_falls_on_its_minutes_and_one_minute_on_all() -> None:
    due, values = Due(ENDS), np.arange(60.0)
    times, its = due.of(900, values)
    assert (times % (900 * 1000) == 0).all()
    assert its.tolist() == [7.0, 22.0, 37.0, 52.0]
    assert due.which(900).tolist() == [7, 22, 37, 52]
    times, its = due.of(60, values)
    assert times.tolist() == ENDS.tolist()
    assert its.tolist() == values.tolist()


def test_none_may_be_due() -> None:
    times, its = Due(ENDS[:3]).of(3600, np.zeros(3))
    assert len(times) == len(its) == 0
