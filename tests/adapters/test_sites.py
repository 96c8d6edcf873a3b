"""What a right site means once it is compiled."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.sites import check_site, load_site
from core.site import DayMode, EquipmentClass, MeterRole, Schedule, Site
from core.words import Carrier
from tests.adapters.site_files import A, B, write_site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return load_site(write_site(tmp_path))


def local(text: str) -> int:
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    return round(wall.timestamp() * 1000)


def test_wushan_has_no_mistake(sites_dir: Path) -> None:
    assert check_site(sites_dir / "wushan") == []
    site = load_site(sites_dir / "wushan")
    assert sorted(site.buildings) == ["a", "b", "c", "d"]
    for building in site.buildings:
        assert sum(point.building == building for point in site.points) > 60
    assert site.equipment["a.m-data"].meter is not None
    assert site.find("c.ahu1", "irradiance") == site.index["a.weather.irradiance"]


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("lbnl_ahu", 25),
        ("water_daiad", 46),
        ("heat_xai4heat", 16),
        ("nab_facility", 2),
        ("cambridge_estates", 38),
    ],
)
def test_every_example_loads(sites_dir: Path, name: str, points: int) -> None:
    folder = sites_dir / "examples" / name
    assert check_site(folder) == []
    assert len(load_site(folder).points) == points


def test_warranty_and_contract(tmp_path: Path) -> None:
    cover = """    warranty: {until: 2026-06-30, by: "Fan Works, +49 1"}
    contract: "Acme: two visits a year"
    points: {fan_status: {}}"""
    said = A.replace("    points: {fan_status: {}}", cover)
    fan = load_site(write_site(tmp_path, a=said)).equipment["a.fan"]
    assert fan.warranty is not None
    assert (fan.warranty.until, fan.warranty.by) == (local("2026-07-01"), "Fan Works, +49 1")
    assert fan.contract == "Acme: two visits a year"


def test_ids_are_scoped_by_their_building(site: Site) -> None:
    ahu = site.equipment["a.ahu1"]
    assert (ahu.system, ahu.location) == ("a.air", "a.plant")
    assert ahu.feeds == ("a.zone", "a.f1")
    assert site.equipment["a.fan"].part_of == "a.ahu1"
    assert [s.part_of for s in site.buildings["a"].spaces] == ["a", "a.f1"]
    assert site.equipment["a.zone"].location == "south side"
    assert [p.id for p in site.points][:3] == ["a.ahu1.sat", "a.ahu1.oat", "a.fan.fan_status"]


def test_the_nearest_level_that_says_something_holds(site: Site) -> None:
    sat = site.points[site.index["a.ahu1.sat"]]
    assert (sat.gateway, sat.period_s) == ("gw-a", 60)
    assert site.points[site.index["a.m-main.energy"]].period_s == 900
    assert sat.span == sat.role.span
    assert site.points[site.index["a.ahu1.oat"]].span == (-30, 50)
    owners = (site.equipment["a.fan"].owner, site.equipment["a.zone"].owner)
    assert owners == ("ada", "bob")
    assert site.buildings["b"].owner == "ada"


def test_hours_are_minutes_of_the_day(site: Site) -> None:
    assert site.buildings["a"].schedule == Schedule(workday=(450, 1110))
    assert site.equipment["a.fan"].schedule == Schedule(workday=None, offday=(540, 1440))
    assert site.equipment["a.ahu1"].schedule is None
    assert site.buildings["b"].schedule == Schedule(workday=None)


def test_a_register_counts_in_the_canonical_unit(site: Site) -> None:
    dial = site.points[site.index["a.m-main.energy"]].register
    assert dial is not None
    assert dial.modulus == pytest.approx(1e5 * 1000)  # 6 digits, 1 of them decimal, MWh
    assert dial.quantum == pytest.approx(100)
    assert dial.rated_per_h == 500
    binary = site.points[site.index["a.m-light.energy"]].register
    assert binary is not None
    assert binary.modulus == pytest.approx(2**32 / 100)
    silent = site.points[site.index["a.w-main.volume"]].register
    assert silent is not None
    assert (silent.modulus, silent.quantum) == (float("inf"), 0)
    assert site.points[site.index["a.ahu1.sat"]].register is None


def test_scales_hold_from_local_midnight(site: Site) -> None:
    energy = site.points[site.index["a.m-main.energy"]]
    assert energy.scale_at(local("2023-12-31T23:59")) == 1
    assert energy.scale_at(local("2024-01-01T00:00")) == 40


def test_prices_are_in_the_unit_of_their_carrier_oldest_first(site: Site) -> None:
    assert site.price(Carrier.HEAT, local("2023-12-31T23:00")) is None
    assert site.price(Carrier.HEAT, local("2024-05-31T23:00")) == pytest.approx(0.1)
    # 1 GJ is 277.8 kWh: 36 a GJ are 0.1296 a kWh.
    assert site.price(Carrier.HEAT, local("2024-06-01T00:00")) == pytest.approx(0.1296)
    assert site.carbon_factor(Carrier.GAS, local("2024-01-01T00:00")) == 2.0


def test_a_calendar_day_is_meant_whole_and_local(site: Site) -> None:
    holiday, overtime = site.calendar
    assert holiday.mode is DayMode.HOLIDAY
    assert (holiday.start, holiday.end) == (local("2024-03-30"), local("2024-04-02"))
    # The clocks go forward on 31 March: the four days have 71 hours less one day's 24.
    assert holiday.end - holiday.start == (3 * 24 - 1) * 3_600_000
    assert (overtime.scope, overtime.note) == ("a.ahu1", "stocktaking")


def test_meters_know_their_tree_and_codebook(site: Site) -> None:
    light, rest = site.equipment["a.m-light"].meter, site.equipment["a.m-rest"].meter
    assert light is not None
    assert rest is not None
    assert (light.parent, light.measures, light.codebook) == ("a.m-main", "a.plant", "2008")
    assert rest.role is MeterRole.VIRTUAL
    assert rest.expression == {"a.m-main": 1, "a.m-light": -1}
    assert site.equipment["a.ahu1"].cls is EquipmentClass.AHU


def test_a_reference_may_name_another_building(tmp_path: Path) -> None:
    text = B.replace("role: building, carrier", "role: branch, parent: a.m-main, carrier")
    meter = load_site(write_site(tmp_path, b=text)).equipment["b.m-main"].meter
    assert meter is not None
    assert meter.parent == "a.m-main"


def test_a_driver_gets_its_options_as_written(site: Site) -> None:
    file = {
        "pattern": "*.csv",
        "time": {"column": "when", "format": "iso", "stamps": "start", "period_s": 900},
        "columns": [{"column": "kWh", "point": "b.m-main.energy", "unit": "MWh"}],
    }
    assert site.gateways["gw-b"].options == {"files": [file]}
    assert site.gateways["gw-a"].options == {}


def test_the_only_gateway_need_not_be_said(tmp_path: Path) -> None:
    site = load_site(
        write_site(
            tmp_path,
            site="site: one\nname: One\ntimezone: UTC\ncurrency: EUR\nmoney: €\nowner: ada\n"
            "gateways: {gw: {name: G, driver: simulated}}\n",
            a=A.replace("gateway: gw-a\n", ""),
            b=B.replace("gateway: gw-b\n", ""),
        )
    )
    assert {point.gateway for point in site.points} == {"gw"}


def test_several_buildings_may_stand_in_one_file(tmp_path: Path) -> None:
    folder = write_site(tmp_path, a=f"{A}---\n{B}")
    (folder / "buildings" / "b.yaml").unlink()
    assert list(load_site(folder).buildings) == ["a", "b"]


def test_the_version_changes_with_the_files(tmp_path: Path) -> None:
    first = load_site(write_site(tmp_path)).version
    assert load_site(tmp_path).version == first
    assert load_site(write_site(tmp_path, a=A.replace("1000", "1001"))).version != first


def test_without_a_crew_any_owner_is_allowed(tmp_path: Path) -> None:
    folder = write_site(tmp_path, a=A.replace("owner: bob", "owner: stranger"))
    assert len(check_site(folder)) == 1
    (folder / "crew.csv").unlink()
    (folder / "roster.csv").unlink()
    assert check_site(folder) == []
