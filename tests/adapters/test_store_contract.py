"""One contract, every store: what the rest of the system may rely on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.store import open_store
from core.batch import Batch, BatchName, Columns, Intervals, Stored
from core.ports import Mark, ReadingStore
from core.quality import IntervalState
from core.quantity import Kind
from core.site import Site
from tests import servers
from tests.adapters.store.sites import (
    BAD,
    COMMAND,
    GAUGE,
    GOOD,
    REGISTER,
    SECOND,
    STATE,
    SUSPECT,
    point,
    site,
)  # fmt: skip

HOUR = 3_600_000
T0 = 1_700_000_000_000 // HOUR * HOUR
FAR = T0 + 1000 * HOUR
NO_RECEIPTS: frozenset[BatchName] = frozenset()
_ids = itertools.count()


class Opener(Protocol):
    """Opens the place of one test, as often as it likes."""

    def __call__(self, site: Site) -> ReadingStore: ...


def influx_opener(influx: servers.Influx, opened: list[ReadingStore]) -> Opener:
    url = (
        f"influxdb://127.0.0.1:{influx.server.port}/{influx.bucket}"
        f"?org={influx.org}&version={influx.version}"
    )

    def opener(site: Site) -> ReadingStore:
        opened.append(open_store(url, site, token=influx.token))
        return opened[-1]

    return opener


@pytest.fixture(
    params=[
        "duckdb",
        pytest.param("influx1", marks=pytest.mark.influx1),
        pytest.param("influx2", marks=pytest.mark.influx2),
    ]
)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    opened: list[ReadingStore] = []
    if request.param == "duckdb":

        def duck(site: Site) -> ReadingStore:
            opened.append(open_store(f"duckdb:{tmp_path}/r.duckdb", site))
            return opened[-1]

        yield duck
    else:
        yield influx_opener(request.getfixturevalue(f"{request.param}_shared"), opened)
    for store in opened:
        store.close()


@pytest.fixture
def campus() -> Site:
    """The small site under a name of its own, so that tests can share a server."""
    return site(id_=f"small-{next(_ids)}")


@pytest.fixture
def store(opener: Opener, campus: Site) -> ReadingStore:
    return opener(campus)


def batch(seq: int, rows: Sequence[tuple[int, int, float]], *, received: int = T0) -> Batch:
    """A batch of (point, at, value); NaN is the device's *no value*."""
    columns = Columns.of([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])
    bad = np.isnan(columns.value)
    columns.quality[bad] = BAD
    return Batch(name=BatchName("gw-a", "b1", seq), rows=columns, received=received)


def write(store: ReadingStore, *batches: Batch, receipted: Sequence[Batch] = ()) -> None:
    assert not store.write(batches, receipted={b.name for b in receipted})


def readings(stored: Stored) -> list[tuple[int, int, float | None]]:
    """(point, at, value) of each row, None for no value."""
    rows = stored.rows
    values = [None if np.isnan(v) else v for v in rows.value.tolist()]
    return list(zip(rows.point.tolist(), rows.at.tolist(), values, strict=True))


def everything(store: ReadingStore) -> list[tuple[int, int, float | None]]:
    return readings(store.read(range(5), 0, FAR))


def uses(store: ReadingStore) -> list[tuple[int, float | None, int, int]]:
    found = store.read_intervals([REGISTER], 0, FAR)
    values = [None if np.isnan(v) else v for v in found.value.tolist()]
    return list(
        zip(found.at.tolist(), values, found.state.tolist(), found.revision.tolist(), strict=True)
    )


def intervals(rows: Sequence[tuple[int, float, int, int]]) -> Intervals:
    """Intervals of the register: (at, value, state, revision)."""
    return Intervals(
        point=np.full(len(rows), REGISTER, np.int32),
        at=np.array([r[0] for r in rows], np.int64),
        value=np.array([r[1] for r in rows], np.float64),
        state=np.array([r[2] for r in rows], np.int8),
        revision=np.array([r[3] for r in rows], np.int32),
    )


