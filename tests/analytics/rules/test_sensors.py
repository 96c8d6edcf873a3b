"""SEN-01, SEN-02, SEN-06, SEN-08, SEN-09, SEN-13 and SEN-14 on hand-made hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.frame import Frame
from analytics.rules import sensors, silence
from analytics.targets import running_status
from core.verdict import Reason
from tests.analytics.plant import SITE
from tests.analytics.rules.frames import (
    FAULT,
    NE,
    OK,
    Values,
    frame,
    judged,
    last,
    with_values,
)

NAN = float("nan")


def hours(*, period_s: float = 60, gateway: bool = False, **values: float | list[float]) -> Frame:
    """Four hours of one lively, running point."""
    of: Values = {
        "rows": 60, "beyond": 0, "low": 20.0, "high": 20.5, "running": 1, "gateway_rows": 600,
        "gateway_share": 1.0, "known": 1, "value": 1, **values,
    }  # fmt: skip
    parameters: Values = {"period_s": period_s, "lively": 0.03, "is_gateway": float(gateway)}
    return frame(of, count=4, step_s=3600, parameters=parameters)


def test_two_readings_beyond_the_span() -> None:
    assert last(judged("SEN-01", hours(beyond=2)))[0] is FAULT
    assert last(judged("SEN-01", hours(beyond=1))) == (OK, Reason.CONDITION)
    assert last(judged("SEN-01", hours())) == (OK, Reason.CLEAR)


def test_an_hourly_reading_is_enough_alone() -> None:
    assert last(judged("SEN-01", hours(beyond=1, rows=1, period_s=3600)))[0] is FAULT


def test_a_safety_point_beyond_its_span_says_so() -> None:
    of = hours(beyond=2)
    safety = replace(of, beyond=np.ones(of.shape, dtype=np.bool_))
    assert last(judged("SEN-01", safety)) == (FAULT, Reason.BEYOND_SPAN)


def test_a_line_that_loses_some_of_what_is_due() -> None:
    def line(came: float | list[float]) -> Frame:
        return hours(gateway=True, gateway_came=came)

    assert last(judged("SEN-14", line(0.94)))[0] is FAULT
    assert last(judged("SEN-14", line(0.96))) == (OK, Reason.CONDITION)
    assert last(judged("SEN-14", line(0.985))) == (OK, Reason.CLEAR)
    assert last(judged("SEN-14", line(NAN))) == (NE, Reason.NO_DATA)
    off = line(0.5)
    off = replace(off, muted=np.ones(off.shape, dtype=np.bool_))
    assert last(judged("SEN-14", off)) == (NE, Reason.MUTED), "its clock is wrong"


def test_a_jump_is_asked_about_after_a_day() -> None:
    waits = hours(undecided=[23.0, 24.0, 25.0, 26.0])
    assert [int(v) for v in judged("SEN-06", waits).verdict[0]] == [OK, OK, FAULT, FAULT]
    assert last(judged("SEN-06", hours(undecided=3.0))) == (OK, Reason.CONDITION)
    assert last(judged("SEN-06", hours(undecided=0.0))) == (OK, Reason.CLEAR)
    declared = hours(undecided=30.0)
    declared = replace(declared, declared=np.ones(declared.shape, dtype=np.bool_))
    assert last(judged("SEN-06", declared)) == (NE, Reason.DECLARED)


def test_no_reading_says_nothing_of_the_span() -> None:
    assert last(judged("SEN-01", hours(rows=0))) == (NE, Reason.NO_DATA)


def test_two_hours_without_life() -> None:
    still = hours(low=20.0, high=[20.5, 20.5, 20.01, 20.02])
    result = judged("SEN-02", still)
    assert [int(v) for v in result.verdict[0]] == [NE, OK, OK, FAULT]
    assert last(judged("SEN-02", hours(high=20.08))) == (OK, Reason.CONDITION)
    assert last(judged("SEN-02", hours(high=20.12))) == (OK, Reason.CLEAR)


@pytest.mark.parametrize("step", [250.0 / 4096.0, 0.1 / 1.8, 0.05, 0.1])
def test_one_step_of_a_converter_is_life_wherever_it_stands(step: float) -> None:
    """Rounded as readings are: 22.08 less 22.02 is a little less than 0.06."""
    for low in np.arange(18.0, 26.0, step):
        moved = hours(low=round(low, 3), high=round(low + step, 3))
        assert last(judged("SEN-02", moved))[0] is OK, (low, step)


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (hours(high=20.0, running=0), Reason.OFF),
        (hours(high=20.0, running=[1, 1, 0.5, 1]), Reason.OFF),
        (hours(high=20.0, rows=0), Reason.NO_DATA),
        (replace(hours(high=20.0), good=np.full((1, 4), 0.5)), Reason.INSUFFICIENT),
        (replace(hours(high=20.0), coarse=np.array([True])), Reason.COARSE),
        (replace(hours(high=20.0), occupied=np.zeros((1, 4), dtype=bool)), Reason.UNOCCUPIED),
    ],
)
def test_standing_still_proves_something_only_while_the_plant_is_used(
    of: Frame, reason: Reason
) -> None:
    assert last(judged("SEN-02", of)) == (NE, reason)


def test_a_point_without_plant_is_always_judged() -> None:
    of = replace(hours(high=20.0, running=NAN), occupied=np.zeros((1, 4), dtype=bool))
    alone = replace(of, has={**of.has, "running": np.array([False])})
    assert last(judged("SEN-02", alone))[0] is FAULT


def test_two_silent_hours() -> None:
    result = judged("SEN-08", hours(rows=[60, 60, 0, 0]))
    assert [int(v) for v in result.verdict[0]] == [OK, OK, OK, FAULT]
    assert last(judged("SEN-08", hours(rows=[60, 60, 60, 0]))) == (OK, Reason.CONDITION)


def test_three_periods_where_those_are_longer() -> None:
    assert last(judged("SEN-08", hours(rows=[1, 0, 0, 0], period_s=3600)))[0] is FAULT
    assert last(judged("SEN-08", hours(rows=[1, 1, 0, 0], period_s=3600)))[0] is OK


def test_a_dead_gateway_folds_its_points() -> None:
    dead: dict[str, float | list[float]] = {
        "rows": [60, 60, 0, 0], "gateway_rows": [600, 600, 0, 0],
        "gateway_share": [1.0, 1.0, 0.0, 0.0],
    }  # fmt: skip
    assert last(judged("SEN-08", hours(**dead))) == (NE, Reason.NO_SERVICE)  # type: ignore[arg-type]
    assert last(judged("SEN-08", hours(gateway=True, **dead)))[0] is FAULT  # type: ignore[arg-type]


def test_a_gateway_that_dies_or_comes_back_within_an_hour_folds_its_slow_points_too() -> None:
    """It spoke for two minutes of the third hour, and a meter read by the quarter did not."""
    dying = hours(
        period_s=900, rows=[4, 0, 0, 0], gateway_rows=[600, 20, 0, 500],
        gateway_share=[1.0, 0.03, 0.0, 0.9],
    )  # fmt: skip
    assert [int(v) for v in judged("SEN-08", dying).verdict[0]] == [OK, NE, NE, NE]
    lossy = hours(period_s=900, rows=[4, 0, 0, 0], gateway_share=[1.0, 0.7, 0.7, 0.7])
    assert last(judged("SEN-08", lossy))[0] is FAULT


def test_what_was_never_heard_is_not_missing() -> None:
    assert last(judged("SEN-08", hours(rows=0, known=0))) == (NE, Reason.NO_DATA)
    assert last(judged("SEN-08", with_values(hours(rows=0), known=1)))[0] is FAULT


def test_targets_of_the_sample_site() -> None:
    by_id = {rule.id: rule.targets(SITE) for rule in (*sensors.RULES, *silence.RULES)}
    assert len(by_id["SEN-01"]) == len(SITE.points)
    silent = {rule: {target.id for target in by_id[rule]} for rule in ("SEN-08", "SEN-13")}
    points = {point.id: SITE.equipment[point.equipment].meter for point in SITE.points}
    assert silent["SEN-13"] == {id_ for id_, meter in points.items() if meter is not None}
    assert silent["SEN-08"] == {*points, *SITE.gateways} - silent["SEN-13"]
    lively = {target.id: target for target in by_id["SEN-02"]}
    assert "a.ahu1.sat" in lively
    assert "a.ahu1.sat_sp" not in lively
    assert lively["a.z-lobby.zone_co2"].parameters["lively"] == 2.0
    assert "running" not in lively["a.weather.oat"].points
    fan = SITE.index["a.ahu1.fan_status"]
    assert lively["a.z-lobby.zone_temp"].points["running"] == fan
    assert running_status(SITE, "a.boiler") == SITE.index["a.boiler.boiler_status"]


@pytest.mark.parametrize("rule", ["SEN-01", "SEN-02", "SEN-08"])
def test_a_sensor_in_somebodys_hands_is_not_at_fault(rule: str) -> None:
    ill = hours(beyond=2 if rule == "SEN-01" else 0, high=20.0)
    ill = with_values(ill, rows=0.0) if rule == "SEN-08" else ill
    assert last(judged(rule, ill))[0] is FAULT
    tended = replace(ill, declared=np.array([[False, False, False, True]]))
    assert last(judged(rule, tended)) == (NE, Reason.DECLARED)


def test_a_coarse_sensor_is_looked_at_for_longer() -> None:
    """At five minutes 48 readings are four hours: two of them stand together by chance."""
    still = hours(low=20.0, high=[20.5, 20.05, 20.05, 20.05], period_s=300)
    assert last(judged("SEN-02", still)) == (OK, Reason.CLEAR)
    assert last(judged("SEN-02", hours(low=20.0, high=20.02, period_s=300)))[0] is FAULT


def test_a_clock_five_minutes_off_is_wrong_to_either_side() -> None:
    for off in (-3600.0, 301.0):
        assert last(judged("SEN-09", hours(gateway=True, clock=off))) == (FAULT, Reason.CONDITION)
    assert last(judged("SEN-09", hours(gateway=True, clock=-59))) == (OK, Reason.CLEAR)
    assert last(judged("SEN-09", hours(gateway=True, clock=200))) == (OK, Reason.CONDITION)
    assert last(judged("SEN-09", hours(gateway=True, clock=NAN))) == (NE, Reason.NO_DATA)


def test_a_gateway_whose_clock_is_wrong_is_not_silent() -> None:
    silent = hours(gateway=True, gateway_rows=[600, 0, 0, 0])
    assert last(judged("SEN-08", silent))[0] is FAULT
    muted = replace(silent, muted=np.ones(silent.shape, dtype=np.bool_))
    assert last(judged("SEN-08", muted)) == (NE, Reason.MUTED)
