"""Every kind of mistake in a site's files: its line, what was expected, what was meant."""
# ruff: noqa: E501 - a table, one mistake a line

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.sites import check_site, load_site
from core.errors import Misconfigured
from tests.adapters.site_files import SITE, A, B, broken, write_site

SITE_FILE, A_FILE, B_FILE = "site.yaml", "buildings/a.yaml", "buildings/b.yaml"

CASES = [
    # file, written, instead, what is wrong, what is meant
    # -- references
    (A_FILE, "system: air", "system: aire", "there is no 'aire'", "air"),
    (A_FILE, "location: plant", "location: plan", "there is no 'plan'", "plant"),
    (A_FILE, "feeds: [zone, f1]", "feeds: [zonr, f1]", "there is no 'zonr'", "zone"),
    (A_FILE, "feeds: [zone, f1]", "feeds: [air, f1]", "'air' is a system", ""),
    (A_FILE, "part_of: ahu1", "part_of: ahu7", "there is no 'ahu7'", "ahu1"),
    (A_FILE, "parent: m-main, measures", "parent: m-mian, measures", "no 'm-mian'", "m-main"),
    (A_FILE, "parent: m-main, measures", "parent: zone, measures", "'zone' is a piece of equipment", ""),
    (A_FILE, "measures: plant", "measures: plants", "there is no 'plants'", "plant"),
    (A_FILE, "m-light: -1", "m-lihgt: -1", "there is no 'm-lihgt'", "m-light"),
    (SITE_FILE, "scope: a.ahu1", "scope: a.ahu2", "there is no 'a.ahu2'", "a.ahu1"),
    (A_FILE, "gateway: gw-a", "gateway: gw-aa", "no gateway 'gw-aa'", "gw-a"),
    (A_FILE, "owner: bob", "owner: bobb", "'bobb' is not in crew.csv", "bob"),
    (SITE_FILE, "owner: ada", "owner: adda", "'adda' is not in crew.csv", "ada"),
    (SITE_FILE, "b.m-main.energy", "b.m-main.enrgy", "no point 'b.m-main.enrgy'", "b.m-main.energy"),
    (SITE_FILE, "b.m-main.energy", "a.m-main.energy", "is sent by 'gw-a'", ""),
    (SITE_FILE, "b.m-main.energy", "'b.{id}.energy'", "'{id}' stands for nothing here", ""),
    # -- ids
    (A_FILE, "id: fan", "id: ahu1", "the id 'ahu1' stands twice", ""),
    (A_FILE, "{id: zone,", "{id: plant,", "the id 'plant' stands twice", ""),
    (B_FILE, "building: b", "building: a", "the id 'a' stands twice", ""),
    (A_FILE, "id: fan", "id: Fan!", "'Fan!' is not allowed here", ""),
    # -- names
    (A_FILE, "sat: {}", "satt: {}", "no role 'satt'", "sat"),
    (A_FILE, "class: Air_Handling_Unit", "class: Air_Handler_Unit", "no equipment class", "Air_Handling_Unit"),
    (A_FILE, "role: branch", "role: brunch", "'brunch' is no meter role", "branch"),
    (A_FILE, "area_m2: 1000", "area_m2: 1000\narea: 5", "unknown key 'area'", "area_m2"),
    (A_FILE, "dehumidifies: true", "dehumidfies: true", "no parameter 'dehumidfies'", "dehumidifies"),
    (A_FILE, "item: 01A10", "item: 01A19", "'01A19' is no electricity item of codebook 2008", "01A10"),
    (A_FILE, "item: 01A10", "item: '02000'", "'02000' is no electricity item", "01000"),
    (SITE_FILE, "country: DE", "codebook: '2009'", "no codebook '2009'", ""),
    (SITE_FILE, "country: DE", "country: Germany", "'Germany' is not allowed here", ""),
    (SITE_FILE, "Europe/Berlin", "Europe/Berlim", "'Europe/Berlim' is no time zone", "Europe/Berlin"),
    (SITE_FILE, "driver: csv", "driver: cvs", "no driver 'cvs'", "csv"),
    (SITE_FILE, "mode: holiday", "mode: hollyday", "'hollyday' is no day mode", "holiday"),
    (SITE_FILE, "format: iso", "format: isoo", "no time format 'isoo'", "iso"),
    (SITE_FILE, "stamps: start", "stamps: strat", "'strat' is not allowed here", "start"),
    (SITE_FILE, "zh: 小园区", "cn: 小园区", "no language 'cn'", ""),
    (SITE_FILE, "en: Small site, ", "", "the name has no 'en'", ""),
    # -- units
    (SITE_FILE, "price: 36.0, per: GJ", "price: 36.0, per: gj", "'gj' is not a unit of heat energy", "GJ"),
    (SITE_FILE, "per: m³", "per: m3", "'m3' is not a unit of gas volume", "m³"),
    (SITE_FILE, "per: m³", "per: kWh", "'kWh' is not a unit of gas volume", ""),
    (SITE_FILE, "unit: MWh}", "unit: °F}", "'°F' is not a unit of active energy", ""),
    (A_FILE, "unit: MWh", "unit: mwh", "'mwh' is not a unit of active energy", "MWh"),
    # -- numbers and times
    (A_FILE, "span: [-30, 50]", "span: [50, -30]", "50 is not below -30", ""),
    (A_FILE, "span: [-30, 50]", "span: [-30]", "1 entries", ""),
    (A_FILE, "span: [-30, 50]", "on_change: true", "changes with every reading", ""),
    (A_FILE, "digits: 6, decimals: 1", "digits: 6, decimals: 6", "6 decimals of 6 digits", ""),
    (A_FILE, "digits: 6", "bits: 16, digits: 6", "counted in digits or in bits", ""),
    (A_FILE, "area_m2: 1000", "area_m2: -1", "-1 is out of range", ""),
    (A_FILE, "area_m2: 1000", "area_m2: wide", "'wide' is not a number", ""),
    (A_FILE, "factor: 40", "factor: 0", "0 is out of range", ""),
    (A_FILE, "max_rate: 30", "max_rate: .inf", "not a finite number", ""),
    (A_FILE, "design_air_flow: 8.0", "design_air_flow: lots", "'lots' is not allowed for", ""),
    (A_FILE, "dehumidifies: true", "dehumidifies: yes", "'yes' is not allowed for", ""),
    (A_FILE, '["07:30", "18:30"]', '["18:30", "07:30"]', "'18:30' is not before '07:30'", ""),
    (A_FILE, '["07:30", "18:30"]', '["7:30", "18:30"]', "'7:30' is not allowed here", ""),
    (SITE_FILE, "2024-03-30, to", "2024-02-30, to", "'2024-02-30' is no date", ""),
    (SITE_FILE, "to: 2024-04-01", "to: 2024-03-29", "'2024-03-29' is not after", ""),
    (SITE_FILE, "2024-05-02T18:00", "2024-03-31T02:30", "does not exist in Europe/Berlin", ""),
    (SITE_FILE, "2024-06-01", "2024-01-01", "'2024-01-01' stands twice", ""),
    (SITE_FILE, ", period_s: 900", "", "needs the length of its interval", ""),
    # -- what belongs together
    (A_FILE, "sat: {}", "sat: {register: {digits: 6}}", "'sat' is a gauge: it has no register", ""),
    (A_FILE, "sat: {}", "sat: {scale: []}\n      rat: {scale: [{valid_from: 2024-01-01, factor: 2}]}", "'rat' is a gauge: it has no scale", ""),
    (A_FILE, "carrier: water", "carrier: gas", "a Water_Meter does not count gas", ""),
    (A_FILE, "class: Water_Meter", "class: Pump", "a Pump is no meter", ""),
    (A_FILE, "    meter: {role: building, carrier: water}\n", "", "does not say what it counts", ""),
    (A_FILE, "parent: m-main, measures", "measures", "a branch meter without a parent", ""),
    (A_FILE, ", expression: {m-main: 1, m-light: -1}", "", "a virtual meter without an expr", ""),
    (A_FILE, "carrier: water}", "carrier: water, expression: {w-main: 1}}", "is read, not computed", ""),
    (A_FILE, "carrier: water}", "carrier: water, parent: m-main}", "counts electricity", ""),
    (A_FILE, "measures: a}", "parent: m-light}", "the meter 'a.m-main' is below itself", ""),
    (A_FILE, "{m-main: 1, m", "{m-rest: 1, m", "'a.m-rest' is computed from itself", ""),
    (A_FILE, "period: 60\n", "period: 60\n    part_of: fan\n", "'a.ahu1' is part of itself", ""),
    (A_FILE, "gateway: gw-a\n", "", "nobody may send 'sat'", ""),
    (B_FILE, "period: 900\n", "", "'energy' has no period", ""),
    (SITE_FILE, "driver: simulated", "driver: csv", "the driver csv of 'gw-a' has no files", ""),
    (SITE_FILE, "driver: csv", "driver: simulated", "the driver simulated reads no files", ""),
    # -- shape
    (A_FILE, "name: Block A\n", "", "'name' is missing", ""),
    (A_FILE, "period: 900\n", "period: 900\nperiod: 60\n", "'period' is written twice", ""),
    (A_FILE, "points: {fan_status: {}}", "points: [fan_status]", "a list is not a mapping", ""),
    (A_FILE, "sat: {}", "sat:", "nothing is not a mapping", ""),
    (B_FILE, "points: {energy: {}}", "points: {energy: {}", "not YAML", ""),
]  # fmt: skip