def test_an_empty_store_answers_everything_with_nothing(store: ReadingStore) -> None:
    points = range(5)
    assert everything(store) == []
    for stored in (
        store.latest(points), store.read_before(points, FAR, 3), store.read_after(points, 0, 3),
        store.read([], 0, FAR),
    ):  # fmt: skip
        assert readings(stored) == []
        assert stored.received.tolist() == []
    assert len(store.read_intervals(points, 0, FAR)) == 0
    assert store.series(GAUGE, 0, FAR, HOUR).at == []
    assert set(store.count().values()) == {0}
    assert {"gauge", "register", "state", "command", "interval"} <= set(store.count())
    write(store)
    store.erase(GAUGE, 0, FAR)


def test_what_is_written_is_read_as_it_was(store: ReadingStore) -> None:
    rows = Columns.of(
        [SECOND, GAUGE, REGISTER, STATE, COMMAND, GAUGE],
        [T0, T0 + 1, T0 + 2, T0 + 3, T0 + 4, T0],
        [0.1 + 0.2, -12.25, 123456.789, 1.0, 0.0, 1e-9],
        [GOOD, SUSPECT, GOOD, GOOD, GOOD, GOOD],
    )
    sent = Batch(name=BatchName("gw-a", "b1", 1), rows=rows, received=T0 + 77)
    write(store, sent)
    stored = store.read(range(5), T0 - 1, FAR)
    assert readings(stored) == [
        (GAUGE, T0, 1e-9), (GAUGE, T0 + 1, -12.25), (REGISTER, T0 + 2, 123456.789),
        (STATE, T0 + 3, 1.0), (COMMAND, T0 + 4, 0.0), (SECOND, T0, 0.1 + 0.2),
    ]  # fmt: skip
    assert stored.rows.quality.tolist() == [GOOD, SUSPECT, GOOD, GOOD, GOOD, GOOD]
    assert stored.received.tolist() == [T0 + 77] * 6
    dtypes = [c.dtype for c in (stored.rows.point, stored.rows.at, stored.rows.value)]
    assert dtypes == [np.int32, np.int64, np.float64]


def test_a_range_excludes_its_start_and_includes_its_end(store: ReadingStore) -> None:
    write(store, batch(1, [(GAUGE, T0 + i, float(i)) for i in range(5)]))
    assert [r[1] - T0 for r in readings(store.read([GAUGE], T0 + 1, T0 + 3))] == [2, 3]


def test_only_the_asked_points_are_read_in_order_of_their_index(store: ReadingStore) -> None:
    write(store, batch(1, [(p, T0, 1.0) for p in range(5)]))
    assert [r[0] for r in readings(store.read([SECOND, GAUGE], 0, FAR))] == [GAUGE, SECOND]


def test_writing_twice_is_harmless(store: ReadingStore) -> None:
    sent = batch(1, [(GAUGE, T0, 1.0), (REGISTER, T0, 5.0), (GAUGE, T0 + HOUR, float("nan"))])
    for _ in range(3):
        write(store, sent)
    write(store, sent, sent, receipted=[sent])
    assert len(everything(store)) == 3
    assert store.count()["gauge"] == 2
    assert store.count()["register"] == 1


def test_what_is_received_later_stands(store: ReadingStore) -> None:
    write(store, batch(1, [(GAUGE, T0, 1.0)]), batch(2, [(GAUGE, T0, 2.0)]))
    assert everything(store) == [(GAUGE, T0, 2.0)]
    write(store, batch(3, [(GAUGE, T0, 3.0)], received=T0 + 9))
    stored = store.read([GAUGE], 0, FAR)
    assert readings(stored) == [(GAUGE, T0, 3.0)]
    assert stored.received.tolist() == [T0 + 9]


def test_a_late_redelivery_does_not_bring_back_the_older_value(store: ReadingStore) -> None:
    a = batch(1, [(GAUGE, T0, 1.0)])
    write(store, a)
    write(store, batch(2, [(GAUGE, T0, 2.0)]))
    write(store, a, receipted=[a])
    assert everything(store) == [(GAUGE, T0, 2.0)]


def test_a_redelivery_after_a_restart_does_not_bring_back_the_older_value(
    opener: Opener, campus: Site
) -> None:
    """A, then B at the same point and time; both closed and opened again; A redelivered."""
    store, a = opener(campus), batch(1, [(GAUGE, T0, 1.0)])
    write(store, a)
    write(store, batch(2, [(GAUGE, T0, 2.0)]))
    store.close()
    again = opener(campus)
    write(again, a, receipted=[a])
    assert everything(again) == [(GAUGE, T0, 2.0)]


