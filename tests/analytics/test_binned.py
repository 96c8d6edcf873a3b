"""Gaps are gaps: what is filled, what is not, and what counts as good."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.binned import binned, filled, taken
from analytics.grid import Grid
from core.batch import Columns
from core.quality import Quality
from tests.analytics.plant import MINUTE_MS, MONDAY, SITE

NAN = float("nan")
FIVE = Grid(start=MONDAY, step=5 * MINUTE_MS, count=6)
SAT, FAN = SITE.index["a.ahu1.sat"], SITE.index["a.ahu1.fan_status"]


def test_levels_are_bridged_by_a_line_and_states_are_held() -> None:
    table = np.array([[1.0, NAN, NAN, 4.0, NAN, 6.0], [1.0, NAN, NAN, 0.0, NAN, 1.0]])
    done = filled(table, FIVE, np.array([False, True]))
    assert done.tolist() == [[1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 1]]


def test_more_than_ten_minutes_stay_a_gap() -> None:
    table = np.array([[1.0, NAN, NAN, NAN, 5.0, 6.0]])
    assert np.isnan(filled(table, FIVE, np.array([False]))[0, 1:4]).all()


def test_what_has_no_other_side_is_not_held() -> None:
    table = np.array([[NAN, 2.0, 3.0, 4.0, 5.0, NAN]])
    done = filled(table, FIVE, np.array([True]))
    assert np.isnan(done[0, [0, 5]]).all()


def test_means_shares_and_extremes() -> None:
    at = MONDAY + np.arange(1, 11) * MINUTE_MS
    value = np.array([1.0, 2, 3, 4, 200, 6, NAN, 8, 9, 10])
    quality = np.array([0, 0, 0, 0, 1, 0, 2, 0, 0, 0], dtype=np.int8)
    assert quality[4] == Quality.SUSPECT
    rows = Columns.of([SAT] * 10, at, value, quality)
    table = binned(rows, [SAT], Grid(start=MONDAY, step=5 * MINUTE_MS, count=3), SITE)
    assert table.mean[0, :2].tolist() == [2.5, 8.25]
    assert table.share[0].tolist() == [0.8, 0.8, 0.0]
    assert table.low[0, :2].tolist() == [1.0, 6.0]
    assert table.high[0, :2].tolist() == [4.0, 10.0]
    assert table.rows[0].tolist() == [5.0, 5.0, 0.0]
    assert table.beyond[0].tolist() == [1.0, 0.0, 0.0]
    assert np.isnan(table.mean[0, 2])


def test_an_interval_ends_with_its_stamp() -> None:
    """Stamped at its end, 00:05 belongs to the first five minutes and 00:06 to the next."""
    at = MONDAY + np.array([5, 6]) * MINUTE_MS
    table = binned(Columns.of([SAT, SAT], at, [1.0, 2.0]), [SAT], FIVE, SITE)
    assert table.rows[0].tolist() == [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]


def test_points_that_are_not_there_are_nan() -> None:
    at = MONDAY + np.array([5]) * MINUTE_MS
    table = binned(Columns.of([SAT], at, [1.0]), [SAT], FIVE, SITE)
    found = taken(table.mean, table.rows_of(np.array([-1, SAT, FAN])))
    assert np.isnan(found[0]).all()
    assert found[1, 0] == pytest.approx(1.0)
    assert np.isnan(found[2]).all()