ELSEWHERE = {
    "a Pump is no meter": 2,
    "does not say what it counts": -2,
    "'a.ahu1' is part of itself": 1,
    "nobody may send 'sat'": 17,
    "'energy' has no period": 6,
    "the driver simulated reads no files": 2,
    "'name' is missing": -1,
    "'period' is written twice": 1,
    "not YAML": 1,
}
"""Mistakes that stand so many lines below or above what was changed."""


@pytest.mark.parametrize(
    ("file", "old", "new", "what", "meant"), CASES, ids=[case[3][:40] for case in CASES]
)
def test_a_mistake_names_its_line_and_what_was_meant(
    tmp_path: Path, file: str, old: str, new: str, what: str, meant: str
) -> None:
    folder, line = broken(tmp_path, file, old, new)
    found = [m for m in check_site(folder) if what in m.what]
    assert found, [str(m) for m in check_site(folder)]
    assert {m.file for m in found} == {file}
    assert found[0].line == line + ELSEWHERE.get(what, new.count("\n"))
    assert found[0].suggestion == meant
    with pytest.raises(Misconfigured):
        load_site(folder)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [(case[0], case[1], case[2]) for case in CASES if case[4]],
)
def test_one_mistake_is_one_mistake(tmp_path: Path, file: str, old: str, new: str) -> None:
    folder, line = broken(tmp_path, file, old, new)
    mistakes = check_site(folder)
    assert len({(m.file, m.line) for m in mistakes}) == 1
    assert mistakes[0].line == line + new.count("\n")


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    write_site(
        tmp_path,
        site=SITE.replace("Europe/Berlin", "Mars/Base").replace("per: m³", "per: m3"),
        a=A.replace("sat: {}", "satt: {}").replace("system: air", "system: aire"),
        b=B.replace("area_m2: 500", "area_m2: 0"),
        crew="login,name\n",
    )
    with pytest.raises(Misconfigured) as error:
        load_site(tmp_path)
    lines = [(m.file, m.line) for m in error.value.mistakes]
    assert lines == sorted(lines)
    for place in [(SITE_FILE, 3), (SITE_FILE, 11), (A_FILE, 16), (A_FILE, 22), (B_FILE, 3)]:
        assert place in lines
    assert ("crew.csv", 1) in [(m.file, m.line) for m in check_site(tmp_path)]


