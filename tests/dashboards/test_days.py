"""Daily sums of Grafana leave out days with holes, on both kinds of InfluxDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from adapters.sites import load_site
from adapters.store import open_store
from core.batch import Intervals
from core.clock import DAY_MS
from core.quality import IntervalState
from core.site import Site
from dashboards.build import dashboards, queries
from dashboards.influxql import day_sums
from tests.dashboards.asking import Grafana, ask
from tests.dashboards.filled import url_of
from tests.servers import Influx, make_influx1, make_influx2
from tests.workorders.house import at

DAYS = [f"2026-03-{day:02}" for day in range(2, 9)]
FIRST, LAST = at("2026-03-02 00:00"), at("2026-03-09 00:00")
QUARTER_MS = DAY_MS // 96
MISSING = {"2026-03-03": 9, "2026-03-04": 10}
"""Of 96 quarters: 87 are nine tenths and more, 86 are less."""
ESTIMATED = {"2026-03-05": 10, "2026-03-06": 9}
SUSPECT = {"2026-03-07": 10}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(make_influx1, marks=pytest.mark.influx1, id="influxdb 1"),
        pytest.param(make_influx2, marks=pytest.mark.influx2, id="influxdb 2"),
    ],
)
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Influx]]:
    """A week of a main meter with holes, on a server of its own; a second meter beside it."""
    influx: Influx = request.param(tmp_path_factory.mktemp("days"))
    site = load_site(Path(__file__).parents[2] / "sites" / "wushan")
    try:
        with_holes(site, influx)
        yield site, influx
    finally:
        influx.server.stop()


def with_holes(site: Site, influx: Influx) -> None:
    """1 kWh a quarter-hour of electricity with holes, 2 m³ of gas but on the last day."""
    kept = open_store(url_of(influx), site, token=influx.token)
    ends = np.arange(FIRST + QUARTER_MS, LAST + 1, QUARTER_MS, dtype=np.int64)
    day, quarter = np.divmod(np.arange(len(ends)), 96)
    state = np.full(len(ends), IntervalState.MEASURED, np.int8)
    for said, code in ((ESTIMATED, IntervalState.ESTIMATED), (SUSPECT, IntervalState.SUSPECT)):
        for name, many in said.items():
            state[(day == DAYS.index(name)) & (quarter < many)] = code
    there = np.ones(len(ends), np.bool_)
    for name, many in MISSING.items():
        # The last one too, which ends at midnight: it is of the day before.
        there &= ~((day == DAYS.index(name)) & ((quarter < many - 1) | (quarter == 95)))
    power = np.where(state == IntervalState.SUSPECT, np.nan, 1.0)
    gas = day < len(DAYS) - 1
    try:
        for point, keep, value, of in (
            ("a.m-main.energy", there, power, state),
            ("a.g-main.gas_volume", gas, np.full(len(ends), 2.0), np.zeros_like(state)),
        ):
            count = int(keep.sum())
            kept.write_intervals(
                Intervals(
                    point=np.full(count, site.index[point], np.int32), at=ends[keep],
                    value=value[keep], state=of[keep], revision=np.ones(count, np.int32),
                )
            )  # fmt: skip
    finally:
        kept.close()


def sums(influx: Influx, query: str, timezone: str) -> Mapping[str, float]:
    """What each local day's bar stands for."""
    view = Grafana(start=FIRST, end=LAST, building="a")
    zone = ZoneInfo(timezone)
    return {
        datetime.fromtimestamp(row["time"] / 1000, zone).date().isoformat(): row["used"]
        for row in ask(influx, view.said(query))
    }


def test_days_of_less_than_nine_tenths_have_no_bar(store: tuple[Site, Influx]) -> None:
    site, influx = store
    (page,) = dashboards(site, "https://plantroom.example").values()
    (query,) = [said for title, said in queries(page) if title == "Electricity a day"]
    assert sums(influx, query, site.timezone) == {
        "2026-03-02": 96.0, "2026-03-03": 87.0, "2026-03-06": 96.0, "2026-03-08": 96.0,
    }  # fmt: skip


def test_of_two_meters_both_must_be_whole(store: tuple[Site, Influx]) -> None:
    """One alone is no sum of a building."""
    site, influx = store
    both = {"a.m-main.energy": 900, "a.g-main.gas_volume": 900}
    assert sums(influx, day_sums(both, 2, site.timezone), site.timezone) == {
        "2026-03-02": 96.0 + 192.0, "2026-03-03": 87.0 + 192.0, "2026-03-06": 96.0 + 192.0,
    }  # fmt: skip


def test_what_is_due_follows_from_how_often_a_meter_is_read(store: tuple[Site, Influx]) -> None:
    """A meter read each five minutes of which only 96 intervals came has no whole day."""
    site, influx = store
    assert not sums(influx, day_sums({"a.m-main.energy": 300}, 1, site.timezone), site.timezone)
    hourly = day_sums({"a.m-main.energy": 3600}, 1, site.timezone)
    assert set(sums(influx, hourly, site.timezone)) == set(DAYS)
