"""Rules of moves say the same however the time is cut."""

from __future__ import annotations

import numpy as np

from analytics.rules import hunting, noisy_sensor, wrong_unit
from core.batch import Floats, Ints
from core.verdict import Verdict
from tests.analytics.plant import DAY_MS, HOUR_MS, MONDAY, Plant
from tests.analytics.test_engine import streams


def _swings(minutes: Ints) -> Floats:
    swing: Floats = 50.0 + np.where(minutes % 1440 > 720, 40.0, 1.0) * np.sin(minutes * 0.9)
    return swing


def _jitters(minutes: Ints) -> Floats:
    return 22.0 + np.random.default_rng(7).normal(0.0, 0.6, len(minutes))


def _judged(every: int) -> Plant:
    plant = Plant()
    plant.fill(
        MONDAY, MONDAY + 2 * DAY_MS, a__ahu2__fan_status=1.0, a__ahu2__cool_valve=_swings,
        a__z_m_lobby__zone_temp=_jitters, a__ahu2__sat=59.0,
    )  # fmt: skip
    rules = (hunting.RULE, noisy_sensor.RULE, wrong_unit.RULE)
    plant.run(plant.engine(rules), MONDAY, MONDAY + 2 * DAY_MS, every)
    return plant


def test_an_hour_at_a_time_and_a_day_at_a_time() -> None:
    hourly, daily = streams(_judged(HOUR_MS)), streams(_judged(DAY_MS))
    assert hourly == daily
    for key in (("AC-14", "a.ahu2"), ("SEN-15", "a.z-lobby.zone_temp"), ("SEN-10", "a.ahu2.sat")):
        assert Verdict.FAULT in {run.verdict for run in hourly[key]}, key
    assert {run.verdict for run in hourly["AC-14", "a.ahu2"]} == {Verdict.OK, Verdict.FAULT}
