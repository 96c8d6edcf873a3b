"""Registers: what is used, what is not, and that nothing is ever invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.batch import Columns, Intervals
from core.quality import IntervalState
from core.site import Register
from ingest.registers import Rules, all_fit, linked
from ingest.spread import MOST_IN_GAP, spread
from tests.ingest.places import QUARTER, RATED, UNRATED, point, site_of

RULES = Rules.of(
    site_of(point("a.m.energy", register=RATED), point("b.m.energy", register=UNRATED))
)
NAN = float("nan")
T0 = 1_000 * QUARTER
M, E, S = (int(s) for s in IntervalState)


def use_of(
    values: Sequence[float],
    *,
    quarters: Sequence[float] | None = None,
    register: int = 0,
    usual: Mapping[int, float] | None = None,
    cuts: Sequence[int] = (),
) -> Intervals:
    times = range(len(values)) if quarters is None else quarters
    at = [T0 + round(t * QUARTER) for t in times]
    reads = Columns.of([register] * len(values), at, list(values))
    cut = (np.full(len(cuts), register, np.int32), np.array(cuts, np.int64))
    return spread(reads, linked(reads, RULES, usual or {}), RULES, cut)


def told(use: Intervals) -> list[tuple[float, float, int]]:
    """Quarter, use and state."""
    return [
        ((t - T0) / QUARTER, NAN if isnan(v) else round(v, 6), s)
        for t, v, s in zip(use.at.tolist(), use.value.tolist(), use.state.tolist(), strict=True)
    ]


def same(got: list[tuple[float, float, int]], want: list[tuple[float, float, int]]) -> bool:
    return len(got) == len(want) and all(
        g[0] == w[0] and g[2] == w[2] and (g[1] == w[1] or (isnan(g[1]) and isnan(w[1])))
        for g, w in zip(got, want, strict=True)
    )


@pytest.mark.parametrize(
    ("values", "quarters", "want"),
    [
        pytest.param([5, 7, 7, 10], None, [(1, 2, M), (2, 0, M), (3, 3, M)], id="plain"),
        pytest.param([5], None, [], id="the first read uses nothing"),
        pytest.param([5, 11], [0, 3], [(1, 2, E), (2, 2, E), (3, 2, E)], id="a gap is spread"),
        pytest.param([5, 7], [0, 1.2], [(1.2, 2, M)], id="jitter is no gap"),
        pytest.param([50, 49, 53], None, [(1, 1.5, E), (2, 1.5, E)], id="glitch down"),
        pytest.param([50, 48_541, 52], None, [(1, 1, E), (2, 1, E)], id="glitch up"),
        pytest.param([50, 49], None, [(1, NAN, S)], id="a fall is unknown, not zero"),
        pytest.param(
            [500, 0, 1, 3], None, [(1, NAN, S), (2, 1, M), (3, 2, M)], id="three make a reset"
        ),
        pytest.param(
            [500, 0, 1], None, [(1, NAN, S), (2, NAN, S)], id="two do not"
        ),
        pytest.param(
            [100, 248_641, 248_642, 248_644],
            None,
            [(1, NAN, S), (2, 1, M), (3, 2, M)],
            id="the jump of 248,541 is not use",
        ),
        pytest.param(
            [50, 48, 48, 49, 53],
            None,
            [(1, NAN, S), (2, 0, M), (3, 0, M), (4, 3, M)],
            id="what ran backwards is not counted again",
        ),
        pytest.param(
            [50, 10, 11, 13, 14],
            None,
            [(1, NAN, S), (2, 1, M), (3, 2, M), (4, 1, M)],
            id="but another meter is counted from its own level",
        ),
        pytest.param([9_995, 5], None, [(1, 10, M)], id="rollover"),
        pytest.param([8_900, 5], None, [(1, NAN, S)], id="not from below 0.9 of the modulus"),
        pytest.param([9_960, 5], None, [(1, NAN, S)], id="not faster than rated"),
        pytest.param([9_995, 5], [0, 12], [(12, NAN, S)], id="not over a long gap"),
        pytest.param(
            [9_995, 9_990, 5], None, [(1, 5, E), (2, 5, E)], id="rollover behind a glitch"
        ),
    ],
)  # fmt: skip
def test_a_register(
    values: list[float], quarters: list[float] | None, want: list[tuple[float, float, int]]
) -> None:
    got = told(use_of(values, quarters=quarters))
    assert same(got, want), got


def test_a_rollover_must_fit_the_registers_own_past() -> None:
    assert told(use_of([9_995, 5], usual={0: 7.0})) == [(1, 10.0, M)]
    assert np.isnan(use_of([9_995, 5], usual={0: 6.0}).value).all()


def test_without_rating_or_past_nothing_makes_a_rollover_plausible() -> None:
    assert np.isnan(use_of([9_995, 5], register=1).value).all()
    assert told(use_of([9_995, 5], register=1, usual={1: 10.0})) == [(1, 10.0, M)]


def test_a_counter_that_fits_nothing_begins_again_and_stays_unknown_until_then() -> None:
    values = [5_000.0, *(v for _ in range(8) for v in (3_000.0, 1_000.0)), 1_001.0, 1_002.0]
    use = use_of(values)
    assert np.nansum(use.value) == 2.0
    assert (use.state[:12] == S).all()


def test_an_end_that_was_written_stays_an_end_and_nothing_counts_twice() -> None:
    cut = T0 + QUARTER + 3_000  # written when the gap was wider; no read came for it
    use = use_of([5, 7, 9], quarters=[0, 1, 2], cuts=[cut])
    assert use.at.tolist() == [T0 + QUARTER, cut, T0 + 2 * QUARTER]
    assert use.value.sum() == pytest.approx(4.0)
    assert use.state.tolist() == [M, E, E]


def test_a_gap_of_years_is_spread_over_a_bounded_number_of_intervals() -> None:
    use = use_of([5, 1_005], quarters=[0, 10 * 365 * 96])
    assert len(use) <= MOST_IN_GAP
    assert use.value.sum() == pytest.approx(1_000)
    assert use.value.max() < 0.2, "no spike where the read came back"


def test_registers_beside_each_other_do_not_touch() -> None:
    reads = Columns.of([0, 0, 1, 1], [T0, T0 + QUARTER, T0, T0 + QUARTER], [5, 6, 1, 3])
    none = (np.empty(0, np.int32), np.empty(0, np.int64))
    use = spread(reads, linked(reads, RULES, {}), RULES, none)
    assert use.point.tolist() == [0, 1]
    assert use.value.tolist() == [1.0, 2.0]


def test_registers_read_in_the_same_millisecond_are_no_trouble_without_a_rating() -> None:
    reads = Columns.of([0, 1], [T0, T0], [5, 7])
    links = linked(reads, RULES, {})
    assert links.before.tolist() == [-1, -1]
    assert links.counts.all()


@pytest.mark.parametrize("register", [0, 1])
def test_a_register_that_jumps_by_more_than_there_are_numbers_for_uses_no_such_thing(
    register: int,
) -> None:
    """Finite, so it is stored; numpy's word of it must not stop who counts."""
    for values in ([-1.7e308, 1.7e308], [1.7e308, -1.7e308, 1.7e308, 5.0, 6.0, 7.0]):
        use = use_of(values, register=register)
        assert not np.isinf(use.value).any()
    reads = Columns.of([0, 1], [T0, T0], [-1.7e308, 1.7e308])
    assert linked(reads, RULES, {}).counts.all(), "what lies between two registers is no step"
    assert all_fit(reads, RULES).all()


