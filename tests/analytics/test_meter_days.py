"""What the days of a register are made of: shares of what is due, use by state and method."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import ArrayLike

from analytics.meter_days import MeterDay, Method, guesses, meter_days, told
from core.batch import Columns, Intervals
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.meters import Decision
from core.quality import IntervalState
from ingest.registers import Rules, linked
from ingest.spread import spread

QUARTER = 15 * MINUTE_MS
MIDNIGHT = 1_736_697_600_000
"""Monday 2025-01-13 00:00 in Shanghai."""
LATER = MIDNIGHT + 365 * DAY_MS
NONE = (np.empty(0, np.int32), np.empty(0, np.int64))
RULES = Rules(
    is_register=np.array([True]), modulus=np.array([np.inf]), quantum=np.array([0.0]),
    rated=np.array([np.inf]), period=np.array([QUARTER]), ids=("m",), buildings=("a",),
)  # fmt: skip


def rows(reads: Sequence[tuple[int, float]], said: Sequence[Decision] = ()) -> Intervals:
    """Use as ingest derives it from reads of one register."""
    at, value = zip(*reads, strict=True)
    columns = Columns.of([0] * len(at), list(at), list(value))
    return spread(columns, linked(columns, RULES, {}, {0: said} if said else {}), RULES, NONE)


def of(at: ArrayLike, value: ArrayLike, state: ArrayLike) -> Intervals:
    """Use of one register, written by hand."""
    ends = np.asarray(at, np.int64)
    return Intervals(
        point=np.zeros(len(ends), np.int32), at=ends, value=np.asarray(value, np.float64),
        state=np.asarray(state, np.int8), revision=np.zeros(len(ends), np.int32),
    )  # fmt: skip


def quarters(first: int, last: int, *, each: float = 1.0) -> list[tuple[int, float]]:
    """Reads at these quarter-hours after midnight, both ends included."""
    return [(MIDNIGHT + i * QUARTER, each * i) for i in range(first, last + 1)]


def day(reads: Sequence[tuple[int, float]], said: Sequence[Decision] = (), *, now: int = LATER,
        edges: Sequence[int] = (MIDNIGHT, MIDNIGHT + DAY_MS)) -> MeterDay:  # fmt: skip
    uses = told(rows(reads, said), QUARTER, guesses(said))
    (only,) = meter_days(uses, edges, QUARTER, now)
    return only


def test_twelve_quarter_hours_that_never_came_are_missing() -> None:
    made = day(quarters(0, 84))
    assert made.due == 96
    assert (made.measured, made.missing) == pytest.approx((0.875, 0.125))
    assert made.used == made.use_measured == pytest.approx(84.0)
    assert not made.is_whole


def test_rows_that_nobody_wrote_are_missing_in_the_middle_too() -> None:
    whole = rows(quarters(0, 96))
    kept = np.r_[0:40, 52:96]
    some = of(whole.at[kept], whole.value[kept], whole.state[kept])
    (made,) = meter_days(told(some, QUARTER), (MIDNIGHT, MIDNIGHT + DAY_MS), QUARTER, LATER)
    assert (made.measured, made.missing) == pytest.approx((0.875, 0.125))


def test_a_gap_is_spread_and_its_use_is_known() -> None:
    made = day(quarters(0, 40) + quarters(52, 96))
    assert (made.measured, made.spread) == pytest.approx((0.875, 0.125))
    assert (made.declared, made.suspect, made.missing) == (0.0, 0.0, 0.0)
    assert (made.use_measured, made.use_spread) == pytest.approx((84.0, 12.0))


def test_what_comes_late_raises_the_completeness() -> None:
    before, after = day(quarters(0, 40) + quarters(52, 96)), day(quarters(0, 96))
    assert (before.is_whole, after.is_whole) == (False, True)
    assert after.measured == 1.0
    assert before.used == pytest.approx(after.used), "a spread loses nothing"


def test_a_guessed_closing_is_declared_and_so_is_all_of_its_gap() -> None:
    swap = Decision(at=MIDNIGHT + 46 * QUARTER + MINUTE_MS, closing=41.0, opening=0.0, exact=False)
    after = [(at, value - 50.0) for at, value in quarters(52, 96)]
    reads = [*quarters(0, 30), *quarters(35, 40), *after]
    made = day(reads, [swap])
    assert made.declared == pytest.approx(12 / 96), "every quarter of the gap, not one"
    assert made.spread == pytest.approx(5 / 96), "another gap of that day is not of it"
    assert made.use_declared == pytest.approx(1.0 + 2.0)
    uses = told(rows(reads, [swap]), QUARTER, guesses([swap]))
    methods = [uses.method(i) for i in range(len(uses.end))]
    assert methods.count(Method.DECLARED) == 12
    assert methods.count(Method.SPREAD) == 5
    assert methods.count(None) == 96 - 17


@pytest.mark.parametrize(
    "said",
    [
        Decision(at=MIDNIGHT + 41 * QUARTER, closing=40.5, opening=0.5, exact=True),
        Decision(at=MIDNIGHT + 41 * QUARTER, closing=None, exact=False),
    ],
)
def test_what_was_read_off_or_did_not_happen_is_no_guess(said: Decision) -> None:
    assert guesses([said]) == []


def test_a_swap_that_nobody_decided_is_suspect() -> None:
    made = day(quarters(0, 40) + [(at, value - 30.0) for at, value in quarters(41, 96)])
    assert made.suspect == pytest.approx(1 / 96)
    assert made.used == pytest.approx(95.0), "unknown, neither zero nor a spike"


def test_days_on_which_the_clocks_change_are_due_what_they_last() -> None:
    zone = ZoneInfo("Europe/Berlin")
    for first, due in ((datetime(2025, 3, 30, tzinfo=zone), 92),
                       (datetime(2025, 10, 26, tzinfo=zone), 100)):  # fmt: skip
        edges = [round((first + timedelta(days=d)).timestamp() * 1000) for d in (0, 1)]
        reads = [(edges[0] + i * QUARTER, float(i)) for i in range(due + 1)]
        made = day(reads, edges=edges)
        assert (made.due, made.measured, made.used) == (due, 1.0, due)
        assert day(reads[: due - 11], edges=edges).measured == pytest.approx(1 - 12 / due)


def test_an_interval_across_midnight_is_of_both_days() -> None:
    half = QUARTER // 2
    reads = [(MIDNIGHT + half + i * QUARTER, 2.0 * i) for i in range(-96, 97)]
    edges = [MIDNIGHT - DAY_MS, MIDNIGHT, MIDNIGHT + DAY_MS]
    days = meter_days(told(rows(reads), QUARTER), edges, QUARTER, LATER)
    assert [d.used for d in days] == pytest.approx([191.0, 192.0])
    assert [d.missing for d in days] == pytest.approx([0.5 / 96, 0.0])


def test_nothing_is_due_before_it_can_have_come() -> None:
    made = day(quarters(0, 20), now=MIDNIGHT + 6 * HOUR_MS)
    assert (made.due, made.measured, made.missing) == (20, 1.0, 0.0)
    assert made.used == 20.0
    early = day(quarters(0, 1), now=MIDNIGHT + HOUR_MS)
    assert (early.due, early.measured, early.missing) == (0, 0.0, 0.0)
    assert early.is_whole


def test_a_register_without_a_row_is_missing_whole() -> None:
    nothing = of([], [], [])
    edges = [MIDNIGHT + d * DAY_MS for d in range(3)]
    days = meter_days(told(nothing, QUARTER, [MIDNIGHT + 1]), edges, QUARTER, LATER)
    assert [d.missing for d in days] == [1.0, 1.0]
    assert [d.end - d.start for d in days] == [b - a for a, b in pairwise(edges)]


def test_a_read_once_a_week_makes_days_of_their_share() -> None:
    week = 7 * DAY_MS
    use = of([MIDNIGHT, MIDNIGHT + week], [70.0, 14.0], [IntervalState.MEASURED] * 2)
    edges = [MIDNIGHT + d * DAY_MS for d in range(3)]
    days = meter_days(told(use, week), edges, week, LATER)
    assert [(d.due, d.measured, d.used) for d in days] == [(1, 1.0, 2.0)] * 2