def test_a_receipted_batch_fills_what_a_restore_lost(store: ReadingStore) -> None:
    a = batch(1, [(GAUGE, T0, 1.0), (GAUGE, T0 + HOUR, 2.0), (STATE, T0, 1.0)])
    write(store, batch(2, [(GAUGE, T0, 9.0)]))
    write(store, a, receipted=[a])
    assert everything(store) == [
        (GAUGE, T0, 9.0), (GAUGE, T0 + HOUR, 2.0), (STATE, T0, 1.0),
    ]  # fmt: skip
    assert readings(store.latest([GAUGE])) == [(GAUGE, T0 + HOUR, 2.0)]


def test_no_value_is_kept_without_one(store: ReadingStore) -> None:
    write(store, batch(1, [(GAUGE, T0, float("nan")), (STATE, T0, float("nan"))]))
    stored = store.read(range(5), 0, FAR)
    assert readings(stored) == [(GAUGE, T0, None), (STATE, T0, None)]
    assert stored.rows.quality.tolist() == [BAD, BAD]


def test_no_value_received_later_takes_the_older_value_away(store: ReadingStore) -> None:
    write(store, batch(1, [(GAUGE, T0, 5.0), (GAUGE, T0 + 1, 6.0)]))
    write(store, batch(2, [(GAUGE, T0, float("nan"))]))
    assert everything(store) == [(GAUGE, T0, None), (GAUGE, T0 + 1, 6.0)]
    assert store.series(GAUGE, T0 - HOUR, T0 + HOUR, HOUR).high == pytest.approx(
        [float("nan"), 6.0], nan_ok=True
    )
    write(store, batch(3, [(GAUGE, T0, 7.0)]))
    assert everything(store) == [(GAUGE, T0, 7.0), (GAUGE, T0 + 1, 6.0)]


def test_rows_that_no_store_can_hold_are_refused_and_the_rest_stays(store: ReadingStore) -> None:
    sent = batch(1, [
        (GAUGE, T0, float("inf")), (GAUGE, T0 + 1, 1.0), (STATE, T0, 0.5), (GAUGE, 10**13, 2.0),
    ])  # fmt: skip
    also = batch(2, [(GAUGE, T0 + 2, float("-inf")), (SECOND, T0, 3.0)])
    refused = store.write([sent, also], receipted=NO_RECEIPTS)
    assert {(r.name.seq, r.reason, *r.rows.at.tolist()) for r in refused} == {
        (1, "not_finite", T0), (1, "not_whole", T0), (1, "time_out_of_range", 10**13),
        (2, "not_finite", T0 + 2),
    }  # fmt: skip
    assert readings(store.read(range(5), 0, 10**14)) == [(GAUGE, T0 + 1, 1.0), (SECOND, T0, 3.0)]


def test_late_data_falls_into_its_place(store: ReadingStore) -> None:
    write(store, batch(1, [(GAUGE, T0 + i * HOUR, float(i)) for i in (5, 6, 9)]))
    write(store, batch(2, [(GAUGE, T0 + i * HOUR, float(i)) for i in (7, 1, 12, 6)]))
    assert [r[2] for r in everything(store)] == [1.0, 5.0, 6.0, 7.0, 9.0, 12.0]
    assert readings(store.latest([GAUGE])) == [(GAUGE, T0 + 12 * HOUR, 12.0)]
    assert readings(store.read_before([GAUGE], T0 + 8 * HOUR)) == [(GAUGE, T0 + 7 * HOUR, 7.0)]