steps = st.lists(
    st.tuples(st.integers(1, 12), st.floats(0, 5, allow_nan=False)), min_size=1, max_size=40
)
wild = st.lists(
    st.tuples(st.integers(1, 12), st.floats(0, 20_000, allow_nan=False)), min_size=1, max_size=40
)


@given(steps, st.sets(st.integers(1, 400), max_size=20))
def test_the_use_of_a_monotone_register_is_what_it_counted(
    walk: list[tuple[int, float]], cuts: set[int]
) -> None:
    quarters = np.cumsum([0] + [q for q, _ in walk]).tolist()
    values = np.cumsum([100.0] + [v for _, v in walk]).tolist()
    ends = sorted(T0 + c * QUARTER // 2 for c in cuts)
    use = use_of(values, quarters=quarters, cuts=ends)
    assert use.value.sum() == pytest.approx(values[-1] - values[0], abs=1e-6)
    assert (use.value >= 0).all()
    assert (np.diff(use.at) > 0).all(), "one row an interval"


@given(wild, st.sampled_from([0, 1]))
def test_whatever_a_register_shows_no_use_is_negative_or_beyond_what_can_pass(
    walk: list[tuple[int, float]], register: int
) -> None:
    quarters = np.cumsum([q for q, _ in walk]).tolist()
    values = [v for _, v in walk]
    use = use_of(values, quarters=quarters, register=register)
    known = use.value[~np.isnan(use.value)]
    assert (known >= 0).all()
    assert ((use.state == S) == np.isnan(use.value)).all()
    rises = np.maximum(np.diff(values), 0).sum() if len(values) > 1 else 0.0
    hours = (quarters[-1] - quarters[0]) / 4
    rated = (RATED, UNRATED)[register].rated_per_h
    rollover = 10_000.0 if register == 0 else 0.0
    assert known.sum() <= rises + rollover * len(values) + 1e-6
    if np.isfinite(rated):
        assert known.sum() <= 1.2 * rated * hours + 0.01 * len(values) + 1e-6


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=40))
def test_a_register_that_trembles_uses_no_more_than_its_highest_rise(
    steps: list[int],
) -> None:
    values = np.cumsum([1_000.0, *steps])
    assert np.nansum(use_of(values.tolist()).value) <= values.max() - values[0] + 1e-6


@given(st.lists(st.floats(0, 20_000), min_size=3, max_size=20))
def test_a_read_later_never_raises_what_was_known(values: list[float]) -> None:
    """With one more read the known use grows by no more than that read can explain."""
    before = np.nansum(use_of(values[:-1]).value)
    after = np.nansum(use_of(values).value)
    most = 1.2 * 100.0 / 4 * len(values) + 0.01 * len(values)
    assert after - before <= most + 1e-6


def test_the_sample_rules_are_what_the_site_says() -> None:
    assert RULES.modulus.tolist() == [10_000, 10_000]
    assert RULES.rated[0] * 3_600_000 == pytest.approx(100.0)
    assert isinstance(RATED, Register)
