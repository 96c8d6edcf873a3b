"""Every panel shows something of a filled store, on both kinds of InfluxDB."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from core.clock import DAY_MS
from core.site import Site
from core.words import Carrier
from dashboards.build import dashboards, queries
from dashboards.campus import main_points
from tests.dashboards.asking import Grafana, Row, ask
from tests.dashboards.filled import NIGHTS, TODAY, filled
from tests.servers import Influx
from tests.workorders.house import House

CONSOLE = "https://plantroom.example"
FIRST, LAST = TODAY - NIGHTS * DAY_MS, TODAY + DAY_MS


@pytest.mark.influx1
@pytest.mark.slow
def test_every_panel_shows_something_on_influxdb_1(
    tmp_path: Path, sites_dir: Path, influx1: Influx
) -> None:
    every_panel_shows_something(tmp_path, sites_dir, influx1)


@pytest.mark.influx2
@pytest.mark.slow
def test_every_panel_shows_something_on_influxdb_2(
    tmp_path: Path, sites_dir: Path, influx2: Influx
) -> None:
    every_panel_shows_something(tmp_path, sites_dir, influx2)


def every_panel_shows_something(folder: Path, sites: Path, influx: Influx) -> None:
    with filled(folder, sites, influx) as (site, house):
        (page,) = dashboards(site, CONSOLE).values()
        buildings = [row["value"] for v in _variables(page) for row in ask(influx, v)]
        assert buildings == sorted(site.buildings)
        shown: dict[str, list[Row]] = {}
        for building in buildings:
            view = Grafana(start=FIRST, end=LAST, building=building)
            for title, query in queries(page):
                rows = ask(influx, view.said(query))
                if title == "Gas a day" and not _has_gas(site, building):
                    assert not rows
                    continue
                assert rows, f"{title}, building {building}: nothing to show of {query}"
                shown[title] = rows
        _agrees_with_the_desk(shown, house)


def _has_gas(site: Site, building: str) -> bool:
    return any(p.building == building for p in main_points(site, Carrier.GAS, "gas_volume"))


def _variables(page: Mapping[str, object]) -> list[str]:
    templating = page["templating"]
    assert isinstance(templating, dict)
    return [str(variable["query"]) for variable in templating["list"]]


def _agrees_with_the_desk(shown: Mapping[str, list[Row]], house: House) -> None:
    """The console's figures and Grafana's are the same."""
    queue = house.queue()
    assert len(queue) == 2
    assert _only(shown["Open orders"], "count") == len(queue)
    assert _only(shown["Wasted a day"], "sum") == pytest.approx(
        sum(row.waste_per_day for row in queue)
    )
    urgent = [row for row in queue if row.priority == 1]
    assert _only(shown["Priority 1"], "count") == len(urgent)
    assert _only(shown["Repairs verified"], "count") == 1
    table = {row["id"]: row for row in shown["What costs most now"]}
    assert table.keys() == {row.id for row in queue}
    for row in queue:
        drawn = table[row.id]
        assert drawn["priority"] == row.priority
        assert drawn["title"] == str(row.title)
        assert drawn["building"] == row.building
        assert drawn["money"] == pytest.approx(row.waste_per_day)
        assert drawn["person"] == (row.person or "")
        assert drawn["state"] == row.state.value


def _only(rows: list[Row], column: str) -> float:
    (row,) = rows
    return float(row[column])
