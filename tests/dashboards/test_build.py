"""Dashboards as files: the same each time, whole, and those that are committed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.sites import load_site
from core.site import Site
from core.words import Carrier
from dashboards.build import build, dashboards, queries
from dashboards.campus import main_points

ROOT = Path(__file__).parents[2]
CONSOLE = "https://plantroom.example"


@pytest.fixture(scope="module")
def site() -> Site:
    """The sample campus."""
    return load_site(ROOT / "sites" / "wushan")


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder, by its path in it."""
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_committed_files_are_those_of_the_sample_site(site: Site, tmp_path: Path) -> None:
    build(site, CONSOLE, tmp_path)
    again = "plantroom dashboards build --site sites/wushan --console https://plantroom.example"
    assert contents(ROOT / "deploy" / "grafana") == contents(tmp_path), f"run: {again}"


def test_building_twice_writes_the_same_bytes(site: Site, tmp_path: Path) -> None:
    first = build(site, CONSOLE, tmp_path / "a")
    build(site, CONSOLE, tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert sorted(str(p.relative_to(tmp_path / "a")) for p in first) == sorted(
        contents(tmp_path / "a")
    )


def test_panels_have_their_own_ids_and_do_not_overlap(site: Site) -> None:
    (page,) = dashboards(site, CONSOLE).values()
    ids = [panel["id"] for panel in page["panels"]]
    assert len(set(ids)) == len(ids) == 14
    covered: set[tuple[int, int]] = set()
    for panel in page["panels"]:
        at = panel["gridPos"]
        x, y = at.get("x", 0), at.get("y", 0)
        cells = {(c, r) for c in range(x, x + at["w"]) for r in range(y, y + at["h"])}
        assert not cells & covered, panel["title"]
        assert max(c for c, _ in cells) < 24
        covered |= cells


def test_every_query_asks_the_provisioned_source(site: Site, tmp_path: Path) -> None:
    build(site, CONSOLE, tmp_path)
    source = (tmp_path / "provisioning/datasources/plantroom.yaml").read_text(encoding="utf-8")
    (page,) = dashboards(site, CONSOLE).values()
    used = {t["datasource"]["uid"] for panel in page["panels"] for t in panel.get("targets", ())}
    assert used == {"plantroom-influx"}
    assert "uid: plantroom-influx" in source


def test_an_order_in_the_table_opens_in_the_console(site: Site) -> None:
    (page,) = dashboards(site, CONSOLE).values()
    assert f"{CONSOLE}/orders/${{__data.fields.id}}" in json.dumps(page)


def test_sums_of_days_say_which_days_are_left_out(site: Site) -> None:
    (page,) = dashboards(site, CONSOLE).values()
    days = [p for p in page["panels"] if p.get("title", "").endswith(" a day") and "timeFrom" in p]
    assert [p["title"].split()[0] for p in days] == ["Electricity", "Water", "Heat", "Gas"]
    assert all("less than 90%" in panel["description"] for panel in days)


def test_buildings_with_as_many_meters_share_a_query(site: Site) -> None:
    """Another number of meters is another query: which one answers depends on the building."""
    spare = next(p for p in site.points if p.id == "a.m-main.energy")
    two = replace(site, points=(*site.points, replace(spare, id="a.m-spare.energy")))
    (page,) = dashboards(two, CONSOLE).values()
    first, second = [said for title, said in queries(page) if title == "Electricity a day"]
    assert "a.m-main" not in first
    assert '"whole" = 1 ' in first
    assert "a.m-main" in second
    assert "a.m-spare" in second
    assert '"whole" = 2 ' in second


def test_a_site_without_a_carrier_has_no_panel_that_asks_for_it(site: Site) -> None:
    heat = {p.id for p in main_points(site, Carrier.HEAT, "heat_power")}
    assert heat
    cold = replace(site, points=tuple(p for p in site.points if p.id not in heat))
    (page,) = dashboards(cold, CONSOLE).values()
    titles = [panel["title"] for panel in page["panels"] if "title" in panel]
    assert "Heating" not in titles
    assert "Rooms" in titles
    assert not [query for _, query in queries(page) if "AND ()" in query]
