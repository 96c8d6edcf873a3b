"""A site's readings as series, on readings whose answer is known."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from core.batch import Columns, Floats, Ints
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.words import Carrier
from scoring.realism import campus
from scoring.realism.readings import Readings
from tests.sample import wushan

SITE = wushan()
# Monday, 13 April 2026, 00:00 in Shanghai.
START = int(datetime(2026, 4, 12, 16, tzinfo=UTC).timestamp() * 1000)
DAYS = 14


def said(point: str, at: Ints, value: Floats) -> Columns:
    return Columns.of(np.full(len(at), SITE.index[point], np.int32), at, value)


def every(step: int, days: int = DAYS) -> Ints:
    """Ends of all steps of some days."""
    return START + step * np.arange(1, days * DAY_MS // step + 1)


def readings(*rows: Columns, days: int = DAYS) -> Readings:
    made = Readings(SITE, START, days)
    for one in rows:
        made.add(one)
    return made


def test_a_register_becomes_use_by_the_hour() -> None:
    at = every(15 * MINUTE_MS)
    counted = np.cumsum(np.full(len(at), 2.5))
    use = readings(said("a.m-main.energy", at, counted)).hourly_use("a.m-main.energy")
    assert use.shape == (DAYS, 24)
    assert np.isnan(use[0, 0])
    assert np.nanmin(use) == np.nanmax(use) == 10.0


def test_a_lost_hour_and_a_register_that_begins_again_are_no_use() -> None:
    at = every(HOUR_MS)
    counted = np.arange(len(at), dtype=np.float64)
    counted[100:] -= 100.0
    kept = np.ones(len(at), np.bool_)
    kept[50] = False
    made = readings(said("a.m-main.energy", at[kept], counted[kept]))
    use = made.hourly_use("a.m-main.energy").ravel()
    assert list(np.flatnonzero(~np.isfinite(use))) == [0, 50, 51, 100]
    assert list(np.flatnonzero(~made.hours_present("a.m-main.energy"))) == [50]


def test_days_are_local_and_make_up_saturdays_are_worked() -> None:
    # 9 May 2026, a Saturday, makes up for a day of the holiday of 1 May.
    may = Readings(SITE, START + 18 * DAY_MS, 9)
    assert [d.day for d in may.dates] == list(range(1, 10))
    assert list(may.workday) == [False] * 5 + [True] * 4


def test_readings_that_come_late_or_twice_change_nothing() -> None:
    at = every(MINUTE_MS, 1)
    value = np.arange(len(at), dtype=np.float64)
    whole = readings(said("a.z-lobby.zone_co2", at, value), days=1)
    back = slice(None, None, -1)
    late = readings(
        said("a.z-lobby.zone_co2", at[back], value[back]),
        said("a.z-lobby.zone_co2", at[:50], value[:50]),
        days=1,
    )
    point = "a.z-lobby.zone_co2"
    np.testing.assert_array_equal(whole.minutes(point), late.minutes(point))


def test_every_building_that_said_something_is_a_unit() -> None:
    at = every(HOUR_MS)
    ripple = 10.0 + np.tile(np.r_[np.zeros(8), np.ones(10) * 5.0, np.zeros(6)], DAYS)
    both = [said(f"{b}.m-main.energy", at, np.cumsum(ripple + 0.1 * k)) for k, b in enumerate("ac")]
    found = campus.measure(readings(*both), 31.0)
    assert set(found["night_day"]) == {"a", "c"}
    assert found["night_day"]["a"] == pytest.approx(10.0 / 15.0)
    assert set(found["between_hours"]) == {"a, c"}
    assert found["missing"]["a"] == 0.0
    assert "error_sd" not in found
    assert "zero" not in found


def test_water_is_counted_in_litres_on_workdays() -> None:
    at = every(HOUR_MS)
    drawn = np.zeros((DAYS, 24))
    drawn[:5, 8] = drawn[7:12, 8] = 0.05
    found = campus.measure(readings(said("a.w-main.volume", at, drawn.ravel().cumsum())), 31.0)
    assert found["zero"]["a"] == pytest.approx(100 * (10 * 23 - 1) / (10 * 24 - 1))
    assert found["cv_08"]["a"] == pytest.approx(0.0, abs=1e-9)
    assert found["water_gaps"]["a"] == 0.0


def test_what_a_building_uses_has_its_panels_in_it_and_not_what_it_sells() -> None:
    quarters, minutes = every(15 * MINUTE_MS), every(MINUTE_MS)
    made = readings(
        said("d.m-main.energy", quarters, np.cumsum(np.full(len(quarters), 2.5))),
        said("d.m-main.export_energy", quarters, np.cumsum(np.full(len(quarters), 0.5))),
        said("d.pv.power", minutes, np.full(len(minutes), 7.0)),
    )
    [main] = [m for m in campus.mains(made, Carrier.ELECTRICITY) if m.building == "d"]
    use = campus.building_of(made, main).hours
    assert np.nanmin(use) == np.nanmax(use) == 4 * 2.5 - 4 * 0.5 + 7.0