@pytest.mark.parametrize("step", [60_000, HOUR, 40 * HOUR])
def test_neighbours_are_found_however_far(store: ReadingStore, step: int) -> None:
    write(store, batch(1, [(GAUGE, T0 + i * step, float(i)) for i in range(10)]))
    write(store, batch(2, [(SECOND, T0, 100.0), (SECOND, T0 + 9 * step, 109.0)]))
    both, at = [GAUGE, SECOND], T0 + 5 * step

    def values(stored: Stored) -> list[tuple[int, float | None]]:
        return [(p, v) for p, _, v in readings(stored)]

    assert values(store.read_before(both, at)) == [(GAUGE, 5.0), (SECOND, 100.0)]
    assert values(store.read_before(both, at - 1, 2)) == [
        (GAUGE, 3.0), (GAUGE, 4.0), (SECOND, 100.0),
    ]  # fmt: skip
    assert values(store.read_after(both, at)) == [(GAUGE, 6.0), (SECOND, 109.0)]
    assert values(store.read_after(both, at - 1, 2)) == [
        (GAUGE, 5.0), (GAUGE, 6.0), (SECOND, 109.0),
    ]  # fmt: skip
    assert values(store.read_before(both, FAR * 2, 1)) == [(GAUGE, 9.0), (SECOND, 109.0)]
    assert values(store.read_after(both, 0, 1)) == [(GAUGE, 0.0), (SECOND, 100.0)]
    assert values(store.read_before(both, T0 - 1)) == []
    assert values(store.read_after(both, T0 + 9 * step)) == []
    assert len(store.read_before([GAUGE], FAR * 2, 100).rows) == 10


def test_latest_is_the_newest_of_each_even_without_a_value(store: ReadingStore) -> None:
    write(store, batch(1, [(GAUGE, T0, 1.0), (GAUGE, T0 + HOUR, float("nan"))], received=T0 + 5))
    write(store, batch(2, [(SECOND, T0 - 900 * HOUR, 4.0)], received=T0 + 6))
    stored = store.latest(range(5))
    assert readings(stored) == [(GAUGE, T0 + HOUR, None), (SECOND, T0 - 900 * HOUR, 4.0)]
    assert stored.received.tolist() == [T0 + 5, T0 + 6]
    assert stored.rows.quality.tolist() == [BAD, GOOD]


def test_use_is_replaced_by_point_and_interval(store: ReadingStore) -> None:
    store.write_intervals(intervals([(T0, 1.5, 0, 1), (T0 + HOUR, 2.5, 1, 1)]))
    store.write_intervals(intervals([(T0 + HOUR, float("nan"), 2, 2), (T0 - HOUR, 7.0, 0, 1)]))
    store.write_intervals(intervals([]))
    assert uses(store) == [
        (T0 - HOUR, 7.0, 0, 1), (T0, 1.5, 0, 1), (T0 + HOUR, None, 2, 2),
    ]  # fmt: skip
    assert store.count()["interval"] == 3
    assert len(store.read_intervals([REGISTER], T0 - HOUR, T0)) == 1


def test_what_was_expected_is_replaced_by_time(store: ReadingStore) -> None:
    store.write_expected(GAUGE, [T0, T0 + HOUR], [1.0, 2.0], [3.0, 4.0], [5.0, 6.0])
    store.write_expected(GAUGE, [T0 + HOUR], [2.5], [4.5], [6.5])
    band = store.read_expected(GAUGE, T0 - 1, T0 + HOUR)
    assert band.at.tolist() == [T0, T0 + HOUR]
    assert [band.low.tolist(), band.mid.tolist(), band.high.tolist()] == [
        [1.0, 2.5], [3.0, 4.5], [5.0, 6.5],
    ]  # fmt: skip
    assert len(store.read_expected(SECOND, 0, FAR).at) == 0
    assert store.count()["expected"] == 2


def test_marks_are_counted_once(store: ReadingStore) -> None:
    fields: dict[str, str | int | float] = {"state": "new", "priority": 2, "waste": 1.5}
    first = Mark(measurement="order", building="a", id="WO 1", at=T0, fields=fields)
    second = Mark(measurement="order", building="a", id="WO 1", at=T0 + 1, fields=fields)
    finding = Mark(
        measurement="finding", building="a", id="f,1", at=T0, fields={"title": 'say "hi"\\, there'}
    )
    store.write_marks([first, finding, first])
    store.write_marks([second, first])
    store.write_marks([])
    assert store.count()["order"] == 2
    assert store.count()["finding"] == 1


