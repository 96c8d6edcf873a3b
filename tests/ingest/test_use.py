"""Use in a real store: forward from memory, late from the store, the same after a restart."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from math import isnan

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.store.duck import DuckStore
from core.batch import Batch, BatchName, Columns, Intervals
from core.errors import Retryable
from core.quality import IntervalState, Quality
from ingest.rederive import CONTEXT, good_reads
from ingest.registers import Rules, linked
from ingest.spread import spread
from ingest.use import Derived, Use
from tests.ingest.places import QUARTER, RATED, point, site_of

SITE = site_of(
    point("a.m.energy", register=RATED),
    point("a.n.energy", register=RATED),
    point("a.m.power"),
)
RULES = Rules.of(SITE)
T0 = 1_700_000 * QUARTER // 2
M, E, S = (int(s) for s in IntervalState)


class CountingStore(DuckStore):
    """A store in memory that counts what it is asked, and can be away."""

    def __init__(self) -> None:
        super().__init__(":memory:", SITE)
        self.asked = 0
        self.away_after: int | None = None

    def read_intervals(self, points: Sequence[int], start: int, end: int) -> Intervals:
        self.asked += 1
        return super().read_intervals(points, start, end)

    def write_intervals(self, intervals: Intervals) -> None:
        if self.away_after is not None:
            if self.away_after == 0:
                raise Retryable("away")
            self.away_after -= 1
        super().write_intervals(intervals)

    def use(self, point: int = 0) -> Intervals:
        """All use of one point."""
        return self.read_intervals([point], 0, 4 * 10**12)


@pytest.fixture
def store() -> Iterator[CountingStore]:
    store = CountingStore()
    yield store
    store.close()


def rows_of(reads: Sequence[tuple[float, float | None]], point: int = 0) -> Columns:
    values = [float("nan") if v is None else v for _, v in reads]
    quality = [Quality.BAD if v is None else Quality.GOOD for _, v in reads]
    return Columns.of(
        [point] * len(reads), [T0 + round(q * QUARTER) for q, _ in reads], values, quality
    )


class Feed:
    """Writes reads and derives, as ingest does."""

    def __init__(self, store: DuckStore, *, alone: bool = True) -> None:
        self.store, self._alone, self._seq = store, alone, 0
        self.use = Use(RULES, store, alone=alone)

    def __call__(self, *reads: tuple[float, float | None], point: int = 0) -> Derived:
        return self.rows(rows_of(reads, point))

    def rows(self, rows: Columns) -> Derived:
        self._seq += 1
        name = BatchName("gw-a", "b", self._seq)
        self.store.write([Batch(name=name, rows=rows, received=0)], receipted=set())
        return self.use.derive(rows)

    def restart(self) -> None:
        self.use = Use(RULES, self.store, alone=self._alone)


def told(use: Intervals) -> list[tuple[float, float | None, int, int]]:
    return [
        ((t - T0) / QUARTER, None if isnan(v) else round(v, 6), s, r)
        for t, v, s, r in zip(
            use.at.tolist(), use.value.tolist(), use.state.tolist(), use.revision.tolist(),
            strict=True,
        )
    ]  # fmt: skip


def test_a_register_that_goes_on_is_derived_without_asking_the_store(
    store: CountingStore,
) -> None:
    feed = Feed(store)
    feed((0, 5.0))
    asked = store.asked
    for quarter in range(1, 10):
        feed((quarter, 5.0 + quarter))
    feed((10, 20.0), point=1)
    assert store.asked == asked + 1, "only the new register needs the store"
    assert told(store.use()) == [(q, 1.0, M, 0) for q in range(1, 10)]


def test_after_a_restart_it_goes_on_from_what_is_stored(store: CountingStore) -> None:
    feed = Feed(store)
    feed((0, 5.0), (1, 6.0))
    feed.restart()
    feed((2, 8.0))
    assert told(store.use()) == [(1, 1.0, M, 0), (2, 2.0, M, 0)]


def test_late_reads_fill_the_gap_and_raise_the_revision(store: CountingStore) -> None:
    feed = Feed(store)
    feed((0, 0.0), (4, 8.0))
    assert told(store.use()) == [(q, 2.0, E, 0) for q in (1, 2, 3, 4)]
    done = feed((1, 1.0), (2, 5.0))
    assert told(store.use()) == [(1, 1.0, M, 1), (2, 4.0, M, 1), (3, 1.5, E, 1), (4, 1.5, E, 1)]
    (changed,) = done.changed
    assert (changed.start, changed.end) == (T0, T0 + 4 * QUARTER)
    feed((3, 6.0))
    assert told(store.use())[2:] == [(3, 1.0, M, 2), (4, 2.0, M, 2)]


def test_a_late_read_beside_the_grid_leaves_no_row_that_counts_twice(
    store: CountingStore,
) -> None:
    feed = Feed(store)
    feed((0, 0.0), (3, 6.0))
    feed((1.1, 1.1), (2.1, 4.0))
    use = store.use()
    assert use.value.sum() == pytest.approx(6.0)
    assert (np.diff(use.at) > 0).all()


def test_a_fall_is_unknown_until_the_next_read_says_that_it_was_a_glitch(
    store: CountingStore,
) -> None:
    feed = Feed(store)
    feed((0, 5.0))
    feed((1, 3.0))
    assert told(store.use()) == [(1, None, S, 0)]
    done = feed((2, 9.0))
    assert told(store.use()) == [(1, 2.0, E, 1), (2, 2.0, E, 0)]
    assert done.changed[0].start == T0


def test_three_reads_at_a_new_level_are_a_swap_and_the_crossing_stays_unknown(
    store: CountingStore,
) -> None:
    feed = Feed(store)
    feed((0, 500.0))
    feed((1, 0.0))
    feed((2, 1.0))
    done = feed((3, 3.0))
    assert told(store.use()) == [(1, None, S, 0), (2, 1.0, M, 1), (3, 2.0, M, 0)]
    assert done.resets == 1
    feed((4, 4.0))
    assert told(store.use())[-1] == (4, 1.0, M, 0)


def test_hours_without_a_value_are_a_gap_not_a_new_beginning(store: CountingStore) -> None:
    feed = Feed(store)
    feed((0, 5.0))
    for quarter in range(1, CONTEXT + 10):
        feed((quarter, None))
    feed.restart()
    feed((CONTEXT + 10, 5.0 + CONTEXT + 10))
    use = store.use()
    assert use.value.sum() == pytest.approx(CONTEXT + 10)
    assert set(use.state.tolist()) == {E}


def test_a_read_taken_back_leaves_no_number_behind(store: CountingStore) -> None:
    feed = Feed(store)
    feed((0, 5.0), (1, 6.0))
    feed((1, None))
    assert told(store.use()) == [(1, None, S, 1)]


def test_the_same_rows_again_change_nothing(store: CountingStore) -> None:
    feed = Feed(store)
    reads = ((0, 5.0), (1, 6.0), (2, 4.0), (5, 9.0))
    feed(*reads)
    before = told(store.use())
    assert feed(*reads).rows == 0
    feed.restart()
    assert feed(*reads).rows == 0
    assert told(store.use()) == before


def test_a_rollover_asks_the_registers_own_past(store: CountingStore) -> None:
    feed = Feed(store)
    feed(*((float(q), 9_970.0 + q * 0.5) for q in range(59)))
    feed((59, 0.5))  # 1.5 in a quarter where 0.5 is usual, though 30 is rated
    assert store.use().state[-1] == S
    feed((60, 9_999.5))
    feed((61, 0.0))
    assert told(store.use())[-1][:3] == (61, 0.5, M)


def test_a_store_that_goes_away_in_the_middle_ends_with_the_same_use(
    store: CountingStore,
) -> None:
    feed = Feed(store)
    feed((0, 5.0))
    rows = Columns.joined(
        [rows_of([(1, 6.0), (2, 7.0)]), rows_of([(-300, 1.0), (-299, 2.0), (1, 3.0)], 1)]
    )
    store.away_after = 1
    with pytest.raises(Retryable):
        feed.rows(rows)
    store.away_after = None
    feed.use.derive(rows)
    assert told(store.use()) == [(1, 1.0, M, 0), (2, 1.0, M, 0)]
    assert np.nansum(store.use(1).value) == pytest.approx(2.0)


def test_two_workers_on_one_store_see_each_others_reads(store: CountingStore) -> None:
    one, two = Feed(store, alone=False), Feed(store, alone=False)
    for quarter in range(8):
        (one, two)[quarter % 2]((quarter, 2.0 * quarter))
    assert told(store.use()) == [(q, 2.0, M, 0) for q in range(1, 8)]


def whole(rows: Columns) -> float:
    reads = good_reads(rows)
    none = (np.empty(0, np.int32), np.empty(0, np.int64))
    return float(np.nansum(spread(reads, linked(reads, RULES, {}), RULES, none).value))


monotone = st.lists(st.integers(0, 20), min_size=2, max_size=30).map(
    lambda steps: np.cumsum([10, *steps]).astype(float).tolist()
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(monotone, st.integers(0, 10**6), st.integers(1, 5), st.sampled_from([True, False]))
def test_in_whatever_order_reads_come_the_use_is_that_of_all_of_them(
    values: list[float],
    seed: int,
    parts: int,
    alone: bool,  # noqa: FBT001 drawn
) -> None:
    store = CountingStore()
    try:
        feed = Feed(store, alone=alone)
        reads = list(enumerate(values))
        random.Random(seed).shuffle(reads)  # noqa: S311 an order, not a secret
        size = max(1, len(reads) // parts)
        for first in range(0, len(reads), size):
            feed(*reads[first : first + size])
        assert [(q, v, s) for q, v, s, _ in told(store.use())] == [
            (q, values[q] - values[q - 1], M) for q in range(1, len(values))
        ]
    finally:
        store.close()


wild = st.lists(st.sampled_from([100.0, 101.0, 102.0, 90.0, 5.0, 6.0, 7.0, 400.0]), min_size=2,
                max_size=30)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(wild, st.booleans())
def test_a_read_at_a_time_gives_the_use_of_all_at_once(
    values: list[float],
    restarts: bool,  # noqa: FBT001 drawn
) -> None:
    store = CountingStore()
    try:
        feed = Feed(store)
        reads = list(enumerate(values))
        for read in reads:
            feed(read)
            if restarts:
                feed.restart()
        assert np.nansum(store.use().value) <= whole(rows_of(reads)) + 1e-6
        if not restarts and len(values) <= CONTEXT:
            assert np.nansum(store.use().value) == pytest.approx(whole(rows_of(reads)))
    finally:
        store.close()
