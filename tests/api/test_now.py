"""The campus now: each point read once, never a part for the whole, days at their prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from adapters.store import open_store
from api.costs import costs, total
from api.freshness import freshness
from api.now import KINDS, QUARTER_MS, Gauge, Today, points_for
from api.scoped import ScopedReader
from api.sketch import bars
from core.actor import SYSTEM, Actor
from core.batch import Batch, BatchName, Columns, Intervals
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from core.ports import Expected, ReadingStore, SeriesBuckets
from core.quality import Quality
from core.site import Price
from core.words import Carrier, Role
from tests.sample import wushan

SITE = wushan()
MIDNIGHT = 1_736_697_600_000
"""Monday 2025-01-13 00:00 in Shanghai."""
NOW = MIDNIGHT + 9 * HOUR_MS


class Once(ScopedReader):
    """Counts what is asked of each point."""

    asked: list[int]

    def series(self, point: int, start: int, end: int, bucket_ms: int) -> SeriesBuckets:
        self.asked.append(point)
        return super().series(point, start, end, bucket_ms)

    def expected(self, point: int, start: int, end: int) -> Expected:
        self.asked.append(point)
        return super().expected(point, start, end)


@pytest.fixture
def store() -> Iterator[ReadingStore]:
    made = open_store("duckdb::memory:", SITE)
    yield made
    made.close()


@pytest.fixture
def reader(store: ReadingStore) -> Once:
    made = Once(store, SITE, SYSTEM)
    made.asked = []
    return made


def write(store: ReadingStore, point: str, at: int, *values: float, quality: int = 0) -> None:
    """Values a quarter-hour apart, the last one at a time."""
    index, n = SITE.index[point], len(values)
    times = at - QUARTER_MS * np.arange(n - 1, -1, -1)
    rows = Columns.of(np.full(n, index), times, np.array(values), np.full(n, quality, np.int16))
    name = BatchName("gw-a", "now", index * 1000 + n)
    store.write([Batch(name=name, rows=rows, received=at)], receipted=frozenset())


def use(store: ReadingStore, point: str, *at_values: tuple[int, float]) -> None:
    at, values = (np.array(c) for c in zip(*at_values, strict=True))
    n = len(at)
    store.write_intervals(
        Intervals(point=np.full(n, SITE.index[point], np.int32), at=at.astype(np.int64),
                  value=values.astype(float), state=np.zeros(n, np.int8),
                  revision=np.ones(n, np.int32))
    )  # fmt: skip


def test_every_point_is_read_once_for_campus_and_buildings(
    store: ReadingStore, reader: Once
) -> None:
    write(store, "a.m-main.power", NOW, 40.0)
    today = Today(reader, SITE, NOW)
    for buildings in (list(SITE.buildings), *([b] for b in SITE.buildings)):
        for kind, *_ in KINDS:
            today.card(kind, buildings)
    assert len(reader.asked) == 2 * len(set(reader.asked)) > 0


def test_a_sum_is_unknown_where_one_building_is(store: ReadingStore, reader: Once) -> None:
    mains = [SITE.points[i].id for i in points_for(SITE, "power", list(SITE.buildings))]
    assert len(mains) > 1
    for main in mains:
        write(store, main, NOW, 30.0, 40.0)
    write(store, mains[0], NOW + QUARTER_MS, 50.0)
    both = Today(reader, SITE, NOW).card("power", list(SITE.buildings))
    known = np.flatnonzero(~np.isnan(both.curve.value))
    assert both.curve.at[known].tolist() == [NOW - QUARTER_MS, NOW]
    assert both.gauge.value == 40.0 * len(mains)
    alone = Today(reader, SITE, NOW).card("power", [SITE.points[SITE.index[mains[0]]].building])
    assert alone.gauge.value == 50.0


def test_a_register_is_shown_as_the_flow_that_it_was(store: ReadingStore, reader: Once) -> None:
    (water, *_) = points_for(SITE, "water", ["c"])
    use(store, SITE.points[water].id, (NOW, 0.5))
    store.write_expected(water, [NOW], [0.25], [0.375], [0.75])
    gauge = Today(reader, SITE, NOW).card("water", ["c"]).gauge
    assert (gauge.value, gauge.low, gauge.mid, gauge.high) == (2.0, 1.0, 1.5, 3.0)


def test_at_midnight_the_day_that_ended_is_shown(store: ReadingStore, reader: Once) -> None:
    write(store, "a.m-main.power", MIDNIGHT, 30.0)
    shown = Today(reader, SITE, MIDNIGHT + QUARTER_MS).card("power", ["a"])
    assert shown.gauge.value == 30.0
    assert shown.curve.at[-1] == MIDNIGHT
    assert Today(reader, SITE, MIDNIGHT + 16 * MINUTE_MS).card("power", ["a"]).curve.at[0] == (
        MIDNIGHT + QUARTER_MS
    )


def test_a_gauge_knows_what_it_does_not_know() -> None:
    nothing = float("nan")
    assert not Gauge(value=nothing, low=1, mid=2, high=3).known
    assert not Gauge(value=2, low=nothing, mid=nothing, high=nothing).out
    assert Gauge(value=3.5, low=1, mid=2, high=3).out
    assert Gauge(value=2, low=1, mid=2, high=3).share == 0.5


def test_complete_counts_good_and_young_readings_alone(store: ReadingStore, reader: Once) -> None:
    total = len(SITE.points)
    of_a = sum(p.building == "a" for p in SITE.points)
    write(store, "a.m-main.power", NOW, 1.0)
    write(store, "a.ahu1.sat", NOW, 20.0, quality=Quality.BAD)
    write(store, "a.ahu2.sat", NOW - 3 * HOUR_MS, 20.0)
    fresh = freshness(reader, NOW)
    assert fresh.until == NOW
    assert not fresh.stale
    assert fresh.complete == pytest.approx(1 / total)
    assert fresh.buildings["a"] == pytest.approx(1 / of_a)
    assert fresh.buildings["c"] == 0.0
    assert freshness(reader, NOW + HOUR_MS + MINUTE_MS).stale


def whole_days(first: int, last: int, a_day: float) -> list[tuple[int, float]]:
    """Quarter-hours of the days from ``first`` to ``last``, in days from :data:`MIDNIGHT`."""
    ends = range(first * 96 + 1, last * 96 + 97)
    return [(MIDNIGHT + i * QUARTER_MS, a_day / 96) for i in ends]


def test_days_are_bought_at_the_price_of_the_day(store: ReadingStore, reader: Once) -> None:
    prices = (Price(0, 1.0), Price(MIDNIGHT - DAY_MS, 2.0))
    site = replace(SITE, prices={Carrier.ELECTRICITY: prices})
    use(store, "a.m-main.energy", *whole_days(-2, -2, 10.0), *whole_days(-1, -1, 11.0),
        (MIDNIGHT + QUARTER_MS, 99.0))  # fmt: skip
    use(store, "c.w-main.volume", (MIDNIGHT, 5.0))
    wasted = [(MIDNIGHT - DAY_MS // 2, MIDNIGHT + DAY_MS, 8.0), (0, MIDNIGHT - DAY_MS, 0.5)]
    before, last, today = costs(reader, site, wasted, NOW)[-3:]
    assert (before.start, last.start) == (MIDNIGHT - 2 * DAY_MS, MIDNIGHT - DAY_MS)
    assert (before.used, before.wasted) == pytest.approx((10.0, 0.5)), "until its midnight"
    assert (last.used, last.wasted) == pytest.approx((22.0, 4.0)), "water has no price here"
    assert (before.whole, last.whole) == (True, True), "nor does it make holes in days"
    assert today.used == pytest.approx(198.0)
    assert not today.whole, "of nine hours a quarter came"


def test_a_day_with_holes_is_no_cheap_day(store: ReadingStore, reader: Once) -> None:
    site = replace(SITE, prices={Carrier.ELECTRICITY: (Price(0, 1.0),)})
    rows = whole_days(-4, -1, 96.0)
    use(store, "a.m-main.energy", *rows[: 96 + 50], *rows[96 + 62 : 2 * 96 + 30],
        *rows[2 * 96 + 39 :])  # fmt: skip
    days = costs(reader, site, [(MIDNIGHT - 4 * DAY_MS, MIDNIGHT, 6.0)], NOW, days=4)[:-1]
    assert [day.used for day in days] == pytest.approx([96.0, 84.0, 87.0, 96.0])
    assert [day.whole for day in days] == [True, False, True, True], "0.875 measured is a hole"
    (one, *_), sum_ = days, total(days)
    assert (sum_.start, sum_.whole) == (one.start, False)
    assert (sum_.used, sum_.wasted) == pytest.approx((96.0 + 87.0 + 96.0, 18.0))
    bars_of, _ = bars(days)
    assert [bar.whole for bar in bars_of] == [day.whole for day in days]


def test_one_meter_with_holes_makes_the_campus_day_one(store: ReadingStore, reader: Once) -> None:
    site = replace(SITE, prices={Carrier.ELECTRICITY: (Price(0, 1.0),)})
    use(store, "a.m-main.energy", *whole_days(-2, -1, 96.0))
    use(store, "c.m-main.energy", *whole_days(-2, -2, 96.0), *whole_days(-1, -1, 96.0)[:48])
    assert [day.whole for day in costs(reader, site, [], NOW, days=2)[:-1]] == [True, False]


def test_what_is_out_of_scope_is_not_counted(store: ReadingStore) -> None:
    use(store, "a.m-main.energy", (MIDNIGHT, 10.0))
    write(store, "a.m-main.power", NOW, 1.0)
    other = ScopedReader(
        store, SITE, Actor(login="x", name="x", role=Role.VIEWER, buildings=frozenset({"c"}))
    )
    assert not any(day.used for day in costs(other, SITE, [], NOW))
    assert freshness(other, NOW).until is None
    assert set(freshness(other, NOW).buildings) == {"c"}
