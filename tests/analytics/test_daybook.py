"""Quarter-hours of local days from registers and gauges."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from adapters.store import open_store
from analytics.calendar import Calendar
from analytics.daybook import Daybook
from core.batch import Batch, BatchName, Columns, Intervals
from core.quality import IntervalState
from core.site import Site
from tests.adapters.store.sites import point, site
from tests.analytics.plant import MINUTE_MS, MONDAY, SITE, Plant

DAY = date(2025, 1, 13)
VOLUME = SITE.index["a.w-toilets.volume"]
QUARTER = 15 * MINUTE_MS


def write(plant: Plant, at: list[int], value: list[float], state: list[int]) -> None:
    plant.store.write_intervals(
        Intervals(
            point=np.full(len(at), VOLUME, np.int32), at=np.array(at, dtype=np.int64),
            value=np.array(value), state=np.array(state, dtype=np.int8),
            revision=np.ones(len(at), np.int32),
        )
    )  # fmt: skip


def book(plant: Plant) -> Daybook:
    return Daybook(SITE, Calendar(SITE), plant.store, [VOLUME])


def test_use_becomes_a_rate_an_hour() -> None:
    plant = Plant()
    write(plant, [MONDAY + QUARTER, MONDAY + 2 * QUARTER], [0.25, 0.5], [0, 0])
    [rows] = book(plant).days([DAY])
    assert rows.rate.shape == (1, 96)
    assert rows.rate[0, :2].tolist() == [1.0, 2.0]
    assert np.isnan(rows.rate[0, 2:]).all()


@pytest.mark.parametrize("state", [IntervalState.ESTIMATED, IntervalState.SUSPECT])
def test_what_was_not_measured_is_missing(state: IntervalState) -> None:
    plant = Plant()
    write(plant, [MONDAY + QUARTER, MONDAY + 2 * QUARTER], [0.25, 0.5], [0, int(state)])
    [rows] = book(plant).days([DAY])
    assert rows.rate[0, 0] == 1.0
    assert np.isnan(rows.rate[0, 1])


def test_a_day_under_way_is_read_again_and_a_changed_one_too() -> None:
    plant = Plant()
    pages = book(plant)
    write(plant, [MONDAY + QUARTER], [0.25], [0])
    assert pages.so_far(DAY, MONDAY + QUARTER).rate[0, 0] == 1.0
    write(plant, [MONDAY + 2 * QUARTER], [0.25], [0])
    assert pages.so_far(DAY, MONDAY + 2 * QUARTER).rate[0, 1] == 1.0
    pages.days([DAY])
    write(plant, [MONDAY + 3 * QUARTER], [0.25], [0])
    assert np.isnan(pages.days([DAY])[0].rate[0, 2])
    pages.forget(DAY, DAY)
    assert pages.days([DAY])[0].rate[0, 2] == 1.0


def hourly(zone: str) -> tuple[Site, Daybook]:
    known = site(point("a.meter.power"))
    changed = Site(**{**{f: getattr(known, f) for f in known.__dataclass_fields__},
                      "timezone": zone,
                      "points": (_coarse(known),)})  # fmt: skip
    store = open_store("duckdb::memory:", changed)
    start = Calendar(changed).moment(date(2025, 3, 29))
    at = start + np.arange(1, 73) * 60 * MINUTE_MS
    rows = Columns.of([0] * 72, at, np.arange(1.0, 73.0))
    store.write([Batch(name=BatchName("g", "b", 1), rows=rows, received=0)], receipted=frozenset())
    return changed, Daybook(changed, Calendar(changed), store, [0])


def _coarse(known: Site) -> object:
    first = known.points[0]
    return type(first)(**{**{f: getattr(first, f) for f in first.__dataclass_fields__},
                          "period_s": 3600})  # fmt: skip


def test_an_hourly_mean_fills_the_hour_before_its_stamp() -> None:
    _, pages = hourly("Europe/London")
    [rows] = pages.days([date(2025, 3, 29)])
    assert rows.rate[0, :8].tolist() == [1.0] * 4 + [2.0] * 4


def test_the_day_the_clocks_change_has_its_own_length() -> None:
    _, pages = hourly("Europe/London")
    days = [date(2025, 3, 29) + timedelta(days=n) for n in range(2)]
    assert [rows.grid.count for rows in pages.days(days)] == [96, 92]
    assert pages.days(days)[1].rate[0, 0] == 25.0
