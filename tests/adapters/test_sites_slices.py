"""What an edge gets of a site, and that it means the same there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.sites import export_slice, load_site, load_slice, slice_of
from core.errors import Misconfigured
from tests.adapters.site_files import A, write_site


def test_a_slice_is_read_as_it_was_cut(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site")
    path = tmp_path / "slice.json"
    path.write_bytes(export_slice(folder, "gw-a"))
    whole, part = load_site(folder), load_slice(path)
    assert part == slice_of(whole, "gw-a")
    assert part.points == tuple(p for p in whole.points if p.gateway == "gw-a")
    assert (part.version, list(part.gateways)) == (whole.version, ["gw-a"])
    assert list(part.buildings) == ["a"]


@pytest.mark.parametrize("gateway", ["gw-a", "gw-c"])
def test_a_slice_of_wushan(sites_dir: Path, tmp_path: Path, gateway: str) -> None:
    path = tmp_path / "slice.json"
    path.write_bytes(export_slice(sites_dir / "wushan", gateway))
    assert load_slice(path) == slice_of(load_site(sites_dir / "wushan"), gateway)


def test_options_of_a_driver_come_along_and_money_stays(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site")
    path = tmp_path / "slice.json"
    path.write_bytes(export_slice(folder, "gw-b"))
    part = load_slice(path)
    assert part.gateways["gw-b"].options == load_site(folder).gateways["gw-b"].options
    assert (part.prices, part.carbon, part.calendar) == ({}, {}, ())


def test_equipment_comes_with_what_it_is_part_of(tmp_path: Path) -> None:
    text = A.replace("points: {fan_status: {}}", "points: {fan_status: {gateway: gw-b}}")
    part = slice_of(load_site(write_site(tmp_path, a=text)), "gw-b")
    assert {"a.fan", "a.ahu1", "b.m-main"} == set(part.equipment)
    assert part.find("a.fan", "sat") is None  # its point belongs to another gateway


def test_no_such_gateway(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no gateway 'gw-z'; expected gw-a, gw-b; did you mean"):
        export_slice(write_site(tmp_path), "gw-z")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "not a slice of a site"),
        ("[]", "not a slice of this version"),
        ('{"format": 2, "site": {}}', "not a slice of this version"),
        ('{"format": 1, "site": {"points": []}}', "not a slice of a site"),
        ('{"format": 1, "site": {"points": [{"role": "satt"}]}}', "no role 'satt'"),
    ],
)
def test_what_is_no_slice_is_refused(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "slice.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured, match=what):
        load_slice(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        load_slice(tmp_path / "none.json")


def test_a_slice_is_plain_json(tmp_path: Path) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    json.loads(export_slice(write_site(tmp_path), "gw-a"), parse_constant=refuse)