def test_a_bucket_keeps_first_low_high_last_and_mean(store: ReadingStore) -> None:
    values = {-10: 99.0, 0: 98.0, 1: 5.0, 20: -3.0, 40: 12.0, 60: 6.0, 61: 7.0, 190: float("nan")}
    write(store, batch(1, [(GAUGE, T0 + m * 60_000, v) for m, v in values.items()]))
    found = store.series(GAUGE, T0, T0 + 4 * HOUR, HOUR)
    assert found.at == [T0 + HOUR, T0 + 2 * HOUR, T0 + 4 * HOUR]
    nan = pytest.approx(float("nan"), nan_ok=True)
    assert found.first == [5.0, 7.0, nan]
    assert found.low == [-3.0, 7.0, nan]
    assert found.high == [12.0, 7.0, nan]
    assert found.last == [6.0, 7.0, nan]
    assert found.mean == [5.0, 7.0, nan]
    assert found.quality == [GOOD, GOOD, BAD]
    assert found.count == [4, 1, 0]


def test_buckets_of_a_register_draw_its_use(store: ReadingStore) -> None:
    write(store, batch(1, [(REGISTER, T0 + HOUR, 1000.0)]))
    store.write_intervals(
        intervals([(T0 + HOUR // 4 * i, float(i), int(i == 3), 1) for i in range(1, 6)])
    )
    found = store.series(REGISTER, T0, T0 + 2 * HOUR, HOUR)
    assert [m * n for m, n in zip(found.mean, found.count, strict=True)] == [10.0, 5.0]
    assert found.quality == [IntervalState.ESTIMATED, IntervalState.MEASURED], "of use, not reads"


def test_erasing_takes_readings_and_use_of_one_point(store: ReadingStore) -> None:
    rows = [(p, T0 + i * HOUR, float(i)) for p in (GAUGE, REGISTER) for i in range(4)]
    write(store, batch(1, rows))
    store.write_intervals(intervals([(T0 + i * HOUR, float(i), 0, 1) for i in range(4)]))
    store.erase(REGISTER, T0 + HOUR, T0 + 3 * HOUR)
    assert [r[1:] for r in everything(store) if r[0] == REGISTER] == [
        (T0, 0.0), (T0 + HOUR, 1.0),
    ]  # fmt: skip
    assert [u[1] for u in uses(store)] == [0.0, 1.0]
    assert len(store.read([GAUGE], 0, FAR).rows) == 4
    assert readings(store.latest([REGISTER])) == [(REGISTER, T0 + HOUR, 1.0)]
    store.erase(REGISTER, 0, FAR)
    assert readings(store.latest([REGISTER])) == []
    write(store, batch(2, [(REGISTER, T0, 3.0)]))
    assert [r for r in everything(store) if r[0] == REGISTER] == [(REGISTER, T0, 3.0)]


def test_everything_is_there_after_reopening(opener: Opener, campus: Site) -> None:
    store = opener(campus)
    write(store, batch(1, [(GAUGE, T0, 1.0), (REGISTER, T0, float("nan"))]))
    store.write_intervals(intervals([(T0, 1.5, 0, 1)]))
    before = everything(store), uses(store), dict(store.count()), readings(store.latest(range(5)))
    store.close()
    again = opener(campus)
    after = everything(again), uses(again), dict(again.count()), readings(again.latest(range(5)))
    assert after == before
    write(again, batch(1, [(GAUGE, T0, 2.0)]))
    assert everything(again)[0] == (GAUGE, T0, 2.0)


def test_a_new_model_moves_indices_but_no_reading(opener: Opener, campus: Site) -> None:
    store = opener(campus)
    write(store, batch(1, [(GAUGE, T0, 1.0), (SECOND, T0, 2.0)]))
    store.close()
    moved = site(
        point("a.new.mat"), point("a.ahu1.rat"), point("a.ahu1.sat", building="b"), id_=campus.id
    )
    again = opener(moved)
    write(again, batch(2, [(2, T0 + HOUR, 1.5), (2, T0, 1.25), (0, T0, 3.0)]))
    assert everything_of(again, 3) == [
        (0, T0, 3.0), (1, T0, 2.0), (2, T0, 1.25), (2, T0 + HOUR, 1.5),
    ]  # fmt: skip
    assert again.count()["gauge"] == 4


def test_a_corrected_kind_moves_a_point_once_its_readings_are_erased(
    opener: Opener, campus: Site
) -> None:
    store = opener(campus)
    write(store, batch(1, [(STATE, T0, 1.0), (GAUGE, T0, 2.0)]))
    store.close()
    wrong = campus.points[STATE]
    corrected = replace(wrong, building="b", role=replace(wrong.role, kind=Kind.GAUGE))
    points = list(campus.points)
    points[STATE] = corrected
    again = opener(site(*points, id_=campus.id))
    assert everything(again) == [(GAUGE, T0, 2.0), (STATE, T0, 1.0)]
    again.erase(STATE, 0, FAR)
    write(again, batch(2, [(STATE, T0, 0.5)]))
    assert everything(again) == [(GAUGE, T0, 2.0), (STATE, T0, 0.5)]
    assert again.count()["state"] == 0
    assert again.count()["gauge"] == 2


def everything_of(store: ReadingStore, points: int) -> list[tuple[int, int, float | None]]:
    return readings(store.read(range(points), 0, FAR))


def test_sites_in_one_store_do_not_meet(opener: Opener, campus: Site) -> None:
    store, other = opener(campus), opener(site(id_=campus.id + "-other"))
    write(store, batch(1, [(GAUGE, T0, 1.0)]))
    write(other, batch(1, [(GAUGE, T0, 2.0), (GAUGE, T0 + 1, 3.0)]))
    assert everything(store) == [(GAUGE, T0, 1.0)]
    assert store.count()["gauge"] == 1
    other.erase(GAUGE, 0, FAR)
    assert everything(store) == [(GAUGE, T0, 1.0)]


def test_two_openings_of_one_place_write_no_row_twice(opener: Opener, campus: Site) -> None:
    first, second = opener(campus), opener(campus)
    write(first, batch(1, [(GAUGE, T0, 1.0)]))
    write(second, batch(2, [(GAUGE, T0, 2.0), (SECOND, T0, 1.0)]))
    write(first, batch(3, [(SECOND, T0, 4.0)]))
    for store in (first, second):
        assert everything(store) == [(GAUGE, T0, 2.0), (SECOND, T0, 4.0)]
        assert store.count()["gauge"] == 2


def test_more_rows_than_one_request_takes(store: ReadingStore) -> None:
    n = 25_000
    rows = Columns.of([i % 2 * SECOND for i in range(n)], T0 + np.arange(n), np.arange(n) / 7)
    write(store, Batch(name=BatchName("gw-a", "b1", 1), rows=rows, received=T0))
    assert store.count()["gauge"] == n
    stored = store.read([GAUGE, SECOND], 0, FAR).rows
    assert np.array_equal(np.sort(stored.value), np.arange(n) / 7)


NUMBERS = st.sampled_from([float("nan"), 1.0, 2.0, 3.0])
CALLS = st.lists(
    st.lists(
        st.tuples(
            st.booleans(),
            st.lists(st.tuples(st.sampled_from([GAUGE, STATE]), st.integers(0, 3), NUMBERS)),
        ),
        min_size=1,
        max_size=3,
    ),
    max_size=4,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(calls=CALLS)
def test_any_order_of_writes_ends_as_one_batch_after_the_other(
    opener: Opener, calls: list[list[tuple[bool, list[tuple[int, int, float]]]]]
) -> None:
    store = opener(site(id_=f"any-{next(_ids)}"))
    model: dict[tuple[int, int], float | None] = {}
    seqs = itertools.count(1)
    for call in calls:
        batches = [
            (old, batch(next(seqs), [(p, T0 + at, v) for p, at, v in rows])) for old, rows in call
        ]
        write(store, *[b for _, b in batches], receipted=[b for old, b in batches if old])
        for (old, _), (_, rows) in zip(batches, call, strict=True):
            mine = {(p, T0 + at): None if np.isnan(v) else v for p, at, v in rows}
            model = mine | model if old else model | mine
    assert everything(store) == sorted((p, at, v) for (p, at), v in model.items())
    assert readings(store.latest(range(5))) == [
        (p, at, model[p, at]) for p, at in sorted(dict(sorted(model)).items())
    ]
    store.close()