def test_what_refers_to_a_broken_entry_is_not_wrong_too(tmp_path: Path) -> None:
    text = A.replace("    name: Main meter\n", "")
    (mistake,) = check_site(write_site(tmp_path, a=text))
    assert str(mistake) == (
        "buildings/a.yaml:32: 'name' is missing; expected a name by language, "
        "{en: Main meter, zh: 总表}, or one English name"
    )


def test_a_duplicate_says_where_the_first_stands(tmp_path: Path) -> None:
    folder, line = broken(tmp_path, A_FILE, "id: fan", "id: ahu1")
    (mistake,) = [m for m in check_site(folder) if "twice" in m.what]
    assert (mistake.line, mistake.expected) == (
        line,
        "another id: buildings/a.yaml:13 has it, a piece of equipment",
    )


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("site.yaml", None, "there is no such file"),
        ("site.yaml", "site: s\n---\nsite: t\n", "a second document"),
        ("site.yaml", "- 1\n", "a list is not a mapping"),
        ("buildings/a.yaml", "", "the file is empty"),
        ("buildings/c.yml", "building: c\n", "this file is not read"),
    ],
)
def test_files_that_are_not_as_they_should_be(
    tmp_path: Path, name: str, text: str | None, what: str
) -> None:
    folder = write_site(tmp_path)
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text, encoding="utf-8")
    assert any(m.file == name and what in m.what for m in check_site(folder))


def test_text_that_is_not_utf8_is_said(tmp_path: Path) -> None:
    folder = write_site(tmp_path)
    (folder / A_FILE).write_bytes("name: Büro".encode("latin-1"))
    assert any(m.what == "the file is not UTF-8 text" for m in check_site(folder))


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no such file"):
        load_site(tmp_path / "nowhere")
