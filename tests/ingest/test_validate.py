"""Span, rate, domain and time, over many batches at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.batch import Columns
from core.clock import HOUR_MS
from core.quality import Quality
from ingest.validate import (
    EARLIEST_MS,
    Limits,
    Pace,
    Unplaceable,
    beyond_span,
    unplaceable,
    with_suspects,
)
from tests.ingest.places import MINUTE, NOW, small_site

SITE = small_site()
LIMITS = Limits.of(SITE)
TEMP, FAN, POWER = (SITE.index[i] for i in ("a.z.zone_temp", "a.ahu.fan_status", "a.m.power"))
# The zone may change 12 K an hour, so 2 K in ten minutes.


def temps(*values: float, start: int = 0, every: int = MINUTE) -> Columns:
    at = [NOW + (start + i) * every for i in range(len(values))]
    return Columns.of([TEMP] * len(values), at, list(values))


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (0, Unplaceable.TIME),
        (EARLIEST_MS - 1, Unplaceable.TIME),
        (EARLIEST_MS, Unplaceable.NO),
        (NOW + 5 * MINUTE, Unplaceable.NO),
        (NOW + 5 * MINUTE + 1, Unplaceable.TIME),
    ],
)
def test_times_that_can_be_placed(at: int, why: Unplaceable) -> None:
    rows = Columns.of([POWER], [at], [1.0])
    assert unplaceable(rows, np.array([NOW]), LIMITS).tolist() == [why]


def test_states_are_whole_and_numbers_finite() -> None:
    rows = Columns.of([FAN, FAN, FAN, POWER, POWER], [NOW] * 5, [1.0, 0.5, np.nan, np.inf, 0.5])
    no, domain = Unplaceable.NO, Unplaceable.DOMAIN
    assert unplaceable(rows, np.full(5, NOW), LIMITS).tolist() == [no, domain, no, domain, no]


def test_beyond_the_span_is_suspect_and_no_value_stays_bad() -> None:
    rows = Columns.of([TEMP] * 4, [NOW] * 4, [-5.0, 45.1, -39.9, np.nan], [0, 0, 0, Quality.BAD])
    quality = with_suspects(rows, beyond_span(rows, LIMITS)).quality.tolist()
    assert quality == [Quality.GOOD, Quality.SUSPECT, Quality.SUSPECT, Quality.BAD]


def test_a_spike_is_one_suspect_reading_and_the_next_is_good() -> None:
    assert Pace(LIMITS).too_fast(temps(20, 20.1, 30, 20.2, 20.3)).tolist() == [
        False, False, True, False, False,
    ]  # fmt: skip


def test_a_jump_by_more_than_there_are_numbers_for_is_too_fast() -> None:
    assert Pace(LIMITS).too_fast(temps(1.7e308, -1.7e308, 1.7e308)).tolist() == [
        False, True, False,
    ]  # fmt: skip


def test_a_step_that_lasts_costs_one_reading() -> None:
    assert Pace(LIMITS).too_fast(temps(20, 20, 30, 30, 30)).tolist() == [
        False, False, True, False, False,
    ]  # fmt: skip


def test_a_quantum_is_not_too_fast_and_neither_is_a_change_over_hours() -> None:
    assert not Pace(LIMITS).too_fast(temps(20, 21.9, 20.1, 21.8)).any()
    assert not Pace(LIMITS).too_fast(temps(20, 30, every=HOUR_MS)).any()


def test_what_came_in_an_earlier_write_counts_and_older_rows_do_not_disturb() -> None:
    pace = Pace(LIMITS)
    pace.too_fast(temps(20, 20))
    assert pace.too_fast(temps(30, start=2)).tolist() == [True]
    assert pace.too_fast(temps(20.1, start=3)).tolist() == [False], "it was a spike"
    assert pace.too_fast(temps(99, start=0)).tolist() == [False], "late: nothing to compare with"
    assert pace.too_fast(temps(20.2, start=4)).tolist() == [False]


def test_after_a_restart_the_newest_stored_reading_counts() -> None:
    pace = Pace(LIMITS)
    pace.remember(temps(20))
    assert pace.too_fast(temps(30, start=1)).tolist() == [True]


@given(st.lists(st.floats(-5, 45), min_size=1, max_size=30), st.lists(st.booleans(), min_size=30,
       max_size=30))  # fmt: skip
def test_how_readings_are_cut_into_writes_changes_nothing(
    values: list[float], cut: list[bool]
) -> None:
    whole = Pace(LIMITS).too_fast(temps(*values)).tolist()
    pace, found, part = Pace(LIMITS), [], []
    for i, value in enumerate(values):
        part.append(value)
        if cut[i] or i == len(values) - 1:
            found += pace.too_fast(temps(*part, start=i + 1 - len(part))).tolist()
            part = []
    assert found == whole


def test_points_beside_each_other_do_not_touch() -> None:
    rows = Columns.of([TEMP, POWER, TEMP], [NOW, NOW, NOW + MINUTE], [20.0, 500.0, 20.1])
    assert not Pace(LIMITS).too_fast(rows).any()
